"""What the databases' drivers say when something outside is wrong, turned into errors that a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.errors import DatabaseUnavailable, DiskFull, ServiceUnavailable

_SQLITE_FAMILIES = {
    "SQLITE_BUSY": ("the database is locked by another process", "Trying again may help."),
    "SQLITE_LOCKED": ("the database is locked by another process", "Trying again may help."),
    "SQLITE_CANTOPEN": ("the database file cannot be opened", "Check that its folder exists and may be written to."),
    "SQLITE_READONLY": ("the database file may not be written to", "Check the rights of the file and its folder."),
    "SQLITE_PERM": ("the database file may not be written to", "Check the rights of the file and its folder."),
    "SQLITE_IOERR": ("the database file cannot be read or written", "Check the disk, and whether it is full."),
    "SQLITE_CORRUPT": ("the database file is damaged", "Restore a backup: `nurture db restore FILE`."),
    "SQLITE_NOTADB": ("the file is not a SQLite database", "Check `database` in config.yaml."),
}
_DISK_FULL = "the disk is full: nothing was recorded, so nothing is done"
_MAKE_ROOM = "Make room; work goes on by itself."
_POSTGRES_DISK_FULL = "53100"
# Connection trouble; shut down or starting; out of something; locked, deadlocked or to be tried again; read-only.
_POSTGRES_OUTAGES = ("08", "57P", "53", "55P03", "40P01", "40001", "25006", "58")


@contextmanager
def outages_in_words(name: str) -> Iterator[None]:
    """Turn a driver's outage into DatabaseUnavailable or DiskFull; other errors are ours and pass as they are."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        told = next((told for each in _behind(error) if (told := _told(each, name))), None)
        if told is None:
            raise
        raise told from error
    except PoolTimeout as error:
        raise DatabaseUnavailable("no connection to the database became free", where=name) from error


def _behind(error: BaseException) -> Iterator[BaseException | None]:
    """The error and those that led to it: a full disk ends SQLite's transaction, and then its savepoint is missed."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause.orig if isinstance(cause, DBAPIError) else cause
        cause = cause.__context__


def _told(error: BaseException | None, name: str) -> ServiceUnavailable | None:
    if isinstance(error, sqlite3.Error):
        return _told_by_sqlite(error, name)
    if isinstance(error, psycopg.Error):
        return _told_by_postgres(error, name)
    return None


def _told_by_sqlite(error: sqlite3.Error, name: str) -> ServiceUnavailable | None:
    code = getattr(error, "sqlite_errorname", None) or ""
    if code == "SQLITE_FULL":
        return DiskFull(_DISK_FULL, where=name, hint=_MAKE_ROOM)
    for family, (words, hint) in _SQLITE_FAMILIES.items():
        if code.startswith(family):
            return DatabaseUnavailable(f"{words} ({error})", where=name, hint=hint)
    return None


def _told_by_postgres(error: psycopg.Error, name: str) -> ServiceUnavailable | None:
    code = error.sqlstate
    if code == _POSTGRES_DISK_FULL:
        return DiskFull(_DISK_FULL, where=name, hint=_MAKE_ROOM)
    # Without a code nothing was answered: not connected, refused, or the connection went away.
    is_lost = code is None and isinstance(error, psycopg.OperationalError)
    if is_lost or (code or "").startswith(_POSTGRES_OUTAGES):
        words = str(error).strip().splitlines()[0] if str(error).strip() else "it did not answer"
        return DatabaseUnavailable(f"the database cannot be used: {words}", where=name, hint="Trying again may help.")
    return None
