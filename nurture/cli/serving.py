"""What `run`, `worker` and `web` share: the lock of a single process, signals, and a web server inside the loop."""

import asyncio
import errno
import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import uvicorn
from fastapi import FastAPI

from nurture.errors import ServiceUnavailable, UsageError
from nurture.store.database import Database

_REASONS = {errno.EADDRINUSE: "the port is taken", errno.EACCES: "that port wants more rights"}
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


class WebServer:
    """A uvicorn server that leaves signals to its caller and says when its port is taken."""

    def __init__(self, application: FastAPI, *, host: str, port: int) -> None:
        self._config = uvicorn.Config(
            application, host=host, port=port, log_level="warning", access_log=False, lifespan="off"
        )
        self._server = _QuietServer(self._config)
        self._host, self._port = host, port
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listening when it returns. Raises ServiceUnavailable where the address cannot be had."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listening()]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.01)

    def _listening(self) -> socket.socket:
        """Bound here and not by uvicorn, which would log and exit by itself."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family)
        except OSError as error:
            raise ServiceUnavailable(
                f"nothing can listen on {self._host}:{self._port}: {_REASONS.get(error.errno or 0, str(error))}",
                hint="Another program has the port, or the host is not this machine's: see `web` in config.yaml.",
            ) from None

    async def stop(self) -> None:
        """Answer what is under way, then end."""
        self._server.should_exit = True
        if self._task:
            await self._task


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
