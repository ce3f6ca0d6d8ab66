"""What a sender's relay has been given, and so how much room its rates leave: the ledger's counts without a ledger."""

from bisect import bisect_right
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime

from nurture.domain.rates import A_DAY, HOUR, MINUTE, RatesTaken, room_of
from nurture.domain.sender import Sender
from nurture.domain.storm import WINDOWS, Returned, storm

_PRUNED_FROM = 20_000


@dataclass(frozen=True, slots=True)
class CameBack:
    """Something that came back to a mail: `kind` is the name of its event."""

    kind: str
    at: datetime
    sent_at: datetime


@dataclass(slots=True)
class Room:
    """One sender. `held_by` says what keeps it from sending, such as a storm; `notices` wait for their turn."""

    sender: Sender
    began_at: list[datetime] = field(default_factory=list)
    mails_at: list[datetime] = field(default_factory=list)
    domains: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    returned: list[CameBack] = field(default_factory=list)
    notices: deque[str] = field(default_factory=deque)
    held_by: str = ""
    is_to_be_looked_at: bool = False
    counted_from: datetime | None = None

    def left(self, now: datetime) -> int:
        """How many more messages may begin now."""
        began, all_ = self.began_at, len(self.began_at)
        taken = RatesTaken(
            minute=all_ - bisect_right(began, now - MINUTE),
            hour=all_ - bisect_right(began, now - HOUR),
            day=all_ - bisect_right(began, now - A_DAY),
        )
        return room_of(self.sender.rates, taken)

    def opens_at(self) -> datetime | None:
        """When a room that is full has a place again; None where no rate limits it."""
        rates = self.sender.rates
        limits = ((rates.per_minute, MINUTE), (rates.per_hour, HOUR), (rates.per_day, A_DAY))
        full = [self.began_at[-most] + span for most, span in limits if most and len(self.began_at) >= most]
        return max(full, default=None)

    def begin(self, now: datetime, domain: str, *, is_notice: bool = False) -> None:
        """A message begins to be sent."""
        self.began_at.append(now)
        self.domains[domain].append(now)
        if not is_notice:
            self.mails_at.append(now)
        if len(self.began_at) > _PRUNED_FROM:
            del self.began_at[: bisect_right(self.began_at, now - A_DAY)]

    def in_domain(self, domain: str, now: datetime) -> deque[datetime]:
        """When messages to that domain began in the last minute."""
        known = self.domains[domain]
        while known and known[0] <= now - MINUTE:
            known.popleft()
        return known

    def storm(self, now: datetime) -> str | None:
        """Why it must stop, as so much came back; None where it need not."""
        for window in WINDOWS:
            since = max(now - window, self.counted_from) if self.counted_from else now - window
            kinds = [each.kind for each in self.returned if each.at > since and each.sent_at > since]
            returned = Returned(
                bounced=kinds.count("bounced"),
                complained=kinds.count("complained"),
                answered=kinds.count("auto_reply_received"),
            )
            if not returned.may_be_a_storm:
                continue
            sent = len(self.mails_at) - bisect_right(self.mails_at, since)
            reason = storm(returned, min(sent, returned.enough))
            if reason:
                return reason
        return None
