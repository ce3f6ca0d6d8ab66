"""`nurture simulate`: a campaign, people and how they behave, played from due to due on a clock that waits for nobody.

Why in memory rather than through the store: docs/decisions/0009-a-simulation-has-no-store.md.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from nurture.domain.calendar import start_of_day
from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.condition import Did, Happened, LastEventField
from nurture.domain.enrollment import Enrollment
from nurture.domain.judgement import JUDGED_AFTER, Hit
from nurture.domain.scenario import Happen
from nurture.domain.score import ScoreRules
from nurture.engine.rules import Rules
from nurture.simulation.course import Course
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
from nurture.simulation.diary import Diaries
from nurture.simulation.happenings import Happenings
from nurture.simulation.person import Mail, Person
from nurture.simulation.played import Played
from nurture.simulation.queue import Queue
from nurture.simulation.reader import Reader, Readers
from nurture.simulation.rooms import Room
from nurture.simulation.tally import Tally

LinksOf = Callable[[EmailAction], tuple[str, ...]]
Progress = Callable[[datetime], None]
_DIRECT, _MAIL, _JUDGE = range(3)
"""At one moment: first what people and the team do, then the mails that came, then opens and clicks are judged."""


@dataclass(slots=True, kw_only=True)
class Newcomer:
    """Somebody who comes at `at`; `run` is where they stand already, who was in the campaign before."""

    person: Person
    at: datetime
    run: Enrollment | None = None
    is_asked_in: bool = False


@dataclass(slots=True, kw_only=True)
class _World:
    """What is to come, by time; of two things at one time the order in which they were noted."""

    course: Course
    happenings: Happenings
    readers: Readers
    resumes_after: timedelta | None
    diaries: Diaries | None = None
    known: dict[int, Reader] = field(default_factory=dict)
    agenda: list[tuple[datetime, int, int, Callable[[datetime], None]]] = field(default_factory=list)
    noted: int = 0
    stopped: set[str] = field(default_factory=set)

    def note(self, at: datetime, phase: int, act: Callable[[datetime], None]) -> None:
        self.noted += 1
        heapq.heappush(self.agenda, (at, phase, self.noted, act))

    def next_at(self) -> datetime | None:
        moments = (self.agenda[0][0] if self.agenda else None, self.course.next_at())
        return min((moment for moment in moments if moment is not None), default=None)

    def play(self, now: datetime) -> None:
        """Everything of this moment."""
        while self.agenda and self.agenda[0][0] <= now:
            heapq.heappop(self.agenda)[3](now)
        self.happenings.look_for_storms(now)
        self.course.claim_all(now)
        for name, room in self.course.rooms.items():
            if room.held_by and name not in self.stopped and self.resumes_after is not None:
                self.stopped.add(name)
                self.note(now + self.resumes_after, _DIRECT, partial(self._resume, name))

    def _resume(self, sender: str, _now: datetime) -> None:
        self.stopped.discard(sender)
        self.happenings.resume(sender)

    def arrive(self, newcomer: Newcomer, campaign: Campaign, now: datetime) -> None:
        person, events = newcomer.person, campaign.enroll.events
        if newcomer.run:
            person.run = newcomer.run
            self.course.tally.note_begin(person, newcomer.run.stage_entered_at, newcomer.run.stage)
            self.course.queue.put(person)
            return
        if newcomer.is_asked_in:
            self.happenings.ask_in(person, now)
            return
        happens = self._come_by(events, person, now)
        asked_in_at = now
        if campaign.enroll.is_daily:
            zone = self.course.rules.zone
            asked_in_at = start_of_day(now.astimezone(zone).date() + timedelta(days=1), zone)
        if self.diaries:
            self.diaries.begin(person, asked_in_at, None if campaign.enroll.is_daily else happens)
        self.happenings.occur(person, "contact_created", {}, now, now)
        if campaign.enroll.is_daily:
            self.note(asked_in_at, _JUDGE, lambda at: self.happenings.ask_in(person, at))
        elif happens is None:
            self.happenings.ask_in(person, now, is_by_hand=True)
        elif happens.event != "contact_created":
            self.happenings.occur(person, happens.event, happens.fields, now, now)

    def _come_by(self, events: Sequence[str], person: Person, now: datetime) -> Happen | None:
        """The event with which they come, None where the campaign waits for none."""
        if "contact_created" in events:
            return Happen(event="contact_created")
        if not events:
            return None
        fields = self.readers.made_up_fields(events[0], person.contact.address, now)
        return Happen(event=events[0], fields=fields)

    def receive(self, person: Person, mail: Mail, now: datetime) -> None:
        """A mail came: its reader will do something about it, or nothing."""
        reader = self.known.get(person.contact.id)
        if reader is None:
            reader = self.known[person.contact.id] = self.readers.reader(person.contact.address, person.zone)
        for at, deed in self.readers.receive(reader, mail.step, mail.stage, mail.links, now):
            phase = _MAIL if isinstance(deed, Replied | WentAway | Bounced | Complained) else _DIRECT
            self.note(at, phase, partial(self._do, person, mail, deed))

    def task_made(self, person: Person, task_id: int, now: datetime) -> None:
        person.tasks += 1
        at = self.readers.task_done_at(person.contact.address, person.tasks, now, self.course.rules.zone)
        self.note(at, _DIRECT, partial(self._close_task, person, task_id))

    def _close_task(self, person: Person, task_id: int, now: datetime) -> None:
        if self.diaries:
            self.diaries.task_done(person, now)
        self.happenings.close_task(person, task_id, now)

    def _do(self, person: Person, mail: Mail, deed: Deed, now: datetime) -> None:
        happenings = self.happenings
        if self.diaries:
            self.diaries.did(person, mail, deed, now)
        match deed:
            case Opened():
                self._hit(person, mail, now, (None,))
            case Clicked(link=link):
                self._hit(person, mail, now, (mail.links.index(link),))
            case Scanned():
                self._hit(person, mail, now, (None, *range(len(mail.links))))
            case Replied(intent=intent):
                happenings.reply(person, mail, intent, now)
            case WentAway(back_on=back_on):
                happenings.away(person, mail, back_on, now)
            case Bounced(is_hard=is_hard):
                happenings.bounce(person, mail, now, is_hard=is_hard)
            case Complained():
                happenings.complain(person, mail, now)
            case Unsubscribed():
                happenings.unsubscribe(person, now)
            case Occurred(event=event, fields=fields):
                self.course.tally.deeds[event] += 1
                happenings.occur(person, event, fields, now, now)
            case Bought(total=total, currency=currency):
                happenings.buy(person, total, currency, now)

    def _hit(self, person: Person, mail: Mail, now: datetime, indices: Sequence[int | None]) -> None:
        """Where the contact's country is not tracked there is neither pixel nor link to ask for."""
        tracking = self.course.rules.tracking
        if not tracking.covers(person.contact.country or self.course.rules.country):
            return
        for index in indices:
            is_open = index is None
            if tracking.opens if is_open else tracking.clicks:
                kind: Any = "open" if is_open else "click"
                hit = Hit(id=self.course.next_id("hit"), kind=kind, at=now, method="GET", link_index=index)
                mail.hits.append(hit)
        if mail.hits:
            self.note(now + JUDGED_AFTER, _JUDGE, lambda moment: self.happenings.judge(person, mail, moment))


