"""Bounces and complaints that Amazon SES tells as JSON, in the mails that its notification service (SNS) sends."""

import json
from collections.abc import Iterator

from nurture.domain.verdict import Failure, Verdict
from nurture.inbox.bounce_reason import bounce_reason
from nurture.inbox.parse import ParsedMail

_MAX_TEXT = 256 * 1024
_MAX_FAILURES = 50
_MARKS = ("notificationType", "eventType")


def ses_notification(mail: ParsedMail) -> Verdict | None:
    """A verdict `bounce`, `delayed` or `complaint`; None where the text is no such JSON."""
    text = mail.body[:_MAX_TEXT].lstrip()
    if not text.startswith("{") or not any(mark in text for mark in _MARKS):
        return None
    told = _read(text)
    inner = told.get("Message")  # the notification as a string, where the service was told to wrap it
    told = _read(inner) if isinstance(inner, str) else told
    kind = str(told.get("notificationType") or told.get("eventType") or "")
    if kind == "Bounce":
        failures = tuple(_failures(_part(told, "bounce")))
        word = failures[0].reason if failures else "no reason understood"
        return Verdict(kind="bounce", reason=f"notification of Amazon SES: {word}", failures=failures)
    if kind == "Complaint":
        found = _part(told, "complaint")
        feedback = str(found.get("complaintFeedbackType") or "abuse")[:40]
        return Verdict(
            kind="complaint",
            reason=f"notification of Amazon SES: complaint of type {feedback}",
            feedback_type=feedback,
            failures=tuple(
                Failure(recipient=address, is_hard=feedback != "not-spam", reason="complaint")
                for _, address in _recipients(found, "complainedRecipients")
            ),
        )
    if kind in ("Delivery", "DeliveryDelay"):
        delayed = [address for _, address in _recipients(_part(told, "deliveryDelay"), "delayedRecipients")]
        word = "delayed" if delayed else "delivered"
        return Verdict(
            kind="delayed",
            reason=f"notification of Amazon SES: {word}",
            failures=tuple(
                Failure(recipient=address, is_hard=False, reason=word)
                for address in delayed or _texts(_part(told, "delivery").get("recipients"))
            ),
        )
    return None


def _texts(listed: object) -> list[str]:
    found = listed[:_MAX_FAILURES] if isinstance(listed, list) else []
    return [each[:320] for each in found if isinstance(each, str) and "@" in each]


def _read(text: str) -> dict[str, object]:
    """The first JSON object in `text`, whose long lines a relay may have cut with `!` and a line end."""
    joined = text.replace("!\n ", "").replace("\n", " ")
    try:
        found, _ = json.JSONDecoder().raw_decode(joined)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(told: dict[str, object], name: str) -> dict[str, object]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _recipients(found: dict[str, object], name: str) -> Iterator[tuple[dict[str, object], str]]:
    listed = found.get(name)
    for each in listed[:_MAX_FAILURES] if isinstance(listed, list) else []:
        address = each.get("emailAddress") if isinstance(each, dict) else None
        if isinstance(address, str) and "@" in address:
            yield each, address[:320]


def _failures(found: dict[str, object]) -> Iterator[Failure]:
    for each, address in _recipients(found, "bouncedRecipients"):
        reason = bounce_reason(str(each.get("status") or "")[:20], str(each.get("diagnosticCode") or ""))
        yield Failure(recipient=address, status=reason.status, is_hard=reason.is_hard, reason=reason.word)
