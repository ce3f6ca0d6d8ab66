"""The loop that drains the queue: claim, send, call, record, until nothing is due."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from nurture.clock import Clock
from nurture.engine.calls import Caller
from nurture.engine.claim import Claimed, Lease, claim
from nurture.engine.courier import Courier
from nurture.engine.perform import Desk
from nurture.engine.running import Running
from nurture.engine.store_thread import StoreThread
from nurture.errors import ServiceUnavailable
from nurture.store import enrollments, messages
from nurture.store.connection import Connection

_SMALLEST_SHARE = 8

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is under way: under which lease and, where it is a mail, through which sender."""

    token: str
    sender: str


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
        running: Running,
        clock: Clock,
        name: str,
        in_flight: int = 100,
    ) -> None:
        self._desk = desk
        self._store = store
        self._courier = courier
        self._caller = caller
        self._running = running
        self._clock = clock
        self._name = name
        self._in_flight = in_flight
        self._under_way: dict[asyncio.Task[None], _Work] = {}
        self._renewal: asyncio.Task[None] | None = None
        self._is_stopping = False

    def stop(self) -> None:
        """Claim no more; `finish` returns once what is under way is settled."""
        self._is_stopping = True

    async def drain(self, *, patience: float | None = None) -> int:
        """Work until nothing is due or `stop` is called; how many due rows were looked at.

        A relay that takes longer than `patience` seconds (None: however long) is not waited for: what it has stays
        under way, and `finish` waits for that. Raises DatabaseUnavailable or DiskFull where a claim could not be
        committed.
        """
        looked_at = 0
        while not self._is_stopping:
            room = self._in_flight - len(self._under_way)
            if room >= self._in_flight // 2:
                claimed = await self._claim(room)
                looked_at += claimed.looked_at
                if claimed.looked_at:
                    continue
            if not await self._one_settled(patience):
                break
        return looked_at

    async def finish(self) -> None:
        """Wait until everything under way is settled, however long its relay takes."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        if self._renewal:
            self._renewal.cancel()
            self._renewal = None

    async def _claim(self, limit: int) -> Claimed:
        lease, places = self._lease(), self._places()
        try:
            claimed = await self._store.write(partial(self._take, lease=lease, limit=limit, places=places))
        except ServiceUnavailable:
            raise
        except Exception:
            log.exception("a claim failed: each row is looked at by itself")
            take_each = partial(self._take, lease=lease, limit=limit, places=places, is_careful=True)
            claimed = await self._store.write(take_each)
        for assignment in claimed.assignments:
            self._start(self._courier.send(assignment), lease.token, assignment.message.sender)
        for call in claimed.calls:
            self._start(self._caller.make(call), lease.token)
        return claimed

    def _take(
        self, conn: Connection, *, lease: Lease, limit: int, places: Mapping[str, int], is_careful: bool = False
    ) -> Claimed:
        return claim(
            conn,
            self._desk,
            self._running.current(conn),
            now=self._clock.now(),
            limit=limit,
            lease=lease,
            places=places,
            past=self._running.past,
            is_careful=is_careful,
        )

    def _places(self) -> dict[str, int]:
        """How many more of each sender's messages may be under way: a relay that hangs keeps its own share, not all.

        Nothing more where over half of the share is taken, so that a claim is worth its transaction.
        """
        senders = self._desk.rules.senders
        share = max(_SMALLEST_SHARE, self._in_flight // max(1, len(senders)))
        taken = Counter(work.sender for work in self._under_way.values())
        return {name: share - taken[name] if taken[name] <= share // 2 else 0 for name in senders}

    def _lease(self) -> Lease:
        return Lease(
            token=f"{self._name}.{self._desk.chance.token()}", until=self._clock.now() + self._desk.rules.lease_for
        )

    def _start(self, work: Coroutine[Any, Any, None], token: str, sender: str = "") -> None:
        task = asyncio.create_task(work)
        self._under_way[task] = _Work(token=token, sender=sender)
        task.add_done_callback(self._settled)
        self._renewal = self._renewal or asyncio.create_task(self._renew_leases())

    def _settled(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        if not task.cancelled() and task.exception():
            # Its lease runs out and recovery settles it: one mail's trouble must not end the loop.
            log.error("a message was left to recovery", exc_info=task.exception())

    async def _one_settled(self, patience: float | None) -> bool:
        """Whether something under way was settled, so that there is room, and perhaps more that is due."""
        if not self._under_way:
            return False
        done, _ = await asyncio.wait(self._under_way, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)

    async def _renew_leases(self) -> None:
        """Keep what is under way leased, while a relay takes its ten minutes to answer."""
        pause = self._desk.rules.lease_for / 3
        while True:
            await asyncio.sleep(self._clock.seconds_until(self._clock.now() + pause))
            tokens = {work.token for work in self._under_way.values()}
            until = self._clock.now() + self._desk.rules.lease_for
            if not tokens:
                continue
            try:
                await self._store.write(partial(_extend, tokens=tokens, until=until))
            except ServiceUnavailable as trouble:
                log.warning("leases not renewed", because=str(trouble))
            except Exception:
                log.exception("leases not renewed")


def _extend(conn: Connection, tokens: set[str], until: datetime) -> None:
    for token in sorted(tokens):
        enrollments.extend_leases(conn, token, until)
        messages.extend_leases(conn, token, until)
