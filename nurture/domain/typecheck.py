"""What type an expression has, and what in it cannot mean anything: found when a file is read, not when it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
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
    nodes_of,
)
from nurture.domain.contact import STANDARD_FIELDS
from nurture.domain.value import FieldType

Type = Literal["text", "number", "bool", "date", "datetime", "list", "none", "mixed", "any"]
"""`list` is of texts; `mixed` is what `and` and `or` of unlike operands give: good for a yes or no only; `any` is a
field of unknown type, which is never found fault with."""

_FACT_TYPES: Mapping[FactName, Type] = MappingProxyType(
    {
        "stage": "text",
        "days_in_stage": "number",
        "days_in_campaign": "number",
        "score": "number",
        "replied": "bool",
        "reply.intent": "text",
        "reply.text": "text",
        "ordered": "bool",
        "order.total": "number",
        "order.currency": "text",
        "order.items": "list",
        "offer.code": "text",
        "offer.redeemed": "bool",
        "now": "datetime",
        "today": "date",
    }
)
_FILTERS: Mapping[str, tuple[tuple[Type, ...], Type]] = MappingProxyType(
    {
        "lower": (("text",), "text"),
        "upper": (("text",), "text"),
        "trim": (("text",), "text"),
        "length": (("text", "list"), "number"),
        "abs": (("number",), "number"),
        "int": (("number",), "number"),
        "round": (("number",), "number"),
    }
)
FILTERS: tuple[str, ...] = (*_FILTERS, "default")
"""The closed list of filters; only `default` takes an argument."""

_NAMES: Mapping[Type, str] = MappingProxyType(
    {
        "text": "a text",
        "number": "a number",
        "bool": "true or false",
        "date": "a date",
        "datetime": "a moment",
        "list": "a list",
        "none": "none",
        "mixed": "values of several types",
        "any": "anything",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFault:
    """Why one node cannot mean anything, and what to write instead."""

    message: str
    hint: str = ""


def type_of(node: Node) -> Type:
    """The type of the node's value, whatever is wrong inside it.

    >>> type_of(Compare("==", ContactField("phone", "text"), Literally(None)))
    'bool'
    >>> type_of(Or((ContactField("company", "text"), Literally("you"))))
    'text'
    """
    match node:
        case Literally():
            return _type_of_constant(node.value)
        case ContactField() | TriggerField() | LastEventField():
            return _type_of_field(node)
        case Fact():
            return _FACT_TYPES[node.name]
        case Did() | Happened() | Enrolled() | Compare() | In() | Not():
            return "bool"
        case And() | Or():
            types = {type_of(part) for part in node.parts} - {"any"}
            return "any" if not types else types.pop() if len(types) == 1 else "mixed"
        case Arithmetic():
            return _type_of_arithmetic(node)
        case Filtered():
            return type_of(node.operand) if node.name == "default" else _FILTERS[node.name][1]


def _type_of_constant(value: object) -> Type:
    match value:
        case None:
            return "none"
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case datetime():
            return "datetime"
        case date():
            return "date"
        case tuple():
            return "list"
        case _:
            return "text"


def _type_of_field(node: ContactField | TriggerField | LastEventField) -> Type:
    declared: FieldType | None = node.type
    if declared is None and isinstance(node, ContactField) and node.name in STANDARD_FIELDS:
        declared = STANDARD_FIELDS[node.name].type
    if declared is None:
        return "any"
    return "text" if declared == "choice" else declared


def _type_of_arithmetic(node: Arithmetic) -> Type:
    match node.op, type_of(node.left), type_of(node.right):
        case "+", "text", "text":
            return "text"
        case (("+" | "-"), "date", "number"):
            return "date"
        case "+", ("text" | "any"), "any":
            return "any"
        case _:
            return "number"


def element_type(container: Node) -> Type:
    """What an item of the container must be: that of a list written out, else a text."""
    if isinstance(container, Literally) and isinstance(container.value, tuple) and container.value:
        types = {_type_of_constant(part) for part in container.value}
        return types.pop() if len(types) == 1 else "mixed"
    return "text"


def fault(node: Node) -> TypeFault | None:
    """What is wrong with how this node puts its operands together; what is wrong inside those is theirs."""
    match node:
        case Compare():
            return _compare_fault(node)
        case In():
            return _membership_fault(node)
        case Arithmetic():
            return _arithmetic_fault(node)
        case Filtered():
            return _filter_fault(node)
        case And() | Or() | Not():
            parts = (node.part,) if isinstance(node, Not) else node.parts
            return TypeFault(message="none is no condition") if Literally(None) in parts else None
        case _:
            return None


def type_problems(node: Node) -> tuple[TypeFault, ...]:
    """Everything that is wrong with the types of the tree, inner nodes first."""
    found = (fault(part) for part in nodes_of(node))
    return tuple(problem for problem in found if problem is not None)


def _compare_fault(node: Compare) -> TypeFault | None:
    left, right = type_of(node.left), type_of(node.right)
    both = {left, right}
    if "none" in both:
        return None if node.op in ("==", "!=") else TypeFault(message=f"none has no order: `{node.op}` cannot be asked")
    if "mixed" in both:
        return TypeFault(message="`and` and `or` of different types give no value to compare", hint="compare each part")
    if "list" in both:
        return TypeFault(message="a list cannot be compared", hint='write `"x" in contact.tags`')
    if "any" in both:
        return None
    if left != right:
        return TypeFault(message=f"{_NAMES[left]} cannot be compared with {_NAMES[right]}", hint=_compare_hint(both))
    if left == "bool" and node.op not in ("==", "!="):
        return TypeFault(message="true and false have no order", hint="use `==` or `not`")
    return None


def _compare_hint(both: set[Type]) -> str:
    if both == {"text", "number"}:
        return "a number is written without quotes; a field that holds numbers is declared `type: number`"
    if both == {"text", "date"}:
        return 'a date is written "2026-03-31"'
    if both == {"text", "datetime"}:
        return 'a moment is written "2026-03-31T09:00+07:00"'
    if both == {"date", "datetime"}:
        return "compare a date with `today` and a moment with `now`"
    return ""


def _membership_fault(node: In) -> TypeFault | None:
    item, container = type_of(node.item), type_of(node.container)
    if container == "any" or item == "any":
        return None
    if container not in ("list", "text"):
        return TypeFault(message=f"nothing is in {_NAMES[container]}", hint="`in` looks into a list or a text")
    if container == "list" and node.container == Literally(()):
        return TypeFault(message="nothing is in an empty list")
    wanted = element_type(node.container) if container == "list" else "text"
    if wanted == "mixed":
        return TypeFault(message="the list has values of several types")
    if item != wanted:
        return TypeFault(message=f"{_NAMES[item]} is never in it: it holds {_NAMES[wanted].removeprefix('a ')} values")
    return None


def _arithmetic_fault(node: Arithmetic) -> TypeFault | None:
    left, right = type_of(node.left), type_of(node.right)
    match node.op, left, right:
        case (_, "any", _) | (_, _, "any") | (_, "number", "number") | ("+", "text", "text"):
            return None
        case ("-", "date", "date") | ("-", "datetime", "datetime") | (("+" | "-"), "date", "number"):
            return None
        case _:
            return TypeFault(
                message=f"`{node.op}` has no meaning for {_NAMES[left]} and {_NAMES[right]}",
                hint="use `default(0)` or compare first" if "none" in (left, right) else "",
            )


def _filter_fault(node: Filtered) -> TypeFault | None:
    operand = type_of(node.operand)
    if isinstance(node.operand, Literally) and isinstance(node.operand.value, tuple):
        return TypeFault(message="a list written out is only looked into by `in`")
    if node.name != "default":
        wanted = _FILTERS[node.name][0]
        if operand in wanted or operand == "any":
            return None
        return TypeFault(message=f"`{node.name}` takes {' or '.join(_NAMES[one] for one in wanted)}")
    other = type_of(node.arguments[0])
    if "any" in (operand, other) or (operand == other and operand not in ("mixed", "none", "list")):
        return None
    return TypeFault(message=f"`default` would replace {_NAMES[operand]} by {_NAMES[other]}")
