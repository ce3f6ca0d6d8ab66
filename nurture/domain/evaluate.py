"""Answers a condition, and the expressions of `set`, for one contact at one moment.

Two-valued: a comparison with none is false, save `== none`, and `not` of it is true. Nothing raises: what cannot be
reckoned (a division by zero, a number out of bounds, a date beyond the calendar) is none.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from nurture.domain.condition import (
    And,
    Arithmetic,
    ArithmeticOp,
    Compare,
    CompareOp,
    Condition,
    ContactField,
    Did,
    Enrolled,
    Fact,
    FactName,
    Filtered,
    Happened,
    In,
    LastEventField,
    Literally,
    Node,
    Not,
    Or,
    TriggerField,
)
from nurture.domain.duration import Duration
from nurture.domain.facts import Facts, stood_still
from nurture.domain.portable import (
    MICROSECOND,
    MICROSECONDS_A_DAY,
    as_number,
    fit,
    is_true,
    lower,
    microseconds,
    trim,
    upper,
)
from nurture.domain.value import FieldType, Value

COMPARES: Mapping[CompareOp, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)


_NONE = Literally(None)


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition holds; None, where the marketer wrote none, always does.

    A bare value holds when there is something in it: a text or list that is not empty, a number but zero, any date.
    """
    return condition is None or is_true(evaluate(condition.tree, facts))


def evaluate(node: Node, facts: Facts) -> Value:
    """The value of an expression; a whole result of arithmetic comes as an int."""
    value = _value(node, facts)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def span_of(duration: Duration) -> timedelta:
    """The exact length by which `within` and a fading score count: a day is 24 hours, a business day too."""
    return timedelta(days=duration.days + duration.business_days, seconds=duration.seconds)


def _value(node: Node, facts: Facts) -> Any:
    return _VALUE_OF[type(node)](node, facts)


def _last_field(node: LastEventField, facts: Facts) -> Value:
    known = facts.events.get(node.event, ())
    return _event_value(known[-1].fields.get(node.name), node.type) if known else None


def _happened(node: Happened, facts: Facts) -> bool:
    known = facts.events.get(node.event, ())
    if node.within is None:
        return bool(known)
    span = span_of(node.within)
    return any(facts.now - event.at < span for event in known)


def _junction(node: And | Or, facts: Facts) -> Any:
    value: Any = None
    for part in node.parts:
        value = _value(part, facts)
        if is_true(value) is isinstance(node, Or):
            break
    return value


def _fitted(value: Value, type_: FieldType | None) -> Value:
    return value if type_ is None else fit(value, type_)


def _event_value(value: Value, type_: FieldType | None) -> Value:
    """As `_fitted`; a number also where the event brought it as text, as amounts are kept to stay exact."""
    if type_ == "number" and isinstance(value, str):
        try:
            return as_number(float(value))
        except ValueError:
            return None
    return _fitted(value, type_)


def _comparable(value: object) -> tuple[str, Any] | None:
    """The value with its kind, in the form in which it compares; None for none."""
    match value:
        case str():
            return "text", value
        case bool():
            return "bool", value
        case int() | float():
            number = as_number(value)
            return None if number is None else ("number", number)
        case datetime():
            # In UTC: two times of one zone would compare by the wall, which repeats an hour every autumn.
            return "datetime", microseconds(value)
        case date():
            return "date", value
        case _:
            return None


def _compared(node: Compare, facts: Facts) -> bool:
    left, right = _value(node.left, facts), _value(node.right, facts)
    if (left is None or right is None) and _NONE in (node.left, node.right):
        is_same = left is None and right is None
        return is_same if node.op == "==" else node.op == "!=" and not is_same
    return _is_so(node.op, left, right)


def _is_so(op: CompareOp, left: object, right: object) -> bool:
    one, other = _comparable(left), _comparable(right)
    if one is None or other is None or one[0] != other[0]:
        return False
    return COMPARES[op](one[1], other[1])


def _contained(node: In, facts: Facts) -> bool:
    item, container = _value(node.item, facts), _value(node.container, facts)
    match container:
        case tuple():
            return any(_is_so("==", item, part) for part in container)
        case str():
            return isinstance(item, str) and item in container
        case _:
            return False


def _did(node: Did, facts: Facts) -> bool:
    deeds = {"sent": facts.sent, "opened": facts.opened, "clicked": facts.clicked}[node.what]
    if node.target is None:
        return bool(deeds)
    return any(node.target in (deed.step, deed.link) for deed in deeds)


