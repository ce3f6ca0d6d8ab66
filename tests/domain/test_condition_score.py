"""Points for what happened and for what holds."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.condition import Compare, CompareOp, Condition, ContactField, Fact, Literally
from nurture.domain.duration import Duration
from nurture.domain.facts import Deed, EventFact, Reply
from nurture.domain.next_change import next_change
from nurture.domain.score import ScoreRules, score, scored
from tests.support.builders import MONDAY_NINE, a_contact, facts_of

DAY = timedelta(days=1)
BIG = Condition(tree=Compare(">=", ContactField("size", "number"), Literally(50)), source="contact.size >= 50")


def _deeds(*ages: float) -> Any:
    return tuple(Deed(step="hello", at=MONDAY_NINE - age * DAY) for age in ages)


def test_each_deed_and_event_counts_its_points() -> None:
    rules = ScoreRules(points={"clicked": 5, "opened": 0.5, "replied": 20, "trial_started": 25, "unsubscribed": -50})
    facts = facts_of(
        clicked=_deeds(1, 2),
        opened=_deeds(1),
        replies=(Reply(id=1, at=MONDAY_NINE, intent="other"),),
        events={"trial_started": (EventFact(at=MONDAY_NINE),), "ignored": (EventFact(at=MONDAY_NINE),)},
    )
    assert score(rules, facts) == 55.5


@pytest.mark.parametrize(("age", "left"), [(0, 30), (10, 20), (29, 1), (30, 0), (300, 0), (-3, 30)])
def test_points_fade_evenly_to_nothing(age: float, left: float) -> None:
    rules = ScoreRules(points={"clicked": 30}, fade=Duration(days=30))
    assert score(rules, facts_of(clicked=_deeds(age))) == left
    assert score(ScoreRules(points={"clicked": -30}, fade=Duration(days=30)), facts_of(clicked=_deeds(age))) == -left


def test_rules_that_hold_add_their_points_and_never_fade() -> None:
    rules = ScoreRules(rules=((BIG, 15),), fade=Duration(days=1))
    assert score(rules, facts_of(a_contact(fields={"size": 50}))) == 15
    assert score(rules, facts_of(a_contact(fields={"size": 49}))) == 0


def test_a_rule_that_asks_for_the_score_sees_none_of_it() -> None:
    asks = Condition(tree=Compare(">", Fact("score"), Literally(0)), source="score > 0")
    assert score(ScoreRules(rules=((asks, 15),)), facts_of(score=99.0)) == 0


@given(st.permutations([0.1, 7.3, 12.9, 29.99, 3.3]), st.floats(-1e6, 1e6))
def test_the_sum_is_the_same_in_any_order(ages: list[float], points: float) -> None:
    rules = ScoreRules(points={"clicked": points}, fade=Duration(days=30))
    assert score(rules, facts_of(clicked=_deeds(*ages))) == score(rules, facts_of(clicked=_deeds(*sorted(ages))))


def test_a_score_that_only_fades_is_looked_at_again_only_where_it_may_fall_below_what_it_has() -> None:
    fading = ScoreRules(points={"clicked": 10}, fade=Duration(days=30))
    bare = facts_of(clicked=_deeds(0))
    facts = scored(fading, bare, bare)
    assert (facts.score, facts.score_moves) == (10, "falling")

    def looked_at(op: CompareOp, points: float) -> bool:
        tree = Compare(op, Fact("score"), Literally(points))
        return next_change(Condition(tree=tree, source=""), facts) is not None

    assert [looked_at(">=", 25), looked_at("<", 25)] == [False, False]
    assert [looked_at(">=", 5), looked_at("<", 5), looked_at("==", 5)] == [True, True, True]
    assert ScoreRules(points={"clicked": 10, "bounced": -5}, fade=Duration(days=30)).movement == "unknown"
    assert ScoreRules(points={"clicked": 10}).movement == "still"
    assert ScoreRules(points={"bounced": -5}, fade=Duration(days=30)).movement == "rising"
