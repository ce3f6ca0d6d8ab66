"""A person's word on an inbound mail: wrong effects are undone, right ones done, and it stands."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from nurture.domain.verdict import Intent, Verdict, VerdictKind
from nurture.engine.mend import Correction, attach, correct
from nurture.errors import InvalidInput
from nurture.inbox.thread import References
from nurture.store import inbound, suppressions, tasks
from nurture.store.inbound import Inbound
from tests.support.answers import desk_of, judged_answer, judged_mail, reply
from tests.support.mail_server import MailServer
from tests.support.project import Workshop, make_workshop

DAY = timedelta(days=1)
SOMCHAI = "somchai@example.com"
CAMPAIGN = """
enroll: contact_created
stages:
  one:
    steps:
      - {email: hello, subject: Hello}
      - {email: guide, subject: Guide, after: 1d}
  two:
    enter: replied and reply.intent == "interested"
    steps: [{email: trial, subject: Trial}]
    then: wait
replies:
  question: {pause: until_resumed, task: "Answer {{ contact.first_name }}", notify: owner}
  not_interested: {exit: lost}
"""


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, database_url=database_url, campaign=CAMPAIGN)
    made.one_pass()
    yield made
    made.database.close()


@pytest.fixture
def person(workshop: Workshop) -> int:
    contact_id = workshop.add_contact()
    workshop.one_pass()
    return contact_id


def newest(workshop: Workshop) -> Inbound:
    with workshop.database.read() as conn:
        return inbound.listed(conn, 1)[0]


def corrected(
    workshop: Workshop, kind: VerdictKind = "reply", *, intent: Intent | None = None, return_on: date | None = None
) -> list[str] | None:
    """Correct the newest mail, and let the engine look."""
    meant = Correction(kind=kind, intent=intent, return_on=return_on, by="mali")
    mail = newest(workshop)
    with workshop.database.write() as conn:
        undone = correct(conn, desk_of(workshop), workshop.campaigns(), mail, meant, now=workshop.clock.now())
    workshop.one_pass()
    return undone


def test_the_corrected_intent_decides_in_rules_and_conditions_and_the_wrong_pause_and_task_are_gone(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    assert workshop.run_of(person).state == "paused"
    workshop.clock.advance(timedelta(hours=1))
    undone = corrected(workshop, intent="interested")
    assert undone == ["its pause is lifted", "its task is closed: Answer Somchai"]
    run = workshop.run_of(person)
    assert (run.stage, run.state) == ("two", "active")
    mail = newest(workshop)
    assert (mail.intent, mail.corrected_by, mail.corrected_at) == ("interested", "mali", workshop.clock.now())
    assert dict(mail.first_verdict or {})["intent"] == "question"
    assert workshop.reasons(person, "mail_corrected") == ["reply (question) was reply (interested), says mali"]
    assert workshop.events(person).count("reply_received") == 1
    assert corrected(workshop, intent="interested") is None


def test_a_second_correction_makes_a_second_task_and_notice(relay: MailServer, workshop: Workshop, person: int) -> None:
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    corrected(workshop, intent="other")
    corrected(workshop, intent="question")
    with workshop.database.read() as conn:
        assert [task.title for task in tasks.open_tasks(conn)] == ["Answer Somchai"]
    assert workshop.run_of(person).state == "paused"
    told = [str(mail.message["Subject"]) for mail in relay.accepted if mail.recipient == "owner@acme.example"]
    assert told == ["Somchai answered (question)", "Somchai answered (other)", "Somchai answered (question)"]


def test_a_run_that_a_misjudged_answer_ended_goes_on(relay: MailServer, workshop: Workshop, person: int) -> None:
    judged_answer(workshop, relay.accepted[0], reply("not_interested"))
    workshop.one_pass()
    assert workshop.run_of(person).outcome == "lost"
    workshop.clock.advance(DAY)
    assert corrected(workshop, intent="interested") == ["the run through cycle goes on in one"]
    run = workshop.run_of(person)
    assert (run.stage, run.outcome, run.finished_at) == ("two", None, None)
    corrected(workshop, intent="not_interested")
    assert workshop.run_of(person).outcome == "lost"


def test_a_wrong_unsubscribe_is_lifted_and_heard_as_the_reply_it_was(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    judged_answer(workshop, relay.accepted[0], Verdict(kind="unsubscribe", reason="stop", text="Stop by on Monday!"))
    assert workshop.run_of(person).outcome == "unsubscribed"
    workshop.clock.advance(timedelta(hours=1))
    undone = corrected(workshop, intent="interested")
    assert undone == [
        "somchai@example.com is no longer suppressed in scope marketing", "the run through cycle goes on in one"
    ]  # fmt: skip
    with workshop.database.read() as conn:
        assert suppressions.listed(conn) == []
    assert workshop.run_of(person).stage == "two"
    assert "reply_received" in workshop.events(person)


def test_a_suppression_that_stood_before_outlives_the_correction(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    unsubscribe = Verdict(kind="unsubscribe", reason="stop")
    judged_answer(workshop, relay.accepted[0], unsubscribe)
    judged_answer(workshop, relay.accepted[0], unsubscribe)
    corrected(workshop, intent="other")
    with workshop.database.read() as conn:
        assert [each.scope for each in suppressions.listed(conn)] == ["marketing"]


def test_an_answer_that_was_a_machines_holds_until_the_day_that_the_person_reads_in_it(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    judged_answer(workshop, relay.accepted[0], reply("interested", "I am back on 12 March"))
    corrected(workshop, "auto_reply", return_on=date(2026, 3, 12))
    run = workshop.run_of(person)
    assert (run.state, run.planned_at) == ("paused", datetime(2026, 3, 12, 17, 0, tzinfo=UTC))
    corrected(workshop, intent="other")
    assert workshop.run_of(person).state == "active"


def test_what_a_person_calls_a_bounce_or_unsubscribe_is_one(relay: MailServer, workshop: Workshop, person: int) -> None:
    judged_answer(workshop, relay.accepted[0], reply("other"), from_address="anan@example.com", message_ids=())
    judged_answer(workshop, relay.accepted[0], reply("other", "He left us."), from_address="hr@example.com")
    corrected(workshop, "bounce")
    with workshop.database.read() as conn:
        assert [(each.address, each.scope) for each in suppressions.listed(conn)] == [(SOMCHAI, "all")]
    corrected(workshop, "unsubscribe")
    with workshop.database.read() as conn:
        assert [(each.address, each.scope) for each in suppressions.listed(conn)] == [(SOMCHAI, "marketing")]


def test_the_correction_stands_when_the_mail_is_fetched_again(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    again = {"message_id": "<answer@example.com>"}
    judged_answer(workshop, relay.accepted[0], reply("question"), **again)
    corrected(workshop, intent="other")
    assert not judged_answer(workshop, relay.accepted[0], reply("question"), **again)
    assert newest(workshop).intent == "other"


def test_a_mail_of_the_tray_does_what_it_says_once_it_is_known_whose_it_is(workshop: Workshop, person: int) -> None:
    judged_mail(workshop, reply("interested"), references=References(from_address="x@elsewhere.example"))
    mail = newest(workshop)
    with workshop.database.write() as conn:
        how = desk_of(workshop), workshop.campaigns()
        assert attach(conn, *how, mail, workshop.contact(person), campaign="cycle", now=workshop.clock.now())
    workshop.one_pass()
    assert workshop.run_of(person).stage == "two"
    mail = newest(workshop)
    assert (mail.matched_by, mail.match_confidence, mail.contact_id) == ("by_hand", 100, person)
    other = workshop.add_contact("mei@example.com")
    with workshop.database.write() as conn:
        assert not attach(conn, *how, mail, workshop.contact(person), now=workshop.clock.now())
        with pytest.raises(InvalidInput, match=r"is somchai@example\.com's already"):
            attach(conn, *how, mail, workshop.contact(other), now=workshop.clock.now())
    judged_mail(workshop, reply("other"), references=References(from_address="y@elsewhere.example"))
    unknown = newest(workshop)
    with workshop.database.write() as conn:
        with pytest.raises(InvalidInput, match="was never in other"):
            attach(conn, *how, unknown, workshop.contact(person), campaign="other", now=workshop.clock.now())
        with pytest.raises(InvalidInput, match="nobody's"):
            correct(conn, *how, unknown, Correction(kind="reply", by="mali"), now=workshop.clock.now())
