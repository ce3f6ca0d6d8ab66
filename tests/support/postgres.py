"""A throw-away PostgreSQL server, started from the binaries that are installed here."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

_INSTALLED = Path("/usr/lib/postgresql")
_SETTINGS = {
    "listen_addresses": "''",  # a socket in a folder of our own needs no free port
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
}


def installed_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: that of the PATH, else the newest that Debian installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class PostgresServer:
    """A running server; every database that it makes is dropped with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def create(self, template: str = "template0") -> str:
        """The name of a new database, a copy of `template`, to which nobody may be connected."""
        name = f"nurture_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop the database, also from under those who forgot to disconnect."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres", autocommit=True) as conn:
            conn.execute(statement)


@contextmanager
def running_server(binaries: Path) -> Iterator[PostgresServer]:
    """A fresh server of its own, stopped and removed at the end."""
    # Not under pytest's own folder: the path of a socket may have 107 bytes only, and its owner is another user.
    folder = Path(tempfile.mkdtemp(prefix="nurture-pg-"))
    data = folder / "data"
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        _as_owner(
            [
                f"{binaries}/initdb",
                "-D",
                f"{data}",
                "-U",
                "postgres",
                "-A",
                "trust",
                "-EUTF8",
                "--no-locale",
                "--no-sync",
            ],
            folder,
        )
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        start = ["-o", f"{options} -k {folder}", "-l", f"{folder}/log", "-w", "start"]
        _as_owner([f"{binaries}/pg_ctl", "-D", f"{data}", *start], folder)
        try:
            yield PostgresServer(folder)
        finally:
            _as_owner([f"{binaries}/pg_ctl", "-D", f"{data}", "-m", "immediate", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner(command: Sequence[str], folder: Path) -> None:
    """Run `command`; as `postgres` where we are root, as whom PostgreSQL refuses to run."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # The server inherits our output: a pipe would stay open, and we waiting, until it ends.
    with (folder / "commands.log").open("ab") as log:
        done = subprocess.run([*prefix, *command], cwd=folder, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{(folder / 'commands.log').read_text()}")
