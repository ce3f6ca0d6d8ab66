"""Made-up contacts by the thousand: seeded, spread over countries, zones, languages and every declared field."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from types import MappingProxyType
from zoneinfo import ZoneInfo

from nurture.domain.campaign import Campaign
from nurture.domain.condition import Compare, ContactField, In, Literally, nodes_of
from nurture.domain.contact import Contact
from nurture.domain.duration import Duration
from nurture.domain.value import FieldSpec, Value
from nurture.domain.vocabulary import Vocabulary
from nurture.simulation.names import NAMES, Name

_OPENS, _CLOSES = time(8), time(20)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Land:
    """`zones` beside the country's main one (None), how many of a hundred come from there, and what they are called."""

    country: str
    languages: tuple[str, ...]
    names: str
    share: int = 4
    zones: tuple[str | None, ...] = (None,)


_WORLD: tuple[_Land, ...] = (
    _Land(country="TH", languages=("th", "th", "th", "en"), names="thai", share=30),
    _Land(country="SG", languages=("en",), names="singapore", share=14),
    _Land(country="MY", languages=("en", "ms"), names="malaysia", share=6),
    _Land(country="VN", languages=("vi", "en"), names="vietnam", share=6),
    _Land(country="JP", languages=("ja",), names="japan", share=6),
    _Land(
        country="ID",
        languages=("id",),
        names="indonesia",
        share=5,
        zones=(None, None, "Asia/Makassar", "Asia/Jayapura"),
    ),
    _Land(country="PH", languages=("en",), names="philippines", share=5),
    _Land(country="IN", languages=("en", "hi"), names="singapore", share=4),
    _Land(
        country="AU",
        languages=("en",),
        names="singapore",
        share=4,
        zones=(None, None, "Australia/Perth", "Australia/Adelaide"),
    ),
    _Land(
        country="US",
        languages=("en", "en", "es"),
        names="philippines",
        share=5,
        zones=(None, "America/Chicago", "America/Denver", "America/Los_Angeles"),
    ),
    _Land(country="GB", languages=("en",), names="singapore", share=3),
    _Land(country="DE", languages=("de", "en"), names="philippines", share=3),
    _Land(country="FR", languages=("fr",), names="philippines", share=3),
    _Land(country="BR", languages=("pt-BR",), names="philippines", share=3, zones=(None, None, "America/Manaus")),
    _Land(country="AE", languages=("ar", "en"), names="malaysia", share=3),
)
_COMPANIES = ("Coffee", "Print", "Dental", "Travel", "Logistics", "Foods", "Design", "Books", "Florist", "Solar")
_PLACES = ("Siam", "Lotus", "Harbour", "Merlion", "Bamboo", "Orchid", "Mekong", "Sunrise", "Emerald", "Golden")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made-up contact and when they come."""

    contact: Contact
    at: datetime


def make_crowd(
    count: int,
    *,
    campaign: Campaign,
    vocabulary: Vocabulary,
    start: datetime,
    arrive: Duration,
    zone: ZoneInfo,
    seed: int,
) -> list[Made]:
    """`count` contacts in the order in which they come, ids from 1; most live where the audience wants them."""
    chance = random.Random(f"crowd/{seed}")  # noqa: S311  reproducible on purpose
    lands = _lands(campaign)
    shares = [land.share for land in lands]
    moments = _arrivals(count, start, arrive, zone, chance)
    wanted = _wanted(campaign, vocabulary)
    owners: Mapping[str, Sequence[Name]] = NAMES
    made = []
    for number, at in zip(range(1, count + 1), moments, strict=False):
        land = chance.choices(lands, shares)[0]
        name = chance.choice(owners[land.names])
        company = f"{chance.choice(_PLACES)} {chance.choice(_COMPANIES)}"
        domain = f"{company.replace(' ', '').lower()}{chance.randrange(60)}.example"
        address = f"{name.mailbox}.{number}@{domain}"
        contact = Contact(
            id=number,
            address=address,
            email=address,
            created_at=at,
            first_name=name.first if chance.random() < 0.92 else None,
            last_name=name.last if chance.random() < 0.85 else None,
            company=company if chance.random() < 0.8 else None,
            phone=f"+66 2 {chance.randrange(100, 1000)} {chance.randrange(1000, 10000)}"
            if chance.random() < 0.4
            else None,
            country=land.country,
            language=chance.choice(land.languages),
            timezone=chance.choice(land.zones),
            source="simulation",
            fields=MappingProxyType(_fields(vocabulary, wanted, at, chance)),
        )
        made.append(Made(contact=contact, at=at))
    return made


def _lands(campaign: Campaign) -> tuple[_Land, ...]:
    """Those that the audience names, else all of them."""
    named = _countries(campaign)
    known = {land.country: land for land in _WORLD}
    lands = tuple(
        known.get(code) or _Land(country=code, languages=("en",), names="philippines") for code in sorted(named)
    )
    return lands or _WORLD


def _countries(campaign: Campaign) -> set[str]:
    found: set[str] = set()
    for node in nodes_of(campaign.audience.tree) if campaign.audience else ():
        match node:
            case Compare(op="==", left=ContactField(name="country"), right=Literally(value=str() as code)):
                found.add(code)
            case In(item=ContactField(name="country"), container=Literally(value=tuple() as codes)):
                found |= {code for code in codes if isinstance(code, str)}
            case _:
                pass
    return found


def _wanted(campaign: Campaign, vocabulary: Vocabulary) -> Mapping[str, tuple[Value, ...]]:
    """What conditions compare declared fields with: made-up people should be on either side of it."""
    found: dict[str, list[Value]] = {}
    for node in nodes_of(campaign.audience.tree) if campaign.audience else ():
        match node:
            case Compare(left=ContactField(name=name), right=Literally(value=str() | int() | float() as value)):
                if name in vocabulary.contact_fields:
                    found.setdefault(name, []).append(value)
            case _:
                pass
    return {name: tuple(values) for name, values in found.items()}


def _fields(
    vocabulary: Vocabulary, wanted: Mapping[str, tuple[Value, ...]], at: datetime, chance: random.Random
) -> dict[str, Value]:
    """A value for most fields; dates are left to events, which set them."""
    found: dict[str, Value] = {}
    for name, spec in vocabulary.contact_fields.items():
        if chance.random() < 0.15:
            continue
        value = chance.choice(wanted[name]) if name in wanted and chance.random() < 0.5 else _value(spec, at, chance)
        if value is not None:
            found[name] = value
    return found


def _value(spec: FieldSpec, at: datetime, chance: random.Random) -> Value:
    match spec.type:
        case "number":
            return chance.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12, 20, 35, 60, 120))
        case "bool":
            return chance.random() < 0.5
        case "choice":
            return chance.choice(spec.choices) if spec.choices else None
        case "list":
            return tuple(sorted(chance.sample(("price", "support", "reports", "mobile"), chance.randrange(1, 3))))
        case "date" | "datetime":
            return _date(spec, at, chance) if not _is_set_by_event(spec) else None
        case "text":
            return chance.choice(("red", "green", "blue"))


def _is_set_by_event(spec: FieldSpec) -> bool:
    return spec.name.endswith(("_on", "_at"))


def _date(spec: FieldSpec, at: datetime, chance: random.Random) -> date | datetime:
    moment = at + timedelta(days=chance.randrange(-200, 200))
    return moment if spec.type == "datetime" else moment.date()


def _arrivals(count: int, start: datetime, arrive: Duration, zone: ZoneInfo, chance: random.Random) -> list[datetime]:
    """So many moments in the hours of business on the first days, in order; whole seconds, no two alike."""
    first = start.astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range(max(1, arrive.days + arrive.business_days))]
    found: set[datetime] = set()
    for day in cycle(days):
        if len(found) >= count:
            break
        begin = max(start, datetime.combine(day, _OPENS, zone).astimezone(UTC))
        end = datetime.combine(day, _CLOSES, zone).astimezone(UTC)
        seconds = int((end - begin).total_seconds())
        if seconds > 0:
            found.add((begin + timedelta(seconds=chance.randrange(seconds))).replace(microsecond=0))
    return sorted(found)
