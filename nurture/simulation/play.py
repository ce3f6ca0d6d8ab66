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
_LONGEST_JUMP = timedelta(hours=8)
_JUDGES_AFTER = timedelta(seconds=90)  # opens and clicks wait a minute for what comes with them


@dataclass(slots=True, kw_only=True)
class Play:
    """From the clock's time to `end` in about `seconds`; longer where the engine needs longer at `longest_step`.

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
    longest_step: timedelta = timedelta(hours=2)
    is_stopped: bool = False

    def stop(self) -> None:
        """End after the moment that is being played."""
        self.is_stopped = True

    async def run(self) -> None:
        """Play until the end or `stop`."""
        began, start = time.monotonic(), self.clock.now()
        span = self.end - start
        look_again: datetime | None = None
        await self.one_pass()
        cost = time.monotonic() - began
        while not self.is_stopped and self.clock.now() < self.end:
            step = self._step(cost, seconds_left=self.seconds - (time.monotonic() - began))
            moment = await asyncio.to_thread(self._next_moment, step, look_again)
            await self._wait_until(began + self.seconds * _share_of_time((moment - start) / span))
            working_since = time.monotonic()
            self.clock.move_to(moment)
            has_acted = await self._perform_due()
            await self.one_pass()
            # Machines do at once what they do with a mail.
            has_acted = await self._perform_due() or has_acted
            look_again = moment + _JUDGES_AFTER if has_acted else None
            self.shown(moment)
            cost += 0.05 * (time.monotonic() - working_since - cost)

    def _step(self, cost: float, *, seconds_left: float) -> timedelta:
        """How much of the made-up time to take together, at `cost` seconds a moment, so that the rest is in time.

        Half of what an even pace would take, as `_share_of_time` has it.
        """
        rest = self.end - self.clock.now()
        affordable = max(1.0, 2 * seconds_left / max(cost, 0.001))
        return min(self.longest_step, max(_SHORTEST_STEP, rest / affordable))

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


def _share_of_time(share_of_story: float) -> float:
    """How much of the time is for that much of the story: most happens early, so it goes slower there.

    >>> [_share_of_time(share) for share in (0, 0.5, 1)]
    [0, 0.75, 1]
    """
    return 1 - (1 - share_of_story) ** 2
