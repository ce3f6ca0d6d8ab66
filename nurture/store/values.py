"""Field values as JSON and back, and texts as both databases can keep them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType

from nurture.domain.value import Value

Packed = dict[str, str | int | float | bool | list[str]]
"""What stands in a JSON column."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z")
_TEXTS = "$texts"  # no field can be called so; names the texts that only look like a date


def storable(text: str) -> str:
    """The text without what PostgreSQL refuses: NUL, and halves of surrogate pairs as they come from broken mail.

    >>> storable("a\\0b\\udc80")
    'ab\\ufffd'
    """
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    clean = text.replace("\0", "")
    return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def stored_datetime(moment: datetime) -> str:
    """UTC with Z, seconds, microseconds only where there are some: one form, so that texts compare as times do."""
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


def pack(fields: Mapping[str, Value]) -> Packed:
    """Fields as JSON; None is left out.

    >>> pack({"born_on": date(1990, 5, 1), "note": "2026-03-02", "size": None})
    {'born_on': '1990-05-01', 'note': '2026-03-02', '$texts': ['note']}
    """
    packed: Packed = {}
    texts: list[str] = []
    for name, value in fields.items():
        match value:
            case None:
                continue
            case datetime():
                packed[name] = stored_datetime(value)
            case date():
                packed[name] = value.isoformat()
            case tuple():
                packed[name] = [storable(each) for each in value]
            case str():
                packed[name] = storable(value)
                if _looks_like_time(value):
                    texts.append(name)
            case _:
                packed[name] = value
    if texts:
        packed[_TEXTS] = sorted(texts)
    return packed


def unpack(packed: Mapping[str, object]) -> Mapping[str, Value]:
    """The fields that `pack` packed, dates and datetimes as such."""
    texts = packed.get(_TEXTS, ())
    assert isinstance(texts, list | tuple)  # noqa: S101  only `pack` writes it
    return MappingProxyType({name: _unpacked(value, name in texts) for name, value in packed.items() if name != _TEXTS})


def _unpacked(value: object, is_text: bool) -> Value:
    match value:
        case str() if not is_text and _looks_like_time(value):
            return _time(value)
        case str() | bool() | int() | float():
            return value
        case list():
            return tuple(str(each) for each in value)
        case _:
            return None


def _looks_like_time(text: str) -> bool:
    return text[:1].isdigit() and isinstance(_time(text), date)


def _time(text: str) -> str | date | datetime:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _DATETIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    return text
