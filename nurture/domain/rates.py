"""How much room a sender's rates leave, and how what is due shares it out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.sender import Rates

UNLIMITED = 1_000_000
MINUTE, HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesTaken:
    """How many messages a sender began to send in the last minute, hour and 24 hours."""

    minute: int
    hour: int
    day: int


def room_of(rates: Rates, taken: RatesTaken) -> int:
    """How many more messages the rates allow at this moment.

    >>> room_of(Rates(per_minute=30, per_day=400), RatesTaken(minute=3, hour=80, day=380))
    20
    """
    spans = ((rates.per_minute, taken.minute), (rates.per_hour, taken.hour), (rates.per_day, taken.day))
    return min((max(0, most - used) for most, used in spans if most is not None), default=UNLIMITED)


def place_in_domain(began_at: Sequence[datetime], waiting: int) -> datetime:
    """When a place for the next mail to a domain is free, of which `began_at` fill its minute and `waiting` wait.

    Were all to look again at once, a long queue for one domain would go round without end.
    """
    minutes, place = divmod(waiting, len(began_at))
    return began_at[place] + timedelta(minutes=1 + minutes)


def share_out(rooms: Mapping[str, int], limit: int, take: Callable[[str, int], int]) -> None:
    """Have at most `limit` taken of all senders: an equal share of each with room, then the rest of who has more.

    `take` is given a sender and how many places there are, and says how many it took.
    """
    left = {sender: room for sender, room in sorted(rooms.items()) if room > 0}
    share = -(-limit // len(left)) if left else 0
    taken = 0
    for most in (share, limit):
        for sender, room in left.items():
            places = min(most, room, limit - taken)
            found = take(sender, places)
            left[sender] = room - found if found == places else 0
            taken += found
