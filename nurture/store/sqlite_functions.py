"""Functions that SQLite is given on every connection, so that a condition asked in SQL answers as the evaluator does.

SQLite reads decimals to within a bit only, folds the case of ASCII alone and stops counting characters at a NUL; these
are the evaluator's own functions instead. PostgreSQL needs none of them.
"""

import json
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from nurture.domain.portable import as_number, fit, lower, microseconds, trim, upper
from nurture.domain.value import FieldType

Stored = str | float | int | None


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    # A row's fields are asked for one after another.
    return json.loads(text)


def field(fields: str, name: str, type_: str) -> Stored:
    """The field as SQL compares it: a number as a double, a date as text, a moment in microseconds, a list as JSON."""
    value = fit(_parsed(fields).get(name), cast(FieldType, type_))
    match type_:
        case "number":
            return as_number(value)
        case "bool":
            return None if value is None else int(cast(bool, value))
        case "date":
            return None if value is None else str(value)
        case "datetime":
            return None if value is None else microseconds(cast(Any, value))
        case "list":
            return None if value is None else json.dumps(value)
        case _:
            return cast(str | None, value)


def has(texts: str | None, item: str | None) -> int | None:
    """Whether the list, as JSON, has the item."""
    return None if texts is None or item is None else int(item in _parsed(texts))


def length(text: str | None) -> float | None:
    """How many characters."""
    return None if text is None else float(len(text))


def size(texts: str | None) -> float | None:
    """How many texts the list, as JSON, has."""
    return None if texts is None else float(len(_parsed(texts)))


def whole(number: float | None) -> float | None:
    """The number without its fraction."""
    return None if number is None else float(int(number))


def _of_text(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda text: None if text is None else function(text)


def add_functions(connection: sqlite3.Connection) -> None:
    """Make the functions known on this connection; `store/condition_dialects.py` calls them by these names."""
    for name, count, function in (
        ("nurture_field", 3, field),
        ("nurture_has", 2, has),
        ("nurture_size", 1, size),
        ("nurture_length", 1, length),
        ("nurture_lower", 1, _of_text(lower)),
        ("nurture_upper", 1, _of_text(upper)),
        ("nurture_trim", 1, _of_text(trim)),
        ("nurture_whole", 1, whole),
        ("nurture_bounded", 1, as_number),
    ):
        connection.create_function(name, count, function, deterministic=True)
