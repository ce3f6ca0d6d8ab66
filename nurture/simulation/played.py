"""What a simulation came to, as one plain value: what the terminal, `--json` and the page show.

Every `at` is aware and on the contact's own wall, so that 09:00 reads as 09:00; a contact is named by address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that its sender's relay took."""

    at: datetime
    contact: str
    step: str
    stage: str
    sender: str
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A step that was passed over."""

    at: datetime
    contact: str
    step: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """`from_stage` is None for who entered the campaign."""

    at: datetime
    contact: str
    from_stage: str | None
    to: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A step that waits from `at` on although its time had come: for a limit, a pause, a rate or a window."""

    at: datetime
    contact: str
    step: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that is over."""

    at: datetime
    contact: str
    stage: str
    outcome: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """`entered` counts runs; `now` are still in it on the last day, `left` went on or ended there.

    `median_days` is how long those who left had been in it, None where nobody left; `target_days` is what the campaign
    wants.
    """

    stage: str
    entered: int
    now: int
    left: int
    median_days: float | None
    target_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDay:
    """What one sender sent on one day of the project's zone: mails of the campaign, and notices to our own people."""

    sender: str
    day: date
    sent: int
    notices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderLimits:
    """The rates of a sender's config; None is no limit."""

    sender: str
    per_minute: int | None
    per_hour: int | None
    per_day: int | None
    per_domain_per_minute: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """`start` to `end` was simulated, `zone` is the project's, `steps` the emails in file order, each with its stage.

    `refused` counts who was not asked in, by why; `outcomes` the runs that ended, by outcome; `deeds` what people and
    the team did (opened, clicked, replied, …). `walks` is how often a run was looked at: the work that it took. `sends`
    and the other lists are in the order of time.
    """

    campaign: str
    seed: int
    contacts: int
    days: int
    start: datetime
    end: datetime
    zone: ZoneInfo
    steps: Sequence[tuple[str, str]]
    sends: Sequence[Sent]
    skips: Sequence[Skipped]
    moves: Sequence[Moved]
    holds: Sequence[Held]
    ends: Sequence[Ended]
    funnel: Sequence[FunnelStage]
    outcomes: Mapping[str, int]
    senders: Sequence[SenderLimits]
    volume: Sequence[SenderDay]
    enrolled: int = 0
    waiting: int = 0
    walks: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    deeds: Mapping[str, int] = field(default_factory=dict)
