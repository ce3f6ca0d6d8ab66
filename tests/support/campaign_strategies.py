"""Random campaigns of every kind of step, and what may happen to a person meanwhile."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import TypeVar

from hypothesis import strategies as st

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
)
from nurture.domain.condition import Compare, Condition, ContactField, Did, Fact, Happened, Literally, Node, Not
from nurture.domain.decide import Caps
from nurture.domain.duration import Duration
from nurture.domain.limits import Cap

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("Asia/Bangkok", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Casablanca")
HOLIDAYS = frozenset({date(2026, 3, 3), date(2026, 3, 8), date(2026, 4, 6)})
OFFICE = Window(days=frozenset(range(5)), hours=((time(9), time(12)), (time(13), time(17, 30))), keeps_holidays=True)
EVENING = Window(hours=((time(18), time.max),))
CAPS = Caps(usual=(Cap(count=1, span=20 * HOUR),), hard=(Cap(count=2, span=DAY),))


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
