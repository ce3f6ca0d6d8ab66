"""Single values about this database: its identity, when the daily enrollment last ran."""

from sqlalchemy import Connection, select

from nurture.store.insertion import insert_or_update
from nurture.store.tables import project


def get(conn: Connection, name: str) -> str | None:
    """The value of that name; None where it was never put."""
    found: str | None = conn.execute(select(project.c.value).where(project.c.name == name)).scalar()
    return found


def put(conn: Connection, name: str, value: str) -> None:
    insert_or_update(conn, project, {"name": name, "value": value}, key="name")
