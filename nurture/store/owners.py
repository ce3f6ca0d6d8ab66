"""Giving contacts to salespeople in turn."""

from collections.abc import Sequence

from sqlalchemy import Connection, case, update

from nurture.store.tables import contacts


def assign(conn: Connection, contact_ids: Sequence[int], owners: Sequence[str]) -> int:
    """Give those of the contacts who have no owner one each, in turn by id; how many were given one."""
    if not owners or not contact_ids:
        return 0
    in_turn = case(dict(enumerate(owners)), value=contacts.c.id % len(owners))
    unowned = contacts.c.id.in_(contact_ids), contacts.c.owner.is_(None)
    return conn.execute(update(contacts).where(*unowned).values(owner=in_turn)).rowcount
