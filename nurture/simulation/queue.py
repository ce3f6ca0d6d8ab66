"""The queue of a simulation: runs by when they are due, and those about to send by sender, in the order of a claim."""

import heapq
from datetime import datetime

from nurture.domain.enrollment import Enrollment
from nurture.simulation.person import Person

_Place = tuple[datetime, int, int, Person]
_Turn = tuple[int, bool, datetime, int, int, Person]


def _run_of(person: Person) -> Enrollment:
    assert person.run is not None  # noqa: S101  only who has a run is in the queue
    return person.run


class Queue:
    """A person is in it once: who is put in anew is passed over where they were.

    What waits for a sender's room is looked at when the sender has some, and never before.
    """

    def __init__(self, senders: tuple[str, ...]) -> None:
        self._due: list[_Place] = []
        self._sending: dict[str, list[_Turn]] = {name: [] for name in senders}

    def put(self, person: Person) -> None:
        """Have the run looked at when it is due; never, where it is over or nothing but an event can change it."""
        run = _run_of(person)
        person.turn += 1
        if run.due_at is not None:
            heapq.heappush(self._due, (run.due_at, run.id, person.turn, person))

    def next_due_at(self) -> datetime | None:
        """When something is due next that waits for no sender."""
        while self._due and self._due[0][2] != self._due[0][3].turn:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def pull(self, now: datetime) -> list[Person]:
        """Set what is due and about to send in its sender's line; those newly standing there."""
        came: list[Person] = []
        free: list[_Place] = []
        while self._due and self._due[0][0] <= now:
            place = heapq.heappop(self._due)
            _, run_id, turn, person = place
            if turn != person.turn:
                continue
            run = _run_of(person)
            if run.will_send and not person.is_woken and run.sender in self._sending:
                line = (-run.priority, not run.has_sent, place[0], run_id, turn, person)
                heapq.heappush(self._sending[run.sender], line)
                came.append(person)
            else:
                free.append(place)
        for place in free:
            heapq.heappush(self._due, place)
        return came

    def take_free(self, now: datetime, limit: int) -> list[Person]:
        """Up to `limit` due runs that need no room, the longest due first; `pull` has set the others aside."""
        taken: list[Person] = []
        while len(taken) < limit and self._due and self._due[0][0] <= now:
            _, _, turn, person = heapq.heappop(self._due)
            if turn == person.turn:
                taken.append(person)
        return taken

    def take_sending(self, sender: str, places: int) -> list[Person]:
        """Up to `places` of who waits for the sender: by priority, follow-ups before first mails, by time, by id."""
        taken: list[Person] = []
        line = self._sending[sender]
        while line and len(taken) < places:
            *_, turn, person = heapq.heappop(line)
            if turn == person.turn:
                taken.append(person)
        return taken

    def has_line(self, sender: str) -> bool:
        """Whether somebody waits for the sender's room."""
        line = self._sending[sender]
        while line and line[0][4] != line[0][5].turn:
            heapq.heappop(line)
        return bool(line)
