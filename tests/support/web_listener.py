"""The project's web listener on a loopback port, in a thread of its own, for as long as a test needs it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from nurture.cli.listener import WebServer, build_web
from nurture.clock import Clock
from nurture.settings import Project
from nurture.store.database import Database


def free_port() -> int:
    """A port on which nobody listens at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def listening(project: Project, database: Database, *, clock: Clock, port: int) -> Iterator[str]:
    """Where it listens, as a URL without a slash at its end."""
    with serving(build_web(project, database, clock=clock), port=port) as base:
        yield base


@contextmanager
def serving(application: FastAPI, *, port: int, stopping: asyncio.Event | None = None) -> Iterator[str]:
    """As `listening`, for any application; `stopping` is set before the server ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="web", daemon=True)
    thread.start()

    async def start() -> WebServer:
        server = WebServer(application, host="127.0.0.1", port=port)
        await server.start()
        return server

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        if stopping:
            loop.call_soon_threadsafe(stopping.set)
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
