"""Whatever a campaign says and whatever happens: no step twice, never outside its time, and always an end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain import transition
from nurture.domain.calendar import Calendar
from nurture.domain.campaign import (
    ANY_TIME,
    Action,
    Branch,
    Campaign,
    ChooseAction,
    DateRule,
    EmailAction,
    ExitRule,
    PauseRule,
    ReplyRule,
    SetAction,
    Stage,
    Step,
    StepTiming,
    TagAction,
    TaskAction,
    WaitAction,
    WebhookAction,
    Window,
    first_step,
)
from nurture.domain.condition import Compare, Condition, ContactField, Did, Fact, Happened, Literally, Node, Not
from nurture.domain.decide import Caps, look
from nurture.domain.decision import Finish, Move, Pass, Perform, React, Send, Skip, Wait
from nurture.domain.duration import Duration
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Deed, EventFact, Facts, Pause, Reply
from nurture.domain.limits import Cap
from nurture.domain.order import Order
from nurture.domain.walk import Taken, walk
from tests.support.builders import MONDAY_NINE, a_contact, an_enrollment

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("Asia/Bangkok", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Casablanca")
HOLIDAYS = frozenset({date(2026, 3, 3), date(2026, 3, 8), date(2026, 4, 6)})
OFFICE = Window(days=frozenset(range(5)), hours=((time(9), time(12)), (time(13), time(17, 30))), keeps_holidays=True)
EVENING = Window(hours=((time(18), time.max),))
CAPS = Caps(usual=(Cap(count=1, span=20 * HOUR),), hard=(Cap(count=2, span=DAY),))
MOST_LOOKS = 600
"""Far more than any plan below can need; one that does not end or spins comes here."""


def _said(tree: Node, source: str) -> Condition:
    return Condition(tree=tree, source=source)


CONDITIONS = st.sampled_from(
    [
        _said(Happened("trial_started"), 'happened("trial_started")'),
        _said(Happened("trial_started", within=Duration(days=2)), 'happened("trial_started", within="2d")'),
        _said(Did("clicked", "demo"), 'clicked("demo")'),
        _said(Not(Did("clicked", "demo")), 'not clicked("demo")'),
        _said(Fact("replied"), "replied"),
        _said(Fact("ordered"), "ordered"),
        _said(Compare(">=", Fact("days_in_stage"), Literally(3)), "days_in_stage >= 3"),
        _said(Compare(">", Fact("days_in_campaign"), Literally(12.5)), "days_in_campaign > 12.5"),
        _said(Compare(">=", Fact("today"), ContactField("trial_ends_on")), "today >= contact.trial_ends_on"),
        _said(Compare("!=", ContactField("phone"), Literally(None)), "contact.phone != none"),
    ]
)
DURATIONS = st.sampled_from(
    [
        Duration(),
        Duration(seconds=600),
        Duration(seconds=6 * 3600),
        Duration(days=1),
        Duration(days=3),
        Duration(business_days=2),
    ]
)
DATES = st.one_of(
    st.builds(DateRule, day=st.dates(date(2026, 2, 25), date(2026, 4, 10)), source=st.just("its day")),
    st.just(DateRule(field=ContactField("trial_ends_on"), offset=Duration(days=3), is_before=True, source="3d before")),
)


def rarely(strategy: st.SearchStrategy[T], *, one_in: int) -> st.SearchStrategy[T | None]:
    """None, save one time in so many. `one_of` would take one strategy that is named often for named once."""
    return st.integers(1, one_in).flatmap(lambda number: strategy if number == one_in else st.none())


TIMINGS = st.builds(
    StepTiming,
    after=DURATIONS,
    date=rarely(DATES, one_in=8),
    days=rarely(st.just(frozenset({1, 3})), one_in=5),
    at=rarely(st.sampled_from([time(9, 30), time(2, 30)]), one_in=4),
    window=st.sampled_from([ANY_TIME, ANY_TIME, OFFICE, EVENING]),
    timing=st.sampled_from(["earliest", "spread"]),
    is_sent_late=st.booleans(),
)
REPLIES = st.fixed_dictionaries(
    {
        "other": st.builds(ReplyRule, is_move_next=st.booleans(), notify=st.just("owner")),
        "question": st.builds(ReplyRule, pause=st.sampled_from([PauseRule(), PauseRule(for_=Duration(days=5)), None])),
        "not_interested": st.sampled_from([ReplyRule(), ReplyRule(), ReplyRule(exit="lost")]),
    }
).map(MappingProxyType)


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """Stages with steps of every kind, choices within choices, and every way of moving on."""
    counted = iter(range(1000))

    def steps(depth: int) -> tuple[Step, ...]:
        return tuple(step(depth) for _ in range(draw(st.integers(1, 4) if depth == 0 else st.integers(0, 2))))

    def step(depth: int) -> Step:
        kinds = [
            "email",
            "email",
            "email",
            "email",
            "task",
            "tag",
            "set",
            "webhook",
            "wait",
            *(["choose"] if depth < 2 else []),
        ]
        return Step(
            id=f"s{next(counted)}",
            action=action(draw(st.sampled_from(kinds)), depth),
            if_=draw(rarely(CONDITIONS, one_in=8)),
            unless=draw(rarely(CONDITIONS, one_in=8)),
            timing=draw(TIMINGS),
            is_capped=draw(st.booleans()),
        )

    def action(kind: str, depth: int) -> Action:
        match kind:
            case "email":
                return EmailAction(template="cycle/hello")
            case "task":
                return TaskAction(title="Ring")
            case "tag":
                return TagAction(tags=("x",))
            case "set":
                return SetAction(values=(("plan", Literally("pro")),))
            case "webhook":
                return WebhookAction(url="https://example.com/")
            case "wait":
                until = draw(st.one_of(st.none(), CONDITIONS))
                spans = [Duration(seconds=7200), Duration(days=2), *([None] if until else [])]
                return WaitAction(until=until, for_=draw(st.sampled_from(spans)))
            case _:
                branches = [Branch(condition=draw(CONDITIONS), steps=steps(depth + 1)) for _ in range(2)]
                return ChooseAction(branches=(*branches, Branch(condition=None, steps=steps(depth + 1))))

    def stage(number: int) -> Stage:
        is_outcome = number > 0 and draw(st.integers(0, 3)) == 3
        return Stage(
            name=f"stage{number}",
            steps=steps(0) if number == 0 or draw(st.integers(0, 4)) else (),
            enter=draw(rarely(CONDITIONS, one_in=3)) if number else None,
            outcome="won" if is_outcome else None,
            replies=draw(REPLIES),
            then=draw(st.sampled_from(["advance", "advance", "advance", "wait", "lost"])),
        )

    leaving = draw(rarely(CONDITIONS, one_in=4))
    exits = [ExitRule(outcome="lost", condition=leaving)] if leaving else []
    stages = tuple(stage(number) for number in range(draw(st.integers(1, 4))))
    return Campaign(name="cycle", digest="d0", senders=("mali",), stages=stages, exits=tuple(exits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What comes from outside, `after` the one before it; `days` is how long a pause is."""

    after: timedelta
    what: str
    days: int = 1


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        after=st.builds(lambda minutes: timedelta(minutes=minutes), st.integers(1, 7 * 24 * 60)),
        what=st.sampled_from(
            ["trial_started", "clicked", "other", "question", "not_interested", "order", "pause", "resume", "suppress"]
        ),
        days=st.integers(1, 6),
    ),
    max_size=6,
)


