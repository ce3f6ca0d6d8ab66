"""Rendering's stand-ins: contacts on whom a template is tried before anybody is mailed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from nurture.domain.contact import Contact
from nurture.domain.event import BUILT_IN_EVENTS
from nurture.domain.facts import EventFact, Facts, Reply
from nurture.domain.order import Order, OrderItem
from nurture.domain.value import FieldSpec, Value
from nurture.domain.vocabulary import Vocabulary

_NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
_ZONE = ZoneInfo("Asia/Bangkok")


def bare_facts(language: str) -> Facts:
    """Somebody of whom nothing but the address is known, and to whom nothing has happened."""
    contact = Contact(id=1, address="a@example.com", email="a@example.com", created_at=_NOW, language=language)
    return Facts(contact=contact, now=_NOW, zone=_ZONE, stage="first", entered_at=_NOW, stage_entered_at=_NOW)


def full_facts(language: str, vocabulary: Vocabulary) -> Facts:
    """Somebody of whom everything is known and who has done everything; with signs that must be escaped."""
    fields = {name: _value(spec) for name, spec in vocabulary.contact_fields.items()}
    contact = Contact(
        id=2, address="b@example.com", email="b@example.com", created_at=_NOW, first_name="Aom & <Bo>",
        last_name="O'Hara", company="Smith & Sons", phone="+66 2 123 4567", country="TH", language=language,
        timezone="Asia/Bangkok", owner="owner@example.com", source="import", tags=("one", "two"), fields=fields,
    )  # fmt: skip
    events = {name: (EventFact(at=_NOW, fields=_event(vocabulary, name)),) for name in vocabulary.event_names()}
    order = Order(
        id=1, contact_id=2, number="1", placed_at=_NOW, total=Decimal("1200.50"), currency="THB",
        items=(OrderItem(product="starter"),),
    )  # fmt: skip
    trigger: dict[str, Value] = {}
    for fact in events.values():
        trigger |= fact[0].fields
    reply = Reply(id=1, at=_NOW, intent="interested", text="Yes, please")
    return Facts(
        contact=contact, now=_NOW, zone=_ZONE, stage="first", entered_at=_NOW, stage_entered_at=_NOW, score=42.0,
        replies=(reply,), events=events, orders=(order,), trigger=trigger,
    )  # fmt: skip


def _event(vocabulary: Vocabulary, name: str) -> dict[str, Value]:
    declared = vocabulary.events.get(name)
    specs = declared.fields if declared else ()
    return {**dict.fromkeys(BUILT_IN_EVENTS.get(name, ()), "1200"), **{spec.name: _value(spec) for spec in specs}}


def _value(spec: FieldSpec) -> Value:
    match spec.type:
        case "number":
            return 12
        case "bool":
            return True
        case "date":
            return date(2026, 3, 9)
        case "datetime":
            return _NOW
        case "choice":
            return spec.choices[0] if spec.choices else "one"
        case "list":
            return ("one", "two")
        case "text":
            return "Text & <text>"
