"""A verdict as it is kept beside its mail, and read back from there, with whose mail it is."""

from dataclasses import replace
from datetime import date

from nurture.domain.contact import Contact
from nurture.domain.message import Message
from nurture.domain.value import Value
from nurture.domain.verdict import Failure, Verdict
from nurture.engine.arrival import Arrival, Match, Writer
from nurture.engine.match import by_hand
from nurture.store import messages
from nurture.store.connection import Connection
from nurture.store.inbound import Inbound


def detail_of(verdict: Verdict, match: Match) -> dict[str, Value]:
    """What a verdict says besides its kind, intent and text; and who wrote, where it was not the contact."""
    found: dict[str, Value] = {
        "return_on": verdict.return_on,
        "feedback_type": verdict.feedback_type,
        "until": verdict.until,
        "colleague": verdict.colleague,
        "substitute": verdict.substitute,
        "language": verdict.language,
        "words": verdict.intent_words or None,
        "writer": match.writer if match.contact and match.writer != "contact" else None,
    }
    if verdict.failures:
        found["failed"] = tuple(each.recipient for each in verdict.failures)
        found["statuses"] = tuple(each.status for each in verdict.failures)
        found["reasons"] = tuple(each.reason for each in verdict.failures)
        found["hardness"] = tuple("hard" if each.is_hard else "soft" for each in verdict.failures)
    return {name: value for name, value in found.items() if value is not None}


def verdict_of(mail: Inbound) -> Verdict:
    """The verdict of a kept mail."""
    detail = mail.detail
    failures = zip(*(_texts(detail.get(name)) for name in ("failed", "statuses", "hardness", "reasons")), strict=False)
    return Verdict(
        kind=mail.kind,
        reason=mail.reason,
        confidence=mail.confidence / 100,
        failures=tuple(
            Failure(recipient=recipient, status=status, is_hard=hardness == "hard", reason=reason)
            for recipient, status, hardness, reason in failures
        ),
        feedback_type=_text(detail.get("feedback_type")),
        return_on=_day(detail.get("return_on")),
        text=mail.text,
        intent=mail.intent,
        intent_words=_texts(detail.get("words")),
        language=_text(detail.get("language")),
        until=_day(detail.get("until")),
        colleague=_text(detail.get("colleague")),
        substitute=_text(detail.get("substitute")),
    )


def answered(conn: Connection, mail: Inbound, contact: Contact) -> Message | None:
    """The message that a mail answers, where it went to this contact."""
    message = messages.get(conn, mail.answers_id) if mail.answers_id else None
    return message if message and message.contact_id == contact.id and message.purpose != "notify" else None


def match_of(conn: Connection, mail: Inbound, contact: Contact) -> Match:
    """The match of a kept mail, which counts as sure."""
    writers: dict[Value, Writer] = {"same_person": "same_person", "other": "other"}
    writer = writers.get(mail.detail.get("writer"), "contact")
    return replace(by_hand(contact, answered(conn, mail, contact)), writer=writer)


def arrival_of(mail: Inbound, verdict: Verdict, match: Match, enrollment_id: int | None) -> Arrival:
    """A kept mail as one that has just come."""
    return Arrival(
        id=mail.id,
        mailbox=mail.mailbox,
        subject=mail.subject,
        from_address=mail.sender_address,
        verdict=verdict,
        match=match,
        enrollment_id=enrollment_id,
        corrections=mail.corrections or 0,
    )


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ()
