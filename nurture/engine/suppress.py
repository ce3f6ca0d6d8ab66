"""Refusing to write to an address from now on, and ending what runs towards it."""

from datetime import datetime

from nurture.domain import transition
from nurture.domain.decision import Finish
from nurture.domain.event import Event
from nurture.domain.message import MessageState
from nurture.domain.suppression import ends_run
from nurture.engine.log import happened
from nurture.store import contacts, enrollments, events, messages, suppressions
from nurture.store.connection import Connection


def suppress(
    conn: Connection,
    *,
    address: str,
    scope: str,
    reason: str,
    source: str,
    outcome: str,
    now: datetime,
    inbound_id: int | None = None,
) -> bool:
    """Record the suppression and finish the runs in its scope with `outcome`; False where it stood already.

    `inbound_id` is the mail that led to it.
    """
    is_new = suppressions.add(
        conn, address=address, scope=scope, reason=reason, source=source, now=now, inbound_id=inbound_id
    )
    contact = contacts.find(conn, address)
    if contact is None:
        return is_new
    if is_new:
        fields = {"scope": scope, "source": source}
        events.append(conn, [Event(name="suppressed", at=now, contact_id=contact.id, because=reason, fields=fields)])
    for enrollment in enrollments.unfinished_of(conn, contact.id):
        if ends_run(scope, enrollment.campaign):
            end_run(conn, enrollment.id, Finish(outcome=outcome, because=reason), now=now)
    return is_new


def end_run(conn: Connection, enrollment_id: int, decision: Finish, *, now: datetime) -> bool:
    """Finish a run from outside its own way and cancel what waited in it; False where it is over already.

    A message whose conversation may be under way is left to its own outcome.
    """
    enrollment = enrollments.get(conn, enrollment_id)
    if enrollment is None or enrollment.state == "finished":
        return False
    finished = transition.finish(enrollment, decision, now)
    if not enrollments.save(conn, enrollment, finished, now=now):
        return False
    cancel_waiting(conn, enrollment_id, reason=decision.because, now=now)
    event = happened(enrollment, "finished", now, because=decision.because, fields={"outcome": finished.outcome})
    events.append(conn, [event])
    return True


def cancel_waiting(conn: Connection, enrollment_id: int, *, reason: str, now: datetime) -> None:
    """Cancel the messages of a run that wait for another try."""
    for message in messages.open_of_enrollment(conn, enrollment_id):
        if message.state is MessageState.DEFERRED:
            messages.settle(conn, message, MessageState.CANCELLED, reason=reason, now=now)
