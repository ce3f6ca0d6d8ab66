"""The contacts whom a condition finds, in order of their ids, so that a slice begins where the last one ended."""

from sqlalchemy import ColumnElement, Connection, select

from nurture.store.tables import contacts


def ids_after(conn: Connection, where: ColumnElement[bool] | None, *, after_id: int = 0, limit: int = 200) -> list[int]:
    """Up to `limit` ids above `after_id`; everybody's where there is no condition."""
    query = select(contacts.c.id).where(contacts.c.id > after_id).order_by(contacts.c.id).limit(limit)
    if where is not None:
        query = query.where(where)
    return list(conn.execute(query).scalars())
