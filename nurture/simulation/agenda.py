"""What made-up people are going to do, in the order in which they will do it."""

import heapq
from datetime import datetime

from nurture.simulation.acts import Act


class Agenda:
    """Acts by their time; of two at one time the one that was noted first comes first."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Act]] = []
        self._noted = 0

    def note(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._heap, (at, self._noted, act))
        self._noted += 1

    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def take_until(self, moment: datetime) -> list[Act]:
        """The acts of that moment and before, which are then no longer here."""
        taken = []
        while self._heap and self._heap[0][0] <= moment:
            taken.append(heapq.heappop(self._heap)[2])
        return taken