class Life:
    """One run on a clock moved by hand, with everything that a store would remember of it, and its own judge."""

    def __init__(
        self, campaign: Campaign, zone: ZoneInfo, trial_ends_on: date | None, failures: Sequence[bool]
    ) -> None:
        first = campaign.stages[0]
        self.campaign = campaign
        self.calendar = Calendar(zone=zone, holidays=HOLIDAYS)
        self.contact = a_contact(timezone=zone.key, fields={"trial_ends_on": trial_ends_on} if trial_ends_on else {})
        self.run = an_enrollment(stage=first.name, step=first_step(first.steps))
        self.now = MONDAY_NINE
        self.events: dict[str, tuple[EventFact, ...]] = {}
        self.clicked: tuple[Deed, ...] = ()
        self.replies: tuple[Reply, ...] = ()
        self.orders: tuple[Order, ...] = ()
        self.pauses: tuple[Pause, ...] = ()
        self.scopes: tuple[str, ...] = ()
        self.mailed: list[datetime] = []
        self.mailed_under_usual_caps: list[datetime] = []
        self.completed: Counter[str] = Counter()
        self.looks = 0
        self._failures = iter(failures)

    def facts(self) -> Facts:
        return Facts(
            contact=self.contact,
            now=self.now,
            zone=self.calendar.zone,
            stage=self.run.stage,
            entered_at=self.run.entered_at,
            stage_entered_at=self.run.stage_entered_at,
            pauses=self.pauses,
            clicked=self.clicked,
            replies=self.replies,
            orders=self.orders,
            events=MappingProxyType(dict(self.events)),
            suppressed_scopes=self.scopes,
            sent_at=tuple(self.mailed),
        )

    def live(self, happenings: Sequence[Happening]) -> None:
        """Until the run is over, or only an event that never comes could move it."""
        coming = list(happenings)
        next_at = self.now + coming[0].after if coming else None
        while self.run.state is not EnrollmentState.FINISHED:
            due_at = self.look()
            if due_at is None and next_at is None:
                return
            if next_at is not None and (due_at is None or next_at <= due_at):
                self.now = next_at
                self.happen(coming.pop(0))
                next_at = self.now + coming[0].after if coming else None
            elif due_at is not None:
                self.now = due_at

    def happen(self, what: Happening) -> None:
        match what.what:
            case "trial_started":
                self.events["trial_started"] = (*self.events.get("trial_started", ()), EventFact(at=self.now))
            case "clicked":
                self.clicked = (*self.clicked, Deed(step="s0", at=self.now, link="demo"))
            case "order":
                order = Order(id=1, contact_id=1, number="1", placed_at=self.now, total=Decimal(990), currency="THB")
                self.orders = (*self.orders, order)
            case "pause":
                until = self.now + what.days * DAY
                self.pauses = (*self.pauses, self._pause(until if what.days < 6 else None))
            case "resume":
                self.pauses = tuple(replace(pause, lifted_at=self.now) for pause in self.pauses)
            case "suppress":
                self.scopes = ("marketing",)
            case intent:
                reply = Reply(id=len(self.replies) + 1, at=self.now, intent=intent, is_new=True)  # type: ignore[arg-type]
                self.replies = (*self.replies, reply)

    def _pause(self, until: datetime | None) -> Pause:
        return Pause(id=len(self.pauses) + 1, kind="by_hand", from_at=self.now, until_at=until, because="by hand")

    def look(self) -> datetime | None:
        """One walk, judged; when to look again, None for never."""
        self.looks += 1
        assert self.looks < MOST_LOOKS, f"no end: {self.run}"
        before, facts = self.run, self.facts()
        news = look(self.campaign, before, facts, self.calendar)
        assert sum(isinstance(each, Move | Finish) for each in news) <= 1
        walked = walk(self.campaign, before, facts, self.calendar, caps=CAPS)
        self.run = walked.enrollment
        assert self._place(self.run) >= self._place(before)
        for each in walked.taken:
            self._remember(each)
        match walked.ending:
            case Send(step=step) | Perform(step=step):
                self._judge(step)
                if next(self._failures, False):
                    self.run = transition.retry(self.run, at=self.now + 2 * HOUR, because="451")
                else:
                    self._do(step)
                return self.run.due_at
            case Wait(until=until):
                assert until is None or until > self.now, f"it spins: {walked.ending}"
                assert self.run.due_at == until
                return until
            case Finish():
                assert self.run.due_at is None
                return None

    def _remember(self, each: Taken) -> None:
        """What the store would write of a decision."""
        match each.decision:
            case Pass(step=step):
                self._complete(step.id)
            case Skip(step_id=step_id):
                self._complete(step_id)
            case Move(stage=name):
                assert self.campaign.stage_index(name) > self.campaign.stage_index(each.stage)
                stage = self.campaign.stage(name)
                if stage and stage.outcome:
                    self.pauses = tuple(replace(pause, lifted_at=self.now) for pause in self.pauses)
            case React(reply_id=reply_id, pauses_until=until):
                self.replies = tuple(
                    replace(reply, is_new=False) if reply.id == reply_id else reply for reply in self.replies
                )
                stage = self.campaign.stage(self.run.stage)
                if until and not (stage and stage.outcome):
                    self.pauses = (*self.pauses, self._pause(until))

    def _do(self, step: Step) -> None:
        self._complete(step.id)
        self.run = transition.complete(self.run, self.campaign, self.now)
        if isinstance(step.action, EmailAction):
            self.mailed.append(self.now)
            if step.is_capped:
                self.mailed_under_usual_caps.append(self.now)

    def _complete(self, step_id: str) -> None:
        self.completed[step_id] += 1
        assert self.completed[step_id] == 1, f"{step_id} was taken twice"

    def _place(self, run: Enrollment) -> int:
        return self.campaign.stage_index(run.stage)

    def _judge(self, step: Step) -> None:
        """May this be done now? In words of its own, not in those of the code under test."""
        assert self.completed[step.id] == 0, f"{step.id} is taken twice"
        assert not [pause for pause in self.pauses if pause.holds(self.now)], f"{step.id} while paused"
        wall = self.now.astimezone(self.calendar.zone)
        timing = step.timing
        assert wall.weekday() in timing.window.days, f"{step.id} on {wall:%A}"
        assert timing.days is None or wall.weekday() in timing.days, f"{step.id} on {wall:%A}"
        is_inside = [begin <= wall.time() < end or end == time.max for begin, end in timing.window.hours]
        assert any(is_inside), f"{step.id} at {wall}"
        assert not (timing.window.keeps_holidays and wall.date() in HOLIDAYS), f"{step.id} on {wall.date()}"
        assert timing.at is None or wall.time() >= timing.at, f"{step.id} at {wall}"
        self._judge_delay(step)
        if isinstance(step.action, EmailAction):
            assert not self.scopes, f"{step.id} to somebody suppressed"
            recent = [at for at in self.mailed if at > self.now - DAY]
            assert len(recent) < 2, f"{step.id} is the third mail of a day"
            assert not step.is_capped or not [at for at in self.mailed if at > self.now - 20 * HOUR]

    def _judge_delay(self, step: Step) -> None:
        after, zone = step.timing.after, self.calendar.zone
        began, wall = self.run.anchor_at.astimezone(zone), self.now.astimezone(zone)
        assert self.now >= self.run.anchor_at + timedelta(seconds=after.seconds)
        is_by_day = step.timing.at is not None or step.timing.date is not None
        least = after.days * DAY - (DAY if is_by_day else HOUR)  # an hour for a clock change on the way
        assert wall.replace(tzinfo=None) >= began.replace(tzinfo=None) + least, f"{step.id} {wall} after {began}"
        if after.business_days:
            days = [began.date() + number * DAY for number in range(1, (wall.date() - began.date()).days + 1)]
            working = [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]
            assert len(working) >= after.business_days, f"{step.id} {wall} after {began}"


@settings(max_examples=300, deadline=None)
@given(
    campaign=campaigns(),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    trial_ends_on=st.one_of(st.none(), st.dates(date(2026, 2, 20), date(2026, 4, 10))),
    happenings=HAPPENINGS,
    failures=st.lists(st.booleans(), max_size=6),
)
def test_every_plan_ends_and_nothing_in_it_is_done_twice_too_early_or_outside_its_window(
    campaign: Campaign,
    zone: ZoneInfo,
    trial_ends_on: date | None,
    happenings: Sequence[Happening],
    failures: Sequence[bool],
) -> None:
    life = Life(campaign, zone, trial_ends_on, failures)
    life.live(happenings)
    if life.run.state is EnrollmentState.FINISHED:
        assert life.run.outcome
    else:
        assert life.run.because  # nothing but an event can move this person on, and `why` can say what is waited for
