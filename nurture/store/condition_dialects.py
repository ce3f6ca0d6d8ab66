"""How each database says what conditions need and standard SQL does not settle: JSON fields, lists, case, bounds.

Every word means the same on both. A number is a double, a truth value 1, 0 or null, a date a text, a moment whole
microseconds since the epoch, a list a JSON array of texts.
"""

from functools import cache
from typing import Any, Literal, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, array

from nurture.domain.portable import (
    BLANKS,
    DATE_PATTERN,
    LARGEST,
    MOMENT_PATTERN,
    SMALLEST,
    case_table,
)
from nurture.domain.value import FieldType
from nurture.store.tables import contacts

Expression = ColumnElement[Any]


class ConditionDialect(Protocol):
    """What the translation asks of a database."""

    def field(self, name: str, type_: FieldType) -> Expression:
        """A declared field of the contact, null where it does not fit the type."""
        ...

    def tags(self) -> Expression: ...

    def has(self, texts: Expression, item: Expression) -> Expression:
        """Whether a list has the text."""
        ...

    def size(self, texts: Expression) -> Expression: ...

    def by_code_point(self, text: Expression) -> Expression:
        """The text such that it and whatever is made of it compares by code points."""
        ...

    def part_at(self, text: Expression, part: Expression) -> Expression:
        """Where the part begins, counted from 1, or 0; an empty part begins at 1."""
        ...

    def text_filter(self, name: str, text: Expression) -> Expression:
        """`lower`, `upper` or `trim`."""
        ...

    def length(self, text: Expression) -> Expression: ...

    def whole(self, number: Expression) -> Expression: ...

    def bounded(self, number: Expression) -> Expression:
        """The number, null where it left the bounds that numbers have."""
        ...

    def days_between(self, later: Expression, earlier: Expression) -> Expression:
        """Whole days from one date to the other."""
        ...


class SqliteDialect:
    """SQLite with the functions of `sqlite_functions.py`."""

    def field(self, name: str, type_: FieldType) -> Expression:
        return func.nurture_field(contacts.c.fields, literal(name, Text), literal(type_, Text), type_=_STORED[type_])

    def tags(self) -> Expression:
        return type_coerce(contacts.c.tags, Text)

    def has(self, texts: Expression, item: Expression) -> Expression:
        return func.nurture_has(texts, item, type_=Integer) == 1

    def size(self, texts: Expression) -> Expression:
        return func.nurture_size(texts, type_=Double)

    def by_code_point(self, text: Expression) -> Expression:
        return text  # BINARY, the collation that SQLite takes by itself, goes by the bytes of UTF-8

    def part_at(self, text: Expression, part: Expression) -> Expression:
        return func.instr(text, part, type_=Integer)

    def text_filter(self, name: str, text: Expression) -> Expression:
        function = {"lower": func.nurture_lower, "upper": func.nurture_upper, "trim": func.nurture_trim}[name]
        return function(text, type_=Text)

    def length(self, text: Expression) -> Expression:
        return func.nurture_length(text, type_=Double)

    def whole(self, number: Expression) -> Expression:
        return func.nurture_whole(number, type_=Double)

    def bounded(self, number: Expression) -> Expression:
        return func.nurture_bounded(number, type_=Double)

    def days_between(self, later: Expression, earlier: Expression) -> Expression:
        return func.julianday(later, type_=Double) - func.julianday(earlier, type_=Double)


