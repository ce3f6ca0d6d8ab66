"""Section 5: what a mail is judged to be does the same in every campaign, whatever the campaign says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from nurture.domain.verdict import Failure, Verdict
from nurture.engine.suppress import suppress
from nurture.store import suppressions
from tests.language.conftest import Making
from tests.support.answers import judged_answer, reply
from tests.support.mail_server import MailServer
from tests.support.project import Workshop

DAY = timedelta(days=1)
CYCLE = """
enroll: contact_created
stages:
  one:
    replies: {other: {pause: 1d}, interested: {pause: 1d}}
    steps:
      - {email: hello, subject: Hello}
      - {email: guide, subject: Guide, after: 1d}
"""
OTHER = """
enroll: contact_created
stages: {one: {steps: [{email: trial, subject: Other, after: 1d}]}}
"""


def failure(*, is_hard: bool) -> Verdict:
    failed = Failure(recipient="somchai@example.com", status="5.1.1", is_hard=is_hard, reason="no such user")
    return Verdict(kind="bounce", reason="a delivery report", failures=(failed,))


def begun(workshop: Workshop) -> int:
    person = workshop.add_contact()
    workshop.one_pass()
    return person


def scopes(workshop: Workshop) -> tuple[str, ...]:
    with workshop.database.read() as conn:
        return tuple(suppressions.scopes_of(conn, ["somchai@example.com"]).get("somchai@example.com", ()))


def outcomes(workshop: Workshop, person: int) -> tuple[str | None, str | None]:
    return workshop.run_of(person).outcome, workshop.run_of(person, "other").outcome


@pytest.mark.parametrize(
    ("verdict", "scope", "outcome"),
    [
        (failure(is_hard=True), ("all",), "bounced"),
        (failure(is_hard=False), (), None),
        (Verdict(kind="complaint", reason="a feedback report", feedback_type="abuse"), ("all",), "complained"),
        (Verdict(kind="unsubscribe", reason="asked by mail"), ("marketing",), "unsubscribed"),
        (Verdict(kind="delayed", reason="will be tried again"), (), None),
        (Verdict(kind="challenge", reason="asks to confirm"), (), None),
    ],
)
def test_the_fixed_effects_end_every_run_in_the_scope(
    project_of: Making, relay: MailServer, verdict: Verdict, scope: tuple[str, ...], outcome: str | None
) -> None:
    workshop = project_of(CYCLE, other=OTHER)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], verdict)
    workshop.one_pass()
    assert scopes(workshop) == scope
    assert outcomes(workshop, person) == (outcome, outcome)
    workshop.pass_after(3 * DAY)
    assert len(relay.accepted) == (1 if outcome else 3)
    assert "reply_received" not in workshop.events(person)


def test_a_suppression_of_one_campaign_ends_that_one_alone(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(CYCLE, other=OTHER)
    person = begun(workshop)
    with workshop.database.write() as conn:
        suppress(
            conn,
            address="somchai@example.com",
            scope="campaign:cycle",
            reason="chosen on the page",
            source="page",
            outcome="unsubscribed",
            now=workshop.clock.now(),
        )
    workshop.pass_after(DAY)
    assert outcomes(workshop, person) == ("unsubscribed", "completed")
    assert [str(mail.message["Subject"]) for mail in relay.accepted] == ["Hello", "Other"]


@pytest.mark.parametrize(
    ("return_on", "until"),
    [
        (date(2026, 3, 12), datetime(2026, 3, 12, 17, 0, tzinfo=UTC)),
        (date(2026, 2, 20), datetime(2026, 3, 10, 2, 0, tzinfo=UTC)),  # past
        (date(2026, 7, 1), datetime(2026, 3, 10, 2, 0, tzinfo=UTC)),  # over 90 days away
        (None, datetime(2026, 3, 10, 2, 0, tzinfo=UTC)),
    ],
)
def test_out_of_office_lasts_to_the_day_after_the_return_or_five_business_days(
    project_of: Making, relay: MailServer, return_on: date | None, until: datetime
) -> None:
    workshop = project_of(CYCLE)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], Verdict(kind="auto_reply", reason="away", return_on=return_on))
    workshop.one_pass()
    run = workshop.run_of(person)
    assert (run.state, run.due_at) == ("paused", until)


def test_a_step_that_came_due_while_away_is_due_at_resumption_and_the_next_counts_from_there(
    project_of: Making, relay: MailServer
) -> None:
    text = CYCLE + "      - {wait: ordered, for: 2d}\n      - {email: trial, subject: Trial}\n"
    workshop = project_of(text)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], Verdict(kind="auto_reply", reason="away", return_on=date(2026, 3, 12)))
    workshop.one_pass()
    workshop.clock.move_to(datetime(2026, 3, 12, 17, 0, tzinfo=UTC))
    workshop.one_pass()
    assert [str(mail.message["Subject"]) for mail in relay.accepted] == ["Hello", "Guide"]
    assert workshop.run_of(person).due_at == datetime(2026, 3, 14, 17, 0, tzinfo=UTC)


def test_the_time_of_a_wait_stands_still_while_away(project_of: Making, relay: MailServer) -> None:
    text = CYCLE.replace("{email: guide, subject: Guide, after: 1d}", "{wait: ordered, for: 4d}")
    workshop = project_of(text)
    person = begun(workshop)
    workshop.pass_after(DAY)
    judged_answer(workshop, relay.accepted[0], Verdict(kind="auto_reply", reason="away", return_on=date(2026, 3, 12)))
    workshop.one_pass()
    workshop.clock.move_to(datetime(2026, 3, 12, 17, 0, tzinfo=UTC))
    workshop.one_pass()
    assert workshop.run_of(person).due_at == datetime(2026, 3, 15, 17, 0, tzinfo=UTC)


def test_who_wrote_before_the_cycle_ended_is_heard_once(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(CYCLE)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("other"))
    workshop.one_pass()
    workshop.pass_after(DAY)
    workshop.pass_after(DAY)
    assert workshop.events(person).count("paused") == 1
    assert [str(mail.message["Subject"]) for mail in relay.accepted] == ["Hello", "Guide"]
