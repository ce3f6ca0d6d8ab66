"""What a judged mail does: the same in every campaign for all but a reply, of which its run takes notice.

Who may do what stands in docs/decisions/0007-what-a-mail-may-do.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.enrollment import EnrollmentState
from nurture.domain.event import Event
from nurture.domain.failure import complaint_scope, failure_of
from nurture.domain.soft_bounce import MOST, WITHIN, is_given_up
from nurture.domain.value import Value
from nurture.engine.arrival import Arrival, not_theirs
from nurture.engine.away import pause_while_away
from nurture.engine.occur import lift_out_of_office, occur
from nurture.engine.perform import Desk
from nurture.engine.reading import ask_to_decide, ask_to_read, name_of
from nurture.engine.suppress import suppress
from nurture.store import bounces, contacts, enrollments, events, inbound
from nurture.store.connection import Connection


def take_effect(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    arrival: Arrival,
    *,
    now: datetime,
    is_heard: bool = False,
) -> None:
    """Do what the verdict on a mail of a known contact calls for. `is_heard`: it was taken for a reply before, too."""
    verdict, match = arrival.verdict, arrival.match
    match verdict.kind:
        case "reply":
            _hear(conn, desk, campaigns, arrival, now, is_heard=is_heard)
        case "bounce" if match.is_signed:
            _bounce(conn, arrival, now)
        case "complaint" if match.is_signed:
            _complain(conn, arrival, now)
        case "unsubscribe":
            _unsubscribe(conn, desk, arrival, now)
        case "auto_reply":
            _be_away(conn, desk, arrival, now)
        case "delayed":
            _log(conn, arrival, "delivery_delayed", now)
        case "challenge":
            _log(conn, arrival, "challenge_received", now)
            title = (
                f"The mailbox of {name_of(arrival.contact)} asks whether a person wrote: answer {arrival.from_address}"
            )
            ask_to_decide(conn, desk, arrival, title, now=now)
        case "unreadable":
            _log(conn, arrival, "mail_unmatched", now)
        case "bounce" | "complaint":
            # Anybody can write one: it is shown, and does nothing.
            _log(conn, arrival, "mail_unmatched", now, because=f"not verified: {verdict.reason}")


def _hear(
    conn: Connection, desk: Desk, campaigns: Mapping[str, Campaign], arrival: Arrival, now: datetime, *, is_heard: bool
) -> None:
    if arrival.match.writer != "other":
        lift_out_of_office(conn, arrival.contact.id, now)
    if is_heard:
        enrollments.wake(conn, contact_id=arrival.contact.id, now=now)
    else:
        occur(conn, _event(arrival, "reply_received", now), campaigns, rules=desk.rules, now=now)
    run = enrollments.get(conn, arrival.enrollment_id) if arrival.enrollment_id else None
    if run is None or run.state is EnrollmentState.FINISHED:
        # No run is left to take notice, so a person must.
        ask_to_read(conn, desk, arrival, run, now=now)
        inbound.mark_reacted(conn, [arrival.id], now)


def _bounce(conn: Connection, arrival: Arrival, now: datetime) -> None:
    message, contact = arrival.match.message, arrival.contact
    recipient = message.recipient if message else contact.address
    failures = arrival.verdict.failures
    failure = failure_of(recipient, failures)
    if failures and failure is None:
        others = ", ".join(each.recipient for each in failures[:5])
        _log(conn, arrival, "mail_unmatched", now, because=f"a delivery report about others: {others}")
        return
    is_hard = failure is not None and failure.is_hard
    reason = failure.reason if failure else "no reason given"
    _log(conn, arrival, "bounced", now, reason=reason, hard="yes" if is_hard else "no")
    if is_hard:
        _refuse(conn, arrival, recipient, _bounced(f"bounce: {reason}"), now)
    elif _gives_up(conn, contact.id, now):
        why = f"bounced {MOST} times in {WITHIN.days} days without a success, now: {reason}"
        _refuse(conn, arrival, recipient, _bounced(why), now)


def _gives_up(conn: Connection, contact_id: int, now: datetime) -> bool:
    since = now - WITHIN
    bounced_at = bounces.soft_bounces(conn, contact_id, since)
    return len(bounced_at) >= MOST and is_given_up(
        bounced_at,
        signs_of_life_at=bounces.signs_of_life(conn, contact_id, since),
        sent_at=bounces.sent_without_bounce(conn, contact_id, since),
        now=now,
    )


def _complain(conn: Connection, arrival: Arrival, now: datetime) -> None:
    message, kind = arrival.match.message, arrival.verdict.feedback_type
    recipient = message.recipient if message else arrival.contact.address
    scope = complaint_scope(kind)
    match scope:
        case None:
            _log(conn, arrival, "mail_unmatched", now, because=f"a feedback report that is no complaint: {kind}")
        case "marketing":
            _log(conn, arrival, "unsubscribed", now, scope=scope)
            asked = _Refusal(scope=scope, reason=f"asked by {kind} report", source="report", outcome="unsubscribed")
            _refuse(conn, arrival, recipient, asked, now)
        case _:
            _log(conn, arrival, "complained", now, feedback_type=kind)
            why = f"complaint: {kind}" if kind else "complaint"
            refusal = _Refusal(scope=scope, reason=why, source="feedback report", outcome="complained")
            _refuse(conn, arrival, recipient, refusal, now)


def _unsubscribe(conn: Connection, desk: Desk, arrival: Arrival, now: datetime) -> None:
    """For whom it is asked: for the contact by the contact, or through the address that stands for one click."""
    message, stranger = arrival.match.message, arrival.stranger
    is_one_click = arrival.match.by == "token" and not arrival.is_answer
    if arrival.match.writer != "other" or is_one_click or arrival.match.by == "by_hand":
        recipient = message.recipient if message else arrival.contact.address
        _log(conn, arrival, "unsubscribed", now, scope="marketing")
        _refuse(conn, arrival, recipient, _ASKED, now)
        return
    own = contacts.find(conn, arrival.from_address)
    if own:
        asked = Event(
            name="unsubscribed", at=now, contact_id=own.id, because="asked by mail", fields={"scope": "marketing"}
        )
        events.append(conn, [asked])
        _refuse(conn, arrival, own.address, _ASKED, now)
    _log(conn, arrival, "mail_unmatched", now, because=f"asks for no more mail, {not_theirs(stranger or '')}")
    title = f"{stranger} asks for no more mail. Is that for {name_of(arrival.contact)} too?"
    ask_to_decide(conn, desk, arrival, title, now=now, holds_run=arrival.match.is_signed)


def _be_away(conn: Connection, desk: Desk, arrival: Arrival, now: datetime) -> None:
    """Where only the subject says that a colleague answered, their being away says nothing of the contact."""
    verdict = arrival.verdict
    if arrival.match.writer == "other" and not arrival.match.is_signed:
        _log(conn, arrival, "auto_reply_received", now, because=f"not held ({verdict.reason})")
        return
    held = pause_while_away(conn, desk.rules, arrival.contact, verdict, inbound_id=arrival.id, now=now)
    _log(conn, arrival, "auto_reply_received", now, because=f"{held} ({verdict.reason})")
    enrollments.wake(conn, contact_id=arrival.contact.id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """In which scope the address is refused, for what reason, by what, and how the runs in that scope end."""

    scope: str
    reason: str
    source: str
    outcome: str


_ASKED = _Refusal(scope="marketing", reason="asked by mail", source="mail", outcome="unsubscribed")


def _bounced(reason: str) -> _Refusal:
    return _Refusal(scope="all", reason=reason, source="bounce", outcome="bounced")


def _refuse(conn: Connection, arrival: Arrival, address: str, refusal: _Refusal, now: datetime) -> None:
    suppress(
        conn,
        address=address,
        scope=refusal.scope,
        reason=refusal.reason,
        source=refusal.source,
        outcome=refusal.outcome,
        now=now,
        inbound_id=arrival.id,
    )


def _log(
    conn: Connection, arrival: Arrival, name: str, now: datetime, *, because: str | None = None, **fields: Value
) -> None:
    event = _event(arrival, name, now, **fields)
    events.append(conn, [event if because is None else replace(event, because=because)])


def _event(arrival: Arrival, name: str, now: datetime, **more: Value) -> Event:
    verdict, message = arrival.verdict, arrival.match.message
    fields: dict[str, Value] = {
        "mail": arrival.id,
        "mailbox": arrival.mailbox,
        "subject": arrival.subject,
        "from": arrival.stranger,
        "colleague": verdict.colleague,
        "substitute": verdict.substitute,
        **more,
    }
    if verdict.kind == "reply":
        fields |= {"intent": verdict.intent, "text": verdict.text}
    return Event(
        name=name,
        at=now,
        contact_id=arrival.contact.id,
        enrollment_id=arrival.enrollment_id,
        message_id=message.id if message else None,
        campaign=message.campaign if message else None,
        stage=message.stage if message else None,
        step=message.step if message else None,
        because=verdict.reason,
        fields={name: value for name, value in fields.items() if value is not None},
    )
