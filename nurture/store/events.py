"""The log: facts in the past tense, appended and never changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from nurture.domain.event import Event
from nurture.store.tables import events
from nurture.store.values import pack, storable, unpack


def append(conn: Connection, happened: Sequence[Event]) -> None:
    """Write events, in order. Waking whom they concern is `enrollments.wake`.

    Without their ids, which SQLite would only give row by row.
    """
    if happened:
        conn.execute(insert(events), [_values(event) for event in happened])


def append_one(conn: Connection, event: Event) -> int:
    """Write one event and return its id."""
    event_id: int = conn.execute(insert(events).values(_values(event)).returning(events.c.id)).scalar_one()
    return event_id


def _values(event: Event) -> dict[str, Any]:
    return {
        "name": event.name,
        "at": event.at,
        "contact_id": event.contact_id,
        "enrollment_id": event.enrollment_id,
        "message_id": event.message_id,
        "campaign": event.campaign,
        "stage": event.stage,
        "step": event.step,
        "link": event.link,
        "is_human": event.is_human,
        "because": storable(event.because),
        "fields": pack(event.fields),
    }


def get(conn: Connection, event_id: int) -> Event | None:
    row = conn.execute(select(events).where(events.c.id == event_id)).one_or_none()
    return event_of_row(row) if row else None


def of_enrollment(conn: Connection, enrollment_id: int) -> list[Event]:
    """The run's story, oldest first."""
    return _listed(conn, select(events).where(events.c.enrollment_id == enrollment_id))


def of_contact(conn: Connection, contact_id: int, *, name: str | None = None) -> list[Event]:
    """Everything about a person, or all of one name, oldest first."""
    mine = select(events).where(events.c.contact_id == contact_id)
    return _listed(conn, mine if name is None else mine.where(events.c.name == name))


def _listed(conn: Connection, query: Select[Any]) -> list[Event]:
    return [event_of_row(row) for row in conn.execute(query.order_by(events.c.at, events.c.id))]


def event_of_row(row: Row[Any]) -> Event:
    """The event of a whole row of `events`."""
    return Event(
        id=row.id,
        name=row.name,
        at=row.at,
        contact_id=row.contact_id,
        enrollment_id=row.enrollment_id,
        message_id=row.message_id,
        campaign=row.campaign,
        stage=row.stage,
        step=row.step,
        link=row.link,
        is_human=row.is_human,
        because=row.because,
        fields=unpack(row.fields),
    )


def is_done(conn: Connection, enrollment_id: int, steps: Sequence[str]) -> bool:
    """Whether the run has done a step that has, or had, one of these names."""
    mine = events.c.enrollment_id == enrollment_id, events.c.name == "step_done", events.c.step.in_(list(steps))
    return conn.execute(select(events.c.id).where(*mine).limit(1)).first() is not None
