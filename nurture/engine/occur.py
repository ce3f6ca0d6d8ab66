"""Something happened to a contact: logged, applied to their fields, and told to whoever waits for it.

Who writes an event never reacts: it raises `wake`, and the queue does the rest.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.domain.event_sets import values_set
from nurture.domain.value import Value
from nurture.domain.zone import zone_of
from nurture.engine.enroll import Enrolled, enroll_on_event
from nurture.engine.rules import Rules
from nurture.store import contacts, enrollments, events, owners, pauses
from nurture.store.connection import Connection


def occur(
    conn: Connection, event: Event, campaigns: Mapping[str, Campaign], *, rules: Rules, now: datetime
) -> list[Enrolled]:
    """Append the event of a contact, set what it sets, wake their runs, and ask them into what it opens.

    Who is new and nobody's is given an owner, so that the first notice already has somebody to go to.
    """
    event_id = events.append_one(conn, event)
    if event.contact_id is None:
        return []
    if event.name == "contact_created":
        owners.assign(conn, [event.contact_id], rules.owners)
    spec = rules.vocabulary.events.get(event.name)
    if spec and spec.sets:
        contacts.set_values(conn, event.contact_id, _values_set(conn, event, event.contact_id, spec.sets, rules), now)
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


def _values_set(
    conn: Connection, event: Event, contact_id: int, sets: Iterable[tuple[str, str]], rules: Rules
) -> dict[str, Value]:
    contact = contacts.get_many(conn, [contact_id]).get(contact_id)
    zone = zone_of(contact, rules.zone) if contact else rules.zone
    return values_set(event.fields, sets, rules.vocabulary, zone)


def lift_out_of_office(conn: Connection, contact_id: int, now: datetime) -> int:
    """A human reply or an order shows that the person is there after all."""
    return pauses.lift(conn, now=now, contact_id=contact_id, kind="out_of_office")
