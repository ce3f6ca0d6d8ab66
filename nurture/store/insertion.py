"""Inserting what may be there already, in the words of either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(conn: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that can say ON CONFLICT, which each dialect has in a class of its own."""
    return insert_in(conn.dialect.name, table)


def insert_in(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """The same, for statements that are built once for each dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_once(conn: Connection, table: Table, values: Mapping[str, Any], *, unique: Sequence[str]) -> int | None:
    """The id of the new row; None where a row with the same `unique` columns is there."""
    statement = insert_into(conn, table).values(values).on_conflict_do_nothing(index_elements=list(unique))
    found: int | None = conn.execute(statement.returning(table.c.id)).scalar()
    return found


def insert_or_update(conn: Connection, table: Table, values: Mapping[str, Any], *, key: str) -> None:
    """Write the row, over the one with the same `key` where there is one."""
    changed = {name: value for name, value in values.items() if name != key}
    statement = insert_into(conn, table).values(values)
    if changed:
        conn.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed))
    else:
        conn.execute(statement.on_conflict_do_nothing(index_elements=[key]))
