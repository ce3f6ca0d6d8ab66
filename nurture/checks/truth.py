"""Whether a condition can hold at all, and whether it can ever fail: tried on every value that could tell.

A condition compares what it asks about (terms) with constants. Between two neighbouring constants nothing can change,
so a few values a term are as good as all of them. The answers come from the evaluator that decides who gets a mail.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from math import prod
from zoneinfo import ZoneInfo

from nurture.domain.condition import (
    And,
    Compare,
    ContactField,
    Did,
    Enrolled,
    Fact,
    Happened,
    In,
    Literally,
    Node,
    Not,
    Or,
)
from nurture.domain.contact import Contact
from nurture.domain.evaluate import evaluate
from nurture.domain.facts import Facts
from nurture.domain.portable import is_true
from nurture.domain.typecheck import type_of
from nurture.domain.value import Value
from nurture.domain.verdict import INTENTS
from nurture.domain.vocabulary import Vocabulary

_MOST = 2000
"""Combinations that are tried; a condition with more is taken to be right."""

_NOW = datetime(2026, 3, 2, tzinfo=UTC)
_NOBODY = Facts(
    contact=Contact(id=1, address="a@example.com", email="a@example.com", created_at=_NOW),
    now=_NOW,
    zone=ZoneInfo("UTC"),
    stage="",
    entered_at=_NOW,
    stage_entered_at=_NOW,
)
_NEVER_LESS_THAN_NOTHING = ("days_in_stage", "days_in_campaign", "order.total")
_ALWAYS_THERE = ("stage", "days_in_stage", "days_in_campaign", "score", "now", "today")
Constant = int | float | str | bool | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is known before anybody is: the declared choices, and the stages that people can stand in here."""

    vocabulary: Vocabulary
    stages: tuple[str, ...] = ()


def can_hold(tree: Node, world: World) -> bool:
    """Whether there is somebody for whom the tree is true; True also where there is too much to try."""
    constants: dict[Node, list[Constant]] = {}
    _collect(tree, constants)
    values = [_candidates(term, found, world) for term, found in constants.items()]
    if prod(map(len, values)) > _MOST:
        return True
    terms = list(constants)
    return any(is_true(_answer(tree, dict(zip(terms, chosen, strict=True)))) for chosen in product(*values))


def can_fail(tree: Node, world: World) -> bool:
    """Whether there is somebody for whom the tree is not true."""
    return can_hold(Not(tree), world)


def asks_something(tree: Node) -> bool:
    """Whether anything is asked at all: `true` and `1 == 1` ask nothing."""
    constants: dict[Node, list[Constant]] = {}
    _collect(tree, constants)
    return bool(constants)


def _collect(node: Node, constants: dict[Node, list[Constant]]) -> None:
    """Each term with the constants that it is held against."""
    match node:
        case Literally():
            pass
        case And() | Or():
            for part in node.parts:
                _collect(part, constants)
        case Not():
            _collect(node.part, constants)
        case Compare(left=Literally() as constant, right=term) | Compare(left=term, right=Literally() as constant):
            _held_against(term, constant, constants)
        case In(item=term, container=Literally(value=tuple()) as constant):
            _held_against(term, constant, constants)
        case _:
            constants.setdefault(node, [])


def _held_against(term: Node, constant: Literally, constants: dict[Node, list[Constant]]) -> None:
    if not isinstance(term, Literally):
        found = constants.setdefault(term, [])
        found += constant.value if isinstance(constant.value, tuple) else (constant.value,)


def _answer(node: Node, chosen: Mapping[Node, Value]) -> Value:
    """The value of the tree where each term has the value that was chosen for it."""
    return evaluate(_filled(node, chosen), _NOBODY)


def _filled(node: Node, chosen: Mapping[Node, Value]) -> Node:
    if node in chosen:
        return Literally(chosen[node])
    match node:
        case And():
            return And(tuple(_filled(part, chosen) for part in node.parts))
        case Or():
            return Or(tuple(_filled(part, chosen) for part in node.parts))
        case Not():
            return Not(_filled(node.part, chosen))
        case Compare():
            return _compared(node, chosen)
        case In():
            return In(_filled(node.item, chosen), node.container)
        case _:
            return node


def _compared(node: Compare, chosen: Mapping[Node, Value]) -> Node:
    """A term that has no value compares as none that is not written out does: `== none` is asked of it, no more."""
    left, right = _filled(node.left, chosen), _filled(node.right, chosen)
    asks_none = Literally(None) in (node.left, node.right)
    if not asks_none and Literally(None) in (left, right):
        return Literally(False)
    return Compare(node.op, left, right)


def _candidates(term: Node, constants: Sequence[Constant], world: World) -> list[Value]:
    """Values of which at least one makes every difference that any value can."""
    if isinstance(term, Did | Happened | Enrolled | In | Compare):
        return [False, True]
    if isinstance(term, Fact) and term.name in ("replied", "ordered", "offer.redeemed"):
        return [False, True]
    nothing: list[Value] = [] if isinstance(term, Fact) and term.name in _ALWAYS_THERE else [None]
    closed = _choices(term, world)
    if closed is not None:
        return [*closed, *nothing]
    known = [constant for constant in constants if constant is not None]
    match type_of(term):
        case "number":
            least = 0 if isinstance(term, Fact) and term.name in _NEVER_LESS_THAN_NOTHING else None
            return [*_numbers(known, least), *nothing]
        case "bool":
            return [False, True, *nothing]
        case "date":
            return [*_days(known), *nothing]
        case "datetime":
            return [*_moments(known), *nothing]
        case "text":
            return [*_texts(known), *nothing]
        case "list":
            return [(), ("one",), *nothing]
        case _:
            return [*_numbers(known, None), *_texts(known), *_days(known), *_moments(known), True, False, *nothing]


def _choices(term: Node, world: World) -> tuple[str, ...] | None:
    match term:
        case Fact(name="reply.intent"):
            return INTENTS
        case Fact(name="stage"):
            return world.stages or None
        case ContactField():
            spec = world.vocabulary.field(term.name)
            return spec.choices if spec is not None and spec.type == "choice" else None
        case _:
            return None


def _numbers(constants: Iterable[Constant], least: int | None) -> Iterator[float]:
    known = sorted({0.0, *(float(value) for value in constants if isinstance(value, int | float))})
    between = [(low + high) / 2 for low, high in pairwise(known)]
    for number in (*known, *between, known[0] - 1, known[-1] + 1):
        if least is None or number >= least:
            yield number


def _texts(constants: Iterable[Constant]) -> Iterator[str]:
    known = sorted({value for value in constants if isinstance(value, str)})
    yield from {"": None, **dict.fromkeys(known), **dict.fromkeys(f"{text}\x01" for text in known), "\U0010ffff": None}


def _days(constants: Iterable[Constant]) -> Iterator[date]:
    known = {value for value in constants if isinstance(value, date) and not isinstance(value, datetime)}
    for day in known or {_NOW.date()}:
        yield from (day + timedelta(days=days) for days in (-1, 0, 1) if date.min < day < date.max or not days)


def _moments(constants: Iterable[Constant]) -> Iterator[datetime]:
    known = {value for value in constants if isinstance(value, datetime)}
    for moment in known or {_NOW}:
        is_inside = 1 < moment.year < 9999
        yield from (moment + timedelta(seconds=seconds) for seconds in (-1, 0, 1) if is_inside or not seconds)
