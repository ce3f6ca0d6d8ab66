"""Conditions as a tree: what `if`, `enter`, `exit`, `wait` and `audience` say, free of any syntax.

The tree is made by `loader/expression.py`, answered for one contact by `evaluate` and turned into SQL by
`store/condition.py`.
"""

from dataclasses import dataclass
from typing import Literal

from nurture.domain.duration import Duration
from nurture.domain.value import Value

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
    """A constant, also a list of texts or numbers written out."""

    value: Value | tuple[int | float | str, ...]


@dataclass(frozen=True, slots=True)
class ContactField:
    """`contact.NAME`."""

    name: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Where the enrollment stands, or the newest reply, order or offer in it."""

    name: FactName


@dataclass(frozen=True, slots=True)
class TriggerField:
    """`event.NAME`: a field of the event that enrolled the contact."""

    name: str


@dataclass(frozen=True, slots=True)
class Did:
    """`sent(x)`, `opened(x)`, `clicked(x)`: of a step or link of this campaign; of anything where `target` is None."""

    what: Literal["sent", "opened", "clicked"]
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """`happened(event, within=…)`."""

    event: str
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class LastEventField:
    """`last(event).FIELD`."""

    event: str
    name: str


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
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A tree with the words it was written in, which is how reasons quote it."""

    tree: Node
    source: str

    def __str__(self) -> str:
        return self.source
