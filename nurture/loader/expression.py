"""Makes condition trees from Jinja expressions: every name looked up, every type looked at, all problems at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from jinja2 import nodes

from nurture.domain.condition import (
    And,
    Arithmetic,
    ArithmeticOp,
    Compare,
    CompareOp,
    Condition,
    Filtered,
    In,
    Literally,
    Node,
    Not,
    Or,
)
from nurture.domain.portable import as_number, date_of
from nurture.domain.typecheck import FILTERS, Type, fault, type_of
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.expression_names import (
    NOTHING_KNOWN,
    ExpressionProblem,
    Known,
    Names,
    Scope,
    Unreadable,
    nearest,
)
from nurture.loader.jinja_tokens import ExpressionError, offset_of, parse_expression

DEEPEST_TREE = 50

_COMPARES: Mapping[str, CompareOp] = MappingProxyType(
    {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
)
_ARITHMETIC: Mapping[type[nodes.Node], ArithmeticOp] = MappingProxyType(
    {nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/"}
)
_REFUSED: Mapping[type[nodes.Node], tuple[str, str]] = MappingProxyType(
    {
        nodes.Pow: ("`**` is no operator here", "multiply"),
        nodes.Mod: ("`%` is no operator here", ""),
        nodes.FloorDiv: ("`//` is no operator here", "write `/`, and `| int` to drop the fraction"),
        nodes.CondExpr: ("`if … else` is not for expressions", "use `choose`, or `and` and `or`"),
        nodes.List: ("a list stands only to the right of `in`", 'write `contact.country in ["TH", "SG"]`'),
        nodes.Tuple: ("a list stands only to the right of `in`, in square brackets", ""),
        nodes.Dict: ("`{…}` is not for expressions", ""),
        nodes.Getitem: ("`[…]` after a name is not for expressions", "write `contact.NAME`"),
        nodes.Slice: ("`[…]` after a name is not for expressions", ""),
    }
)
_NOT_IN_SQL = frozenset({"round"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The condition, or None where there are problems."""

    condition: Condition | None
    problems: tuple[ExpressionProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedValue:
    """The expression's tree and type, or None where there are problems."""

    node: Node | None
    type: Type = "any"
    problems: tuple[ExpressionProblem, ...] = ()


def parse_condition(
    source: str, vocabulary: Vocabulary, *, scope: Scope = "campaign", known: Known = NOTHING_KNOWN
) -> Parsed:
    """The condition that `source` writes, of any type that can be a yes or no, with everything that is wrong in it."""
    reader = _Reader(vocabulary, scope, known)
    tree = reader.read_whole(source)
    if tree is None or reader.problems:
        return Parsed(condition=None, problems=tuple(reader.problems))
    if type_of(tree) == "none":
        return Parsed(condition=None, problems=(ExpressionProblem(code="type", message="none is no condition"),))
    return Parsed(condition=Condition(tree=tree, source=" ".join(source.split())))


def parse_value(
    source: str, vocabulary: Vocabulary, *, scope: Scope = "campaign", known: Known = NOTHING_KNOWN
) -> ParsedValue:
    """The expression that `source` writes, with the type of its value, for `set` and dates."""
    reader = _Reader(vocabulary, scope, known)
    tree = reader.read_whole(source)
    if tree is not None and type_of(tree) == "mixed":
        hint = "give `and` and `or` operands of one type, or use `default`"
        reader.problems.append(ExpressionProblem(code="type", message="the value is of several types", hint=hint))
    if tree is None or reader.problems:
        return ParsedValue(node=None, problems=tuple(reader.problems))
    return ParsedValue(node=tree, type=type_of(tree))


class _Reader:
    """Turns one Jinja tree into ours; a part that is wrong is noted and read as None, and the others are read on."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope, known: Known) -> None:
        self.problems: list[ExpressionProblem] = []
        self._scope = scope
        self._names = Names(vocabulary, scope, known)
        self._depth = 0

    def read_whole(self, source: str) -> Node | None:
        try:
            return self._read(parse_expression(source))
        except ExpressionError as error:
            self._note(Unreadable(error.message), error.offset, code="syntax")
            return None

    def _note(self, wrong: Unreadable, offset: int, *, code: str = "") -> None:
        problem = ExpressionProblem(
            code=code or wrong.code, message=wrong.message, hint=wrong.hint, offset=wrong.offset or offset
        )
        self.problems.append(problem)

    def _read(self, node: nodes.Node) -> Node | None:
        self._depth += 1
        if self._depth > DEEPEST_TREE:
            raise ExpressionError("the expression is too deep", offset_of(node))
        try:
            made = self._made(node)
        except Unreadable as wrong:
            self._note(wrong, offset_of(node))
            return None
        finally:
            self._depth -= 1
        return None if made is None else self._checked(made, node)

    def _checked(self, made: Node, node: nodes.Node) -> Node | None:
        wrong = fault(made)
        if wrong is not None:
            self._note(Unreadable(wrong.message, hint=wrong.hint, code="type"), offset_of(node))
            return None
        return made

    def _made(self, node: nodes.Node) -> Node | None:
        match node:
            case nodes.Const():
                return Literally(_constant(node.value))
            case nodes.Name() | nodes.Getattr() | nodes.Call():
                return self._names.resolve(node)
            case nodes.And() | nodes.Or():
                return self._junction(node)
            case nodes.Not():
                return self._with(Not, node.node)
            case nodes.Neg() | nodes.Pos():
                return self._signed(node)
            case nodes.Compare():
                return self._compared(node)
            case nodes.Concat():
                return self._concatenated(node)
            case nodes.Filter():
                return self._filtered(node)
            case nodes.Test():
                return self._tested(node)
            case nodes.BinExpr() if type(node) in _ARITHMETIC:
                return self._reckoned(_ARITHMETIC[type(node)], node.left, node.right)
            case _:
                message, hint = _REFUSED.get(type(node), ("this is not for expressions", ""))
                raise Unreadable(message, hint=hint, code="syntax")

    def _with(self, make: Callable[..., Node], *parts: nodes.Node) -> Node | None:
        """All parts read, so that each one's problems are told, and put together where all are right."""
        read = [self._read(part) for part in parts]
        return None if None in read else make(*read)

    def _junction(self, node: nodes.And | nodes.Or) -> Node | None:
        parts: list[nodes.Node] = []
        spine: nodes.Node = node
        while isinstance(spine, nodes.And | nodes.Or) and type(spine) is type(node):
            parts.append(spine.right)
            spine = spine.left
        make = And if isinstance(node, nodes.And) else Or
        return self._with(lambda *read: make(read), spine, *reversed(parts))

    def _signed(self, node: nodes.Neg | nodes.Pos) -> Node | None:
        operand = self._read(node.node)
        if operand is None:
            return None
        if isinstance(operand, Literally) and type_of(operand) == "number":
            value: Any = operand.value
            return Literally(-value) if isinstance(node, nodes.Neg) else operand
        return Arithmetic("-" if isinstance(node, nodes.Neg) else "+", Literally(0), operand)

    def _compared(self, node: nodes.Compare) -> Node | None:
        if len(node.ops) != 1:
            raise Unreadable("compare two values at a time", hint="join comparisons by `and`", code="syntax")
        operand = node.ops[0]
        if operand.op in ("in", "notin"):
            item, container = self._read(node.expr), self._container(operand.expr)
            if item is None or container is None:
                return None
            made = self._checked(In(item, self._as_dates(container, type_of(item))), node)
            self._names.check_choices(item, container)
            return Not(made) if made is not None and operand.op == "notin" else made
        left, right = self._read(node.expr), self._read(operand.expr)
        if left is None or right is None:
            return None
        left, right = self._as_dates(left, type_of(right)), self._as_dates(right, type_of(left))
        self._names.check_choices(left, right)
        self._names.check_choices(right, left)
        return Compare(_COMPARES[operand.op], left, right)

    def _container(self, node: nodes.Node) -> Node | None:
        if not isinstance(node, nodes.List):
            return self._read(node)
        read = [self._read(item) for item in node.items]
        if None in read:
            return None
        if not all(isinstance(item, Literally) and item.value is not None for item in read):
            raise Unreadable("a list holds texts or numbers written out, no names", code="syntax")
        return Literally(tuple(item.value for item in read if isinstance(item, Literally)))  # type: ignore[misc]

    def _as_dates(self, node: Node, beside: Type) -> Node:
        """A text beside a date or moment, written as one, is one."""
        if beside not in ("date", "datetime") or not isinstance(node, Literally):
            return node
        match node.value:
            case str() as text:
                return Literally(_time_of(text, beside))
            case tuple() as texts:
                return Literally(tuple(_time_of(text, beside) if isinstance(text, str) else text for text in texts))
            case _:
                return node

    def _concatenated(self, node: nodes.Concat) -> Node | None:
        joined = self._read(node.nodes[0])
        for part in node.nodes[1:]:
            read = self._read(part)
            joined = None if joined is None or read is None else self._checked(Arithmetic("+", joined, read), node)
        if joined is not None and type_of(joined) not in ("text", "any"):
            raise Unreadable("`~` puts texts together", code="type")
        return joined

    def _reckoned(self, op: ArithmeticOp, left: nodes.Node, right: nodes.Node) -> Node | None:
        made = self._with(lambda one, other: Arithmetic(op, one, other), left, right)
        if made is not None and self._scope in ("audience", "score") and type_of(made) == "date":
            raise Unreadable("dates cannot be moved here", hint="compare the days between two dates", code="scope")
        return made

    def _filtered(self, node: nodes.Filter) -> Node | None:
        if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise Unreadable(f"`{node.name}` is not used like this", code="syntax")
        if node.name not in FILTERS:
            hint = nearest(node.name, FILTERS) or f"there are {', '.join(sorted(FILTERS))}"
            raise Unreadable(f"there is no filter `{node.name}`", hint=hint, code="unknown-filter", offset=node.lineno)
        if node.name in _NOT_IN_SQL and self._scope in ("audience", "score"):
            raise Unreadable(f"`{node.name}` cannot be asked of an audience", code="scope", offset=node.lineno)
        if len(node.args) != (node.name == "default"):
            wanted = "one value" if node.name == "default" else "no value"
            raise Unreadable(f"`{node.name}` takes {wanted} in parentheses", code="syntax", offset=node.lineno)
        operand, arguments = self._read(node.node), [self._read(argument) for argument in node.args]
        if operand is None or None in arguments:
            return None
        fallbacks = tuple(self._as_dates(argument, type_of(operand)) for argument in arguments if argument is not None)
        return Filtered(node.name, operand, fallbacks)

    def _tested(self, node: nodes.Test) -> Node | None:
        if node.name != "none" or node.args or node.kwargs:
            raise Unreadable(
                f"there is no test `is {node.name}`", hint="there are `is none` and `is not none`", code="unknown-test"
            )
        return self._with(lambda operand: Compare("==", operand, Literally(None)), node.node)


def _constant(value: object) -> str | int | float | bool | None:
    match value:
        case bool() | None:
            return value
        case int() | float():
            if as_number(value) is None:
                raise Unreadable("the number is too large or too small", code="syntax")
            return value
        case str():
            if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
                raise Unreadable("the text holds a character that no text can hold", code="syntax")
            return value
        case _:
            raise Unreadable("this is no text or number", code="syntax")


def _time_of(text: str, type_: Type) -> str | date | datetime:
    """The date or moment that the text writes, or the text as it is: then its type is found wrong."""
    if type_ == "date":
        return date_of(text) or text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else text
