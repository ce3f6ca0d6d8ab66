"""Spans in which the steps of one run, or of all runs of a person, are held."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from nurture.domain.facts import Pause
from nurture.store.tables import pauses
from nurture.store.values import storable


def add(
    conn: Connection,
    *,
    contact_id: int,
    enrollment_id: int | None,
    kind: str,
    from_at: datetime,
    until_at: datetime | None,
    because: str,
    task_id: int | None = None,
    inbound_id: int | None = None,
) -> int:
    """The new pause's id. Without an enrollment it holds all runs of the contact; closing `task_id` lifts it.

    `inbound_id` is the mail that asked for it.
    """
    row = {
        "contact_id": contact_id,
        "enrollment_id": enrollment_id,
        "kind": kind,
        "from_at": from_at,
        "until_at": until_at,
        "because": storable(because),
        "task_id": task_id,
        "inbound_id": inbound_id,
    }
    pause_id: int = conn.execute(insert(pauses).values(row).returning(pauses.c.id)).scalar_one()
    return pause_id


def lift(
    conn: Connection,
    *,
    now: datetime,
    contact_id: int | None = None,
    enrollment_id: int | None = None,
    kind: str | None = None,
    task_id: int | None = None,
    inbound_id: int | None = None,
) -> int:
    """End the pauses that have not ended and meet every filter given, at least one; how many there were."""
    filters = {
        "contact_id": contact_id,
        "enrollment_id": enrollment_id,
        "kind": kind,
        "task_id": task_id,
        "inbound_id": inbound_id,
    }
    given = [pauses.c[name] == value for name, value in filters.items() if value is not None]
    if not given:
        raise ValueError("lifting every pause of everybody is never meant")
    not_over = or_(pauses.c.until_at.is_(None), pauses.c.until_at > now)
    ended = update(pauses).where(*given, pauses.c.lifted_at.is_(None), not_over).values(lifted_at=now)
    return conn.execute(ended).rowcount


def of_contact(conn: Connection, contact_id: int) -> list[Pause]:
    """All pauses of a person, also those that are over, oldest first."""
    query = select(pauses).where(pauses.c.contact_id == contact_id).order_by(pauses.c.from_at, pauses.c.id)
    return [pause_of_row(row) for row in conn.execute(query)]


def pause_of_row(row: Row[Any]) -> Pause:
    """The pause of a whole row of `pauses`."""
    return Pause(
        id=row.id,
        kind=row.kind,
        from_at=row.from_at,
        until_at=row.until_at,
        because=row.because,
        lifted_at=row.lifted_at,
    )
