"""A value as YAML has it, as the value of a declared field: dates and moments stand there as text."""

import re
from datetime import datetime

from nurture.domain.value import FieldSpec, Value
from nurture.loader.words import as_day

_LOOKS_LIKE_ONE = re.compile(r"(contact|event|order|reply)\.\w+|last\(.*|.*\{\{.*|.*\{%.*", re.DOTALL)
WANTED = {
    "text": "a text",
    "number": "a number",
    "bool": "true or false",
    "date": "a date as 2026-04-01",
    "datetime": "a moment as 2026-04-01T09:00+07:00",
    "choice": "one of its choices",
    "list": "a list of texts",
}


def literal(written: object, spec: FieldSpec) -> tuple[bool, Value]:
    """Whether the value fits the field, and what it then is; nothing empties any field."""
    match spec.type, written:
        case _, None:
            return True, None
        case "number", int() | float() if not isinstance(written, bool):
            return True, written
        case "bool", bool():
            return True, written
        case "date", str():
            day = as_day(written)
            return day is not None, day
        case "datetime", str():
            moment = as_moment(written)
            return moment is not None, moment
        case "choice", str():
            return written in spec.choices, written
        case "text", str():
            return not _LOOKS_LIKE_ONE.fullmatch(written), written
        case "list", str():
            return True, (written,)
        case "list", list() if all(isinstance(item, str) for item in written):
            return True, tuple(str(item) for item in written)
        case _:
            return False, None


def as_moment(text: str) -> datetime | None:
    """The moment that `text` writes in ISO 8601 with its offset, None where it writes none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
