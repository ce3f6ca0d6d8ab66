"""What a person mends about an inbound mail: whose it is, and what it is. Their word takes effect and stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact
from nurture.domain.event import Event
from nurture.domain.value import Value
from nurture.domain.verdict import Failure, Intent, Verdict, VerdictKind
from nurture.engine.effects import take_effect
from nurture.engine.kept import answered, arrival_of, detail_of, match_of, verdict_of
from nurture.engine.match import by_hand, enrollment_of
from nurture.engine.perform import Desk
from nurture.engine.undo import undo
from nurture.errors import InvalidInput
from nurture.store import contacts, events, inbound, messages
from nurture.store.connection import Connection
from nurture.store.inbound import Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a mail is by a person's word: `intent` is of replies, `return_on` of automatic ones; `by` is who says so."""

    kind: VerdictKind
    intent: Intent | None = None
    return_on: date | None = None
    by: str


def correct(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    mail: Inbound,
    correction: Correction,
    *,
    now: datetime,
) -> list[str] | None:
    """Have a mail be what the person says, its earlier effects undone and the right ones done.

    What was undone, in words; None where it was judged so already. A move to another stage is not taken back, since
    mails of that stage may be out. Raises InvalidInput for a mail of nobody, and where somebody else was faster.
    """
    if mail.contact_id is None:
        hint = f"`nurture inbox attach {mail.id} EMAIL` says whose it is."
        raise InvalidInput(f"mail {mail.id} is nobody's, so that nothing can come of it", hint=hint)
    contact, before = contacts.get(conn, mail.contact_id), verdict_of(mail)
    after = _corrected(before, correction, contact)
    if (after.kind, after.intent, after.return_on) == (before.kind, before.intent, before.return_on):
        return None
    because = f"{_named(before)} was {_named(after)}, says {correction.by}"
    undone = undo(conn, campaigns, mail, because=because, now=now)
    match = match_of(conn, mail, contact)
    is_kept = inbound.correct(
        conn,
        mail,
        kind=after.kind,
        intent=after.intent,
        detail=detail_of(after, match),
        reason=after.reason,
        by=correction.by,
        reacted_at=None if after.kind == "reply" else now,
        now=now,
    )
    if not is_kept:
        raise InvalidInput(f"mail {mail.id} was corrected at this very moment", hint="Look at it and try again.")
    _log(conn, mail, because, {"from": _named(before), "to": _named(after), "by": correction.by}, now)
    arrival = replace(arrival_of(mail, after, match, mail.enrollment_id), corrections=(mail.corrections or 0) + 1)
    take_effect(conn, desk, campaigns, arrival, now=now, is_heard=before.kind == "reply")
    return undone


def attach(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    mail: Inbound,
    contact: Contact,
    *,
    campaign: str | None = None,
    now: datetime,
) -> bool:
    """Say whose mail it is, which then does what it would have done; False where it was that contact's before.

    Raises InvalidInput where it is somebody else's, or the contact was never in `campaign`.
    """
    if mail.contact_id == contact.id:
        return False
    if mail.contact_id is not None:
        whose = contacts.get_many(conn, [mail.contact_id]).get(mail.contact_id)
        raise InvalidInput(f"mail {mail.id} is {whose.email if whose else 'somebody else'}'s already")
    sent = messages.last_sent_to(conn, contact_id=contact.id, campaign=campaign)
    match = by_hand(contact, answered(conn, mail, contact) or sent)
    enrollment_id = enrollment_of(conn, match, campaign)
    if campaign is not None and enrollment_id is None:
        raise InvalidInput(f"{contact.email} was never in {campaign}", hint=f"`nurture why {contact.email}` tells.")
    is_new = inbound.attach(
        conn,
        mail.id,
        matched_by=match.by,
        contact_id=contact.id,
        enrollment_id=enrollment_id,
        answers_id=match.message.id if match.message else None,
        reacted_at=None if mail.kind == "reply" else now,
    )
    if not is_new:
        return False
    take_effect(conn, desk, campaigns, arrival_of(mail, verdict_of(mail), match, enrollment_id), now=now)
    return True


def _corrected(before: Verdict, correction: Correction, contact: Contact) -> Verdict:
    kind = correction.kind
    failures = before.failures
    if kind == "bounce" and not failures:
        # A person who calls a mail a bounce means that there is nobody behind the address.
        failures = (Failure(recipient=contact.address, is_hard=True, reason="said by hand"),)
    return replace(
        before,
        kind=kind,
        reason=f"corrected by {correction.by}",
        confidence=1.0,
        intent=(correction.intent or before.intent or "other") if kind == "reply" else None,
        return_on=correction.return_on if kind == "auto_reply" else None,
        failures=failures if kind in ("bounce", "delayed") else (),
    )


def _named(verdict: Verdict) -> str:
    return f"{verdict.kind} ({verdict.intent})" if verdict.intent else verdict.kind


def _log(conn: Connection, mail: Inbound, because: str, fields: Mapping[str, Value], now: datetime) -> None:
    event = Event(
        name="mail_corrected",
        at=now,
        contact_id=mail.contact_id,
        enrollment_id=mail.enrollment_id,
        message_id=mail.answers_id,
        because=because,
        fields={"mail": mail.id, **fields},
    )
    events.append(conn, [event])
