"""What is still to come for a run: times that follow from each other, and an end where only an event can say more."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nurture.domain.ahead import after_last_step, steps_ahead, ways_out
from nurture.domain.calendar import Calendar
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Facts
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.campaign_file import load_campaign

BANGKOK = ZoneInfo("Asia/Bangkok")
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)  # nine o'clock in Bangkok
TEXT = """
sender: mali
window: {days: mon-fri, hours: "09:00-17:00"}
stages:
  first:
    then: advance
    steps:
      - email: a/one
      - email: a/two
        after: 4d
        unless: replied
      - wait: ordered
        for: 2d
      - email: a/three
      - email: a/dated
        date: 1d before contact.ends_on
      - choose:
          - if: contact.phone
            steps: [{task: Ring}]
          - else:
            steps: [{email: a/four}]
  last:
    enter: replied
    steps:
      - wait: ordered
      - email: a/five
exit:
  lost: days_in_campaign > 90
"""


def campaign() -> Campaign:
    vocabulary = Vocabulary(senders=("mali",), contact_fields={})
    loaded = load_campaign(TEXT.replace("contact.ends_on", "contact.created_at").encode(), name="a", file="a.yaml",
                           vocabulary=vocabulary)  # fmt: skip
    assert loaded.campaign, loaded.problems
    return loaded.campaign


def run_at(stage: str, step: str | None, **more: object) -> Enrollment:
    run = Enrollment(id=1, contact_id=1, campaign="a", digest="", stage=stage, step=step, state=EnrollmentState.ACTIVE,
                     entered_at=MONDAY, stage_entered_at=MONDAY, anchor_at=MONDAY, sender="mali", due_at=MONDAY,
                     planned_at=MONDAY)  # fmt: skip
    return replace(run, **more)


def ahead(run: Enrollment) -> list[tuple[str, str, str, bool]]:
    contact = Contact(id=1, address="a@b.example", email="a@b.example", created_at=MONDAY)
    facts = Facts(contact=contact, now=MONDAY, zone=BANGKOK)
    return [
        (each.step, f"{each.at.astimezone(BANGKOK):%a %d %H:%M}" if each.at else "-", each.only, each.is_at_most)
        for each in steps_ahead(campaign(), run, facts, Calendar(zone=BANGKOK))
    ]


def test_each_step_counts_from_the_one_before_and_after_a_wait_it_is_the_latest_moment() -> None:
    assert ahead(run_at("first", "one")) == [
        ("two", "Fri 06 09:00", "unless replied", False),
        ("wait", "Sun 08 09:00", "", True),
        ("three", "Mon 09 09:00", "", True),
        ("dated", "-", "", False),
        ("choose", "Mon 09 09:00", "", True),
        ("task", "-", "if contact.phone", False),
        ("four", "-", "else", False),
    ]


def test_what_comes_after_a_wait_without_an_end_has_no_time() -> None:
    assert ahead(run_at("last", "wait-2", planned_at=None)) == [("five", "-", "", False)]


def test_nobody_can_say_what_comes_after_a_pause_without_an_end() -> None:
    assert ahead(run_at("first", "one", planned_at=None, held_by="pause")) == []


def test_the_end_of_a_stage_and_what_may_move_on_before_it() -> None:
    found = campaign()

    assert after_last_step(found, run_at("first", "one")) == "enters last"
    assert after_last_step(found, run_at("last", "wait-2")) == "ends: completed"
    assert [(each.to, each.condition, each.is_outcome) for each in ways_out(found, run_at("first", "one"))] == [
        ("last", "replied", False),
        ("lost", "days_in_campaign > 90", True),
    ]
