"""Compose: from rendered content to the bytes of a message, checked by reading them again before anybody else does."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.parser import HeaderParser
from email.utils import format_datetime, getaddresses

from nurture.clock import Chance
from nurture.delivery.address import wire_address
from nurture.delivery.headers import MAX_LINE, mailbox, message_ids, plain, unstructured, uris
from nurture.delivery.mime import body_of
from nurture.domain.content import Content, MailUrls
from nurture.domain.sender import Sender
from nurture.errors import InvalidInput

_NOT_IN_LIST_ID = re.compile(r"[^A-Za-z0-9.-]+")
_NOT_IN_FEEDBACK_ID = re.compile(r"[^A-Za-z0-9.:_-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_Fields = list[tuple[str, str]]


def new_message_id(chance: Chance, domain: str) -> str:
    """A Message-ID with its angle brackets; `domain` is the sender's, or an address of it.

    Raises InvalidInput for a domain that cannot be one.
    """
    return f"<{chance.token(16)}@{wire_address('x@' + domain.rpartition('@')[2])[2:]}>"


def compose(
    *,
    content: Content,
    sender: Sender,
    recipient: str,
    recipient_name: str,
    message_id: str,
    date: datetime,
    list_id: str | None = None,
    urls: MailUrls | None = None,
    unsubscribe_mailto: str | None = None,
    reply_to: str | None = None,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    feedback_id: str | None = None,
    is_automatic: bool = False,
) -> bytes:
    """The whole message with CRLF, 7 bit save for an address whose local part is not ASCII.

    `list_id` is the campaign's standing name (`cycle.acme.example.com`); `unsubscribe_mailto` an address; `reply_to` an
    address, with its plus token; `is_automatic` marks what a machine tells the team (RFC 3834), not campaign mail.
    Raises InvalidInput where the bytes would not mean exactly what was asked for.
    """
    to_address = wire_address(recipient)
    from_address = wire_address(sender.email)
    fields: _Fields = [
        ("From", mailbox("From", sender.display_name, from_address)),
        ("To", mailbox("To", recipient_name, to_address)),
        ("Subject", unstructured("Subject", content.subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", _the_id(message_id)),
    ]
    if reply_to:
        fields.append(("Reply-To", mailbox("Reply-To", sender.display_name, wire_address(reply_to))))
    fields += _thread_fields(in_reply_to, references)
    fields += _list_fields(list_id, urls, unsubscribe_mailto, feedback_id)
    if is_automatic:
        fields.append(("Auto-Submitted", "auto-generated"))
    if _LANGUAGE.fullmatch(content.language):
        fields.append(("Content-Language", content.language))
    part_fields, body = body_of(content, seed=message_id)
    fields += [("MIME-Version", "1.0"), *part_fields]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    _check(head, fields, {"From": from_address, "To": to_address})
    return head.encode() + b"\r\n" + body


def _the_id(message_id: str) -> str:
    if not message_id or message_ids("Message-ID", [message_id]) != message_id:
        raise InvalidInput(f"{message_id!r} is not a Message-ID.")
    return message_id


def _thread_fields(in_reply_to: str | None, references: Sequence[str]) -> _Fields:
    answered = message_ids("In-Reply-To", [in_reply_to] if in_reply_to else [])
    before = message_ids("References", list(dict.fromkeys([*references, *([answered] if answered else [])])))
    return [(name, value) for name, value in (("In-Reply-To", answered), ("References", before)) if value]


def _list_fields(
    list_id: str | None, urls: MailUrls | None, unsubscribe_mailto: str | None, feedback_id: str | None
) -> _Fields:
    fields: _Fields = []
    if list_id:
        fields.append(("List-Id", f"<{_NOT_IN_LIST_ID.sub('-', plain(list_id, 250)).strip('-.')}>"))
    targets = [urls.unsubscribe] if urls else []
    if unsubscribe_mailto:
        targets.append(f"mailto:{wire_address(unsubscribe_mailto.removeprefix('mailto:'))}?subject=unsubscribe")
    if targets:
        fields.append(("List-Unsubscribe", uris("List-Unsubscribe", targets)))
    if urls:
        fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if feedback_id:
        fields.append(("Feedback-ID", _NOT_IN_FEEDBACK_ID.sub("-", plain(feedback_id, 250))))
    return fields


def _check(head: str, fields: _Fields, meant: dict[str, str]) -> None:
    """Read the head as a stranger would: the same field names, the same mailboxes, no line too long."""
    read = HeaderParser().parsestr(head).items()
    if [name for name, _ in read] != [name for name, _ in fields]:
        raise InvalidInput("A value of this message would make a header of its own.")
    for name, address in meant.items():
        found = [one for _, one in getaddresses([str(value) for known, value in read if known == name])]
        if found != [address]:
            raise InvalidInput(f"{name} would name {', '.join(found) or 'nobody'} instead of {address}.")
    if any(len(line.encode()) > MAX_LINE for line in head.split("\r\n")):
        raise InvalidInput(f"A header of this message would be longer than {MAX_LINE} bytes.")
