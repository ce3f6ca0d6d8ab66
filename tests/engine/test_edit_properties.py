"""However a campaign is edited, and whenever: nobody gets a step twice or loses one without a word in the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from nurture.domain import transition
from nurture.domain.calendar import Calendar
from nurture.domain.campaign import Campaign, EmailAction, Step, first_step
from nurture.domain.change import Change, compare, former_names, with_times_of
from nurture.domain.decision import Perform, Send, Wait
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Facts
from nurture.domain.walk import walk
from nurture.engine.carry_over import carry
from tests.support.builders import MONDAY_NINE, a_contact, an_enrollment
from tests.support.edits import Editor, mark_of, owed

SEQUENCES = 500
PEOPLE = 3
CALENDAR = Calendar(zone=ZoneInfo("Asia/Bangkok"))


@dataclass
class Person:
    """One run, with what the ledger and the log have of it."""

    run: Enrollment
    got: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)


@dataclass
class World:
    """Versions of one campaign and the people in it, on a clock moved by hand."""

    editor: Editor
    versions: list[Campaign]
    people: list[Person]
    now: datetime = MONDAY_NINE
    formerly: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def edit(self) -> None:
        before = self.versions[-1]
        after = self.editor.edited(before, f"v{len(self.versions) + 1}")
        change = compare(before, after)
        self.formerly = former_names(self.formerly, change)
        self.versions.append(after)
        is_at_once = self.editor.chance.random() < 0.5
        for person in self.people:
            if is_at_once and person.run.state is not EnrollmentState.FINISHED:
                self.carry(person)

    def carry(self, person: Person) -> None:
        """Into the newest version, with the judge watching each edit on the way."""
        index = next(i for i, each in enumerate(self.versions) if each.digest == person.run.digest)
        for before, after in zip(self.versions[index:], self.versions[index + 1 :], strict=False):
            self._carry_once(person, compare(before, after))
            if person.run.state is EnrollmentState.FINISHED:
                return

    def _carry_once(self, person: Person, change: Change) -> None:
        before = person.run
        due = owed(change.old, before.stage, before.step)
        ledger = {step for step in person.got.values() if step}
        carried = carry(before, [change], ledger, now=self.now)
        person.run = carried.enrollment
        told = {event.step for event in carried.events if event.name == "step_skipped"}
        person.told |= {mark for _, step in change.old.all_steps() if step.id in told and (mark := mark_of(step))}
        if person.run.state is EnrollmentState.FINISHED:
            assert [event.name for event in carried.events][-1] == "finished"
        ahead = {mark for _, step in change.new.all_steps() if (mark := mark_of(step))}
        still = owed(change.new, person.run.stage, person.run.step)
        stages = [stage.name for stage in change.new.stages]
        later = stages[stages.index(person.run.stage) + 1 :] if person.run.stage in stages else []
        for stage in change.new.stages:
            still |= {mark for each in stage.steps if stage.name in later and (mark := mark_of(each))}
        inside = self._in_choices(change.new)
        due = {_as_called_now(change, mark) for mark in due - set(person.got) - person.told}
        lost = due - still - set(person.got) - (inside & ahead)
        assert not lost, (lost, before.stage, before.step, person.run.stage, person.run.step, self.editor.said)
        if person.run.state is EnrollmentState.FINISHED:
            return
        found = change.new.stage(person.run.stage)
        assert person.run.step is None or (found and found.find(person.run.step)), "everybody stands somewhere"

    def _in_choices(self, campaign: Campaign) -> set[str]:
        top = {each.id for stage in campaign.stages for each in stage.steps}
        return {mark for _, step in campaign.all_steps() if step.id not in top and (mark := mark_of(step))}

    def look(self, person: Person) -> None:
        """What a claim does with a run that is due."""
        campaign = self.versions[-1]
        if person.run.digest != campaign.digest:
            self.carry(person)
        if person.run.state is EnrollmentState.FINISHED:
            return
        if person.run.timed_by and person.run.step:
            campaign = self._timed(campaign, person.run)
        facts = Facts(
            contact=a_contact(timezone="Asia/Bangkok"),
            now=self.now,
            zone=CALENDAR.zone,
            stage=person.run.stage,
            entered_at=person.run.entered_at,
            stage_entered_at=person.run.stage_entered_at,
        )
        walked = walk(campaign, person.run, facts, CALENDAR)
        for each in walked.taken:
            assert not (isinstance(each.decision, Wait) and each.decision.held_by == "edit")
        person.run = walked.enrollment
        match walked.ending:
            case Send(step=step) | Perform(step=step):
                self._do(campaign, person, step)
            case _:
                pass

    def _do(self, campaign: Campaign, person: Person, step: Step) -> None:
        names = {step.id, *self.formerly.get(step.id, ())}
        mark = mark_of(step)
        if mark and not names & set(person.got.values()):
            assert mark not in person.got, f"{mark} twice: {self.editor.said}"
            person.got[mark] = step.id
        if self.editor.chance.random() < 0.2 and isinstance(step.action, EmailAction) and mark:
            del person.got[mark]
            person.run = transition.retry(person.run, at=self.now + timedelta(hours=1), because="451")
        else:
            person.run = transition.complete(person.run, campaign, self.now)

    def _timed(self, campaign: Campaign, run: Enrollment) -> Campaign:
        then = next(each for each in self.versions if each.digest == run.timed_by)
        for name in (run.step or "", *self.formerly.get(run.step or "", ())):
            if found := then.step(name):
                return with_times_of(campaign, run.step or "", found[1])
        return campaign


def _as_called_now(change: Change, mark: str) -> str:
    """The mark of what stands in its place: one mail taken out and one put in there are one with a new name."""
    then = next(step for _, step in change.old.all_steps() if mark_of(step) == mark)
    now = change.new.step(change.steps.get(then.id, ""))
    return (mark_of(now[1]) if now else None) or mark


def play(seed: int) -> World:
    """Half a year of some people in a campaign that is edited every few days."""
    chance = Random(seed)
    editor = Editor(chance)
    campaign = editor.campaign()
    first = campaign.stages[0]
    people = [
        Person(run=an_enrollment(campaign="c", digest="v1", stage=first.name, step=first_step(first.steps)))
        for _ in range(PEOPLE)
    ]
    world = World(editor=editor, versions=[campaign], people=people)
    for _ in range(40):
        world.now += timedelta(hours=chance.randint(6, 60))
        if chance.random() < 0.2 and len(world.versions) < 8:
            world.edit()
        for person in world.people:
            due = person.run.due_at
            for _ in range(4):
                if person.run.state is EnrollmentState.FINISHED or (due and due > world.now):
                    break
                world.look(person)
                due = person.run.due_at
    return world


@pytest.mark.parametrize("start", range(0, SEQUENCES, 50))
def test_over_random_edits_at_random_moments_nobody_gets_a_step_twice_or_loses_one_silently(start: int) -> None:
    edits = sent = told = 0
    for seed in range(start, start + 50):
        world = play(seed)
        edits += len(world.versions) - 1
        sent += sum(len(person.got) for person in world.people)
        told += sum(len(person.told) for person in world.people)
    assert min(edits, sent, told) > 50, "the edits must touch people, and people must get something"
