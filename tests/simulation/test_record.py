"""`simulate --record`: what it writes of one made-up person is met by the real engine as it stands."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from nurture.app import house_of, judge_of, library_of
from nurture.domain.campaign import Campaign
from nurture.domain.verdict import INTENTS
from nurture.inbox.parse import parse
from nurture.loader.behaviour import read_behaviour
from nurture.loader.scenario_file import load_scenarios
from nurture.loader.scenario_writing import scenario_text
from nurture.settings import Project, load_project
from nurture.simulation.answers import said
from nurture.simulation.crowd import make_crowd
from nurture.simulation.diary import Diaries, Diary
from nurture.simulation.diary_scenario import Recording, record, richest
from nurture.simulation.people_given import newcomer
from nurture.simulation.played import Played
from nurture.simulation.reader import Readers
from nurture.simulation.scenario_run import run_scenario
from nurture.simulation.scenario_stage import House
from nurture.simulation.simulate import simulate

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # Monday 00:00 in Bangkok
BUSY = """
arrive: 20d
open: {chance: 0.9, after: 2h}
click: {chance: 0.5}
reply: {chance: 0.25, intents: {interested: 4, question: 3, not_now: 2, not_interested: 1, wrong_person: 1, other: 2}}
out_of_office: {chance: 0.05, days: 9}
order: {chance: 0.1, after: 3d, total: 990, currency: THB}
events: {trial_started: {chance: 0.2, after: 1d, fields: {ends_at: 30d}}}
"""


@cache
def shipped() -> tuple[Project, House, dict[str, Campaign]]:
    project = load_project(ROOT, None, {})
    return project, house_of(project), dict(library_of(project).campaigns)


def simulated(name: str, seed: int, behaviour: Path, *, contacts: int = 25) -> tuple[dict[int, Diary], Played]:
    project, house, campaigns = shipped()
    campaign, diaries = campaigns[name], Diaries()
    behaves = read_behaviour(behaviour, campaign, project.vocabulary)
    crowd = make_crowd(
        contacts,
        campaign=campaign,
        vocabulary=project.vocabulary,
        start=START,
        arrive=behaves.arrive,
        zone=project.zone,
        seed=seed,
    )
    played = simulate(
        campaign,
        [newcomer(each.contact, each.at, project.zone) for each in crowd],
        rules=house.rules,
        readers=Readers(behaves, project.vocabulary, seed=seed),
        resumes_after=behaves.resumes_after,
        links_of=lambda action: tuple(sorted(house.renderer.links_of(action.template))),
        start=START,
        days=60,
        seed=seed,
        diaries=diaries,
    )
    return diaries.known, played


def is_met(recording: Recording) -> bool:
    """Whether the file that would be written is played as it says."""
    project, house, campaigns = shipped()
    text = scenario_text(recording.scenario)
    read = load_scenarios(text, "recorded.yaml", vocabulary=project.vocabulary, find=campaigns.get)
    assert not read.problems, (read.problems, text)
    result = run_scenario(house, read, read.scenarios[0], campaigns)
    assert result.is_met, (result.trouble, text)
    return result.is_met


@pytest.mark.parametrize("name", ["sales-cycle", "trial-follow-up"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_richest_story_of_a_simulation_is_a_scenario_that_holds_at_once(
    name: str, seed: int, tmp_path: Path
) -> None:
    file = tmp_path / "busy.yaml"
    file.write_text(BUSY, "utf-8")
    known, played = simulated(name, seed, file)
    _, house, campaigns = shipped()
    recording = record(house, campaigns[name], richest(known, played), played)
    assert is_met(recording)
    assert recording.is_alike
    mails = [each.name for each in recording.scenario.expect if each.kind == "email"]
    assert mails == [each.step for each in played.sends if each.contact == recording.scenario.email][: len(mails)]
    assert len(mails) >= 3
    assert len(recording.scenario.timeline) >= 4


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        ("bounce: {hard: 1}", "bounced"),
        ("open: {chance: 1}\nunsubscribe: 1", "unsubscribed"),
        ("complaint: 1", "complained"),
    ],
)
def test_stories_that_end_badly_are_told_as_well(behaviour: str, outcome: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(f"out_of_office: {{chance: 0}}\nscanner: 0\n{behaviour}\n", "utf-8")
    known, played = simulated("sales-cycle", 1, file, contacts=1)
    _, house, campaigns = shipped()
    recording = record(house, campaigns["sales-cycle"], richest(known, played), played)
    assert is_met(recording)
    assert [each.name for each in recording.scenario.expect if each.kind == "outcome"] == [outcome]


def test_what_the_simulation_sent_on_another_day_is_told(tmp_path: Path) -> None:
    file = tmp_path / "busy.yaml"
    file.write_text(BUSY, "utf-8")
    known, played = simulated("sales-cycle", 1, file, contacts=1)
    first = played.sends[0]
    played = replace(played, sends=[replace(first, at=first.at.replace(year=2025)), *played.sends[1:]])
    _, house, campaigns = shipped()
    recording = record(house, campaigns["sales-cycle"], richest(known, played), played)
    assert is_met(recording)
    assert [(kind, name) for kind, name, _ in recording.simulated] == [("email", first.step)]
    assert [day for _, _, day in recording.really] == [first.at.date()]


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("language", ["en", "th", "ja", None])
def test_the_words_of_every_intent_are_judged_to_be_of_it(intent, language) -> None:  # type: ignore[no-untyped-def]
    project, _, _ = shipped()
    head = "From: a@b.example\r\nTo: c@d.example\r\nSubject: Re: hi\r\nIn-Reply-To: <a@b>\r\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{said(intent, language)}\r\n".encode()
    verdict = judge_of(project).classify(parse(raw), now=START)
    assert (verdict.kind, verdict.intent) == ("reply", intent)