def reckon(op: ArithmeticOp, left: Any, right: Any) -> Any:
    """The result of arithmetic on two values, None where it has none.

    >>> reckon("/", 7, 2), reckon("/", 7, 0), reckon("-", date(2026, 3, 2), date(2026, 2, 27)), reckon("+", "a", None)
    (3.5, None, 3.0, None)
    """
    match left, right:
        case (str(), str()) if op == "+":
            return left + right
        case (datetime(), datetime()) if op == "-":
            return float(microseconds(left) - microseconds(right)) / MICROSECONDS_A_DAY
        case (datetime(), _) | (_, datetime()):
            return None
        case (date(), date()) if op == "-":
            return float((left - right).days)
        case (date(), int() | float()) if op in ("+", "-"):
            return _day_after(left, as_number(right), -1 if op == "-" else 1)
        case _:
            return _number_of(op, as_number(left), as_number(right))


def _day_after(day: date, days: float | None, sign: int) -> date | None:
    """The date so many whole days later; a fraction of a day is dropped."""
    try:
        return None if days is None else day + timedelta(days=sign * int(days))
    except OverflowError:
        return None


def _number_of(op: ArithmeticOp, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match op:
        case "+":
            return as_number(left + right)
        case "-":
            return as_number(left - right)
        case "*":
            return as_number(left * right)
        case "/":
            return None if right == 0 else as_number(left / right)


def _filtered(node: Filtered, facts: Facts) -> Any:
    value = _value(node.operand, facts)
    if node.name == "default":
        return _value(node.arguments[0], facts) if value in (None, "") else value
    match value:
        case str():
            found = _TEXT_FILTERS.get(node.name)
        case tuple():
            found = len if node.name == "length" else None
        case bool():
            found = None
        case int() | float():
            found = _NUMBER_FILTERS.get(node.name)
            value = as_number(value)
        case _:
            found = None
    return None if found is None or value is None else found(value)


_TEXT_FILTERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"lower": lower, "upper": upper, "trim": trim, "length": len}
)
_NUMBER_FILTERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"abs": abs, "int": lambda number: float(int(number)), "round": lambda number: float(round(number))}
)


def days_since(start: datetime | None, facts: Facts) -> float | None:
    """Days of 24 hours from `start` to now, without the time that was spent in pauses; fractions count."""
    if start is None:
        return None
    elapsed = max(timedelta(0), facts.now - start) - stood_still(facts.pauses, start, facts.now)
    return (elapsed // MICROSECOND) / MICROSECONDS_A_DAY


def _order_total(facts: Facts) -> float | None:
    total = facts.order.total if facts.order else None
    return as_number(float(total)) if total is not None and total.is_finite() else None


_FACTS: Mapping[FactName, Callable[[Facts], Any]] = MappingProxyType(
    {
        "stage": lambda facts: facts.stage,
        "days_in_stage": lambda facts: days_since(facts.stage_entered_at, facts),
        "days_in_campaign": lambda facts: days_since(facts.entered_at, facts),
        "score": lambda facts: as_number(facts.score),
        "replied": lambda facts: bool(facts.replies),
        "reply.intent": lambda facts: facts.reply.intent if facts.reply else None,
        "reply.text": lambda facts: facts.reply.text if facts.reply else None,
        "ordered": lambda facts: bool(facts.orders),
        "order.total": _order_total,
        "order.currency": lambda facts: facts.order.currency if facts.order else None,
        "order.items": lambda facts: tuple(item.product for item in facts.order.items) if facts.order else None,
        "offer.code": lambda _facts: None,
        "offer.redeemed": lambda _facts: None,
        "now": lambda facts: facts.now.astimezone(facts.zone),
        "today": lambda facts: facts.now.astimezone(facts.zone).date(),
    }
)

# By type rather than by `match`, which would ask one class after the other: conditions are answered most of all.
_VALUE_OF: Mapping[type[Node], Callable[[Any, Facts], Any]] = MappingProxyType(
    {
        Literally: lambda node, _facts: node.value,
        ContactField: lambda node, facts: _fitted(facts.contact.value(node.name), node.type),
        Fact: lambda node, facts: _FACTS[node.name](facts),
        TriggerField: lambda node, facts: _event_value(facts.trigger.get(node.name), node.type),
        LastEventField: _last_field,
        Did: _did,
        Happened: _happened,
        Enrolled: lambda node, facts: node.campaign in facts.enrolled,
        Compare: _compared,
        In: _contained,
        Not: lambda node, facts: not is_true(_value(node.part, facts)),
        And: _junction,
        Or: _junction,
        Arithmetic: lambda node, facts: reckon(node.op, _value(node.left, facts), _value(node.right, facts)),
        Filtered: _filtered,
    }
)
