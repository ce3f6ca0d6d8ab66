"""Something happened to a contact: logged, applied to their fields, and told to whoever waits for it.

Who writes an event never reacts: it raises `wake`, and the queue does the rest.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.domain.value import FieldType, Value
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
    """What an event sets, as the contact's fields are declared: a trial ends on a day, its event says at what hour."""
    contact = contacts.get_many(conn, [contact_id]).get(contact_id)
    zone = zone_of(contact, rules.zone) if contact else rules.zone
    found: dict[str, Value] = {}
    for field, source in sets:
        declared = rules.vocabulary.field(field)
        found[field] = _as_declared(event.fields.get(source), declared.type if declared else None, zone)
    return found


def _as_declared(value: Value, type_: FieldType | None, zone: ZoneInfo) -> Value:
    """A date and a datetime made of each other, on the contact's wall; every other value as it is."""
    match type_, value:
        case "date", datetime():
            return value.astimezone(zone).date()
        case "datetime", date() if not isinstance(value, datetime):
            return datetime.combine(value, time.min, zone).astimezone(UTC)
        case _:
            return value


def lift_out_of_office(conn: Connection, contact_id: int, now: datetime) -> int:
    """A human reply or an order shows that the person is there after all."""
    return pauses.lift(conn, now=now, contact_id=contact_id, kind="out_of_office")
