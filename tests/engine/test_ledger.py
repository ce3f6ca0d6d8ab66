"""The ledger under everything that a relay may do: once, never twice, never lost, and the person goes on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from nurture.domain.enrollment import EnrollmentState
from nurture.domain.message import MessageState
from nurture.engine.suppress import suppress
from nurture.store import holds, messages, suppressions, tables
from tests.support.mail_server import DROP, Fault, MailServer, Point
from tests.support.project import CAMPAIGN, Workshop, make_workshop

DAY = timedelta(days=1)
SOMCHAI = "somchai@example.com"


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, database_url=database_url)
    made.one_pass()
    yield made
    made.database.close()


def states(workshop: Workshop, person: int) -> list[MessageState]:
    return [message.state for message in workshop.messages_of(person)]


def test_a_refusal_for_now_is_tried_again_later_and_arrives_once(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.RCPT, "451 4.7.1 greylisted"))
    workshop.one_pass()
    assert states(workshop, person) == [MessageState.DEFERRED]
    assert workshop.run_of(person).held_by == "retry"
    relay.behave()
    workshop.pass_after(timedelta(minutes=1))
    assert relay.accepted == []
    workshop.pass_after(timedelta(minutes=2))
    assert len(relay.accepted) == 1
    assert workshop.messages_of(person)[0].attempts == 2


def test_an_address_refused_for_good_is_suppressed_and_the_run_ends(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.RCPT, "550 5.1.1 user unknown"))
    workshop.one_pass()
    assert states(workshop, person) == [MessageState.FAILED]
    run = workshop.run_of(person)
    assert (run.state, run.outcome) == (EnrollmentState.FINISHED, "bounced")
    with workshop.database.read() as conn:
        assert suppressions.scopes_of(conn, [SOMCHAI]) == {SOMCHAI: ("all",)}
    assert workshop.events(person)[-3:] == ["bounced", "suppressed", "finished"]


def test_a_refusal_of_us_holds_the_sender_tells_the_team_and_suppresses_nobody(
    relay: MailServer, workshop: Workshop
) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.RCPT, "550 5.7.1 your host is on our blocklist", times=1))
    workshop.one_pass()
    assert states(workshop, person) == [MessageState.DEFERRED]
    with workshop.database.read() as conn:
        assert [hold.scope for hold in holds.listed(conn)] == ["sender:mali"]
        assert suppressions.listed(conn) == []
    workshop.pass_after(timedelta(minutes=61))
    assert sorted(mail.recipient for mail in relay.accepted) == [SOMCHAI, "team@acme.example"]


def test_a_break_after_the_dot_is_unknown_held_and_the_person_goes_on(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.DOT, DROP, times=1))
    workshop.one_pass()
    assert states(workshop, person) == [MessageState.UNKNOWN]
    run = workshop.run_of(person)
    assert (run.step, run.state) == ("guide", EnrollmentState.ACTIVE)
    workshop.pass_after(3 * DAY)
    assert states(workshop, person) == [MessageState.UNKNOWN, MessageState.SENT]


def test_a_reply_settles_an_unknown_as_sent(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.DOT, DROP, times=1, accepts=True))
    workshop.one_pass()
    relay.behave()
    assert states(workshop, person) == [MessageState.UNKNOWN]
    workshop.answer(relay.accepted[0], "Thanks, tell me more.")
    workshop.pass_after(timedelta(minutes=1))
    assert states(workshop, person)[0] is MessageState.SENT


def test_an_unreachable_relay_holds_its_sender_and_loses_nothing(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path, port=9)
    person = workshop.add_contact()
    workshop.one_pass()
    assert states(workshop, person) == [MessageState.DEFERRED]
    with workshop.database.read() as conn:
        assert [hold.scope for hold in holds.listed(conn)] == ["sender:mali"]
    with MailServer() as relay:
        sender = workshop.project.senders["mali"]
        object.__setattr__(sender.transport, "port", relay.port)
        workshop.pass_after(timedelta(minutes=2))
        assert len(relay.accepted) == 1
    workshop.database.close()


def test_given_up_after_five_days_the_person_goes_on(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.RCPT, "451 4.3.0 try again"))
    for _ in range(40):
        workshop.pass_after(timedelta(hours=6))
    first = workshop.messages_of(person)[0]
    assert first.state is MessageState.FAILED
    assert "given up" in first.reason
    assert workshop.run_of(person).step != "hello"


def test_a_mark_without_an_outcome_is_unknown_after_the_lease_and_no_mark_is_sent_again(
    relay: MailServer, workshop: Workshop
) -> None:
    marked, unmarked = workshop.add_contact("a@example.com"), workshop.add_contact("b@example.com")
    workshop.die_while_sending({marked: True, unmarked: False})
    workshop.pass_after(timedelta(minutes=5))
    workshop.pass_after(timedelta(minutes=5))
    assert states(workshop, marked)[0] is MessageState.UNKNOWN
    assert states(workshop, unmarked)[0] is MessageState.SENT
    assert [mail.recipient for mail in relay.accepted] == ["b@example.com"]


def test_an_unsubscribe_between_claim_and_send_is_not_sent(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()

    def unsubscribe_now() -> None:
        with workshop.database.write() as conn:
            suppress(
                conn,
                address=SOMCHAI,
                scope="marketing",
                reason="asked",
                source="page",
                outcome="unsubscribed",
                now=workshop.clock.now(),
            )

    relay.when("RCPT", unsubscribe_now)
    workshop.one_pass()
    assert relay.accepted == []
    assert states(workshop, person) == [MessageState.CANCELLED]
    assert workshop.run_of(person).outcome == "unsubscribed"


def test_resend_sends_an_unknown_once_more_under_its_own_message_id(relay: MailServer, tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path, port=relay.port, campaign=CAMPAIGN + "on_unknown: resend\n")
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.DOT, DROP))
    workshop.one_pass()
    assert states(workshop, person) == [MessageState.UNKNOWN]
    workshop.pass_after(timedelta(minutes=16))
    assert workshop.messages_of(person)[0].attempts == 2
    workshop.pass_after(timedelta(minutes=16))
    assert workshop.messages_of(person)[0].attempts == 2
    assert workshop.run_of(person).step == "guide"
    workshop.database.close()


def test_a_worker_that_lost_its_lease_writes_nothing(workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.die_while_sending({person: False})
    message = workshop.messages_of(person)[0]
    workshop.clock.advance(timedelta(minutes=5))
    with workshop.database.write() as conn:
        assert not messages.mark_dot(
            conn, message.id, lease_token=message.lease_token or "", now=workshop.clock.now(), subject="", links=()
        )


def test_the_kill_switch_stops_what_is_claimed_and_not_yet_written(relay: MailServer, workshop: Workshop) -> None:
    workshop.add_contact()

    def pause_everything() -> None:
        with workshop.database.write() as conn:
            holds.put(conn, scope="all", because="stop", now=workshop.clock.now())

    relay.when("RCPT", pause_everything)
    workshop.one_pass()
    assert relay.accepted == []
    with workshop.database.write() as conn:
        holds.lift(conn, "all")
    workshop.pass_after(timedelta(minutes=10))
    assert len(relay.accepted) == 1


def test_the_same_key_is_sent_once_even_if_a_hand_moves_the_person_back(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    with workshop.database.write() as conn:
        conn.execute(update(tables.enrollments).values(step="hello", due_at=workshop.clock.now()))
    workshop.one_pass()
    assert len(relay.accepted) == 1
    assert workshop.run_of(person).step == "guide"
