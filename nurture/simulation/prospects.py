"""How made-up people take the mails they get: who opens, clicks, answers, is away, leaves, tries and buys, and when."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from math import exp, log
from zoneinfo import ZoneInfo

from nurture.domain.contact import Contact
from nurture.domain.zone import zone_of
from nurture.simulation.acts import Act, Answer, AutoReply, Bounce, Buy, Look, StartTrial, Unsubscribe
from nurture.simulation.answers import SENTENCES
from nurture.simulation.letter import Letter
from nurture.simulation.people import Person

TRIAL_FOR = timedelta(days=30)
_SOONEST = timedelta(minutes=3)
_LATEST = timedelta(days=3)
_USUAL_HOURS = 3.0
_WAKES = time(7)
_SLEEPS = time(22)


class Prospect:
    """One made-up person, who remembers how many mails came and what they have done already."""

    def __init__(self, person: Person, *, seed: int, zone: ZoneInfo) -> None:
        self.person = person
        self.has_declined = False
        self.wants_peace = False
        self.away_until: date | None = None
        self._zone = zone
        self._mails = 0
        self._has_trial = False
        self._chance = random.Random(f"{seed}/{person.email}")  # noqa: S311  reproducible on purpose

    def arrived(self, now: datetime) -> Iterator[tuple[datetime, Act]]:
        """What follows from being there: those who came with a trial may buy before it ends."""
        if self.person.starts_with_trial:
            self._has_trial = True
            yield from self._purchase(now)

    def receive(self, letter: Letter, now: datetime) -> Iterator[tuple[datetime, Act]]:
        """What they are going to do about a mail that came now."""
        mood = self.person.temperament
        if not letter.is_marketing:
            return
        self._mails += 1
        if mood.refused_by == "report":
            yield now + self._minutes(2, 9), Bounce(person=self.person, letter=letter)
        elif mood.is_scanner:
            urls = tuple(filter(None, (letter.pixel, *letter.links)))
            yield now, Look(person=self.person, urls=urls)
        elif mood.away_at == self._mails:
            self.away_until = self._return(now)
            yield now + self._minutes(1, 3), AutoReply(person=self.person, letter=letter, back_on=self.away_until)
        elif self.away_until is None or now.astimezone(self._zone).date() >= self.away_until:
            yield from self._read(letter, now)

    def _read(self, letter: Letter, now: datetime) -> Iterator[tuple[datetime, Act]]:
        mood = self.person.temperament
        at = self._soon(now)
        opens = self._chance.random() < mood.opens
        if opens and letter.pixel:
            yield at, Look(person=self.person, urls=(letter.pixel,))
        if opens and letter.links and self._chance.random() < mood.clicks:
            yield at + self._minutes(1, 4), Look(person=self.person, urls=(letter.links[0],))
        feeling = mood.answers.get(self._mails)
        if feeling:
            self.has_declined = self.has_declined or feeling == "declined"
            self.wants_peace = self.wants_peace or feeling == "later"
            text = self._chance.choice(SENTENCES[feeling, "th" if self.person.language == "th" else "en"])
            yield at + self._minutes(4, 40), Answer(person=self.person, letter=letter, text=text)
        if mood.leaves_at == self._mails and letter.unsubscribe:
            yield at + self._minutes(1, 3), Unsubscribe(person=self.person, url=letter.unsubscribe)
        if mood.trial_after == self._mails and not self._has_trial:
            self._has_trial = True
            began = self._awake(at + timedelta(hours=self._chance.uniform(2, 40)))
            yield began, StartTrial(person=self.person, ends_at=began + TRIAL_FOR)
            yield from self._purchase(began)

    def _purchase(self, began: datetime) -> Iterator[tuple[datetime, Act]]:
        if self.person.temperament.is_buyer:
            later = timedelta(days=self._chance.uniform(9, 28))
            yield self._awake(began + later), Buy(person=self.person)

    def _soon(self, now: datetime) -> datetime:
        """When they look at their mail: mostly within hours, now and then after days, never in their night."""
        span = timedelta(hours=exp(self._chance.gauss(log(_USUAL_HOURS), 1.1)))
        return self._awake(now + min(_LATEST, max(_SOONEST, span)))

    def _awake(self, at: datetime) -> datetime:
        wall = at.astimezone(self._zone)
        if _WAKES <= wall.time() < _SLEEPS:
            return at
        day = wall.date() + timedelta(days=1 if wall.time() >= _SLEEPS else 0)
        return datetime.combine(day, _WAKES, self._zone).astimezone(at.tzinfo) + self._minutes(5, 120)

    def _return(self, now: datetime) -> date:
        """A weekday one or two weeks from now."""
        day = now.astimezone(self._zone).date() + timedelta(days=self._chance.randrange(7, 14))
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def _minutes(self, low: float, high: float) -> timedelta:
        return timedelta(minutes=self._chance.uniform(low, high))


def make_prospects(
    people: Sequence[Person], *, seed: int, project_zone: ZoneInfo, now: datetime
) -> dict[str, Prospect]:
    """The people by address, each living by the clock that the engine will find for them."""
    found = {}
    for person in people:
        contact = Contact(
            id=0,
            address=person.email,
            email=person.email,
            created_at=now,
            country=person.country,
            timezone=person.timezone,
        )
        found[person.email] = Prospect(person, seed=seed, zone=zone_of(contact, project_zone))
    return found
