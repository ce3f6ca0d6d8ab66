"""Nobody is looked at too late: until the next change the answer stays, and at it the answer is another."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
    Condition,
    ContactField,
    Did,
    Fact,
    Filtered,
    Happened,
    In,
    Literally,
    Node,
    Not,
    Or,
)
from nurture.domain.duration import Duration
from nurture.domain.evaluate import holds
from nurture.domain.facts import EventFact, Facts, Pause
from nurture.domain.next_change import next_change
from tests.support.builders import MONDAY_NINE, a_contact, facts_of

DAY = timedelta(days=1)
MICRO = timedelta(microseconds=1)
IN_STAGE, IN_CAMPAIGN, NOW, TODAY = (
    Fact("days_in_stage"),
    Fact("days_in_campaign"),
    Fact("now"),
    Fact("today"),
)
SEEN = ContactField("seen_at", "datetime")


def _next(tree: Node, facts: Facts) -> datetime | None:
    return next_change(Condition(tree=tree, source="x"), facts)


def _holds_at(tree: Node, facts: Facts, moment: datetime) -> bool:
    return holds(Condition(tree=tree, source="x"), replace(facts, now=moment))


@pytest.mark.parametrize(
    ("tree", "days"),
    [
        (Compare(">", IN_STAGE, Literally(3)), 3),
        (Compare(">=", IN_STAGE, Literally(0.1)), 0.1),
        (Compare("<", Literally(7), IN_CAMPAIGN), 7),
        (Compare("==", IN_STAGE, Literally(2)), 2),
        (Compare(">", Arithmetic("*", IN_STAGE, Literally(-2)), Literally(-10)), 5),
        (Compare(">", Arithmetic("-", Literally(10), IN_STAGE), Literally(4)), 6),
        (Compare(">", Arithmetic("-", NOW, SEEN), Literally(3)), 2),
        (Compare(">=", NOW, Literally(MONDAY_NINE + 4 * DAY)), 4),
        (Compare(">", Filtered("int", IN_STAGE), Literally(1)), 2),
        (Not(Compare(">", IN_STAGE, Literally(3))), 3),
        (And((Compare(">", IN_STAGE, Literally(3)), Compare(">", IN_STAGE, Literally(5)))), 3),
        (In(IN_STAGE, Literally((8, 5))), 5),
        (Compare(">", Arithmetic("+", IN_STAGE, IN_CAMPAIGN), Literally(3)), 1.5),
        (Compare(">", Arithmetic("-", IN_STAGE, Arithmetic("*", IN_CAMPAIGN, Literally(-1))), Literally(3)), 1.5),
    ],
)
def test_a_comparison_with_a_constant_changes_to_the_microsecond(tree: Node, days: float) -> None:
    facts = facts_of(a_contact(fields={"seen_at": MONDAY_NINE - DAY}))
    change = _next(tree, facts)
    assert change is not None
    assert change - MONDAY_NINE - days * DAY in (timedelta(0), MICRO)
    if not isinstance(tree, And):
        assert _holds_at(tree, facts, change) != _holds_at(tree, facts, change - MICRO)


@pytest.mark.parametrize(
    "tree",
    [
        ContactField("phone", "text"),
        Did("clicked", "demo"),
        Happened("trial_started"),
        Happened("trial_started", Duration(days=3)),
        Compare(">", IN_STAGE, Literally(-1)),
        Compare(">", IN_STAGE, ContactField("size", "number")),
        Compare("==", TODAY, Literally(None)),
        TODAY,
        Compare(">", NOW, Literally(MONDAY_NINE - DAY)),
        And((Did("clicked"), Compare(">", IN_STAGE, Literally(3)))),
        Or((ContactField("first_name", "text"), Compare(">", IN_STAGE, Literally(3)))),
        Compare(">", Arithmetic("*", IN_STAGE, Literally(0)), Literally(1)),
        Compare(">", Fact("order.total"), Literally(3)),
    ],
)
def test_where_time_cannot_change_the_answer_there_is_no_moment(tree: Node) -> None:
    assert _next(tree, facts_of()) is None


def test_days_outside_of_a_campaign_never_change() -> None:
    facts = facts_of(stage=None, entered_at=None, stage_entered_at=None)
    assert _next(Compare(">", IN_STAGE, Literally(3)), facts) is None


def test_within_ends_a_span_after_the_newest_event() -> None:
    events = {"trial_started": tuple(EventFact(at=MONDAY_NINE - n * DAY) for n in (5, 2))}
    facts = facts_of(events=events)
    assert _next(Happened("trial_started", Duration(days=3)), facts) == MONDAY_NINE + DAY
    assert _next(Happened("trial_started", Duration(days=2)), facts) is None


def test_the_day_changes_at_midnight_on_the_wall_also_when_the_clock_does() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # goes from midnight to one o'clock on 24 April 2026
    facts = facts_of(now=datetime(2026, 4, 23, 12, tzinfo=UTC), zone=cairo)
    change = _next(Compare(">=", TODAY, Literally(date(2026, 4, 24))), facts)
    assert change == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert _next(Compare(">", Fact("score"), Literally(3)), facts) == change


def test_a_fading_score_is_looked_at_each_midnight() -> None:
    assert _next(Compare(">=", Fact("score"), Literally(20)), facts_of()) == datetime(2026, 3, 2, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "gap",
    [
        Arithmetic("-", IN_CAMPAIGN, IN_STAGE),
        Arithmetic("+", IN_CAMPAIGN, Arithmetic("/", IN_STAGE, Literally(-1))),
        Arithmetic("*", IN_CAMPAIGN, IN_STAGE),
        Filtered("abs", IN_STAGE),
    ],
)
def test_what_may_move_both_ways_is_looked_at_each_midnight(gap: Node) -> None:
    assert _next(Compare(">", gap, Literally(3)), facts_of()) == datetime(2026, 3, 2, 17, tzinfo=UTC)


def test_an_open_pause_holds_the_days_and_a_dated_one_moves_the_change() -> None:
    def paused(until: datetime | None) -> Facts:
        pause = Pause(id=1, kind="reply", from_at=MONDAY_NINE, until_at=until, because="x")
        return facts_of(pauses=(pause,), now=MONDAY_NINE + DAY)

    tree = Compare(">=", IN_STAGE, Literally(3))
    assert _next(tree, paused(None)) is None
    assert _next(tree, paused(MONDAY_NINE + 4 * DAY)) == MONDAY_NINE + 7 * DAY


days = st.sampled_from([0, 0.5, 1, 2, 3, 7, 10]) | st.floats(-5, 40)
moments = st.floats(-40, 40).map(lambda n: MONDAY_NINE + n * DAY)


def _moving(depth: int) -> st.SearchStrategy[Node]:
    """Numbers that time moves one way."""
    leaf = st.sampled_from([IN_STAGE, IN_CAMPAIGN]) | st.builds(lambda at: Arithmetic("-", NOW, Literally(at)), moments)
    if depth == 0:
        return leaf
    inner = _moving(depth - 1)
    steps = st.builds(Filtered, st.sampled_from(["int", "round"]), inner)
    scaled = st.builds(Arithmetic, st.sampled_from(["*", "/", "+", "-"]), inner, days.map(Literally))
    days_left = st.builds(lambda day: Arithmetic("-", Literally(day), TODAY), moments.map(datetime.date))
    return leaf | steps | scaled | days_left


def _timed(depth: int) -> st.SearchStrategy[Node]:
    ops = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    leaf = st.one_of(
        st.builds(Compare, ops, _moving(2), days.map(Literally)),
        st.builds(Compare, ops, days.map(Literally), _moving(2)),
        st.builds(Compare, ops, st.just(NOW), moments.map(Literally) | st.just(SEEN)),
        st.builds(Compare, ops, st.just(TODAY), moments.map(datetime.date).map(Literally)),
        st.builds(Happened, st.just("started"), st.sampled_from([None, Duration(days=7), Duration(seconds=5)])),
        _moving(1),
        st.builds(In, _moving(1), st.lists(days, min_size=1, max_size=2).map(lambda n: Literally(tuple(n)))),
        st.sampled_from([ContactField("phone", "text"), ContactField("first_name", "text")]),
    )
    if depth == 0:
        return leaf
    inner = _timed(depth - 1)
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    equal = st.builds(Compare, st.sampled_from(["==", "!="]), st.builds(Not, inner), st.just(Literally(True)))
    return leaf | st.builds(Not, inner) | st.builds(And, parts) | st.builds(Or, parts) | equal


@st.composite
def _facts(draw: st.DrawFn) -> Facts:
    spans = draw(st.lists(st.tuples(st.floats(-9, 9), st.none() | st.floats(0, 9)), max_size=2))
    pauses = tuple(
        Pause(
            id=1,
            kind="reply",
            from_at=MONDAY_NINE + at * DAY,
            until_at=None if length is None else MONDAY_NINE + (at + length) * DAY,
            because="",
        )
        for at, length in spans
    )
    return facts_of(
        a_contact(fields={"seen_at": draw(moments)}),
        zone=ZoneInfo(draw(st.sampled_from(["Asia/Bangkok", "America/New_York", "Africa/Cairo", "UTC"]))),
        entered_at=MONDAY_NINE - draw(st.floats(0, 30)) * DAY,
        stage_entered_at=MONDAY_NINE - draw(st.floats(0, 9)) * DAY,
        events={"started": tuple(EventFact(at=at) for at in sorted(draw(st.lists(moments, max_size=3))))},
        pauses=pauses,
    )


@settings(max_examples=250, deadline=None)
@given(_timed(2), _facts(), st.lists(st.floats(0, 1), min_size=5, max_size=15))
def test_until_the_next_change_the_answer_stays(tree: Node, facts: Facts, shares: list[float]) -> None:
    change = _next(tree, facts)
    assert change is None or change > facts.now
    end = change - MICRO if change else facts.now + 80 * DAY
    answer = _holds_at(tree, facts, facts.now)
    for share in (*shares, 1.0):
        moment = facts.now + share * (end - facts.now)
        assert _holds_at(tree, facts, moment) == answer, moment


def _all_changes(tree: Node, facts: Facts) -> list[datetime]:
    found = []
    while (change := _next(tree, facts)) is not None and len(found) < 50:
        found.append(change)
        facts = replace(facts, now=change)
    return found


@pytest.mark.parametrize("op", ["==", "!="])
def test_an_equality_begins_and_ends(op: Any) -> None:
    tree = Compare(op, Filtered("int", IN_STAGE), Literally(2))
    assert _all_changes(tree, facts_of()) == [MONDAY_NINE + 2 * DAY, MONDAY_NINE + 3 * DAY]
