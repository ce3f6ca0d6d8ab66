"""The way to the database: transactions that read or write, and outside trouble told in words.

SQLite keeps WAL, `synchronous=FULL` and begins every write with `BEGIN IMMEDIATE`, so that two writers queue where
deferred ones would fail half-way. Python's own transaction control is off: it begins none for a SELECT.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from nurture.errors import DatabaseUnavailable, InvalidInput
from nurture.store.outages import outages_in_words
from nurture.store.sqlite_connection import SqliteConnection
from nurture.store.sqlite_functions import add_functions
from nurture.store.version_tables import metadata

HEAD = "0006"
"""The newest migration, written here so that looking at it does not import alembic."""

_WRITES = "nurture_writes"
_QUEUE_SECONDS = 60.0
_LONGEST_PAUSE_MS = 60_000
_FORMS = "Write sqlite:///FILE or postgresql://USER@HOST/NAME."


class Database:
    """A database of either kind. `busy_seconds` is how long a transaction waits for what another process holds."""

    def __init__(self, url: str, *, busy_seconds: float = 10.0) -> None:
        self._url = _understood(url)
        # Without its query: `?password=` may stand there.
        self.name = self._url.set(query={}).render_as_string(hide_password=True)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self.is_memory = self.is_sqlite and self._url.database in (None, "", ":memory:")
        self.path = Path(self._url.database or "").absolute() if self.is_sqlite and not self.is_memory else None
        self._queue = threading.Lock()
        self._queue_owner: int | None = None
        self._file_id: tuple[int, int] | None = None
        self._engine = (
            self._sqlite_engine(busy_seconds) if self.is_sqlite else _postgres_engine(self._url, busy_seconds)
        )
        self._writer = self._engine.execution_options(**{_WRITES: True})
        if not self.is_sqlite:
            self._engine = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _sqlite_engine(self, busy_seconds: float) -> Engine:
        # isolation_level None: sqlite3 begins nothing by itself, `_begin` does.
        connect_args: dict[str, Any] = {"isolation_level": None, "timeout": busy_seconds, "cached_statements": 500}
        connect_args["factory"] = SqliteConnection
        if self.is_memory:
            # One connection for all threads: a second one would see an empty database of its own.
            connect_args["check_same_thread"] = False
            engine = create_engine(self._url, connect_args=connect_args, poolclass=StaticPool)
        else:
            engine = create_engine(self._url, connect_args=connect_args)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "checkin", _end_reading)
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment and changes nothing. Raises DatabaseUnavailable."""
        with outages_in_words(self.name):
            self._refuse_replaced_file()
            with self._queued(self.is_memory), self._engine.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or rolled back by any error.

        Raises DatabaseUnavailable, also where the commit could not be had, and DiskFull.
        """
        with outages_in_words(self.name):
            self._refuse_replaced_file()
            with self._queued(self.is_sqlite), self._writer.begin() as connection:
                yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """As `write`, but SQLite may move whole tables: its foreign keys are off meanwhile."""
        with outages_in_words(self.name):
            self._refuse_replaced_file()
            with self._queued(self.is_sqlite), self._writer.connect() as connection:
                if self.is_sqlite:
                    _pragma(connection, "foreign_keys=OFF")
                try:
                    with connection.begin():
                        yield connection
                finally:
                    if self.is_sqlite:
                        _pragma(connection, "foreign_keys=ON")

    @contextmanager
    def _queued(self, is_needed: bool) -> Iterator[None]:
        """SQLite takes one writer at a time: threads wait here in turn, not in its busy loop, which is unfair."""
        if not is_needed:
            yield
            return
        if self._queue_owner == threading.get_ident():
            raise RuntimeError("a transaction was begun inside a transaction of the same thread")
        if not self._queue.acquire(timeout=_QUEUE_SECONDS):
            raise DatabaseUnavailable("another transaction of this process does not end", where=self.name)
        self._queue_owner = threading.get_ident()
        try:
            yield
        finally:
            self._queue_owner = None
            self._queue.release()

    def _refuse_replaced_file(self) -> None:
        """Raise DatabaseUnavailable where the file is not the one that this process has opened.

        What is written to the old one would be lost, and the new one does not know what was sent.
        """
        if self.path is None:
            return
        try:
            status = self.path.stat()
        except FileNotFoundError:
            found = None
        else:
            found = (status.st_dev, status.st_ino)
        if self._file_id is None:
            self._file_id = found
        elif found != self._file_id:
            raise DatabaseUnavailable(
                "the database file was replaced or removed while in use",
                where=str(self.path),
                hint="Stop nurture, put the right file there and start again.",
            )

    def create_tables(self) -> None:
        """Lay this release's tables in an empty database and note them as its newest migration.

        It comes to the same as migrating from nothing, which a test holds, without the half second that importing
        alembic takes.
        """
        with self.write() as connection:
            metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})

    def revision(self) -> str | None:
        """The migration that the database stands at; None for one that was never upgraded."""
        with self.read() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found

    def check_current(self) -> None:
        """Raise DatabaseUnavailable where the schema is not the one of this release."""
        found = self.revision()
        if found is None:
            raise DatabaseUnavailable(
                "the database has no tables of nurture yet", where=self.name, hint="Run `nurture db upgrade`."
            )
        if found < HEAD:
            raise DatabaseUnavailable(
                f"the database is of an older release (schema {found}, this one has {HEAD})",
                where=self.name,
                hint="Back it up, then run `nurture db upgrade`.",
            )
        if found > HEAD:
            raise DatabaseUnavailable(
                f"the database is of a newer release (schema {found}, this one has {HEAD})",
                where=self.name,
                hint="Install that release of nurture, or restore the backup made before its upgrade.",
            )

    def close(self) -> None:
        """Close every connection; the next transaction opens one again."""
        self._engine.dispose()


def open_or_create(url: str, *, busy_seconds: float = 10.0) -> Database:
    """The database at `url` with the schema of this release; a SQLite file that is not there yet is made.

    Raises InvalidInput for a URL that names no database of ours, DatabaseUnavailable where it cannot be used.
    """
    database = Database(url, busy_seconds=busy_seconds)
    is_new = database.is_memory or (database.path is not None and not _has_content(database.path))
    try:
        if is_new:
            _make_private(database.path)
            database.create_tables()
        else:
            database.check_current()
    except BaseException:
        database.close()
        raise
    return database


def _make_private(path: Path | None) -> None:
    """An empty file for its owner alone: people and the keys of links will be in it; SQLite's other files follow it."""
    if path is not None:
        with suppress(OSError):  # what is wrong with the path, opening the database says
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _understood(text_of_url: str) -> URL:
    try:
        url = make_url(text_of_url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        # The text is not quoted: there may be a password in it.
        raise InvalidInput("the database URL cannot be read", where="database", hint=_FORMS) from error
    match url.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if url.host:
                raise InvalidInput("a SQLite URL has three slashes", where="database", hint=_FORMS)
            return url
        case "postgres" | "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise InvalidInput(f"{other!r} is not a database that nurture knows", where="database", hint=_FORMS)


def _postgres_engine(url: URL, busy_seconds: float) -> Engine:
    # pre_ping: after an outage the first transactions would else meet the dead connections of the pool.
    engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)

    @event.listens_for(engine, "connect")
    def set_up(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.execute(f"SET lock_timeout = {round(busy_seconds * 1000)}")
        # A worker frozen in the middle of a transaction must not hold its rows for ever.
        connection.execute(f"SET idle_in_transaction_session_timeout = {_LONGEST_PAUSE_MS}")
        connection.commit()

    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """What SQLite keeps per connection: settings and our functions; and WAL, which it keeps in the file."""
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode=WAL")
    # FULL: in WAL mode NORMAL loses acknowledged commits when the power goes.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    add_functions(connection)


def _end_reading(connection: SqliteConnection | None, _entry: ConnectionPoolEntry) -> None:
    if connection is not None:  # it was thrown away, as it was no longer of use
        connection.close_cursors()


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(_WRITES, False)
    _pragma(connection, f"query_only={'OFF' if is_writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _pragma(connection: Connection, setting: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {setting}")
    cursor.close()
