"""How made-up people take the mails of a campaign, and how the team does its part: chances and delays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from types import MappingProxyType

from nurture.domain.duration import Duration
from nurture.domain.verdict import Intent

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Half come within `median`; two thirds between `median / spread` and `median * spread`."""

    median: timedelta
    spread: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurs:
    """An event of the project that may follow a mail, once for each person.

    `fields` are written out; of a date or datetime field a span counts from the event.
    """

    event: str
    chance: float
    after: Delay
    fields: Mapping[str, str | int | float | bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Buys:
    """An order that may follow a mail, once for each person."""

    chance: float
    after: Delay
    total: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What one mail leads to. `bounces_*`, `away` and `complains` are chances of any mail; the others of one opened.

    `links` and `intents` are weights: of a link that is not named 1, of an intent that is not named nothing.
    """

    opens: float
    opens_after: Delay
    clicks: float
    clicks_after: Delay
    links: Mapping[str, float] = field(default_factory=lambda: _NONE)
    replies: float
    replies_after: Delay
    intents: Mapping[Intent, float]
    away: float
    away_days: int
    bounces_hard: float
    bounces_soft: float
    complains: float
    unsubscribes: float
    occurs: tuple[Occurs, ...] = ()
    buys: Buys | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """`stages` has the habits in a stage that differ from `habits`.

    `scanned` is the share of people whose mail server follows every link. People act between `wakes` and `sleeps` on
    their wall. Made-up people arrive over the days of `arrive`. The team closes a task after `task_after`, and lets a
    sender that a storm has stopped go on after `resumes_after`, None never.
    """

    habits: Habits
    stages: Mapping[str, Habits]
    scanned: float
    wakes: time
    sleeps: time
    arrive: Duration
    task_after: Delay
    resumes_after: timedelta | None

    def habits_in(self, stage: str) -> Habits:
        return self.stages.get(stage, self.habits)
