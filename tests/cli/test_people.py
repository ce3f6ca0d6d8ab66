"""`enroll`, `move`, `remove`, `pause`, `resume`, `retry`: by person, by condition, by campaign."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from nurture.cli.project import opened
from nurture.settings import load_project
from nurture.store.tables import messages
from tests.cli.commands import spawn
from tests.cli.conftest import Nurture

CAMPAIGN = "trial-follow-up"


@pytest.fixture
def everybody(nurture: Nurture) -> None:
    assert nurture("enroll", CAMPAIGN, "--audience", "--json").json["enrolled"] == 3


def runs_of(nurture: Nurture, email: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = nurture("why", email, "--json").json["enrollments"]
    return told


def test_people_are_enrolled_by_address_and_told_why_not(nurture: Nurture) -> None:
    first = nurture("enroll", CAMPAIGN, "aom@example.com")
    again = nurture("enroll", CAMPAIGN, "aom@example.com", "--json")

    assert (first.code, first.out) == (0, f"Enrolled 1 in {CAMPAIGN}.\n")
    assert again.code == 1
    assert again.json["refused"] == {"aom@example.com": "in it already"}


def test_people_are_enrolled_by_a_condition(nurture: Nurture) -> None:
    answer = nurture("enroll", CAMPAIGN, "--where", 'contact.country == "TH"', "--json")

    assert (answer.json["enrolled"], answer.json["reasons"]) == (2, {})
    assert (
        nurture("enroll", CAMPAIGN, "--where", "true").out == f"Enrolled 1 in {CAMPAIGN}.\nNot 2 more: in it already.\n"
    )


def test_a_disabled_campaign_takes_nobody(nurture: Nurture) -> None:
    answer = nurture("enroll", "trial-folow-up", "aom@example.com")

    assert answer.code == 1
    assert "Did you mean 'trial-follow-up'?" in answer.err


@pytest.mark.usefixtures("everybody")
def test_one_person_is_moved_to_a_stage(nurture: Nurture) -> None:
    assert nurture("move", "aom@example.com", "customer", "--because", "rang us").code == 0

    [run] = runs_of(nurture, "aom@example.com")
    assert run["stage"] == "customer"
    assert run["history"][-1]["reason"] == "rang us"


@pytest.mark.usefixtures("everybody")
def test_a_stage_that_is_not_there_moves_nobody(nurture: Nurture) -> None:
    answer = nurture("move", "aom@example.com", "custmer")

    assert answer.code == 1
    assert "Did you mean customer?" in answer.err
    assert runs_of(nurture, "aom@example.com")[0]["stage"] == "trying"


@pytest.mark.usefixtures("everybody")
def test_many_are_moved_only_with_a_yes(nurture: Nurture) -> None:
    asked = nurture("move", "--where", 'contact.country == "TH"', "customer")
    done = nurture("move", "--where", 'contact.country == "TH"', "customer", "--yes")

    assert asked.code == 2
    assert "move 2 runs to customer, which wants a yes" in asked.err
    assert done.out == f"Moved 2 people to customer in {CAMPAIGN}.\n"
    assert [runs_of(nurture, who)[0]["stage"] for who in ("aom@example.com", "wei.ling@example.com")] == [
        "customer",
        "trying",
    ]


@pytest.mark.usefixtures("everybody")
def test_people_are_removed_by_address_and_a_whole_campaign_at_once(nurture: Nurture) -> None:
    assert nurture("remove", "aom@example.com").out == f"Removed aom@example.com from {CAMPAIGN}.\n"
    assert nurture("remove", "aom@example.com").code == 1
    assert nurture("remove", "--campaign", CAMPAIGN, "--yes").out == f"Removed 2 people from {CAMPAIGN}.\n"

    assert runs_of(nurture, "somchai@example.com")[0]["outcome"] == "removed"
    assert nurture("remove", "--campaign", CAMPAIGN, "--yes").code == 1


def test_a_campaign_that_runs_is_paused_though_its_file_is_broken(nurture: Nurture, project: Path) -> None:
    nurture("apply", "--yes")
    (project / "campaigns" / f"{CAMPAIGN}.yaml").write_text("stages: [", encoding="utf-8")
    assert nurture("pause", "--campaign", CAMPAIGN).out == f"Paused: campaign:{CAMPAIGN}.\n"
    assert nurture("report", "funnel", CAMPAIGN).code == 0
    assert nurture("resume", "--campaign", CAMPAIGN).code == 0


@pytest.mark.usefixtures("everybody")
def test_people_are_paused_and_go_on(nurture: Nurture) -> None:
    assert nurture("pause", "--where", 'contact.language == "th"').out == f"Paused 1 person in {CAMPAIGN}.\n"
    assert nurture("pause", "aom@example.com", "--for", "2d").code == 0

    told = nurture("resume", "--where", "true").out
    assert told == f"Resumed 2 people in {CAMPAIGN}.\nNot paused: 1 person in {CAMPAIGN}.\n"


@pytest.mark.parametrize(
    ("options", "scope"),
    [(("--all",), "all"), (("--campaign", CAMPAIGN), f"campaign:{CAMPAIGN}"), (("--sender", "hello"), "sender:hello")],
)
def test_a_whole_is_paused_and_goes_on(nurture: Nurture, options: tuple[str, ...], scope: str) -> None:
    assert nurture("pause", *options, "--for", "2h").out == f"Paused: {scope}.\n"
    assert [hold["scope"] for hold in nurture("status", "--json").json["holds"]] == [scope]
    assert nurture("resume", *options).out == f"Resumed: {scope}.\n"
    assert nurture("resume", *options).out == f"{scope} was not paused.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("pause",),
        ("pause", "aom@example.com", "--all"),
        ("pause", "--all", "--sender", "hello"),
        ("resume", "aom@example.com", "--where", "true"),
        ("remove",),
        ("retry",),
        ("enroll", CAMPAIGN),
        ("enroll", CAMPAIGN, "aom@example.com", "--audience"),
    ],
)
def test_naming_nobody_or_two_things_is_a_fault_of_usage(nurture: Nurture, arguments: tuple[str, ...]) -> None:
    answer = nurture(*arguments)

    assert answer.code == 2
    assert "→" in answer.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("pause", "--sender", "helo"), "Did you mean hello?"),
        (("pause", "--all", "--for", "soon"), "30m, 2h, 3d"),
        (("contacts", "list", "--where", "contact.contry == 'TH'"), "Did you mean"),
        (("contacts", "list", "--where", "contact.country =="), "--where: the expression ends where"),
        (("contacts", "show", "aom"), "'aom' is no email address: an email address must have an @-sign."),
        (("contacts", "show", "nobody@example.com"), "no contact has the address nobody@example.com"),
        (("contacts", "set", "aom@example.com", "compny=X"), "Did you mean company?"),
        (("contacts", "set", "aom@example.com", "trial_ends_on=soon"), "trial_ends_on"),
        (("event", "trial_startd", "aom@example.com"), "Did you mean trial_started?"),
        (("suppress", "aom@example.com", "--scope", "some"), "Write all, marketing, or campaign:NAME."),
        (("order", "aom@example.com", "--item", "pro=much"), "is no amount of money"),
        (("order", "aom@example.com", "--item", "pro*0=990"), "'pro*0=990' is no item"),
    ],
)
def test_what_cannot_be_meant_is_told_with_what_could(nurture: Nurture, arguments: tuple[str, ...], told: str) -> None:
    answer = nurture(*arguments)

    assert answer.code == 1
    assert told in answer.err


def test_what_is_unknown_is_sent_again_when_asked_for(nurture: Nurture, project: Path) -> None:
    nurture("enroll", CAMPAIGN, "aom@example.com")
    assert spawn("-C", project, "tick").code == 0
    with opened(load_project(project)) as database, database.write() as conn:
        conn.execute(update(messages).values(state="unknown", sent_at=None))

    assert "that would try 1 run again" in nurture("retry", "--campaign", CAMPAIGN).err
    told = nurture("retry", "--campaign", CAMPAIGN, "--yes").out

    assert told == f"To be tried again now: 1 person in {CAMPAIGN}.\n"
    assert nurture("retry", "somchai@example.com").out == "Nothing of theirs waits for another try.\n"
