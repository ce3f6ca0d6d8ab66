"""The plain values that fields, events and conditions are made of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Value = str | int | float | bool | date | datetime | tuple[str, ...] | None
"""What a field can hold. A datetime is aware; a tuple is a list of texts (tags, chosen options)."""

FieldType = Literal["text", "number", "bool", "date", "datetime", "choice", "list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A declared field of contacts or of an event; `choices` only where `type` is `choice`."""

    name: str
    type: FieldType
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSpec:
    """A declared event: its fields, and which contact fields it sets from which of its own."""

    name: str
    fields: tuple[FieldSpec, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
