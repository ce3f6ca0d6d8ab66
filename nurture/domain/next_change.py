"""When to look at a condition again although nothing happens: the next moment at which time alone can change it.

Time moves few things and moves most of them one way: days in a stage only grow, `now` and `today` only rise. A
comparison of such a thing with one that stands still changes at most once (twice for `==`), and that moment is found
by halving, to the microsecond, with the evaluator itself as the judge. A score that only fades can leave a threshold
but not reach it. For what moves otherwise the answer is the next midnight on the contact's wall.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import cast

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
    CompareOp,
    Condition,
    Did,
    Fact,
    Filtered,
    Happened,
    In,
    Literally,
    Node,
    Not,
    Or,
    nodes_of,
    operands,
)
from nurture.domain.evaluate import COMPARES, evaluate, span_of
from nurture.domain.facts import Facts, Movement, stood_still
from nurture.domain.portable import MICROSECOND, MICROSECONDS_A_DAY, as_number, is_true
from nurture.domain.typecheck import type_of
from nurture.domain.value import Value

_FARTHEST = timedelta(days=50 * 365)
_NEAR_A_GUESS = timedelta(milliseconds=2)
_LATEST = datetime.max.replace(tzinfo=UTC)
_SINCE = {"days_in_stage": "stage_entered_at", "days_in_campaign": "entered_at"}
_FLIPPED: dict[Movement, Movement] = {
    "still": "still",
    "rising": "falling",
    "falling": "rising",
    "unknown": "unknown",
}


def next_change(condition: Condition, facts: Facts) -> datetime | None:
    """The next moment after `facts.now` at which time alone can change the answer; None where it never can.

    Until that moment the answer stays as it is now, unless something happens; what time could change only in fifty
    years does not count. It may come too early, as when another part of the condition decides; never too late, save
    that something which moves neither up nor down alone is looked at once a day.
    """
    return None if condition.is_timeless else _next(condition.tree, facts)


def _next(node: Node, facts: Facts) -> datetime | None:
    match node:
        case Did():
            return None
        case And() | Or():
            return _next_of_junction(node, facts)
        case Not():
            return _next(node.part, facts)
        case Happened():
            return _end_of_within(node, facts)
        case Compare():
            return _next_of_comparison(node, facts)
        case In():
            return _next_of_membership(node, facts)
        case _:
            return _next_of_value(node, facts)


def _next_of_junction(node: And | Or, facts: Facts) -> datetime | None:
    changes = [_next(part, facts) for part in node.parts]
    for part, change in zip(node.parts, changes, strict=True):
        if change is None and is_true(evaluate(part, facts)) is isinstance(node, Or):
            return None  # this part decides, whatever becomes of the others
    return _earliest(changes)


def _end_of_within(node: Happened, facts: Facts) -> datetime | None:
    known = facts.events.get(node.event, ())
    if node.within is None or not known:
        return None
    end = max(event.at for event in known) + span_of(node.within)
    return end if end > facts.now else None


def _next_of_comparison(node: Compare, facts: Facts) -> datetime | None:
    left, right = movement_of(node.left, facts), movement_of(node.right, facts)
    if left == right == "still":
        return None
    if "bool" in (type_of(node.left), type_of(node.right)):
        return _earliest(_next(side, facts) for side in (node.left, node.right))
    movement = _difference(left, right)
    if movement == "still":
        return None
    if movement == "unknown":
        return next_midnight(facts)
    if any(isinstance(each, Fact) and each.name == "score" for each in nodes_of(node)):
        return _next_of_score(node, movement, facts)
    ops: tuple[CompareOp, ...] = ("<", "<=") if node.op in ("==", "!=") else (node.op,)
    return _earliest(_flip(Compare(op, node.left, node.right), facts) for op in ops)


def _next_of_score(node: Compare, movement: Movement, facts: Facts) -> datetime | None:
    """The next midnight where the way that the score goes can change the answer at all."""
    wants_more = node.op in (">", ">=")
    if node.op in ("==", "!=") or bool(evaluate(node, facts)) is (wants_more is (movement == "falling")):
        return next_midnight(facts)
    return None


def _next_of_membership(node: In, facts: Facts) -> datetime | None:
    if movement_of(node.container, facts) != "still":
        return next_midnight(facts)
    if movement_of(node.item, facts) == "still":
        return None
    parts = evaluate(node.container, facts)
    texts = parts if isinstance(parts, tuple) else ()
    same = (Compare("==", node.item, Literally(cast(Value, part))) for part in texts)
    return _earliest(_next_of_comparison(each, facts) for each in same)


def _next_of_value(node: Node, facts: Facts) -> datetime | None:
    """A bare value: a number is asked whether it is zero; a date that time moves is always there."""
    if movement_of(node, facts) == "still" or type_of(node) in ("date", "datetime"):
        return None
    if type_of(node) == "number":
        return _next_of_comparison(Compare("!=", node, Literally(0)), facts)
    return next_midnight(facts)


def movement_of(node: Node, facts: Facts) -> Movement:
    """How the node's value moves while nothing happens."""
    match node:
        case Literally():
            return "still"
        case Fact():
            return _movement_of_fact(node, facts)
        case Arithmetic():
            return _movement_of_arithmetic(node, facts)
        case Filtered(name="round" | "int"):
            return movement_of(node.operand, facts)
        case Filtered(name="default"):
            return _movement_of_default(node, facts)
        case Happened() if node.within is not None:
            return "unknown"
        case _:
            return "still" if all(movement_of(part, facts) == "still" for part in operands(node)) else "unknown"


