"""What long-running commands share: the lock of the one `run` on a file, and how a signal ends them."""

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nurture.errors import UsageError
from nurture.store.database import Database

_LOOK_SECONDS = 0.05


@contextmanager
def only_run(database: Database) -> Iterator[None]:
    """Hold the lock of the one `run` that an SQLite file may have. Raises UsageError where another has it."""
    if database.path is None:
        yield
        return
    with _lock_path(database.path).open("a+") as file:
        if not _locked(file):
            file.seek(0)
            owner = file.read().strip() or "another process"
            raise UsageError(
                f"`nurture run` is at work on {database.path.name} already (process {owner})",
                hint="Stop it first, or use PostgreSQL for more than one.",
            )
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def _locked(file: IO[str]) -> bool:
    for _ in range(3):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_SECONDS)  # it may only have been `status`, which looks at the lock for a moment
        else:
            return True
    return False


def running_process(database: Database) -> int | None:
    """The process that has the lock of `run` on this SQLite file; None for none, and where it cannot be told."""
    if database.path is None:
        return None
    try:
        with _lock_path(database.path).open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = file.read().strip()
                return int(owner) if owner.isdigit() else None
    except OSError:
        return None
    return None


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".run.lock")


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM and SIGINT; a second one is as good as the first: what is under way is finished."""
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop)
