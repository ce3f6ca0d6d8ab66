"""What is held as a whole: everything, a campaign, a sender."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from nurture.store.insertion import insert_into, insert_or_update
from nurture.store.tables import holds
from nurture.store.values import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`scope` is `all`, `campaign:NAME` or `sender:NAME`; `until_at` None is until somebody resumes.

    Of the kind `storm`, mail to our own people goes on: they must hear of it.
    """

    scope: str
    because: str
    since_at: datetime
    until_at: datetime | None = None
    kind: str | None = None


def put(
    conn: Connection,
    *,
    scope: str,
    because: str,
    now: datetime,
    until_at: datetime | None = None,
    kind: str | None = None,
) -> None:
    """Hold the scope, instead of an older hold on it."""
    row = {"scope": scope, "because": storable(because), "since_at": now, "until_at": until_at, "kind": kind}
    insert_or_update(conn, holds, row, key="scope")


def put_for_a_while(conn: Connection, *, scope: str, because: str, now: datetime, until_at: datetime) -> None:
    """Hold the scope until then, unless it is held for longer already: what a hand has stopped stays stopped."""
    row = {"scope": scope, "because": storable(because), "since_at": now, "until_at": until_at, "kind": None}
    # A hold without an end compares to nothing, so that it is not shorter.
    is_shorter = holds.c.until_at < until_at
    new = insert_into(conn, holds).values(row)
    conn.execute(new.on_conflict_do_update(index_elements=["scope"], set_=row, where=is_shorter))


def lift(conn: Connection, scope: str) -> bool:
    """False where the scope was not held."""
    return conn.execute(delete(holds).where(holds.c.scope == scope)).rowcount > 0


def listed(conn: Connection) -> list[Hold]:
    """Every hold by scope, also those whose `until_at` has passed."""
    return [Hold(**row._mapping) for row in conn.execute(select(holds).order_by(holds.c.scope))]


def present(conn: Connection, now: datetime) -> dict[str, Hold]:
    """What is held at this moment, by scope."""
    return {hold.scope: hold for hold in listed(conn) if hold.until_at is None or hold.until_at > now}


def scopes(conn: Connection, now: datetime) -> set[str]:
    """What is held at this moment."""
    return set(present(conn, now))
