"""What the project's config says that the engine goes by, as one plain value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from nurture.domain.calendar import Calendar
from nurture.domain.contact import Contact
from nurture.domain.decide import NO_CAPS, Caps
from nurture.domain.score import ScoreRules
from nurture.domain.sender import Sender
from nurture.domain.vocabulary import Vocabulary
from nurture.domain.zone import zone_of
from nurture.public_holidays import holidays_of, weekend_of

_YEARS_AHEAD = 3  # windows and business days never look further


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Whether opens and clicks are counted at all, and in which countries they are not."""

    opens: bool = True
    clicks: bool = True
    not_in: frozenset[str] = frozenset()

    def covers(self, country: str | None) -> bool:
        """Whether contacts of that country may be looked after at all."""
        return country not in self.not_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`zone` and `country` are for contacts that have none. `lease_for` is how long a claim is believed.

    `is_local`: the project is tried out on one machine, so webhooks may call that machine too.
    """

    project: str
    base_url: str
    zone: ZoneInfo
    senders: Mapping[str, Sender]
    vocabulary: Vocabulary
    country: str | None = None
    caps: Caps = NO_CAPS
    score_rules: ScoreRules | None = None
    closed_days: frozenset[date] = frozenset()
    owners: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    tracking: Tracking = field(default_factory=Tracking)
    plus_address_senders: frozenset[str] = frozenset()
    is_local: bool = False
    webhook_secret: str = field(default="", repr=False)
    lease_for: timedelta = timedelta(minutes=2)
    gives_up_after: timedelta = timedelta(days=5)

    def calendar_of(self, contact: Contact, now: datetime) -> Calendar:
        """The contact's wall: zone, weekend and holidays of their country, and the project's closed days."""
        return _calendar(contact.country or self.country, zone_of(contact, self.zone), self.closed_days, now.year)


@lru_cache(maxsize=4096)
def _calendar(country: str | None, zone: ZoneInfo, closed_days: frozenset[date], year: int) -> Calendar:
    """Kept, because it is asked for at every look at a run and there are few of them."""
    return Calendar(
        zone=zone,
        holidays=holidays_of(country, range(year - 1, year + _YEARS_AHEAD)),
        closed_days=closed_days,
        weekend=weekend_of(country),
    )
