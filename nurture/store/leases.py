"""Ending what a worker holds that is known to be gone, so that nobody waits for its leases to run out."""

from datetime import datetime

from sqlalchemy import Connection, update

from nurture.store.tables import enrollments, messages


def end_leases(conn: Connection, worker: str, *, now: datetime) -> int:
    """Let every lease of the worker be over now; how many rows it held. Its tokens begin with its name and a dot."""
    held = 0
    for table in (enrollments, messages):
        theirs = update(table).where(table.c.lease_token.startswith(f"{worker}.", autoescape=True))
        held += conn.execute(theirs.values(lease_until=now)).rowcount
    return held
