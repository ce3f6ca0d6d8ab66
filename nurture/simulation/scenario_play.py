"""Plays a scenario: the real engine on a clock that jumps from one due moment to the next, at once and always alike."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import DAY, Calendar, add, moment_of, start_of_day, wall_of
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Consent, ContactDraft
from nurture.domain.event import Event
from nurture.domain.scenario import NOON, Act, Happen, Moment, Scenario
from nurture.engine.enroll import Enrolled, enroll
from nurture.engine.notify import recipients_of
from nurture.engine.occur import occur
from nurture.errors import InvalidInput
from nurture.intake.address import parse_address
from nurture.simulation.scenario_doings import Doings
from nurture.simulation.scenario_facts import Fact, Reading, facts_of, in_order
from nurture.simulation.scenario_stage import House, Stage
from nurture.store import contacts, owners

LONGEST = timedelta(days=366)
_MOST_MOMENTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of it: facts in order, on the clock of the contact's `zone`, and who `owner` and `team` are."""

    scenario: Scenario
    facts: tuple[Fact, ...]
    zone: ZoneInfo
    people: Mapping[str, tuple[str, ...]]
    ended_at: datetime


def play(house: House, scenario: Scenario, campaigns: Mapping[str, Campaign]) -> Played:
    """What happens to the scenario's person in its campaign, with those `beside` it; other campaigns do not run.

    Raises InvalidInput where a campaign is not there, or where the engine finds no rest.
    """
    missing = [name for name in (scenario.campaign, *scenario.beside) if name not in campaigns]
    if missing:
        raise InvalidInput(f"campaign {missing[0]} cannot run", hint="`nurture check` says what is wrong with it.")
    running = {name: campaigns[name] for name in (scenario.campaign, *scenario.beside)}
    stage = Stage(house, running, scenario.start.astimezone(UTC))
    try:
        return asyncio.run(_Play(stage, scenario).go())
    finally:
        stage.close()


class _Play:
    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage = stage
        self._scenario = scenario
        self._troubles: list[Fact] = []
        self._refused: list[Fact] = []

    async def go(self) -> Played:
        stage = self._stage
        calendar = self._add_contact()
        acts = sorted(
            ((_resolved(entry.when, stage.clock.now(), calendar), entry.act) for entry in self._scenario.timeline),
            key=lambda each: each[0],
        )
        end = _end_of(self._scenario, stage.clock.now(), calendar, acts)
        doings = Doings(stage, self._scenario.campaign)
        self._ask_in()
        await stage.settle()
        for _ in range(_MOST_MOMENTS):
            moment = stage.next_moment()
            upcoming = acts[0][0] if acts else None
            known = [each for each in (moment, upcoming) if each]
            if not known or min(known) > end:
                return self._played(calendar, end)
            stage.clock.move_to(max(min(known), stage.clock.now()))
            await stage.settle()
            while acts and acts[0][0] <= stage.clock.now():
                self._do(doings, acts.pop(0)[1])
                await stage.settle()
        raise InvalidInput(f"the scenario comes to no rest by {stage.clock.now():%Y-%m-%d}", where=self._scenario.name)

    def _add_contact(self) -> Calendar:
        scenario, stage = self._scenario, self._stage
        now = stage.clock.now()
        address = parse_address(scenario.email)
        draft = ContactDraft(
            address=address.canonical,
            email=address.written_to,
            values=scenario.values,
            tags=scenario.tags,
            consent=Consent(at=now, source="scenario"),
        )
        with stage.database.write() as conn:
            contact = contacts.add(conn, draft, now)
            if contact.owner is None:
                owners.assign(conn, [contact.id], stage.rules.owners)
        stage.contact_id = contact.id
        return stage.rules.calendar_of(contact, now)

    def _ask_in(self) -> None:
        """By what the scenario names, else by the campaign's first event, else by hand; a daily one asks by itself."""
        scenario, stage = self._scenario, self._stage
        campaign, now = stage.campaigns[scenario.campaign], stage.clock.now()
        first = campaign.enroll.events[0] if campaign.enroll.events else None
        happens = scenario.happens or (Happen(event=first) if first else None)
        if happens is None and campaign.enroll.is_daily:
            return
        with stage.database.write() as conn:
            if happens is None:
                rules, people = stage.rules, [stage.contact_id]
                came = enroll(conn, campaign, people, rules=rules, now=now, because="by hand", is_by_hand=True)
            else:
                event = Event(name=happens.event, at=now, contact_id=stage.contact_id, fields=happens.fields)
                came = occur(conn, event, stage.campaigns, rules=stage.rules, now=now)
        self._note_refusals(came)

    def _do(self, doings: Doings, act: Act) -> None:
        try:
            self._note_refusals(doings.do(act))
        except InvalidInput as problem:
            self._trouble(f"{type(act).__name__}: {problem}")

    def _note_refusals(self, came: Iterable[Enrolled]) -> None:
        """Who is in it already is asked in again by every event: only what else stands in the way is worth a word."""
        self._refused += [
            Fact(kind="not_enrolled", at=self._stage.clock.now(), name=each.campaign, because=each.refusal)
            for each in came
            if each.refusal and each.refusal != "in it already"
        ]

    def _trouble(self, words: str) -> None:
        self._troubles.append(Fact(kind="trouble", at=self._stage.clock.now(), name="the timeline", because=words))

    def _played(self, calendar: Calendar, end: datetime) -> Played:
        stage, main = self._stage, self._scenario.campaign
        reading = Reading(campaigns=stage.campaigns, main=main, letters=stage.letters(), reasons=stage.reasons)
        with stage.database.read() as conn:
            contact = contacts.get(conn, stage.contact_id)
            facts = facts_of(conn, stage.contact_id, reading)
        return Played(
            scenario=self._scenario,
            facts=tuple(in_order([*self._refused, *facts, *self._troubles])),
            zone=calendar.zone,
            people={who: recipients_of(who, contact, stage.rules) for who in ("owner", "team")},
            ended_at=min(end, stage.clock.now()),
        )


def _resolved(when: Moment, start: datetime, calendar: Calendar) -> datetime:
    """The moment on the contact's wall, in UTC."""
    if when.day is None:
        moment = add(start, when.after, calendar) if when.after else start
        if when.at is None:
            return moment
        day = wall_of(moment, calendar.zone).date()
    else:
        day = when.day
    return moment_of(datetime.combine(day, when.at or NOON), calendar.zone)


def _end_of(scenario: Scenario, start: datetime, calendar: Calendar, acts: list[tuple[datetime, Act]]) -> datetime:
    """The end of the last day that the scenario speaks of; a year on where it expects something on no day.

    What comes after that day is none of its business.
    """
    last_act = max((at for at, _ in acts), default=start)
    if scenario.until is not None:
        if scenario.until.day is not None:
            return start_of_day(scenario.until.day + DAY, calendar.zone) - timedelta(seconds=1)
        return _resolved(scenario.until, start, calendar)
    days = [wall_of(last_act, calendar.zone).date()]
    for each in scenario.expect:
        if each.kind == "nothing_until" and each.day:
            days.append(each.day - DAY)
        elif each.day:
            days.append(each.day)
        elif each.kind not in ("never", "not_enrolled"):
            return start + LONGEST
    is_any_dated = any(each.day for each in scenario.expect)
    if not is_any_dated:
        return start + LONGEST
    return start_of_day(max(days) + DAY, calendar.zone) - timedelta(seconds=1)
