"""The migrations make exactly the tables that the code speaks of, on both databases."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from nurture.errors import DatabaseUnavailable
from nurture.store import migrate
from nurture.store.database import HEAD, Database, open_or_create
from nurture.store.version_tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without tables."""
    name = "empty_sqlite_url" if request.param == "sqlite" else "empty_postgres_url"
    database = Database(request.getfixturevalue(name))
    yield database
    database.close()


def test_upgrading_an_empty_database_leaves_nothing_to_migrate(empty: Database) -> None:
    migrate.upgrade(empty)
    with empty.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    empty.check_current()


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    migrate.upgrade(empty)
    migrate.upgrade(empty)
    empty.check_current()


def test_a_downgrade_takes_everything_away_and_an_upgrade_brings_it_back(empty: Database) -> None:
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")
    with empty.read() as conn:
        assert not any(conn.dialect.has_table(conn, table) for table in metadata.tables)
    migrate.upgrade(empty)
    empty.check_current()


def test_a_migration_that_would_leave_dangling_rows_is_taken_back(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.migrating() as conn:
        conn.execute(text("INSERT INTO pauses (contact_id, kind, from_at, because) VALUES (7, 'reply', 0, '')"))
    with pytest.raises(DatabaseUnavailable, match="1 rows that refer to nothing"):
        migrate.upgrade(database)
    database.close()


def test_the_head_that_is_compared_at_every_start_is_the_newest_migration() -> None:
    assert migrate.head() == HEAD


def test_a_new_sqlite_file_is_made_with_its_tables(empty_sqlite_url: str) -> None:
    database = open_or_create(empty_sqlite_url)
    database.check_current()
    database.close()


def test_a_database_in_memory_has_its_tables_for_every_transaction() -> None:
    database = open_or_create("sqlite://")
    database.check_current()
    database.close()


def test_an_empty_postgresql_database_asks_for_the_upgrade(empty_postgres_url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="nurture db upgrade"):
        open_or_create(empty_postgres_url)


@pytest.mark.parametrize(("revision", "words"), [("0000", "older release"), ("9999", "newer release")])
def test_another_schema_is_refused_with_what_to_do(database: Database, revision: str, words: str) -> None:
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(DatabaseUnavailable, match=words):
        database.check_current()


def test_opening_a_current_database_does_not_import_alembic(sqlite_url: str) -> None:
    look = (
        "import sys; from nurture.store.database import open_or_create; "
        f"open_or_create({sqlite_url!r}); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_tables_of_a_new_file_are_those_that_migrating_gives(tmp_path: Path) -> None:
    created, migrated = open_or_create(f"sqlite:///{tmp_path}/a.db"), Database(f"sqlite:///{tmp_path}/b.db")
    migrate.upgrade(migrated)
    assert schema_of(created) == schema_of(migrated)
    created.check_current()
    for database in (created, migrated):
        database.close()


def schema_of(database: Database) -> set[tuple[str, ...]]:
    """Every statement that makes the schema, as its parts in any order, without white space and quotes."""
    with database.read() as conn:
        made = conn.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"))
        return {tuple(sorted(re.split(r"[,()]+", re.sub(r"[\s\"]", "", each)))) for each in made.scalars()}
