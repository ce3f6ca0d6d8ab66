"""Complaints of people who called our mail unwanted: feedback reports (RFC 5965), and the forms of providers who never
adopted them.
"""

import re
from collections.abc import Iterator

from nurture.domain.verdict import Failure, Verdict
from nurture.inbox.headers import read_addresses
from nurture.inbox.parse import ParsedMail
from nurture.inbox.report_signs import is_answer_or_forward

_MAX_COMPLAINERS = 50
# The last two are about mail that somebody wanted, or that was not ours.
_ACCUSES_NOBODY = frozenset({"opt-out", "opt-out-list", "not-spam", "auth-failure", "dmarc"})

_SUBJECT = re.compile(
    r"complaint about (?:message|mail|e-?mail)|(?:spam|abuse|junk|e-?mail) (?:feedback|complaint)|abuse report|"
    r"spam report|feedback (?:loop|report)|\bjmrp\b|\bfbl\b|client tos notification|reported as (?:spam|junk)",
    re.IGNORECASE,
)
# Who passes on what people reported: role addresses, never a person's.
_SENDER = re.compile(
    r"^(?:staff@|scomp@|no-?reply|do-?not-?reply|postmaster@|abuse@|fbl\b|feedback|complaints?\b|abuse[-_.]?(?:report|fbl)|spam[-_.]?(?:report|feedback|fbl)|"
    r"jmrp)|@(?:fbl|feedback|arf|complaints?|email-abuse)\.",
    re.IGNORECASE,
)
# The fields of a feedback report that a gateway turned into text.
_PASTED = re.compile(r"^feedback-type:[ \t]{0,9}([a-z][a-z-]{1,39})[ \t]{0,9}$", re.IGNORECASE | re.MULTILINE)
_BESIDE = re.compile(r"^(?:user-agent|version|source-ip|original-mail-from):", re.IGNORECASE | re.MULTILINE)
_MAX_TEXT = 32_000
_REDACTED = re.compile(r"^(?:redacted|hidden|undisclosed|removed|anonymous|x{4,})|\b(?:redacted|\[)", re.IGNORECASE)
_REPORT_FIELDS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "x-original-recipient")
_RETURNED_FIELDS = (
    "x-hmxmroriginalrecipient",
    "x-original-recipient",
    "original-recipient",
    "x-rcpt-to",
    "delivered-to",
    "x-apparently-to",
    "to",
)


def complaint(mail: ParsedMail) -> Verdict | None:
    """A verdict `complaint` with its `feedback_type`; None for other mail.

    The type decides what it means: `not-spam` and `auth-failure` accuse nobody, `opt-out` is a wish to get no more.
    """
    if mail.feedback.pairs or mail.report_type == "feedback-report":
        kind = mail.feedback.get("feedback-type").split(";")[0].strip().lower()[:40]
        return _complaint(mail, kind or "abuse", f"feedback report of type {kind or 'unknown'}")
    if mail.fields.get("x-apple-unsubscribe").strip().lower() == "true":
        return Verdict(
            kind="complaint",
            reason="X-Apple-Unsubscribe: the mail program asks for its user",
            feedback_type="opt-out",
            failures=tuple(_failures([mail.from_.email], is_hard=False)),
        )
    text = mail.body[:_MAX_TEXT]
    pasted = _PASTED.search(text)
    if pasted and _BESIDE.search(text) and not is_answer_or_forward(mail):
        return _complaint(mail, pasted[1].lower(), f"feedback report of type {pasted[1].lower()} in the text")
    if not mail.returned:
        return None
    if any(fields.has("x-hmxmroriginalrecipient") for fields in mail.returned):
        return _complaint(mail, "abuse", "returned mail with X-HmXmrOriginalRecipient")
    if _SUBJECT.search(mail.subject[:300]) and _SENDER.search(mail.from_.email):
        return _complaint(mail, "abuse", f"subject: {mail.subject[:80]}", confidence=0.8)
    return None


def _complaint(mail: ParsedMail, kind: str, reason: str, *, confidence: float = 1.0) -> Verdict:
    return Verdict(
        kind="complaint",
        reason=reason,
        confidence=confidence,
        feedback_type=kind,
        failures=tuple(_failures(_complainers(mail), is_hard=kind not in _ACCUSES_NOBODY)),
    )


def _failures(addresses: list[str], *, is_hard: bool) -> Iterator[Failure]:
    for address in {address.lower(): address for address in addresses if "@" in address}.values():
        yield Failure(recipient=address, is_hard=is_hard, reason="complaint")


def _complainers(mail: ParsedMail) -> list[str]:
    """Who complains, from the field that says it most plainly; those whose address was blacked out are left out."""
    named = [value for name in _REPORT_FIELDS for source in (mail.feedback, mail.fields) for value in source.all(name)]
    found = _addresses(named)
    for name in _RETURNED_FIELDS:
        found = found or _addresses([value for fields in mail.returned[:1] for value in fields.all(name)])
    return found


def _addresses(values: list[str]) -> list[str]:
    found = [
        address.email.split(";")[-1].strip()
        for value in values[:_MAX_COMPLAINERS]
        for address in read_addresses(value.replace("rfc822;", " ").encode("utf-8", "replace"))
    ]
    return [address for address in found if not _REDACTED.search(address)][:_MAX_COMPLAINERS]