def simulate(
    campaign: Campaign,
    newcomers: Sequence[Newcomer],
    *,
    rules: Rules,
    readers: Readers,
    resumes_after: timedelta | None,
    links_of: LinksOf,
    start: datetime,
    days: int,
    seed: int,
    progress: Progress = lambda _: None,
    diaries: Diaries | None = None,
) -> Played:
    """What the campaign does to these people from `start` on; `progress` hears now and then how far it has come.

    `diaries` are written where somebody's story is to be told.
    """
    end = start + timedelta(days=days)
    world = _world(campaign, rules, readers, links_of, resumes_after)
    world.diaries = diaries
    for newcomer in newcomers:
        world.note(newcomer.at, _DIRECT, partial(world.arrive, newcomer, campaign))
    while (now := world.next_at()) is not None and now < end:
        world.play(now)
        progress(now)
    return world.course.tally.played(
        campaign,
        [room.sender for room in world.course.rooms.values() if _is_used(room, campaign)],
        seed=seed,
        contacts=len(newcomers),
        start=start,
        days=days,
        enrolled=world.happenings.enrolled,
        walks=world.course.walks,
    )


def _world(
    campaign: Campaign, rules: Rules, readers: Readers, links_of: LinksOf, resumes_after: timedelta | None
) -> _World:
    def sent(person: Person, mail: Mail, now: datetime) -> None:
        world.receive(person, mail, now)

    def task_made(person: Person, task_id: int, now: datetime) -> None:
        world.task_made(person, task_id, now)

    def changed(person: Person, now: datetime) -> None:
        world.happenings.occur(person, "contact_changed", {}, now, now)

    rooms = {name: Room(sender=sender) for name, sender in rules.senders.items()}
    course = Course(
        campaign=campaign,
        rules=rules,
        tally=Tally(zone=rules.zone),
        needed=events_asked_for(campaign, rules.score_rules),
        links_of=links_of,
        sent=sent,
        task_made=task_made,
        changed=changed,
        queue=Queue(tuple(rooms)),
        rooms=rooms,
    )
    happenings = Happenings(course=course, rules=rules)
    world = _World(course=course, happenings=happenings, readers=readers, resumes_after=resumes_after)
    return world


def events_asked_for(campaign: Campaign, score_rules: ScoreRules | None) -> frozenset[str]:
    """Every event that a condition of the campaign or the score may ask for."""
    found = set(score_rules.points) if score_rules else set()
    left: list[Any] = [campaign, score_rules]
    while left:
        node = left.pop()
        match node:
            case Happened(event=event) | LastEventField(event=event):
                found.add(event)
            case Did(what=what):
                found.add(what)
            case tuple() | list():
                left += node
            case _ if hasattr(node, "items"):
                left += [value for _, value in node.items()]
            case _ if hasattr(node, "__dataclass_fields__"):
                left += [getattr(node, name) for name in node.__dataclass_fields__]
            case _:
                pass
    return frozenset(found)


def _is_used(room: Room, campaign: Campaign) -> bool:
    return bool(room.began_at) or room.sender.name in campaign.senders