class PostgresDialect:
    """PostgreSQL by itself."""

    def field(self, name: str, type_: FieldType) -> Expression:
        kept = type_coerce(contacts.c.fields, JSONB)[name]
        text = type_coerce(kept.astext, Text)
        kind = func.jsonb_typeof(kept, type_=Text)
        match type_:
            case "text" | "choice":
                return case((kind == "string", text))
            case "number":
                return case((kind == "number", _as_double(cast(text, Numeric))))
            case "bool":
                return case((and_(kind == "boolean", text == "true"), 1), (kind == "boolean", 0))
            case "date":
                return case((and_(kind == "string", text.op("~")(f"^{DATE_PATTERN}$")), text))
            case "datetime":
                return case((and_(kind == "string", text.op("~")(f"^{MOMENT_PATTERN}$")), _as_microseconds(text)))
            case "list":
                return case((kind == "array", kept))

    def tags(self) -> Expression:
        return type_coerce(contacts.c.tags, JSONB)

    def has(self, texts: Expression, item: Expression) -> Expression:
        return texts.op("?")(item)

    def size(self, texts: Expression) -> Expression:
        part = func.jsonb_array_elements(texts, type_=JSONB).column_valued("part")
        texts_alone = func.count().filter(func.jsonb_typeof(part) == "string")
        counted = select(cast(texts_alone, Double)).scalar_subquery()
        return case((texts.is_not(None), counted))

    def by_code_point(self, text: Expression) -> Expression:
        return text.collate("C")

    def part_at(self, text: Expression, part: Expression) -> Expression:
        return func.strpos(text, part, type_=Integer)

    def text_filter(self, name: str, text: Expression) -> Expression:
        if name == "trim":
            return func.btrim(text, BLANKS, type_=Text)
        value = func.unnest(array[Any]([text], type_=Text()), type_=Text).column_valued("value")
        beyond_ascii, before, after = _case_texts("lower" if name == "lower" else "upper")
        # `translate` looks through its whole table for each character, so it is kept for texts that need it.
        fold = func.lower if name == "lower" else func.upper
        folded = case(
            (value.op("~")(beyond_ascii), func.translate(value, before, after, type_=Text)),
            else_=fold(value.collate("C"), type_=Text),
        )
        return select(folded).scalar_subquery()

    def length(self, text: Expression) -> Expression:
        return cast(func.char_length(text), Double)

    def whole(self, number: Expression) -> Expression:
        return func.trunc(number, type_=Double)

    def bounded(self, number: Expression) -> Expression:
        # Named by a subquery, because the expression may be long and is needed four times.
        value = func.unnest(array([number], type_=Double), type_=Double).column_valued("value")
        largest, smallest = literal(float(LARGEST), Double), literal(SMALLEST, Double)
        is_bounded = or_(value == 0.0, func.abs(value).between(smallest, largest))
        return select(case((is_bounded, value))).scalar_subquery()

    def days_between(self, later: Expression, earlier: Expression) -> Expression:
        return cast(type_coerce(cast(later, Date), Integer) - type_coerce(cast(earlier, Date), Integer), Double)


_STORED: dict[FieldType, Any] = {
    "text": Text,
    "choice": Text,
    "number": Double,
    "bool": Integer,
    "date": Text,
    "datetime": BigInteger,
    "list": Text,
}


@cache
def _case_texts(fold: Literal["lower", "upper"]) -> tuple[str, str, str]:
    """What matches a cased character beyond ASCII, and the table as `translate` takes it, the commonest ones first."""
    table = case_table(fold)
    kept = "".join(chr(code) for code in range(0x20, 0x7F) if code not in table)
    before = "".join(map(chr, table))
    beyond_ascii = "".join(character for character in before if not character.isascii())
    return f"[{beyond_ascii}]", kept + before, kept + "".join(table.values())


def _as_double(number: Expression) -> Expression:
    """A decimal as a double; the cast fails on what a double cannot hold, hence the bounds before it."""
    smallest, largest = literal_column("1e-150", Numeric), literal_column("1e150", Numeric)
    is_bounded = func.abs(number).between(smallest, largest)
    return case((number == 0, literal(0.0, Double)), (is_bounded, cast(number, Double)))


def _as_microseconds(text: Expression) -> Expression:
    moment = cast(func.rtrim(text, "Z", type_=Text), DateTime)
    return cast(extract("epoch", moment) * literal_column("1000000"), BigInteger)


def dialect_of(name: str) -> ConditionDialect:
    """The dialect by SQLAlchemy's name of the database, `sqlite` or `postgresql`."""
    return SqliteDialect() if name == "sqlite" else PostgresDialect()
