"""What a declared event sets: fields of the contact from fields of its own."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from nurture.domain.value import FieldType, Value
from nurture.domain.vocabulary import Vocabulary


def values_set(
    fields: Mapping[str, Value], sets: Iterable[tuple[str, str]], vocabulary: Vocabulary, zone: ZoneInfo
) -> dict[str, Value]:
    """By the contact's fields, as those are declared: a trial ends on a day, its event says at what hour."""
    found: dict[str, Value] = {}
    for field, source in sets:
        declared = vocabulary.field(field)
        found[field] = _as_declared(fields.get(source), declared.type if declared else None, zone)
    return found


def _as_declared(value: Value, type_: FieldType | None, zone: ZoneInfo) -> Value:
    """A date and a datetime made of each other, on the contact's wall; every other value as it is."""
    match type_, value:
        case "date", datetime():
            return value.astimezone(zone).date()
        case "datetime", date() if not isinstance(value, datetime):
            return datetime.combine(value, time.min, zone).astimezone(UTC)
        case _:
            return value
