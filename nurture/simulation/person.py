"""One person of a simulation: who they are, where their run stands, and what is known of them till now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.contact import WRITABLE_STANDARD_FIELDS, Contact
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Deed, EventFact, Facts, Pause, Reply
from nurture.domain.judgement import Hit
from nurture.domain.order import Order
from nurture.domain.score import ScoreRules, score
from nurture.domain.value import Value

_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})


@dataclass(slots=True)
class Mail:
    """A mail that this person was sent; `hits` are those that nobody has judged, `links` the names of its links."""

    id: int
    step: str
    stage: str
    sender: str
    sent_at: datetime
    links: tuple[str, ...] = ()
    hits: list[Hit] = field(default_factory=list)
    judged: list[Hit] = field(default_factory=list)
    came_back: bool = False


@dataclass(slots=True)
class Record:
    """What happened since some moment, as conditions may ask for it."""

    sent: tuple[Deed, ...] = ()
    opened: tuple[Deed, ...] = ()
    clicked: tuple[Deed, ...] = ()
    replies: tuple[Reply, ...] = ()
    orders: tuple[Order, ...] = ()
    events: Mapping[str, tuple[EventFact, ...]] = field(default_factory=dict)

    def note(self, name: str, fact: EventFact) -> None:
        """Add an event."""
        self.events = {**self.events, name: (*self.events.get(name, ()), fact)}


@dataclass(slots=True)
class HeldBy:
    """A pause with what it belongs to: a run (None: all of them) and the task whose end lifts it."""

    pause: Pause
    run_id: int | None = None
    task_id: int | None = None


@dataclass(slots=True, eq=False)
class Person:
    """`life` is everything that happened ever, `since` what happened in the present run: often the same record.

    `turn` counts the times that the run was put into the queue, so that older places there are passed over.
    `quiet_until` says of a mail that waits for its sender until when a look at it would find nothing new.
    """

    contact: Contact
    zone: ZoneInfo
    life: Record = field(default_factory=Record)
    since: Record = field(default_factory=Record)
    run: Enrollment | None = None
    trigger: Mapping[str, Value] = field(default_factory=lambda: _NO_FIELDS)
    pauses: list[HeldBy] = field(default_factory=list)
    mailed_at: tuple[datetime, ...] = ()
    mails: list[Mail] = field(default_factory=list)
    scopes: tuple[str, ...] = ()
    soft_bounces: list[datetime] = field(default_factory=list)
    signs_of_life: list[datetime] = field(default_factory=list)
    tasks: int = 0
    turn: int = 0
    is_woken: bool = False
    held_at: tuple[str | None, tuple[str, ...]] = (None, ())
    quiet_until: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.run is not None and self.run.state is not EnrollmentState.FINISHED

    def records(self) -> Iterable[Record]:
        """Where what happens now has to be noted."""
        return (self.life,) if self.life is self.since else (self.life, self.since)

    def facts(self, now: datetime, rules: ScoreRules | None) -> Facts:
        """As the present run sees them."""
        run = self.run
        return self._facts(self.since, now, rules, run)

    def facts_of_life(self, now: datetime, rules: ScoreRules | None) -> Facts:
        """Over the whole history, as an audience is asked."""
        return self._facts(self.life, now, rules, self.run)

    def _facts(self, record: Record, now: datetime, rules: ScoreRules | None, run: Enrollment | None) -> Facts:
        unscored = self._unscored(record, now, run, 0.0, rules)
        if rules is None:
            return unscored
        # A score asks for nothing of the run, so that the facts of a life that is all one run will do.
        person = unscored if record is self.life else self._unscored(self.life, now, None)
        points = score(rules, person)
        return self._unscored(record, now, run, points, rules) if points else unscored

    def _unscored(
        self,
        record: Record,
        now: datetime,
        run: Enrollment | None,
        points: float = 0.0,
        rules: ScoreRules | None = None,
    ) -> Facts:
        run_id = run.id if run else None
        return Facts(
            contact=self.contact,
            now=now,
            zone=self.zone,
            stage=run.stage if run else None,
            entered_at=run.entered_at if run else None,
            stage_entered_at=run.stage_entered_at if run else None,
            pauses=tuple(each.pause for each in self.pauses if each.run_id is None or each.run_id == run_id),
            score=points,
            score_moves=rules.movement if rules else "still",
            sent=record.sent,
            opened=record.opened,
            clicked=record.clicked,
            replies=record.replies,
            events=record.events,
            orders=record.orders,
            enrolled=frozenset({run.campaign}) if run and run.state is not EnrollmentState.FINISHED else frozenset(),
            trigger=self.trigger,
            suppressed_scopes=self.scopes,
            sent_at=self.mailed_at,
        )

    def lift(
        self, now: datetime, *, kind: str | None = None, run_id: int | None = None, task: int | None = None
    ) -> int:
        """End the pauses that have not ended and meet every filter given; how many there were."""
        lifted = 0
        for each in self.pauses:
            pause = each.pause
            is_meant = (
                (kind is None or (pause.kind == kind and each.run_id is None))
                and (run_id is None or each.run_id == run_id)
                and (task is None or each.task_id == task)
            )
            if is_meant and pause.lifted_at is None and (pause.until_at is None or pause.until_at > now):
                each.pause = replace(pause, lifted_at=now)
                lifted += 1
        return lifted


def with_values(contact: Contact, values: Mapping[str, Value]) -> Contact:
    """The contact with standard and declared fields set, None emptying them."""
    standard: dict[str, Any] = {
        name: None if value is None else str(value) for name, value in values.items() if _is_standard(name)
    }
    declared = {name: value for name, value in values.items() if not _is_standard(name)}
    fields = {name: value for name, value in {**contact.fields, **declared}.items() if value is not None}
    return replace(contact, **standard, fields=MappingProxyType(fields))


def with_tags(contact: Contact, tags: Collection[str], *, is_removed: bool) -> Contact:
    """The contact with tags put on or taken off."""
    if is_removed:
        return replace(contact, tags=tuple(tag for tag in contact.tags if tag not in tags))
    return replace(contact, tags=tuple(sorted({*contact.tags, *tags})))


def _is_standard(name: str) -> bool:
    return name in WRITABLE_STANDARD_FIELDS
