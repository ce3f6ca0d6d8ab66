"""Migrations, in a module of their own because importing alembic takes longer than most commands run."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from nurture.errors import DatabaseUnavailable
from nurture.store.database import Database

_UPGRADE_LOCK = 0x6E757274  # any number, but always the same: that of PostgreSQL's advisory lock for migrating


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def head() -> str | None:
    """The newest revision among the migrations."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision`, all or nothing; of several that try at once, one does it and the others wait."""
    with database.migrating() as connection:
        _lock(connection)
        command.upgrade(_config(connection), revision)
        _check_references(connection)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision`; what newer tables and columns held is lost."""
    with database.migrating() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)
        _check_references(connection)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})


def _check_references(connection: Connection) -> None:
    """SQLite moves tables with its foreign keys off, so what they hold is looked at here, before the commit."""
    if connection.dialect.name == "sqlite" and (dangling := connection.execute(text("PRAGMA foreign_key_check")).all()):
        raise DatabaseUnavailable(
            f"the migration would leave {len(dangling)} rows that refer to nothing; nothing was changed",
            hint="Restore the newest backup and tell the authors.",
        )
