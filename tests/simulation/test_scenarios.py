"""Scenarios: each act does what it does in a real run, and what is expected is held against what came."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from nurture.app import house_of, library_of
from nurture.domain.campaign import Campaign
from nurture.domain.scenario import Expectation, Scenario
from nurture.loader.campaign_file import load_campaign
from nurture.loader.scenario_file import load_scenarios
from nurture.settings import Project, load_project
from nurture.simulation.scenario_compare import Comparison, compare
from nurture.simulation.scenario_play import play
from nurture.simulation.scenario_record import mended, recorded
from nurture.simulation.scenario_stage import House

ROOT = Path(__file__).parents[2]
HEAD = """
scenario: A try
campaign: {campaign}
start: 2026-03-02T08:00+07:00
contact: {{email: prem@example.com, first_name: Prem, country: TH, phone: "021234567"}}
"""


@cache
def opened() -> tuple[Project, House, dict[str, Campaign]]:
    project = load_project(ROOT, None, {})
    return project, house_of(project), dict(library_of(project).campaigns)


def scenario_of(text: str, campaign: str = "sales-cycle", head: str = HEAD) -> Scenario:
    project, house, campaigns = opened()
    links_of = house.renderer.links_of
    read = load_scenarios(
        head.format(campaign=campaign) + text,
        "campaigns/tests/try.yaml",
        vocabulary=replace(project.vocabulary, campaigns=(*project.vocabulary.campaigns, "try")),
        find=campaigns.get,
        links_of=links_of,
    )
    assert [str(problem) for problem in read.problems] == []
    return read.scenarios[0]


def played(text: str, campaign: str = "sales-cycle", **more: Campaign) -> Comparison:
    _, house, campaigns = opened()
    return compare(play(house, scenario_of(text, campaign), {**campaigns, **more}))


def happened(comparison: Comparison, *kinds: str) -> list[str]:
    zone = comparison.played.zone
    return [
        f"{fact.at.astimezone(zone):%m-%d %H:%M} {fact.kind} {fact.name}"
        for fact in comparison.played.facts
        if fact.kind in kinds
    ]


def a_campaign(text: str) -> Campaign:
    project, _, _ = opened()
    loaded = load_campaign(text.encode(), name="try", file="campaigns/try.yaml", vocabulary=project.vocabulary)
    assert loaded.campaign, loaded.problems
    return loaded.campaign


def because_of(comparison: Comparison) -> str:
    assert comparison.first_difference is not None
    return comparison.first_difference.why


def test_the_same_scenario_always_comes_to_the_same() -> None:
    text = "timeline: [{after: 4d, reply: Yes please}, {after: 9d, event: trial_started}]\nuntil: 30d\n"
    first, second = played(text), played(text)
    assert first.played.facts == second.played.facts
    assert len(happened(first, "email")) > 3


def test_a_mail_that_nobody_expects_fails_it_unless_only_the_listed_ones_count() -> None:
    expect = "expect:\n  - {date: 2026-03-02, email: hello}\n  - {date: 2026-03-09, stage: qualification}\n"
    strict, listed = played(expect), played(f"only: listed\n{expect}")
    assert because_of(strict) == "nobody expects this mail"
    assert strict.first_difference is not None
    assert strict.first_difference.fact is not None
    assert strict.first_difference.fact.name == "guide"
    assert listed.is_met


def test_what_comes_after_the_last_day_that_is_named_is_not_looked_at() -> None:
    assert played("expect: [{date: 2026-03-02, email: hello}]").is_met
    assert not played("expect: [{date: 2026-03-02, email: hello}]\nuntil: 2026-03-05\n").is_met


def test_an_expectation_without_a_day_is_waited_for() -> None:
    comparison = played("only: listed\nexpect: [{outcome: lost}]")
    assert comparison.is_met
    assert happened(comparison, "outcome") == ["06-30 08:00 outcome lost"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{date: 2026-03-02, at: "10:00", email: hello}', "it was at 09:00"),
        ("{date: 2026-03-03, email: hello}", "it was Mon 2026-03-02"),
        ("{date: 2026-03-02, email: hello, subject: Another}", "its subject is: "),
        ("{date: 2026-03-02, email: hello, contains: no such words}", "it does not contain: no such words"),
        ("{never: hello}", "hello came all the same, Mon 2026-03-02 09:00"),
        ("{nothing_until: 2026-03-04}", "something came before, Mon 2026-03-02 09:00"),
        ("{date: 2026-03-02, stage: intent}", "it did not happen"),
        ("{not_enrolled: true}", "it did not happen"),
    ],
)
def test_what_is_not_met_says_what_came_instead(line: str, why: str) -> None:
    comparison = played(f"only: listed\nuntil: 2d\nexpect:\n  - {line}\n")
    assert not comparison.is_met
    assert because_of(comparison).startswith(why)


def test_subject_and_text_are_those_of_the_mail_as_it_is_read() -> None:
    hello = next(fact for fact in played("until: 1d").played.facts if fact.kind == "email")
    assert "Prem" in hello.text
    line = f'{{date: 2026-03-02, email: hello, subject: "{hello.subject}", contains: ["Prem", "{hello.text[10:40]}"]}}'
    assert played(f"expect:\n  - {line}\n").is_met


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        ("{date: 2026-03-02, reply: 'No thanks, not interested.'}", "03-02 12:00 outcome lost"),
        ("{date: 2026-03-02, bounce: hard}", "03-02 12:00 outcome bounced"),
        ("{date: 2026-03-02, complaint: true}", "03-02 12:00 outcome complained"),
        ("{date: 2026-03-02, unsubscribe: true}", "03-02 12:00 outcome unsubscribed"),
        ("{date: 2026-03-02, unsubscribe: campaign}", "03-02 12:00 outcome unsubscribed"),
        ("{date: 2026-03-02, order: {total: 100}}", "03-02 12:00 outcome won"),
        ("{date: 2026-03-02, event: trial_started}", "03-02 12:00 stage intent"),
        ("{date: 2026-03-05, click: read-guide}", "03-05 12:01 stage qualification"),
        ("{date: 2026-03-02, bounce: soft}", "03-02 12:00 heard bounce"),
        ("{date: 2026-03-02, open: hello}", "03-02 12:00 heard opened"),
        ("{date: 2026-03-02, out_of_office: {back_on: 2026-03-10}}", "03-02 12:00 heard out of office"),
        ("{date: 2026-03-02, owner_wrote: About your order}", "03-02 12:00 heard we wrote"),
        ("{date: 2026-03-02, set: {company: Kopi Dee}}", "03-02 12:00 heard changed"),
        ("{date: 2026-03-02, tag: vip}", "03-02 12:00 heard changed"),
        ("{date: 2026-03-02, pause: 3d}", "03-02 12:00 heard paused"),
        ("{date: 2026-03-09, task_done: call}", "03-09 12:00 heard task done"),
    ],
)
def test_every_act_does_what_it_does_in_a_real_run(act: str, seen: str) -> None:
    comparison = played(f"timeline:\n  - {act}\nuntil: 12d\n")
    assert seen in happened(comparison, "outcome", "stage", "heard")
    assert happened(comparison, "trouble") == []


def test_a_pause_holds_until_it_is_resumed() -> None:
    held = played("timeline: [{after: 1d, pause: true}]\nuntil: 20d\n")
    resumed = played("timeline: [{after: 1d, pause: true}, {after: 9d, resume: true}]\nuntil: 20d\n")
    assert happened(held, "email") == ["03-02 09:00 email hello"]
    assert "03-11 09:00 email guide" in happened(resumed, "email")


def test_an_act_that_cannot_be_done_fails_the_scenario_and_says_why() -> None:
    comparison = played(
        "timeline: [{after: 1h, at: '08:30', reply: Hello}]\nexpect: [{date: 2026-03-02, email: hello}]\n"
    )
    assert because_of(comparison) == "Reply: no mail was sent before"


def test_another_address_may_answer_and_another_mail_be_answered() -> None:
    text = (
        "timeline: [{after: 4d, reply: 'Yes, show me a demo please', from: boss@example.org, to: hello}]\nuntil: 5d\n"
    )
    told = [fact for fact in played(text).played.facts if fact.kind == "notify"]
    assert "boss@example.org wrote" in told[0].text


def test_who_is_not_in_the_audience_is_told_and_can_be_expected() -> None:
    elsewhere = HEAD.replace("country: TH", "country: DE")
    _, house, campaigns = opened()
    told = compare(play(house, scenario_of("expect: [{never: hello}]", head=elsewhere), campaigns))
    expected = scenario_of("expect: [{not_enrolled: not in the audience}, {never: hello}]", head=elsewhere)
    assert because_of(told) == "they were not asked in: not in the audience"
    assert compare(play(house, expected, campaigns)).is_met


def test_a_campaign_that_is_entered_by_hand_or_daily_is_entered_by_itself() -> None:
    steps = "sender: mali\nstages: {first: {steps: [{notify: team}]}}\n"
    for how in ("enroll: manual\n", "enroll: daily\n"):
        comparison = played("until: 2d\n", "try", **{"try": a_campaign(how + steps)})
        assert "03-02 08:00 stage first" in happened(comparison, "stage")


def test_a_webhook_is_taken_for_answered_without_a_network() -> None:
    campaign = a_campaign(
        "sender: mali\nenroll: manual\nstages: {first: {steps: [{webhook: {url: 'https://x.example/'}}]}}"
    )
    comparison = played("expect: [{outcome: completed}]", "try", **{"try": campaign})
    assert comparison.is_met
    assert "03-02 08:00 done webhook" in happened(comparison, "done")


def test_a_skipped_step_and_a_notice_can_be_expected_with_their_words() -> None:
    campaign = a_campaign(
        "sender: mali\nenroll: manual\nstages:\n  first:\n    steps:\n"
        "      - {task: Ring, if: not contact.phone}\n      - {notify: team, subject: Look at Prem}\n"
    )
    text = (
        "expect:\n  - {date: 2026-03-02, skipped: task, because: contact.phone}\n"
        "  - {notify: team, subject: Look at Prem}\n  - {notify: mali@example.com}\n"
    )
    assert played(text, "try", **{"try": campaign}).is_met
    assert not played(text.replace("Look at Prem", "Look"), "try", **{"try": campaign}).is_met


def test_what_happened_is_recorded_as_expectations_that_hold() -> None:
    bare = "timeline: [{after: 4d, reply: 'Yes please, show me the demo'}]\nuntil: 20d\n"
    comparison = played(bare)
    again = replace(scenario_of(bare), expect=tuple(recorded(comparison.played.facts, comparison.played.zone)))
    _, house, campaigns = opened()
    assert Expectation(kind="stage", name="awareness", day=date(2026, 3, 2)) in again.expect
    assert compare(play(house, again, campaigns)).is_met


def test_lines_that_hold_are_kept_as_they_stand_when_the_others_are_mended() -> None:
    comparison = played(
        "expect:\n  - {date: 2026-03-02, email: hello}\n  - {date: 2026-03-07, email: guide}\n  - {never: thank-you}\n"
    )
    lines = mended(comparison)
    assert [(line.index, line.text) for line in lines] == [
        (0, None),
        (1, "{date: 2026-03-05, email: guide}"),
        (2, None),
    ]