def _movement_of_fact(node: Fact, facts: Facts) -> Movement:
    match node.name:
        case "days_in_stage":
            return "still" if facts.stage_entered_at is None else "rising"
        case "days_in_campaign":
            return "still" if facts.entered_at is None else "rising"
        case "now" | "today":
            return "rising"
        case "score":
            return facts.score_moves
        case _:
            return "still"


def _movement_of_arithmetic(node: Arithmetic, facts: Facts) -> Movement:
    left, right = movement_of(node.left, facts), movement_of(node.right, facts)
    match node.op:
        case "+":
            return _difference(left, _FLIPPED[right])
        case "-":
            return _difference(left, right)
        case "*" if left == "still":
            return _scaled(right, evaluate(node.left, facts))
        case _ if right == "still":
            return _scaled(left, evaluate(node.right, facts))
        case _:
            return "unknown"


def _scaled(movement: Movement, factor: Value) -> Movement:
    if not isinstance(factor, int | float) or factor == 0:
        return "still"  # none, or zero for ever
    return movement if factor > 0 else _FLIPPED[movement]


def _movement_of_default(node: Filtered, facts: Facts) -> Movement:
    operand = movement_of(node.operand, facts)
    if operand == "still" and evaluate(node.operand, facts) in (None, ""):
        return movement_of(node.arguments[0], facts)
    return operand


def _difference(left: Movement, right: Movement) -> Movement:
    """How left minus right moves."""
    if right == "still" or left == _FLIPPED[right]:
        return left
    return _FLIPPED[right] if left == "still" else "unknown"


def _flip(node: Compare, facts: Facts) -> datetime | None:
    """The first microsecond at which an ordering that changes at most once has changed."""
    if isinstance(node.left, Fact) and isinstance(node.right, Literally) and node.left.name in _SINCE:
        days, start = node.right.value, getattr(facts, _SINCE[node.left.name])
        if isinstance(days, int | float) and all((pause.end() or _LATEST) <= facts.now for pause in facts.pauses):
            return _flip_of_days(node.op, days, start, facts)
    before, after = facts.now, facts.now + _FARTHEST
    is_so = evaluate(node, facts)
    if _at(node, facts, after) == is_so:
        return None
    guess = _guess(node, facts)
    if guess is not None and before < guess - _NEAR_A_GUESS and guess + _NEAR_A_GUESS < after:
        early, late = guess - _NEAR_A_GUESS, guess + _NEAR_A_GUESS
        before, after = (early, after) if _at(node, facts, early) == is_so else (before, early)
        before, after = (before, late) if late < after and _at(node, facts, late) != is_so else (before, after)
    while after - before > MICROSECOND:
        middle = before + (after - before) // 2
        before, after = (middle, after) if _at(node, facts, middle) == is_so else (before, middle)
    return after


def _flip_of_days(op: CompareOp, days: float, start: datetime, facts: Facts) -> datetime | None:
    """The same for days since `start` against a number, once no pause holds or is to come: by counting back."""
    limit = as_number(days)
    began = start + stood_still(facts.pauses, start, facts.now)
    if limit is None or abs(limit) > _FARTHEST.days:
        return None
    count = round(limit * MICROSECONDS_A_DAY)
    compare, changes_to = COMPARES[op], op in (">", ">=")
    while compare((count - 1) / MICROSECONDS_A_DAY, limit) is changes_to:
        count -= 1
    while compare(count / MICROSECONDS_A_DAY, limit) is not changes_to:
        count += 1
    moment = began + count * MICROSECOND
    return moment if facts.now < moment <= facts.now + _FARTHEST else None


def _at(node: Node, facts: Facts, moment: datetime) -> Value:
    return evaluate(node, replace(facts, now=moment))


def _guess(node: Compare, facts: Facts) -> datetime | None:
    """Where the sides meet if they go on as on the coming day: right for most numbers, and saves most halvings."""
    day_later = replace(facts, now=facts.now + timedelta(days=1))
    now, later = (_gap(node, at) for at in (facts, day_later))
    if now is None or later is None or now == later:
        return None
    days = now / (now - later)
    return facts.now + timedelta(days=days) if 0 < days < _FARTHEST.days else None


def _gap(node: Compare, facts: Facts) -> float | None:
    left, right = evaluate(node.left, facts), evaluate(node.right, facts)
    return left - right if isinstance(left, int | float) and isinstance(right, int | float) else None


def next_midnight(facts: Facts) -> datetime:
    """The coming midnight on the contact's wall, in UTC; where a clock change leaves none, the moment of the change."""
    tomorrow = facts.now.astimezone(facts.zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=facts.zone).astimezone(facts.now.tzinfo)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
