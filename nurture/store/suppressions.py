"""Standing refusals to write to an address, by scope."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select

from nurture.domain.suppression import Suppression
from nurture.store.insertion import insert_once
from nurture.store.tables import suppressions
from nurture.store.values import storable


def add(
    conn: Connection,
    *,
    address: str,
    scope: str,
    reason: str,
    source: str,
    now: datetime,
    inbound_id: int | None = None,
) -> bool:
    """False where the address stood in that scope already; the older entry stays. `inbound_id`: a mail asked for it."""
    row = {
        "address": address,
        "scope": scope,
        "reason": storable(reason),
        "source": storable(source),
        "since_at": now,
        "inbound_id": inbound_id,
    }
    return insert_once(conn, suppressions, row, unique=("address", "scope")) is not None


def remove(conn: Connection, address: str, scope: str) -> bool:
    """False where there was none."""
    gone = delete(suppressions).where(suppressions.c.address == address, suppressions.c.scope == scope)
    return conn.execute(gone).rowcount > 0


def remove_of_mail(conn: Connection, inbound_id: int) -> list[tuple[str, str]]:
    """Take back what a mail led to; the addresses and scopes."""
    gone = delete(suppressions).where(suppressions.c.inbound_id == inbound_id)
    rows = conn.execute(gone.returning(suppressions.c.address, suppressions.c.scope))
    return [(row.address, row.scope) for row in rows]


def scopes_of(conn: Connection, addresses: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The scopes in which each address stands, sorted; addresses in none are left out."""
    query = (
        select(suppressions.c.address, suppressions.c.scope)
        .where(suppressions.c.address.in_(addresses))
        .order_by(suppressions.c.address, suppressions.c.scope)
    )
    found: dict[str, tuple[str, ...]] = {}
    for address, scope in conn.execute(query):
        found[address] = (*found.get(address, ()), scope)
    return found


def listed(conn: Connection) -> list[Suppression]:
    """All of them, newest first."""
    rows = conn.execute(select(suppressions).order_by(suppressions.c.since_at.desc(), suppressions.c.id.desc()))
    return [
        Suppression(address=row.address, scope=row.scope, reason=row.reason, source=row.source, since_at=row.since_at)
        for row in rows
    ]
