"""One pass over everything that may be due: what `tick` does once and `run` does at every beat."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from nurture.clock import Clock
from nurture.engine.attendance import Attendance
from nurture.engine.breaker import Breaker
from nurture.engine.daily import enroll_daily
from nurture.engine.judge import judge_hits
from nurture.engine.lookout import Lookout
from nurture.engine.perform import Desk
from nurture.engine.replay import replay_journal, succeed_the_gone
from nurture.engine.running import Running
from nurture.engine.unheard import hear_the_unheard
from nurture.engine.worker import Worker
from nurture.errors import NurtureError, ServiceUnavailable
from nurture.store import enrollments, messages
from nurture.store.database import Database

JUDGES_EVERY = timedelta(seconds=15)
BREAKS_EVERY = timedelta(seconds=15)
HEARS_EVERY = timedelta(seconds=15)
ENROLLS_EVERY = timedelta(minutes=5)
LONGEST_REST = timedelta(seconds=30)
PATIENCE = 1.0  # seconds for which a slow relay keeps newly due mail waiting

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Chore:
    """Something that is done again when `every` has passed on the engine's clock."""

    every: timedelta
    act: Callable[[], object]
    done_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        # A clock that was set back must not put everything off until it has caught up.
        return self.done_at is None or now >= self.done_at + self.every or now < self.done_at


class Pulse:
    """Keeps an engine alive: nothing waits in memory, so a pass that fails is simply made again."""

    def __init__(
        self,
        *,
        desk: Desk,
        database: Database,
        running: Running,
        worker: Worker,
        lookout: Lookout,
        attendance: Attendance,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._database = database
        self._running = running
        self._worker = worker
        self._lookout = lookout
        self._attendance = attendance
        self._clock = clock
        self._breaker = Breaker(database, desk)
        self._chores: Sequence[_Chore] = (
            _Chore(every=JUDGES_EVERY, act=self._judge),
            _Chore(every=BREAKS_EVERY, act=self._break),
            _Chore(every=HEARS_EVERY, act=self._hear),
            _Chore(every=ENROLLS_EVERY, act=self._enroll_daily),
        )
        self._awake = asyncio.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """Have the next pass begin now."""
        self._awake.set()

    def stop(self) -> None:
        """Claim no more and break off every look; `live` returns once what is under way is settled."""
        self._is_stopping = True
        self._lookout.stop()
        self._worker.stop()
        self._awake.set()

    async def live(self) -> None:
        """Look around and send, again and again until `stop`, then finish what is under way.

        None waits for another: neither a mailbox nor a relay that hangs keeps the rest from going on.
        """
        self._lookout.begin()
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._again_and_again(self._look_around))
                loops.create_task(self._again_and_again(partial(self._send, patience=PATIENCE)))
        finally:
            self._lookout.stop()
            await self._worker.finish()
            await self._lookout.finish()

    async def one_pass(self) -> int:
        """Refresh, collect, judge, ask in, settle and drain; how many due rows were looked at.

        Raises ServiceUnavailable where the database is away. A mailbox that is away stops nothing else.
        """
        try:
            await self._look_into_mailboxes()
            await self._look_around()
            return await self._send()
        finally:
            await self._worker.finish()
            if self._is_stopping:
                await self._lookout.finish()

    async def _look_into_mailboxes(self) -> None:
        try:
            await self._lookout.look_once()
        except ServiceUnavailable:
            raise
        except Exception:
            log.exception("a look was cut short")

    async def _again_and_again(self, act: Callable[[], Awaitable[object]]) -> None:
        """An outage is logged and only shifts what is due; so does a fault of ours, which must not end the rest."""
        while not self._is_stopping:
            self._awake.clear()
            try:
                await act()
            except ServiceUnavailable as trouble:
                log.warning("a pass was cut short", because=str(trouble))
            except Exception:
                log.exception("a pass was cut short")
            await self._rest()

    async def _look_around(self) -> None:
        await asyncio.to_thread(self._running.refresh)
        now = self._clock.now()
        for chore in self._chores:
            if chore.is_due(now):
                try:
                    await asyncio.to_thread(chore.act)
                except ServiceUnavailable:
                    raise
                except Exception:
                    log.exception("a chore was cut short", chore=chore.act.__name__)
                chore.done_at = now

    async def _send(self, patience: float | None = None) -> int:
        await asyncio.to_thread(self._settle_what_was_left)
        return await self._worker.drain(patience=patience)

    async def _rest(self) -> None:
        seconds = await asyncio.to_thread(self._seconds_to_rest)
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return

    def _seconds_to_rest(self) -> float:
        now = self._clock.now()
        until = now + LONGEST_REST
        try:
            with self._database.read() as conn:
                due = [at for at in (enrollments.next_due_at(conn), messages.next_due_at(conn)) if at]
        except NurtureError:
            return self._clock.seconds_until(until)
        # What is due and could not be taken (a rate, a hold) must not make the loop spin.
        return max(0.05, min(self._clock.seconds_until(moment) for moment in (until, *due) if moment > now))

    def _settle_what_was_left(self) -> None:
        campaigns, now = self._running.campaigns, self._clock.now()
        replay_journal(self._attendance.journal, self._database, self._desk, campaigns)
        if succeed_the_gone(self._attendance, self._database, self._desk, campaigns, now=now):
            self._lookout.wake()  # the mailboxes that they read are free

    def _judge(self) -> None:
        judged = 1
        while judged:
            with self._database.write() as conn:
                judged = judge_hits(conn, self._desk, self._running.campaigns, now=self._clock.now())

    def _break(self) -> None:
        self._breaker.look(self._clock.now())

    def _hear(self) -> None:
        heard = 1
        while heard:
            with self._database.write() as conn:
                heard = hear_the_unheard(conn, self._desk, now=self._clock.now())

    def _enroll_daily(self) -> None:
        for campaign in self._running.campaigns.values():
            if not (campaign.enroll.is_daily and campaign.is_enabled):
                continue
            try:
                enroll_daily(self._database, campaign, rules=self._desk.rules, now=self._clock.now())
            except ServiceUnavailable:
                raise
            except Exception:
                log.exception("nobody was asked in", campaign=campaign.name)
