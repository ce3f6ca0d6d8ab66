"""Transactions on both databases, and what outside trouble looks like."""

import pytest
from sqlalchemy import select, text

from nurture.store.database import Database
from nurture.store.tables import project


def test_what_a_write_says_is_there_for_the_next_read(database: Database) -> None:
    with database.write() as conn:
        conn.execute(project.insert().values(name="a", value="1"))
    with database.read() as conn:
        assert conn.execute(select(project.c.value)).scalars().all() == ["1"]


def test_an_error_inside_a_write_takes_all_of_it_back(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as conn:
        conn.execute(project.insert().values(name="a", value="1"))
        raise KeyError("gone")
    with database.read() as conn:
        assert conn.execute(select(project.c.value)).all() == []


def test_the_fixture_gives_tables(database: Database) -> None:
    database.check_current()
    with database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM contacts")).scalar() == 0
