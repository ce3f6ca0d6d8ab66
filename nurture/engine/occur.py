"""Something happened to a contact: logged, applied to their fields, and told to whoever waits for it.

Who writes an event never reacts: it raises `wake`, and the queue does the rest.
"""

from collections.abc import Mapping
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.domain.value import Value
from nurture.engine.enroll import Enrolled, enroll_on_event
from nurture.engine.rules import Rules
from nurture.store import contacts, enrollments, events, pauses
from nurture.store.connection import Connection


def occur(
    conn: Connection, event: Event, campaigns: Mapping[str, Campaign], *, rules: Rules, now: datetime
) -> list[Enrolled]:
    """Append the event of a contact, set what it sets, wake their runs, and ask them into what it opens."""
    (event_id,) = events.append(conn, [event])
    if event.contact_id is None:
        return []
    spec = rules.vocabulary.events.get(event.name)
    if spec and spec.sets:
        values: dict[str, Value] = {field: event.fields.get(source) for field, source in spec.sets}
        contacts.set_values(conn, event.contact_id, values, now)
    enrollments.wake(conn, contact_id=event.contact_id, now=now)
    return enroll_on_event(
        conn,
        campaigns,
        event=event.name,
        event_id=event_id,
        contact_id=event.contact_id,
        rules=rules,
        now=now,
    )


def lift_out_of_office(conn: Connection, contact_id: int, now: datetime) -> int:
    """A human reply or an order shows that the person is there after all."""
    return pauses.lift(conn, now=now, contact_id=contact_id, kind="out_of_office")
