"""One made-up reader of mails: what they do about each, and when, by chances that are theirs alone.

Every mail is thrown for by itself, from seed, address and step: a campaign that is edited in one place changes nothing
of what the same people do about its other mails.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import exp, log
from zoneinfo import ZoneInfo

from nurture.domain.behaviour import Behaviour, Delay, Habits, Occurs
from nurture.domain.duration import parse_duration
from nurture.domain.value import FieldSpec, Value
from nurture.domain.vocabulary import Vocabulary
from nurture.simulation.deeds import (
    Bought,
    Bounced,
    Clicked,
    Complained,
    Deed,
    Occurred,
    Opened,
    Replied,
    Scanned,
    Unsubscribed,
    WentAway,
)

_SOONEST = timedelta(minutes=1)
_LATEST = timedelta(days=21)
_SCANS_AFTER = timedelta(seconds=2)
_RESPONDS_AFTER = timedelta(seconds=40)
_REPORTS_AFTER = timedelta(minutes=4)
_COMPLAINT_AFTER = timedelta(hours=5)
_USUAL_SPAN = timedelta(days=30)

Timed = tuple[datetime, Deed]


@dataclass(slots=True, eq=False)
class Reader:
    """`is_gone` from a bounce on: nobody reads there any more. `done` are events and orders that happen but once."""

    address: str
    zone: ZoneInfo
    is_scanned: bool
    is_gone: bool = False
    away_until: date | None = None
    done: set[str] = field(default_factory=set)


class Readers:
    """Knows how everybody behaves; a `seed` and an address are all that chance depends on."""

    def __init__(self, behaviour: Behaviour, vocabulary: Vocabulary, *, seed: int) -> None:
        self._behaviour = behaviour
        self._vocabulary = vocabulary
        self._seed = seed

    def reader(self, address: str, zone: ZoneInfo) -> Reader:
        """Somebody who has read nothing yet."""
        is_scanned = self._chance(address, "who").random() < self._behaviour.scanned
        return Reader(address=address, zone=zone, is_scanned=is_scanned)

    def receive(self, who: Reader, step: str, stage: str, links: Sequence[str], now: datetime) -> Iterator[Timed]:
        """What they do about a mail that came now, and when."""
        chance = self._chance(who.address, step)
        habits = self._behaviour.habits_in(stage)
        fate = chance.random()
        if who.is_gone:
            return
        if fate < habits.bounces_hard + habits.bounces_soft:
            is_hard = fate < habits.bounces_hard
            who.is_gone = is_hard
            yield now + _REPORTS_AFTER, Bounced(is_hard=is_hard)
            return
        if who.is_scanned:
            yield now + _SCANS_AFTER, Scanned()
        today = now.astimezone(who.zone).date()
        if who.away_until and today < who.away_until:
            return
        if chance.random() < habits.away:
            who.away_until = today + timedelta(days=1 + chance.randrange(habits.away_days))
            yield now + _RESPONDS_AFTER, WentAway(back_on=who.away_until)
            return
        if chance.random() < habits.complains:
            yield self._awake(now + _COMPLAINT_AFTER, who.zone, chance), Complained()
            return
        if chance.random() < habits.opens:
            at = self._later(now, habits.opens_after, who.zone, chance)
            yield at, Opened()
            yield from self._read(who, habits, links, at, chance)

    def task_done_at(self, address: str, number: int, now: datetime, zone: ZoneInfo) -> datetime:
        """When the team has done the person's so many-th task: in its waking hours."""
        return self._later(now, self._behaviour.task_after, zone, self._chance(address, f"task/{number}"))

    def _read(
        self, who: Reader, habits: Habits, links: Sequence[str], at: datetime, chance: random.Random
    ) -> Iterator[Timed]:
        if links and chance.random() < habits.clicks:
            link = chance.choices(links, [habits.links.get(name, 1.0) + 1e-9 for name in links])[0]
            yield self._later(at, habits.clicks_after, who.zone, chance), Clicked(link=link)
        if chance.random() < habits.replies:
            intent = chance.choices(list(habits.intents), list(habits.intents.values()))[0]
            yield self._later(at, habits.replies_after, who.zone, chance), Replied(intent=intent)
        if chance.random() < habits.unsubscribes:
            yield self._later(at, habits.clicks_after, who.zone, chance), Unsubscribed()
        for occurs in habits.occurs:
            if chance.random() < occurs.chance and occurs.event not in who.done:
                who.done.add(occurs.event)
                when = self._later(at, occurs.after, who.zone, chance)
                yield when, Occurred(event=occurs.event, fields=self.fields_of(occurs, when, chance))
        buys = habits.buys
        if buys and chance.random() < buys.chance and "$order" not in who.done:
            who.done.add("$order")
            yield (
                self._later(at, buys.after, who.zone, chance),
                Bought(total=buys.total, currency=buys.currency),
            )

    def fields_of(self, occurs: Occurs, at: datetime, chance: random.Random) -> Mapping[str, Value]:
        """The event's fields: as written, else made up by their type."""
        spec = self._vocabulary.events.get(occurs.event)
        specs = spec.fields if spec else ()
        return {each.name: _value(each, occurs.fields.get(each.name), at, chance) for each in specs}

    def made_up_fields(self, event: str, address: str, at: datetime) -> Mapping[str, Value]:
        """The fields of the event with which somebody comes; dates as the behaviour of any stage has them."""
        habits = (self._behaviour.habits, *self._behaviour.stages.values())
        known = next((each for one in habits for each in one.occurs if each.event == event), None)
        occurs = known or Occurs(event=event, chance=1, after=Delay(median=_SOONEST))
        return self.fields_of(occurs, at, self._chance(address, event)) if event in self._vocabulary.events else {}

    def _chance(self, address: str, what: str) -> random.Random:
        return random.Random(f"{self._seed}/{address}/{what}")  # noqa: S311  reproducible on purpose

    def _later(self, now: datetime, delay: Delay, zone: ZoneInfo, chance: random.Random) -> datetime:
        span = delay.median * exp(chance.gauss(0.0, 1.0) * log(delay.spread))
        return self._awake(now + min(_LATEST, max(_SOONEST, span)), zone, chance)

    def _awake(self, at: datetime, zone: ZoneInfo, chance: random.Random) -> datetime:
        """That moment, or one in the first two hours of the next waking day; whole seconds."""
        at = at.replace(microsecond=0)
        wall = at.astimezone(zone)
        wakes, sleeps = self._behaviour.wakes, self._behaviour.sleeps
        if wakes <= wall.time() < sleeps or wakes >= sleeps:
            return at
        day = wall.date() + timedelta(days=1 if wall.time() >= sleeps else 0)
        morning = datetime.combine(day, wakes, zone).astimezone(UTC)
        return morning + timedelta(seconds=chance.randrange(7200))


def _value(spec: FieldSpec, written: Value, at: datetime, chance: random.Random) -> Value:
    match spec.type:
        case "date" | "datetime":
            span = parse_duration(written) if isinstance(written, str) else None
            moment = at + (timedelta(days=span.days, seconds=span.seconds) if span else _USUAL_SPAN)
            return moment if spec.type == "datetime" else moment.date()
        case "number":
            return written if isinstance(written, int | float) else chance.choice((1, 2, 3, 3, 4, 6, 8, 12, 20, 60))
        case "bool":
            return written if isinstance(written, bool) else chance.random() < 0.5
        case "choice":
            return written if isinstance(written, str) else chance.choice(spec.choices or ("one",))
        case "list":
            return (str(written),) if written is not None else ()
        case "text":
            return str(written) if written is not None else "simulation"


def start_of_day(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment at which the wall shows that time."""
    return datetime.combine(day, at, zone).astimezone(UTC)
