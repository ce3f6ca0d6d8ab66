"""Transactions on both databases, and what outside trouble looks like."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Result, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from nurture.errors import DatabaseUnavailable, DiskFull, InvalidInput
from nurture.store import migrate, project
from nurture.store.database import Database, open_or_create
from nurture.store.tables import pauses
from nurture.store.tables import project as project_table
from tests.support.builders import MONDAY_NINE
from tests.support.postgres import PostgresServer


def test_what_a_write_says_is_there_for_the_next_read(database: Database) -> None:
    with database.write() as conn:
        project.put(conn, "a", "1")
        project.put(conn, "a", "2")
    with database.read() as conn:
        assert project.get(conn, "a") == "2"
        assert project.get(conn, "b") is None


def test_an_error_inside_a_write_takes_all_of_it_back(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as conn:
        project.put(conn, "a", "1")
        raise KeyError("gone")
    with database.read() as conn:
        assert project.get(conn, "a") is None


def test_a_read_sees_one_moment_even_while_others_write(database_url: str) -> None:
    reader, writer = Database(database_url), Database(database_url)
    with reader.read() as conn:
        assert project.get(conn, "a") is None
        with writer.write() as other:
            project.put(other, "a", "1")
        assert project.get(conn, "a") is None
    with reader.read() as conn:
        assert project.get(conn, "a") == "1"
    reader.close()
    writer.close()


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises((DatabaseUnavailable, DBAPIError)), database.read() as conn:
        project.put(conn, "a", "1")
    with database.write() as conn:
        project.put(conn, "a", "2")


def test_rows_cannot_refer_to_nothing(database: Database) -> None:
    orphan = pauses.insert().values(contact_id=7, kind="reply", from_at=MONDAY_NINE)
    with pytest.raises(IntegrityError), database.write() as conn:
        conn.execute(orphan)


def test_a_thread_that_would_wait_for_itself_is_told_at_once(sqlite_database: Database) -> None:
    with sqlite_database.write(), pytest.raises(RuntimeError, match="inside a transaction"), sqlite_database.write():
        pass
    with sqlite_database.write() as conn:
        project.put(conn, "a", "1")


def test_threads_that_write_at_once_all_come_through(database: Database) -> None:
    def count_up(_: int) -> None:
        with database.write() as conn:
            found = conn.execute(select(project_table.c.value).with_for_update()).scalar_one()
            project.put(conn, "count", str(int(found) + 1))

    with database.write() as conn:
        project.put(conn, "count", "0")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, range(80)))
    with database.read() as conn:
        assert project.get(conn, "count") == "80"


def test_sqlite_keeps_a_journal_ahead_and_waits_for_the_disk(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        settings = [conn.execute(text(f"PRAGMA {name}")).scalar() for name in _PRAGMAS]
    assert settings == ["wal", 2, 1]


_PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")


@contextmanager
def locked_by_another(url: str) -> Iterator[None]:
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def rows_half_read(database: Database) -> Result[tuple[int]]:
    """A result of which more is to come, after its transaction: the traceback of a fault keeps one alive."""
    with database.write() as conn:
        found = conn.execute(text("SELECT count(*) FROM project UNION ALL SELECT 2 UNION ALL SELECT 3"))
        assert found.fetchone()
    return found


def test_rows_that_nobody_read_to_their_end_hold_up_no_later_transaction(sqlite_url: str) -> None:
    ours, theirs = Database(sqlite_url), Database(sqlite_url)
    kept = rows_half_read(ours)
    with theirs.write() as conn:
        project.put(conn, "a", "1")
    with ours.read() as conn:
        assert project.get(conn, "a") == "1"
    with ours.write() as conn:
        project.put(conn, "a", "2")
    del kept
    ours.close()
    theirs.close()


def test_a_locked_file_is_an_outage_and_goes_on_when_it_is_free(sqlite_url: str) -> None:
    database = Database(sqlite_url, busy_seconds=0.01)
    with (
        locked_by_another(sqlite_url),
        pytest.raises(DatabaseUnavailable, match="locked by another process"),
        database.write(),
    ):
        pass
    with database.write() as conn:
        project.put(conn, "a", "1")
    database.close()


def test_a_full_disk_is_told_as_such_and_nothing_of_the_transaction_stays(sqlite_database: Database) -> None:
    with pytest.raises(DiskFull), sqlite_database.write() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count=1")
        for number in range(10_000):
            project.put(conn, f"a{number}", "x" * 500)
    with sqlite_database.write() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert project.get(conn, "a0") is None


def test_a_file_that_was_replaced_is_not_worked_on(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with database.write() as conn:
        project.put(conn, "a", "1")
    path = tmp_path / "nurture.db"
    copy = path.read_bytes()
    path.unlink()
    with pytest.raises(DatabaseUnavailable, match="replaced or removed"), database.read():
        pass
    path.write_bytes(copy)
    with pytest.raises(DatabaseUnavailable, match="replaced or removed"), database.write():
        pass
    database.close()


def test_a_folder_that_is_not_there_is_an_outage_with_a_hint(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/nurture.db")
    with pytest.raises(DatabaseUnavailable, match="folder exists"), database.read():
        pass


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "nurture.db").write_text("a shopping list, " * 100)
    database = Database(f"sqlite:///{tmp_path}/nurture.db")
    with pytest.raises(DatabaseUnavailable, match="not a SQLite database"), database.read():
        pass
    database.close()


def test_an_unknown_table_is_an_error_of_ours_not_an_outage(database: Database) -> None:
    with pytest.raises(DBAPIError, match="nothing_such"), database.read() as conn:
        conn.execute(text("SELECT * FROM nothing_such"))


@pytest.mark.parametrize(
    "url", ["", "nurture.db", "mysql://root@localhost/x", "sqlite://nurture.db", "postgresql+asyncpg://x/y", "://"]
)
def test_a_url_that_names_no_database_of_ours_is_refused_with_the_two_that_do(url: str) -> None:
    with pytest.raises(InvalidInput, match="sqlite:///FILE or postgresql://"):
        Database(url)


def test_a_password_is_in_no_message_about_the_database() -> None:
    database = Database("postgresql://nurture:s3cret@127.0.0.1:1/nurture")
    with pytest.raises(DatabaseUnavailable) as told, database.read():
        pass
    assert "s3cret" not in str(told.value)
    assert "s3cret" not in database.name


@pytest.mark.parametrize("form", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_may_be_written_in_the_usual_ways(postgres_url: str, form: str) -> None:
    database = Database(postgres_url.replace("postgresql+psycopg", form, 1))
    database.check_current()
    database.close()


def test_a_postgresql_connection_that_was_cut_is_an_outage_and_the_next_one_works(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    database, killer = Database(postgres_url), Database(postgres_url)
    with pytest.raises(DatabaseUnavailable), database.write() as conn:
        cut(killer, conn)
        project.put(conn, "a", "1")
    with database.write() as conn:
        assert project.get(conn, "a") is None
    database.close()
    killer.close()


def cut(killer: Database, victim: Connection) -> None:
    pid = victim.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with killer.write() as conn:
        conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def test_threads_share_a_database_in_memory() -> None:
    database = Database("sqlite://")
    migrate.upgrade(database)

    def put() -> None:
        with database.write() as conn:
            project.put(conn, "a", "1")

    thread = threading.Thread(target=put)
    thread.start()
    thread.join()
    with database.read() as conn:
        project.get(conn, "a")
    database.close()


@pytest.mark.parametrize(
    "url", ["postgresql://mali:planted@127.0.0.1:1/x", "postgresql://mali@127.0.0.1:1/x?password=planted"]
)
def test_a_password_in_the_url_is_in_no_name_and_no_error(url: str) -> None:
    away = Database(url)
    assert "planted" not in away.name
    with pytest.raises(DatabaseUnavailable) as trouble, away.read():
        pass
    assert "planted" not in str(trouble.value)
    assert "127.0.0.1:1/x" in str(trouble.value)


def test_a_new_database_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    made = open_or_create(f"sqlite:///{path}")
    with made.write() as conn:
        project.put(conn, "a", "1")
        modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
    made.close()
    assert set(modes) >= {"new.db", "new.db-wal"}
    assert not any(modes.values()), modes
