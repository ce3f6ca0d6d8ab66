"""A person we may write to; one per canonical address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from nurture.domain.value import FieldSpec, Value

STANDARD_FIELDS: Mapping[str, FieldSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            FieldSpec(name="email", type="text"),
            FieldSpec(name="first_name", type="text"),
            FieldSpec(name="last_name", type="text"),
            FieldSpec(name="company", type="text"),
            FieldSpec(name="phone", type="text"),
            FieldSpec(name="country", type="text"),
            FieldSpec(name="language", type="text"),
            FieldSpec(name="timezone", type="text"),
            FieldSpec(name="owner", type="text"),
            FieldSpec(name="source", type="text"),
            FieldSpec(name="tags", type="list"),
            FieldSpec(name="created_at", type="datetime"),
            FieldSpec(name="consent_at", type="datetime"),
        )
    }
)
"""Fields that every contact has; a project declares further ones under `contact_fields`."""

WRITABLE_STANDARD_FIELDS = frozenset(STANDARD_FIELDS) - {"email", "tags", "created_at", "consent_at"}
"""Standard fields that `set`, `contacts set` and an event's `sets` may change."""

_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That the person agreed to be written to: when, where, and to which words."""

    at: datetime
    source: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`address` is the canonical form that makes the contact one; `email` is what mails are written to.

    `country` is ISO 3166-1 alpha-2 in capitals, `language` a BCP 47 tag, `timezone` a tzdata name.
    """

    id: int
    address: str
    email: str
    created_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None
    country: str | None = None
    language: str | None = None
    timezone: str | None = None
    owner: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    consent: Consent | None = None
    fields: Mapping[str, Value] = field(default_factory=lambda: _NO_FIELDS)

    def value(self, name: str) -> Value:
        """The value of a standard or declared field; None where it is not set."""
        match name:
            case "email":
                return self.email
            case "tags":
                return self.tags
            case "created_at":
                return self.created_at
            case "consent_at":
                return self.consent.at if self.consent else None
            case _ if name in STANDARD_FIELDS:
                value: Value = getattr(self, name)
                return value
            case _:
                return self.fields.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDraft:
    """A contact as intake hands it over: `values` by field name, standard and declared; never email, tags, consent."""

    address: str
    email: str
    values: Mapping[str, Value] = field(default_factory=lambda: _NO_FIELDS)
    tags: tuple[str, ...] = ()
    consent: Consent | None = None
