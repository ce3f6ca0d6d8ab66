"""The loop that drains the queue: claim, send, call, record, until nothing is due."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from nurture.clock import Clock
from nurture.engine.calls import Caller
from nurture.engine.claim import Claimed, Lease, claim
from nurture.engine.courier import Courier
from nurture.engine.perform import Desk
from nurture.engine.store_thread import StoreThread
from nurture.errors import ServiceUnavailable
from nurture.loader.library import Library
from nurture.store import enrollments, messages
from nurture.store.connection import Connection

log = structlog.get_logger(__name__)


class Worker:
    """Sends what is due. `in_flight` bounds what is claimed and not settled: what a lost process leaves to recover.

    Lease tokens begin with `name`, so that what a dead worker of this host held can be taken over at once.
    """

    def __init__(
        self,
        *,
        desk: Desk,
        store: StoreThread,
        courier: Courier,
        caller: Caller,
        library: Library,
        clock: Clock,
        name: str,
        in_flight: int = 100,
    ) -> None:
        self._desk = desk
        self._store = store
        self._courier = courier
        self._caller = caller
        self._library = library
        self._clock = clock
        self._name = name
        self._in_flight = in_flight
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._is_stopping = False

    def stop(self) -> None:
        """Claim no more; `drain` returns once what is under way is settled."""
        self._is_stopping = True

    async def drain(self) -> int:
        """Work until nothing is due or `stop` is called; how many due rows were looked at.

        Raises DatabaseUnavailable or DiskFull where a claim could not be committed, once all under way is settled.
        """
        renewal = asyncio.create_task(self._renew_leases())
        looked_at = 0
        try:
            while not self._is_stopping:
                room = self._in_flight - len(self._under_way)
                if room < self._in_flight // 2:
                    await self._one_settled()
                    continue
                claimed = await self._claim(room)
                looked_at += claimed.looked_at
                if claimed.looked_at == 0 and not self._under_way:
                    break
                if claimed.looked_at == 0:
                    await self._one_settled()
        finally:
            await self._all_settled()
            renewal.cancel()
        return looked_at

    async def _claim(self, limit: int) -> Claimed:
        lease = self._lease()
        campaigns = self._library.campaigns
        claimed = await self._store.write(
            lambda conn: claim(conn, self._desk, campaigns, now=self._clock.now(), limit=limit, lease=lease)
        )
        for assignment in claimed.assignments:
            self._start(self._courier.send(assignment), lease.token)
        for call in claimed.calls:
            self._start(self._caller.make(call), lease.token)
        return claimed

    def _lease(self) -> Lease:
        return Lease(
            token=f"{self._name}.{self._desk.chance.token()}", until=self._clock.now() + self._desk.rules.lease_for
        )

    def _start(self, work: Coroutine[Any, Any, None], token: str) -> None:
        task = asyncio.create_task(work)
        self._under_way[task] = token
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        if not task.cancelled() and task.exception():
            # Its lease runs out and recovery settles it: one mail's trouble must not end the loop.
            log.error("a message was left to recovery", exc_info=task.exception())

    async def _one_settled(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    async def _all_settled(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _renew_leases(self) -> None:
        """Keep what is under way leased, while a relay takes its ten minutes to answer."""
        pause = self._desk.rules.lease_for / 3
        while True:
            await asyncio.sleep(self._clock.seconds_until(self._clock.now() + pause))
            tokens = set(self._under_way.values())
            until = self._clock.now() + self._desk.rules.lease_for
            if not tokens:
                continue
            try:
                await self._store.write(partial(_extend, tokens=tokens, until=until))
            except ServiceUnavailable as trouble:
                log.warning("leases not renewed", because=str(trouble))


def _extend(conn: Connection, tokens: set[str], until: datetime) -> None:
    for token in sorted(tokens):
        enrollments.extend_leases(conn, token, until)
        messages.extend_leases(conn, token, until)
