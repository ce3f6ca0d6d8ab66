"""Conditions as a tree: what `if`, `enter`, `exit`, `wait` and `audience` say, free of any syntax.

The tree is made by `loader/expression.py`, answered for one contact by `evaluate` and turned into SQL by
`store/condition.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from nurture.domain.duration import Duration
from nurture.domain.value import FieldType, Value

CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/"]
FactName = Literal[
    "stage",
    "days_in_stage",
    "days_in_campaign",
    "score",
    "replied",
    "reply.intent",
    "reply.text",
    "ordered",
    "order.total",
    "order.currency",
    "order.items",
    "offer.code",
    "offer.redeemed",
    "now",
    "today",
]


@dataclass(frozen=True, slots=True)
class Literally:
    """A constant, also a list of constants of one type written out."""

    value: Value | tuple[int | float | str | date | datetime, ...]


@dataclass(frozen=True, slots=True)
class ContactField:
    """`contact.NAME`. A value that does not fit the declared `type` counts as none; type None takes any value."""

    name: str
    type: FieldType | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Where the enrollment stands, or the newest reply, order or offer in it."""

    name: FactName


@dataclass(frozen=True, slots=True)
class TriggerField:
    """`event.NAME`: a field of the event that enrolled the contact; `type` as for `ContactField`."""

    name: str
    type: FieldType | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """`sent(x)`, `opened(x)`, `clicked(x)`: of a step or link of this campaign; of anything where `target` is None."""

    what: Literal["sent", "opened", "clicked"]
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """`happened(event, within=…)`: recorded less than `within` ago, a day being 24 hours here."""

    event: str
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class LastEventField:
    """`last(event).FIELD`; `type` as for `ContactField`."""

    event: str
    name: str
    type: FieldType | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`enrolled(campaign)`: an unfinished run there."""

    campaign: str


@dataclass(frozen=True, slots=True)
class Compare:
    """Two-valued: with none on a side it is false, save that `== none` and `!= none` ask for none itself."""

    op: CompareOp
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class In:
    """`item in container`: in a list, or as a part of a text."""

    item: "Node"
    container: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Like `Or`, gives one of its operands as Python does: the first that is not true, else the last."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """The first operand that is true, else the last."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Numbers, texts put together by `+`, days between dates, a date some days away; none where either side is none."""

    op: ArithmeticOp
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Filtered:
    """`operand | name(arguments)`, from the closed list of filters."""

    name: str
    operand: "Node"
    arguments: tuple["Node", ...] = ()


Node = (
    Literally
    | ContactField
    | Fact
    | TriggerField
    | Did
    | Happened
    | LastEventField
    | Enrolled
    | Compare
    | In
    | And
    | Or
    | Not
    | Arithmetic
    | Filtered
)


def operands(node: Node) -> tuple[Node, ...]:
    """The nodes right under this one."""
    match node:
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case In():
            return (node.item, node.container)
        case And() | Or():
            return node.parts
        case Not():
            return (node.part,)
        case Filtered():
            return (node.operand, *node.arguments)
        case _:
            return ()


def nodes_of(node: Node) -> Iterator[Node]:
    """Every node of the tree, operands before what they belong to."""
    for operand in operands(node):
        yield from nodes_of(operand)
    yield node


def _moves_with_time(node: Node) -> bool:
    match node:
        case Fact(name=name):
            return name in ("days_in_stage", "days_in_campaign", "score", "now", "today")
        case Happened(within=within):
            return within is not None
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A tree with the words it was written in, which is how reasons quote it.

    `is_timeless`: nothing in it moves with time alone, so that only what happens can change its answer.
    """

    tree: Node
    source: str
    is_timeless: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_timeless", not any(_moves_with_time(node) for node in nodes_of(self.tree)))

    def __str__(self) -> str:
        return self.source
