"""Playing months in seconds: the clock jumps from moment to moment and stands still until all work of one is done.

A clock that simply ran fast would be ahead of the engine on a slow machine: leases would run out in mid-send, and a
person's click would come hours late. So the engine is never late, however slow the machine is; only the play is.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.clock import HandClock
from nurture.simulation.acts import Act
from nurture.simulation.agenda import Agenda

_SHORTEST_STEP = timedelta(minutes=10)
_LONGEST_STEP = timedelta(hours=4)
_LONGEST_JUMP = timedelta(hours=8)
_JUDGES_AFTER = timedelta(seconds=90)  # opens and clicks wait a minute for what comes with them


@dataclass(slots=True, kw_only=True)
class Play:
    """From the clock's time to `end` in about `seconds`; longer where the engine needs longer.

    `one_pass` is the engine's, `next_due` when it next has something to do, `perform` does one act of the agenda, and
    `shown` is called after every moment.
    """

    clock: HandClock
    end: datetime
    seconds: float
    agenda: Agenda
    one_pass: Callable[[], Awaitable[int]]
    next_due: Callable[[], datetime | None]
    perform: Callable[[Act], None]
    shown: Callable[[datetime], None]
    is_stopped: bool = False

    def stop(self) -> None:
        """End after the moment that is being played."""
        self.is_stopped = True

    async def run(self) -> None:
        """Play until the end or `stop`."""
        began, start = time.monotonic(), self.clock.now()
        span = self.end - start
        look_again: datetime | None = None
        moments = 1
        await self.one_pass()
        while not self.is_stopped and self.clock.now() < self.end:
            spent = time.monotonic() - began
            step = self._step(cost=spent / moments, seconds_left=self.seconds - spent)
            moment = await asyncio.to_thread(self._next_moment, step, look_again)
            await self._wait_until(began + self.seconds * ((moment - start) / span))
            self.clock.move_to(moment)
            has_acted = await self._perform_due()
            await self.one_pass()
            # Machines do at once what they do with a mail.
            has_acted = await self._perform_due() or has_acted
            look_again = moment + _JUDGES_AFTER if has_acted else None
            self.shown(moment)
            moments += 1

    def _step(self, *, cost: float, seconds_left: float) -> timedelta:
        """How much of the made-up time is to be taken together, so that what is left fits into what is left."""
        affordable = max(1.0, seconds_left / max(cost, 0.001))
        return min(_LONGEST_STEP, max(_SHORTEST_STEP, (self.end - self.clock.now()) / affordable))

    def _next_moment(self, step: timedelta, look_again: datetime | None) -> datetime:
        """When next to look: at what comes next, and no sooner than a step from now."""
        now = self.clock.now()
        known = (self.agenda.next_at(), self.next_due(), look_again, now + _LONGEST_JUMP)
        wanted = min(moment for moment in known if moment is not None)
        return min(self.end, max(wanted, now + step))

    async def _perform_due(self) -> bool:
        acts = self.agenda.take_until(self.clock.now())
        if acts:
            await asyncio.to_thread(self._perform_all, acts)
        return bool(acts)

    def _perform_all(self, acts: list[Act]) -> None:
        for act in acts:
            self.perform(act)

    async def _wait_until(self, moment: float) -> None:
        while not self.is_stopped and (left := moment - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.25))
