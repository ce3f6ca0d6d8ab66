"""For whom a mail is previewed: a made-up person, or a contact of the database as they are known now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact
from nurture.domain.event import BUILT_IN_EVENTS
from nurture.domain.facts import EventFact, Facts, Reply
from nurture.domain.order import Order, OrderItem
from nurture.domain.score import ScoreRules
from nurture.domain.value import FieldSpec, Value
from nurture.domain.vocabulary import Vocabulary
from nurture.store import enrollments
from nurture.store import facts as fact_store
from nurture.store.connection import Connection

SAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "full": "Everything known",
        "bare": "Only an address",
        "odd": "Endless names, odd signs",
    }
)
"""Made-up people by the word that chooses them."""

_ENDLESS = "Wolfeschlegelsteinhausenbergerdorff" * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A contact as a list of them shows one."""

    email: str
    name: str
    language: str


def sample_facts(
    kind: str, *, language: str, campaign: Campaign, vocabulary: Vocabulary, now: datetime, zone: ZoneInfo
) -> Facts:
    """A made-up person at the beginning of the campaign; `kind` is a word of SAMPLES.

    All but `bare` have done everything that a condition can ask for, so that no sentence of a mail is left out.
    """
    contact = Contact(
        id=1, address="aom@example.com", email="aom@example.com", created_at=now - timedelta(days=7), language=language
    )
    stage = campaign.stages[0].name
    facts = Facts(contact=contact, now=now, zone=zone, stage=stage, entered_at=now, stage_entered_at=now)
    if kind == "bare":
        return facts
    known = _odd(contact) if kind == "odd" else _known(contact)
    fields = {name: _value(spec, now, is_odd=kind == "odd") for name, spec in vocabulary.contact_fields.items()}
    events = {name: (EventFact(at=now, fields=_event(vocabulary, name, now)),) for name in vocabulary.event_names()}
    trigger: dict[str, Value] = {}
    for fact in events.values():
        trigger |= fact[0].fields
    order = Order(
        id=1, contact_id=1, number="1042", placed_at=now, total=Decimal("12900.00"), currency="THB",
        items=(OrderItem(product="starter"),),
    )  # fmt: skip
    reply = Reply(id=1, at=now, intent="interested", text="Yes, please")
    return replace(
        facts, contact=replace(known, country="TH", timezone=zone.key, tags=("newsletter",), fields=fields),
        score=42.0, replies=(reply,), events=events, orders=(order,), trigger=trigger,
    )  # fmt: skip


def facts_of_contact(
    conn: Connection,
    contact: Contact,
    campaign: Campaign,
    *,
    now: datetime,
    zone: ZoneInfo,
    score_rules: ScoreRules | None,
) -> Facts:
    """What is known of a contact now: in their newest run through the campaign, else as if they began it."""
    run = enrollments.latest_run(conn, contact.id, campaign.name)
    if run:
        return fact_store.load_for_enrollments(conn, [run], now=now, zone=zone, score_rules=score_rules)[run.id]
    found = fact_store.load_for_contacts(
        conn, [contact.id], now=now, zone=zone, score_rules=score_rules, campaign=campaign.name
    )
    stage = campaign.stages[0].name
    return replace(found[contact.id], stage=stage, entered_at=now, stage_entered_at=now, trigger={})


def _known(contact: Contact) -> Contact:
    is_thai = (contact.language or "").lower().split("-")[0] == "th"
    first, last, company = ("อ้อม", "ศรีสุข", "บ้านสวนคอฟฟี่") if is_thai else ("Aom", "Srisuk", "Baan Suan Coffee")
    return replace(
        contact, first_name=first, last_name=last, company=company, phone="+66 2 123 4567",
        owner="owner@example.com", source="form",
    )  # fmt: skip


def _odd(contact: Contact) -> Contact:
    """What forms really bring in: markup, template signs, words without end, and letters that run the other way."""
    return replace(
        contact,
        first_name=f"<script>alert(1)</script>{_ENDLESS}",
        last_name='O\'Hara-"Böe" 👩‍💼 مرحبا',
        company=f"{{{{ 7 * 7 }}}} & Sons </td></table><img src=x onerror=alert(2)> {_ENDLESS} International Ltd.",
        phone="javascript:alert(3)",
        owner="owner@example.com",
        source="<b>import</b>",
    )


def _event(vocabulary: Vocabulary, name: str, now: datetime) -> dict[str, Value]:
    declared = vocabulary.events.get(name)
    specs = declared.fields if declared else ()
    return {**dict.fromkeys(BUILT_IN_EVENTS.get(name, ()), "1200"), **{spec.name: _value(spec, now) for spec in specs}}


def _value(spec: FieldSpec, now: datetime, *, is_odd: bool = False) -> Value:
    match spec.type:
        case "number":
            return 1_234_567_890 if is_odd else 12
        case "bool":
            return True
        case "date":
            return (now + timedelta(days=7)).date()
        case "datetime":
            return now + timedelta(days=7)
        case "choice":
            return spec.choices[0] if spec.choices else "one"
        case "list":
            return ("<i>one</i>", _ENDLESS) if is_odd else ("one", "two")
        case "text":
            return f"<b>{spec.name}</b> {_ENDLESS}" if is_odd else spec.name.replace("_", " ")
