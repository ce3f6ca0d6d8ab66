"""The web listener inside the loop of `run`, `web` and `demo`; apart, so that no other command pays for it."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from nurture.clock import Clock
from nurture.errors import ServiceUnavailable
from nurture.settings import Project
from nurture.store.database import Database
from nurture.web.application import create_application
from nurture.web.unsubscribe import Publisher

_REASONS = {errno.EADDRINUSE: "the port is taken", errno.EACCES: "that port wants more rights"}


def build_web(project: Project, database: Database, *, clock: Clock) -> FastAPI:
    """The application that links in mails lead to."""
    publisher = Publisher(company=project.company.name, languages=project.languages)
    return create_application(database, publisher=publisher, clock=clock)


class WebServer:
    """A uvicorn server that leaves signals to its caller and says when its port is taken.

    `port` is where it listens once it has started: a free one for 0.
    """

    def __init__(self, application: FastAPI, *, host: str, port: int) -> None:
        self._config = uvicorn.Config(
            application, host=host, port=port, log_level="warning", access_log=False, lifespan="off"
        )
        self._server = _QuietServer(self._config)
        self._host, self._port = host, port
        self.port = port
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listening when it returns. Raises ServiceUnavailable where the address cannot be had."""
        listening = self._listening()
        self.port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
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
