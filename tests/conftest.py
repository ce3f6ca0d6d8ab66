"""What every room's tests may ask for: databases of both kinds, migrated and empty, each test its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from nurture.store import migrate
from nurture.store.database import Database
from tests.support.certificate import self_made_certificate
from tests.support.dovecot import DovecotServer, running_server, the_binary
from tests.support.missing import missing
from tests.support.postgres import PostgresServer, installed_binaries
from tests.support.postgres import running_server as running_postgres


@pytest.fixture(scope="session", autouse=True)
def _faults_are_told_plainly() -> None:
    """Drawing a traceback with every variable takes seconds, which a test of a fault would spend on nothing."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the session (for each worker of xdist)."""
    binaries = installed_binaries()
    if binaries is None:
        missing("PostgreSQL is not installed: no initdb on the PATH nor under /usr/lib/postgresql")
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: PostgresServer) -> str:
    name = postgres_server.create()
    database = Database(postgres_server.url(name))
    migrate.upgrade(database)
    database.close()
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "nurture.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A new PostgreSQL database without any table."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, _postgres_template: str) -> Iterator[str]:
    """A new PostgreSQL database with nurture's tables."""
    name = postgres_server.create(_postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """Where a SQLite file may be made; there is none yet."""
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """A new SQLite file with nurture's tables."""
    path = tmp_path / "nurture.db"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with nurture's tables, of the one kind and of the other."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The store on `database_url`, open."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """The store on SQLite alone, for tests that are about something above it."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def _dovecot_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DovecotServer]:
    folder = tmp_path_factory.mktemp("certificate")
    certificate = self_made_certificate(folder)
    with running_server(the_binary(), certificate=certificate.file, key=folder / "server.key") as server:
        yield server


@pytest.fixture
def dovecot(_dovecot_server: DovecotServer) -> DovecotServer:
    """An IMAP server with one empty account; one server for the session (for each worker of xdist)."""
    _dovecot_server.clear()
    return _dovecot_server


@pytest.fixture(scope="session")
def dovecot_without_idle() -> Iterator[DovecotServer]:
    """An IMAP server of the kind that announces no mail."""
    with running_server(the_binary(), more="imap_capability = IMAP4rev1 LITERAL+ SPECIAL-USE") as server:
        yield server
