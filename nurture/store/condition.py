"""Turns a condition into SQL over `contacts`, so that an audience can be asked of millions: `evaluate`'s twin.

A part of the expression may be null where the evaluator says none; a truth may be null where it says false. So `not`
and everything that takes a truth for a value first make null false.
"""

from datetime import date, datetime
from functools import reduce
from operator import add

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Integer,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    type_coerce,
)

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
    CompareOp,
    Condition,
    ContactField,
    Enrolled,
    Fact,
    Filtered,
    Happened,
    In,
    Literally,
    Node,
    Not,
    Or,
)
from nurture.domain.contact import STANDARD_FIELDS
from nurture.domain.evaluate import span_of
from nurture.domain.portable import MICROSECOND, MICROSECONDS_A_DAY, as_number, is_true, microseconds
from nurture.domain.score import EVENT_OF_DEED, ScoreRules, fade_seconds, thousandths
from nurture.domain.typecheck import type_of
from nurture.errors import InvalidInput
from nurture.store.condition_dialects import Expression, dialect_of
from nurture.store.tables import contacts, enrollments, events, inbound, orders

NO_RULES = ScoreRules()


def to_sql(
    condition: Condition, *, now: datetime, dialect_name: str, score_rules: ScoreRules = NO_RULES
) -> ColumnElement[bool]:
    """Where clause over `tables.contacts` that selects those for whom the condition holds at `now`.

    `dialect_name` is `sqlite` or `postgresql`. Raises InvalidInput for what only one enrollment can answer.
    """
    return _Translation(condition.source, now, dialect_name, score_rules).truth(condition.tree)


