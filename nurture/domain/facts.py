"""Everything that a condition, a decision or a template may know about one contact at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from nurture.domain.contact import Contact
from nurture.domain.order import Order
from nurture.domain.value import Value
from nurture.domain.verdict import Intent

Movement = Literal["still", "rising", "falling", "unknown"]
"""How a number moves while nothing happens; what stays the same for a while may be called rising or falling too."""

_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})
_NO_EVENTS: Mapping[str, tuple["EventFact", ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """A declared or built-in event of this contact, as conditions see it."""

    at: datetime
    fields: Mapping[str, Value] = field(default_factory=lambda: _NO_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something sent to, opened or clicked by this contact in this campaign; `link` only for clicks of a named link."""

    step: str
    at: datetime
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A human reply in this campaign; `id` is its row in `inbound`, `is_new` until the enrollment has reacted to it.

    `until_on` is the day before which they do not want to hear from us, `colleague` the address of whom they named,
    `stranger` the address it came from where that is not the contact's; `corrections` counts a person's.
    """

    id: int
    at: datetime
    intent: Intent
    text: str = ""
    is_new: bool = False
    until_on: date | None = None
    colleague: str | None = None
    stranger: str | None = None
    corrections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A span in which steps are held. `kind` is who asked for it; `until_at` None is until somebody resumes."""

    id: int
    kind: str
    from_at: datetime
    until_at: datetime | None
    because: str
    lifted_at: datetime | None = None

    def end(self) -> datetime | None:
        """When it ended or will end; None while only a person can end it."""
        if self.lifted_at is not None and (self.until_at is None or self.lifted_at < self.until_at):
            return self.lifted_at
        return self.until_at

    def holds(self, now: datetime) -> bool:
        end = self.end()
        return self.from_at <= now and (end is None or now < end)


def stood_still(pauses: Sequence[Pause], since: datetime, now: datetime) -> timedelta:
    """How much of the span from `since` to `now` lay in pauses, overlapping ones counted once."""
    total, covered_to = timedelta(0), since
    for pause in sorted(pauses, key=lambda pause: pause.from_at):
        begin, end = max(pause.from_at, covered_to), min(pause.end() or now, now)
        if end > begin:
            total += end - begin
            covered_to = end
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`events` maps a name to its occurrences, oldest first: since enrollment, or all history for an audience.

    `sent_at` are the times of all marketing mails to this contact over all campaigns, as far back as any cap looks.
    `trigger` are the fields of the event that enrolled the contact. Times are aware UTC; `zone` is the contact's wall.
    `score_moves` says how the score goes on from here if nothing happens.
    """

    contact: Contact
    now: datetime
    zone: ZoneInfo
    stage: str | None = None
    entered_at: datetime | None = None
    stage_entered_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    score: float = 0.0
    score_moves: Movement = "unknown"
    sent: tuple[Deed, ...] = ()
    opened: tuple[Deed, ...] = ()
    clicked: tuple[Deed, ...] = ()
    replies: tuple[Reply, ...] = ()
    events: Mapping[str, tuple[EventFact, ...]] = field(default_factory=lambda: _NO_EVENTS)
    orders: tuple[Order, ...] = ()
    enrolled: frozenset[str] = frozenset()
    trigger: Mapping[str, Value] = field(default_factory=lambda: _NO_FIELDS)
    suppressed_scopes: tuple[str, ...] = ()
    sent_at: tuple[datetime, ...] = ()

    @property
    def reply(self) -> Reply | None:
        """The newest human reply in this campaign."""
        return self.replies[-1] if self.replies else None

    @property
    def order(self) -> Order | None:
        """The newest order since enrollment."""
        return self.orders[-1] if self.orders else None
