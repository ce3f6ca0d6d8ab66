"""One email's life end to end: YAML and a contact in, real SMTP out, a real answer in, the move and what follows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nurture.domain.enrollment import EnrollmentState
from nurture.domain.message import MessageState
from tests.support.mail_server import MailServer
from tests.support.project import Workshop, make_workshop

DAY = timedelta(days=1)


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, database_url=database_url)
    made.one_pass()
    yield made
    made.database.close()


def subjects(relay: MailServer) -> list[str]:
    return [str(mail.message["Subject"]) for mail in relay.accepted]


def test_a_new_contact_is_mailed_in_their_window_and_the_next_mail_counts_from_the_send(
    relay: MailServer, workshop: Workshop
) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    assert subjects(relay) == ["Your sales cycle, Somchai"]
    run = workshop.run_of(person)
    assert (run.step, run.has_sent) == ("guide", True)
    workshop.pass_after(3 * DAY - timedelta(minutes=1))
    assert len(relay.accepted) == 1
    workshop.pass_after(timedelta(minutes=1))
    assert subjects(relay) == ["Your sales cycle, Somchai", "The guide"]
    assert [message.state for message in workshop.messages_of(person)] == [MessageState.SENT] * 2


def test_an_answer_moves_the_person_and_tells_the_owner(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    quoted = "On Mon, 2 Mar 2026 at 09:00, Mali Srisuk <mali@acme.example> wrote:\n> Hello"
    workshop.answer(relay.accepted[0], f"Yes please, show me.\n\n{quoted}")
    workshop.pass_after(DAY)
    assert workshop.run_of(person).stage == "intent"
    told = next(mail for mail in relay.accepted if "answered" in str(mail.message["Subject"]))
    assert told.recipient == "owner@acme.example"
    assert "Yes please, show me." in told.message.get_content()
    assert "2 Mar 2026" not in told.message.get_content()
    assert len(relay.accepted) == 2  # 3 March 2026 is Makha Bucha: the trial's mail keeps the holiday, the notice not
    workshop.pass_after(DAY)
    trial = next(mail for mail in relay.accepted if mail.message["In-Reply-To"])
    assert trial.message["In-Reply-To"] == relay.accepted[0].message_id
    assert str(trial.message["Subject"]) == "Re: Your sales cycle, Somchai"


def test_an_order_wins_lifts_the_pause_sends_the_thanks_and_finishes(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.order(person)
    workshop.one_pass()
    assert (workshop.run_of(person).stage, workshop.run_of(person).outcome) == ("purchase", "won")
    workshop.pass_after(timedelta(minutes=10))
    assert subjects(relay)[1] == "Thank you"
    assert relay.accepted[2].recipient == "team@acme.example"
    run = workshop.run_of(person)
    assert (run.state, run.outcome) == (EnrollmentState.FINISHED, "won")
    assert workshop.contact(person).tags == ("customer",)


def test_a_second_order_of_the_same_number_counts_once(workshop: Workshop) -> None:
    person = workshop.add_contact()
    assert workshop.order(person, number="7") is not None
    assert workshop.order(person, number="7") is None
    assert workshop.events(person).count("order_placed") == 1


def test_an_out_of_office_answer_is_no_reply_and_holds_everything_until_the_return(
    relay: MailServer, workshop: Workshop
) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.answer(relay.accepted[0], "I am out of office until 12 March 2026.", Auto_Submitted="auto-replied")
    workshop.pass_after(DAY)
    run = workshop.run_of(person)
    assert (run.stage, run.state) == ("awareness", EnrollmentState.PAUSED)
    workshop.clock.move_to(datetime(2026, 3, 12, 5, 0, tzinfo=UTC))
    workshop.one_pass()
    assert len(relay.accepted) == 1
    workshop.clock.move_to(datetime(2026, 3, 13, 2, 0, tzinfo=UTC))
    workshop.one_pass()
    assert subjects(relay)[-1] == "The guide"


def test_an_unknown_senders_mail_goes_to_the_tray_and_nobody_moves(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.drop(b"From: stranger@elsewhere.example\r\nSubject: Hello\r\nMessage-ID: <x@y>\r\n\r\nWho are you?\r\n")
    workshop.pass_after(timedelta(minutes=5))
    assert workshop.run_of(person).stage == "awareness"
    assert "reply_received" not in workshop.events(person)