class _Translation:
    """One condition, one moment, one database."""

    def __init__(self, source: str, now: datetime, dialect_name: str, score_rules: ScoreRules | None) -> None:
        self._source = source
        self._now = now
        self._dialect_name = dialect_name
        self._words = dialect_of(dialect_name)
        self._score_rules = score_rules

    def truth(self, node: Node) -> ColumnElement[bool]:
        """Whether the node holds; null is no."""
        match node:
            case Literally():
                return true() if not isinstance(node.value, tuple) and is_true(node.value) else false()
            case And():
                return and_(*(self.truth(part) for part in node.parts))
            case Or():
                return or_(*(self.truth(part) for part in node.parts))
            case Not():
                return not_(self._surely(node.part))
            case Compare():
                return self._compared(node)
            case In():
                return self._contained(node)
            case Happened():
                return self._happened(node)
            case Enrolled():
                return _exists(
                    enrollments, enrollments.c.campaign == node.campaign, enrollments.c.state != literal("finished")
                )
            case Fact(name="ordered"):
                return _exists(orders)
            case _:
                return self._is_something(node)

    def _surely(self, node: Node) -> ColumnElement[bool]:
        """As `truth`, but never null."""
        return func.coalesce(self.truth(node), false(), type_=Boolean)

    def _is_something(self, node: Node) -> ColumnElement[bool]:
        value = self.value(node)
        match type_of(node):
            case "text":
                return value != literal("", Text)
            case "number":
                return value != literal(0.0, Double)
            case "bool":
                return value == literal(1, Integer)
            case "list":
                return self._words.size(value) > literal(0.0, Double)
            case _:
                return value.is_not(null())

    def value(self, node: Node) -> Expression:
        """The node's value, null for none, in the forms that `condition_dialects` lists."""
        match node:
            case Literally() | ContactField():
                value = _constant(node.value) if isinstance(node, Literally) else self._field(node)
                return self._words.by_code_point(value) if type_of(node) in ("text", "date") else value
            case Fact(name="score"):
                return self._score()
            case And() | Or():
                return self._junction(node)
            case Arithmetic():
                return self._reckoned(node)
            case Filtered():
                return self._filtered(node)
            case Compare() | In() | Not() | Happened() | Enrolled() | Fact(name="ordered"):
                return case((self.truth(node), literal(1, Integer)), else_=literal(0, Integer))
            case _:
                raise self._unanswerable()

    def _unanswerable(self) -> InvalidInput:
        return InvalidInput(
            "this can only be asked of one person within a campaign",
            where=self._source,
            hint="Of all contacts one can ask `contact.…`, `happened`, `ordered`, `enrolled` and `score`.",
        )

    def _field(self, node: ContactField) -> Expression:
        match node.name:
            case "tags":
                return self._words.tags()
            case "created_at" | "consent_at":
                return type_coerce(contacts.c[node.name], BigInteger)
            case _ if node.name in STANDARD_FIELDS:
                return contacts.c[node.name]
            case _ if node.type is not None:
                return self._words.field(node.name, node.type)
            case _:
                raise InvalidInput(f"the type of contact.{node.name} is not known", where=self._source)

    def _junction(self, node: And | Or) -> Expression:
        """The operand that decides, as the evaluator gives it."""
        *deciding, last = node.parts
        decides = [self.truth(part) if isinstance(node, Or) else not_(self._surely(part)) for part in deciding]
        whens = [(truth, self.value(part)) for truth, part in zip(decides, deciding, strict=True)]
        return case(*whens, else_=self.value(last)) if whens else self.value(last)

    def _compared(self, node: Compare) -> ColumnElement[bool]:
        if Literally(None) in (node.left, node.right):
            other = node.left if node.right == Literally(None) else node.right
            is_none = true() if other == Literally(None) else self.value(other).is_(null())
            return is_none if node.op == "==" else not_(is_none)
        left, right = self.value(node.left), self.value(node.right)
        return _comparison(node.op, left, right)

    def _contained(self, node: In) -> ColumnElement[bool]:
        item, container = self.value(node.item), node.container
        if isinstance(container, Literally) and isinstance(container.value, tuple):
            return or_(false(), *(item == _constant(part) for part in container.value))
        if type_of(container) == "list":
            return self._words.has(self.value(container), item)
        return self._words.part_at(self.value(container), item) > literal(0, Integer)

    def _happened(self, node: Happened) -> ColumnElement[bool]:
        met = [events.c.name == node.event, events.c.is_human]
        if node.within is not None:
            since = microseconds(self._now) - span_of(node.within) // MICROSECOND
            met.append(type_coerce(events.c.at, BigInteger) > literal(since, BigInteger))
        return _exists(events, *met)

    def _reckoned(self, node: Arithmetic) -> Expression:
        left, right = self.value(node.left), self.value(node.right)
        match node.op, type_of(node.left):
            case "+", "text":
                return left.op("||")(right)
            case "-", "date" if type_of(node.right) == "date":
                return self._words.days_between(left, right)
            case "-", "datetime":
                return cast(left - right, Double) / literal(float(MICROSECONDS_A_DAY), Double)
            case _, "date":
                raise self._unanswerable()
            case "+", _:
                return self._words.bounded(left + right)
            case "-", _:
                return self._words.bounded(left - right)
            case "*", _:
                return self._words.bounded(left * right)
            case _:
                return self._words.bounded(left / func.nullif(right, literal(0.0, Double), type_=Double))

    def _filtered(self, node: Filtered) -> Expression:
        value = self.value(node.operand)
        match node.name:
            case "default":
                if type_of(node.operand) == "text":
                    value = func.nullif(value, literal("", Text), type_=Text)
                return func.coalesce(value, self.value(node.arguments[0]), type_=value.type)
            case "length":
                is_list = type_of(node.operand) == "list"
                return self._words.size(value) if is_list else self._words.length(value)
            case "lower" | "upper" | "trim":
                return self._words.text_filter(node.name, value)
            case "abs":
                return func.abs(value, type_=Double)
            case "int":
                return self._words.whole(value)
            case _:
                raise self._unanswerable()

    def _score(self) -> Expression:
        """As `score.score`: whole thousandths are summed, whatever order the rows come in."""
        rules = self._score_rules
        if rules is None:
            return literal(0.0, Double)
        total: Expression = self._event_thousandths(rules)
        inside = _Translation(self._source, self._now, self._dialect_name, None)
        for condition, points in rules.rules:
            amount = literal(thousandths(points), BigInteger)
            total += case((inside.truth(condition.tree), amount), else_=literal(0, BigInteger))
        return cast(total, Double) / literal(1000.0, Double)

    def _event_thousandths(self, rules: ScoreRules) -> Expression:
        fade = fade_seconds(rules)
        by_event: dict[str, list[int]] = {}
        for name, points in rules.points.items():
            if name != "replied":
                by_event.setdefault(EVENT_OF_DEED.get(name, name), []).append(thousandths(points))
        total: Expression = literal(0, BigInteger)
        if by_event:
            of_each = {
                name: reduce(add, (self._faded(amount, events.c.at, fade) for amount in amounts))
                for name, amounts in by_event.items()
            }
            left: Expression = case(*((events.c.name == name, each) for name, each in of_each.items()))
            total += _summed(events, left, events.c.is_human, events.c.name.in_(sorted(by_event)))
        if "replied" in rules.points:
            left = self._faded(thousandths(rules.points["replied"]), inbound.c.received_at, fade)
            total += _summed(inbound, left, inbound.c.kind == "reply")
        return total

    def _faded(self, amount: int, at: Column[datetime], fade: int | None) -> Expression:
        """As `score.faded`: the division of integers drops the fraction in both databases."""
        full, nothing = literal(amount, BigInteger), literal(0, BigInteger)
        if fade is None:
            return full
        whole = literal(fade, BigInteger)
        age = literal(microseconds(self._now), BigInteger) - type_coerce(at, BigInteger)
        left = whole - type_coerce(age.op("/", precedence=8)(literal(1_000_000, BigInteger)), BigInteger)
        share = type_coerce((full * left).op("/", precedence=8)(whole), BigInteger)
        return case((age <= nothing, full), (left > nothing, share), else_=nothing)


def _summed(table: Table, amount: Expression, *met: ColumnElement[bool]) -> Expression:
    total = cast(func.coalesce(func.sum(amount), 0), BigInteger)
    return select(total).where(table.c.contact_id == contacts.c.id, *met).correlate(contacts).scalar_subquery()


def _exists(table: Table, *met: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(1).where(table.c.contact_id == contacts.c.id, *met).correlate(contacts))


def _constant(value: object) -> Expression:
    match value:
        case bool():
            return literal(int(value), Integer)
        case int() | float():
            return literal(as_number(value), Double)
        case str():
            return literal(value, Text)
        case datetime():
            return literal(microseconds(value), BigInteger)
        case date():
            return literal(value.isoformat(), Text)
        case _:
            return null()


def _comparison(op: CompareOp, left: Expression, right: Expression) -> ColumnElement[bool]:
    match op:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
