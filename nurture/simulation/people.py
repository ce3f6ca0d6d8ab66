"""Made-up people for the demo: who they are, and of what temperament; the same for the same seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeVar

from nurture.simulation.answers import Mood
from nurture.simulation.names import COMPANIES, NAMES, PLACES

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperament:
    """How somebody takes the mails they get; mails are counted from 1.

    `opens` and `clicks` are chances. `answers` says in what mood they answer which mail; they are away from `away_at`,
    start a trial after `trial_after` (0: they come with one), and press unsubscribe at `leaves_at`.
    """

    name: str
    opens: float = 0.7
    clicks: float = 0.2
    answers: Mapping[int, Mood] = field(default_factory=dict)
    trial_after: int | None = None
    is_buyer: bool = False
    away_at: int | None = None
    leaves_at: int | None = None
    refused_by: Literal["relay", "report"] | None = None
    is_scanner: bool = False


KEEN = Temperament(
    name="keen", opens=1, clicks=0.9, answers={1: "interested", 3: "interested"}, trial_after=2, is_buyer=True
)
READER = Temperament(name="reader", opens=0.95, clicks=0.9, trial_after=3, is_buyer=True)
TRIER = Temperament(name="trier", opens=0.9, clicks=0.7, trial_after=3)
ASKER = Temperament(name="asker", opens=0.95, clicks=0.5, answers={2: "question"}, trial_after=3, is_buyer=True)
TALKER = Temperament(name="talker", opens=0.9, clicks=0.4, answers={1: "question", 3: "question"})
RETURNER = Temperament(
    name="returner", opens=1, clicks=0.8, away_at=1, answers={2: "interested"}, trial_after=3, is_buyer=True
)
TRAVELLER = Temperament(name="traveller", opens=0.8, clicks=0.3, away_at=2)
SILENT = Temperament(name="silent", opens=0.4, clicks=0.05)
DECLINER = Temperament(name="decliner", opens=0.9, clicks=0, answers={2: "declined"})
LATER = Temperament(name="later", opens=0.9, clicks=0.2, answers={2: "later"})
LEAVER = Temperament(name="leaver", opens=1, clicks=0, leaves_at=2)
UNKNOWN = Temperament(name="unknown", refused_by="relay")
GONE = Temperament(name="gone", refused_by="report")
SCANNER = Temperament(name="scanner", is_scanner=True)
CUSTOMER = Temperament(name="customer", opens=0.95, clicks=0.8, trial_after=0, is_buyer=True)
TASTER = Temperament(name="taster", opens=0.7, clicks=0.4, trial_after=0)

_CAST: Sequence[Temperament] = (
    *(KEEN, SILENT, RETURNER, CUSTOMER, ASKER, UNKNOWN, READER, DECLINER, TASTER, LEAVER),
    *(SILENT, SCANNER, KEEN, GONE, TRIER, TRAVELLER, LATER, TASTER, TALKER, SILENT),
    *(READER, CUSTOMER, SILENT, DECLINER, RETURNER, TRIER, SILENT, TASTER, ASKER, LEAVER),
    *(KEEN, SILENT, TRIER, TALKER, SILENT, READER, UNKNOWN, CUSTOMER, TRAVELLER, SILENT),
    *(DECLINER, KEEN, SILENT, TASTER, ASKER, TRIER, SILENT, GONE, READER, RETURNER),
    *(SILENT, KEEN, TALKER, LATER, SILENT, CUSTOMER, READER, SILENT, ASKER, TASTER),
)
"""Mixed so that any beginning of it holds all sorts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`timezone` is None where they live by the clock of their country. `arrives_after` counts from the beginning."""

    email: str
    first_name: str
    last_name: str
    company: str
    country: str
    language: str
    temperament: Temperament
    arrives_after: timedelta
    timezone: str | None = None
    phone: str | None = None
    company_size: int = 1
    follows_up_with: str = "notebook"
    fills_in_form: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def starts_with_trial(self) -> bool:
        return self.temperament.trial_after == 0


def make_people(seed: int, count: int, *, days: int) -> tuple[Person, ...]:
    """`count` (at most 60) people with addresses that are nobody's, most of whom arrive in the first part of `days`."""
    chance = random.Random(f"people/{seed}")  # noqa: S311  reproducible on purpose
    names = {kind: _shuffled(known, chance) for kind, known in NAMES.items()}
    places = {kind: _shuffled(known, chance) for kind, known in PLACES.items()}
    companies = _shuffled(COMPANIES, chance)
    people = []
    for index, temperament in enumerate(_CAST[:count]):
        deck = places["trial" if temperament.trial_after == 0 else "cycle"]
        deck.append(place := deck.pop(0))
        name = names[place.names].pop()
        company, domain = companies[index % len(companies)]
        people.append(
            Person(
                email=f"{name.mailbox}@{domain}",
                first_name=name.first,
                last_name=name.last,
                company=company,
                country=place.country,
                language=place.language,
                timezone=place.timezone,
                temperament=temperament,
                arrives_after=_arrival(index, count, days, chance),
                phone=f"+66 2 000 {chance.randrange(1000, 10000)}" if chance.random() < 0.4 else None,
                company_size=chance.choice((1, 2, 3, 3, 4, 6, 8, 12, 20, 60)),
                follows_up_with=chance.choice(("notebook", "spreadsheet", "chat", "crm", "memory")),
                fills_in_form=chance.random() < 0.25,
            )
        )
    return tuple(people)


def _shuffled(known: Sequence[T], chance: random.Random) -> list[T]:
    return chance.sample(known, len(known))


def _arrival(index: int, count: int, days: int, chance: random.Random) -> timedelta:
    """In office hours; the last tenth come shortly before the end, so that the first stage is never empty."""
    is_late = index >= count - max(2, count // 10)
    day = days - 3 - chance.randrange(3) if is_late else chance.randrange(max(1, days // 6))
    return timedelta(days=day, hours=chance.uniform(0.5, 9))
