"""What values mean in conditions, so that Python, SQLite and PostgreSQL reach the same answer to the last bit.

Numbers are IEEE doubles within bounds that no single operation can leave for infinity; case is folded character by
character by one table; blanks are a written-out list; dates and moments are texts of one form. The evaluator uses
these functions, the translation to SQL uses the same tables, bounds and patterns.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal

from nurture.domain.value import FieldType, Value

LARGEST = 10**150
SMALLEST = 1e-150
"""A number is zero or lies between these in magnitude, else it is none: so no product or quotient of two overflows."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_A_DAY = 86_400_000_000

DATE_PATTERN = (
    "(?:(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
)
MOMENT_PATTERN = DATE_PATTERN + r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{6})?Z"
"""Exactly the stored forms of existing days and moments; written in the syntax that `re` and PostgreSQL share."""

_DATE = re.compile(DATE_PATTERN)
_MOMENT = re.compile(MOMENT_PATTERN)


@cache
def case_table(fold: Literal["lower", "upper"]) -> Mapping[int, str]:
    """Code point to character, one to one: what has a longer counterpart (ß in capitals) is not in it.

    Made on first use, because it takes some 30 ms; no character from U+1F000 on has a case.
    """
    characters = (chr(code) for code in range(0x1F000) if not 0xD800 <= code <= 0xDFFF)
    pairs = ((one, one.lower() if fold == "lower" else one.upper()) for one in characters)
    return MappingProxyType({ord(one): other for one, other in pairs if other != one and len(other) == 1})


BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def lower(text: str) -> str:
    """In small letters, each character for itself: a final Σ becomes σ, not ς.

    >>> lower("ΌΣ Straße É")
    'όσ straße é'
    """
    return text.lower() if text.isascii() else text.translate(case_table("lower"))


def upper(text: str) -> str:
    """In capitals, each character for itself.

    >>> upper("straße é")
    'STRAßE É'
    """
    return text.upper() if text.isascii() else text.translate(case_table("upper"))


def trim(text: str) -> str:
    """Without the blanks of Unicode at both ends."""
    return text.strip(BLANKS)


def as_number(value: object) -> float | None:
    """The number as a double; None for what is none, not finite, or out of bounds.

    >>> as_number(2**53 + 1), as_number(True), as_number(1e200), as_number(float("nan"))
    (9007199254740992.0, None, None, None)
    """
    if isinstance(value, float):
        if value == 0:
            return 0.0
        return value if SMALLEST <= abs(value) <= 1e150 else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return float(value) if -LARGEST <= value <= LARGEST else None


def microseconds(moment: datetime) -> int:
    """Whole microseconds since the epoch; a time without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // MICROSECOND


def date_of(text: str) -> date | None:
    """The existing day that is written as `2026-03-02`."""
    return date.fromisoformat(text) if _DATE.fullmatch(text) else None


def moment_of(text: str) -> datetime | None:
    """The existing moment that is written as `2026-03-02T02:00:00Z`, with six digits of fraction where it has one."""
    return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None


def moment_text(moment: datetime) -> str:
    """The stored form of a moment, which `moment_of` reads."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def fit(value: object, type_: FieldType) -> Value:
    """The value as one of its declared type; None where it is not one, as after a field was declared anew.

    Dates and moments may come as such or in their stored form.

    >>> fit("2026-02-30", "date"), fit("2026-02-28", "date"), fit(1, "bool"), fit(date(2026, 3, 2), "text")
    (None, datetime.date(2026, 2, 28), None, '2026-03-02')
    """
    match type_:
        case "text" | "choice":
            return _as_text(value)
        case "number":
            return None if as_number(value) is None or not isinstance(value, int | float) else value
        case "bool":
            return value if isinstance(value, bool) else None
        case "date":
            if isinstance(value, str):
                return date_of(value)
            return value if isinstance(value, date) and not isinstance(value, datetime) else None
        case "datetime":
            if isinstance(value, str):
                return moment_of(value)
            return value if isinstance(value, datetime) else None
        case "list":
            if not isinstance(value, list | tuple):
                return None
            return tuple(part for part in value if isinstance(part, str))


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else None


def is_true(value: Value) -> bool:
    """Whether a bare value holds: a text or list that is not empty, a number but zero, any date, `true`."""
    if value is True or value is False:
        return value
    if isinstance(value, int | float):
        return not math.isnan(value) and value != 0
    return bool(value)
