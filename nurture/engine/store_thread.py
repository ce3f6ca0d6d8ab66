"""The store's one thread: the event loop hands it a transaction at a time and never waits for a disk itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from nurture.store.connection import Connection
from nurture.store.database import Database

T = TypeVar("T")


class StoreThread:
    """Runs functions of a connection inside a transaction, in the order in which they were asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def write(self, act: Callable[[Connection], T]) -> T:
        """What `act` returned, committed. Raises DatabaseUnavailable or DiskFull with nothing written."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._write, act)

    async def read(self, ask: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._read, ask)

    def _write(self, act: Callable[[Connection], T]) -> T:
        with self._database.write() as conn:
            return act(conn)

    def _read(self, ask: Callable[[Connection], T]) -> T:
        with self._database.read() as conn:
            return ask(conn)

    def close(self) -> None:
        """Wait for what was asked for and stop the thread."""
        self._executor.shutdown(wait=True)
