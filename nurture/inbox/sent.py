"""A mail in our own folder of sent mail: to whom it went, and whether a person wrote it."""

from dataclasses import dataclass

from nurture.inbox.headers import read_addresses
from nurture.inbox.identity import identity_of
from nurture.inbox.parse import ParsedMail, parse

_BULK_FIELDS = ("list-unsubscribe", "list-id", "feedback-id", "x-autoreply", "x-autorespond", "x-auto-response")
_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk", "auto_reply"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """Its header as read; `recipients` stand as written. `automatic` says why no person wrote it, else it is empty."""

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    automatic: str = ""


def read_sent(raw: bytes) -> SentMail:
    """What the header in `raw` says. Never raises.

    >>> read_sent(b"To: a@x.example, B <b@y.example>\\nMessage-ID: <1@z>\\nAuto-Submitted: auto-replied\\n\\n")
    SentMail(message_id='<1@z>', recipients=('a@x.example', 'b@y.example'), subject='', automatic='Auto-Submitted')
    """
    mail = parse(raw)
    to = (
        address.email
        for name, value in mail.fields.pairs
        if name in ("to", "cc", "bcc")
        for address in read_addresses(value)
    )
    return SentMail(
        message_id=identity_of(mail, raw),
        recipients=tuple(dict.fromkeys(to)),
        subject=mail.subject,
        automatic=_automatic(mail),
    )


def _automatic(mail: ParsedMail) -> str:
    submitted = mail.fields.get("auto-submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return "Auto-Submitted"
    if mail.fields.get("precedence").strip().lower() in _BULK_PRECEDENCE:
        return "Precedence"
    if mail.content_type in ("multipart/report", "message/disposition-notification"):
        return "a report"
    return next((name for name in _BULK_FIELDS if mail.fields.has(name)), "")
