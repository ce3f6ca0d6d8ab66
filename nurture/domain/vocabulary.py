"""The words that a project declares in its config and that campaigns and conditions may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from types import MappingProxyType

from nurture.domain.contact import STANDARD_FIELDS
from nurture.domain.event import BUILT_IN_EVENTS
from nurture.domain.value import EventSpec, FieldSpec

_NO_FIELDS: Mapping[str, FieldSpec] = MappingProxyType({})
_NO_EVENTS: Mapping[str, EventSpec] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything declared once for the whole project."""

    contact_fields: Mapping[str, FieldSpec] = with_default(default_factory=lambda: _NO_FIELDS)
    events: Mapping[str, EventSpec] = with_default(default_factory=lambda: _NO_EVENTS)
    senders: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)

    def field(self, name: str) -> FieldSpec | None:
        """The standard or declared contact field of that name."""
        return STANDARD_FIELDS.get(name) or self.contact_fields.get(name)

    def field_names(self) -> tuple[str, ...]:
        return (*STANDARD_FIELDS, *self.contact_fields)

    def event_names(self) -> tuple[str, ...]:
        return (*BUILT_IN_EVENTS, *self.events)
