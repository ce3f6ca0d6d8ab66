"""The ledger: one row per key, only legal moves, and only by the worker that has the lease."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import Connection, update

from nurture.domain.message import FIRST_STATES, LEGAL_MOVES, Message, MessageLink, MessageState
from nurture.domain.rates import RatesTaken
from nurture.errors import IllegalMove
from nurture.store import messages
from nurture.store.database import Database
from nurture.store.messages import KeyTaken
from nurture.store.tables import messages as message_table
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import LEASE_END, a_run, an_intent, the_message

LATER = NOW + timedelta(hours=1)


def a_message_that_is(conn: Connection, state: MessageState) -> Message:
    message = an_intent(conn, a_run(conn))
    conn.execute(update(message_table).where(message_table.c.id == message.id).values(state=state.value))
    return the_message(conn, message.id)


@pytest.mark.parametrize(("state", "to"), list(product(MessageState, MessageState)))
def test_a_message_moves_only_as_the_drawing_says(
    sqlite_database: Database, state: MessageState, to: MessageState
) -> None:
    with sqlite_database.write() as conn:
        message = a_message_that_is(conn, state)
        if to is MessageState.SENDING:
            taken = messages.retake(conn, message.id, lease_token="t2", lease_until=LEASE_END, now=NOW)
            assert (taken is not None) is (to in LEGAL_MOVES[state])
            with pytest.raises(IllegalMove):
                messages.settle(conn, message, to, reason="", now=NOW)
        elif to in LEGAL_MOVES[state]:
            assert messages.settle(conn, message, to, reason="so", now=LATER)
            settled = the_message(conn, message.id)
            assert (settled.state, settled.reason, settled.lease_token) == (to, "so", None)
            assert settled.sent_at == (LATER if to is MessageState.SENT else None)
        else:
            with pytest.raises(IllegalMove):
                messages.settle(conn, message, to, reason="", now=NOW)
            assert the_message(conn, message.id) == message


@pytest.mark.parametrize("state", list(MessageState))
def test_a_message_begins_only_in_a_first_state(sqlite_database: Database, state: MessageState) -> None:
    with sqlite_database.write() as conn:
        if state in FIRST_STATES:
            assert an_intent(conn, state=state).state is state
        else:
            with pytest.raises(IllegalMove):
                an_intent(conn, state=state)


def test_an_intent_comes_back_whole_and_its_key_is_taken_for_ever(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)
        links = (
            MessageLink(name="demo", url="https://example.com/?ก=1"),
            MessageLink(name="", url="https://x.example"),
        )
        message = an_intent(conn, run, references=("<a@x>", "<b@x>"), in_reply_to="<b@x>", links=links, body="สวัสดี")
        assert the_message(conn, message.id) == message
        assert (message.attempts, message.links, message.references) == (1, links, ("<a@x>", "<b@x>"))
        with pytest.raises(KeyTaken):
            an_intent(conn, run, message_id="<another@x>")
        assert messages.by_key(conn, message.key) == message
        assert messages.by_key(conn, "none") is None
        assert messages.by_message_ids(conn, [message.message_id, "<none@x>"]) == {message.message_id: message}
        assert messages.open_of_enrollment(conn, run.id) == [message]


def test_the_dot_is_marked_only_under_a_lease_that_is_not_over(database: Database) -> None:
    links = [MessageLink(name="demo", url="https://example.com")]
    with database.write() as conn:
        message = an_intent(conn)

        def marked(lease: str, now: object) -> bool:
            return messages.mark_dot(conn, message.id, lease_token=lease, now=now, subject="Hi", links=links)  # type: ignore[arg-type]

        assert not marked("t2", NOW)
        assert not marked("t1", LEASE_END)
        assert the_message(conn, message.id).dot_at is None
        assert marked("t1", NOW)
        noted = the_message(conn, message.id)
        assert (noted.dot_at, noted.subject, noted.links) == (NOW, "Hi", tuple(links))
        assert messages.settle(conn, message, MessageState.DEFERRED, reason="greylisted", now=NOW, due_at=LATER)
        assert not marked("t1", NOW)


def test_who_lost_the_lease_settles_nothing(database: Database) -> None:
    with database.write() as conn:
        message = an_intent(conn)
        stranger = replace(message, lease_token="t2")
        assert not messages.settle(conn, stranger, MessageState.SENT, reason="250", now=NOW)
        assert messages.settle(conn, message, MessageState.UNKNOWN, reason="connection lost", now=NOW)
        assert not messages.settle(conn, message, MessageState.SENT, reason="250", now=NOW)
        assert the_message(conn, message.id).state is MessageState.UNKNOWN


def test_a_deferred_message_is_taken_again_under_its_old_message_id(database: Database) -> None:
    with database.write() as conn:
        message = an_intent(conn)
        messages.mark_dot(conn, message.id, lease_token="t1", now=NOW, subject="Hi", links=[])
        messages.settle(conn, message, MessageState.DEFERRED, reason="451 later", now=NOW, due_at=LATER)
        deferred = the_message(conn, message.id)
        assert (deferred.due_at, deferred.dot_at, deferred.reason) == (LATER, None, "451 later")
        again = messages.retake(conn, message.id, lease_token="t2", lease_until=LEASE_END, now=LATER)
        assert again is not None
        assert (again.message_id, again.attempts, again.lease_token) == (message.message_id, 2, "t2")
        assert (again.state, again.due_at) == (MessageState.SENDING, None)


def test_what_is_being_sent_under_a_lease_that_is_over_has_expired(database: Database) -> None:
    with database.write() as conn:
        message = an_intent(conn)
        an_intent(conn, key="d", state=MessageState.DEFERRED, lease_token=None, lease_until=None)
        assert messages.expired(conn, NOW) == []
        assert messages.expired(conn, LEASE_END) == [message]
        assert messages.extend_leases(conn, "t1", LATER) == 1
        assert messages.expired(conn, LEASE_END) == []


def test_due_notices_are_claimed_by_sender_and_never_a_mail_of_an_erased_run(database: Database) -> None:
    waiting = {"state": MessageState.DEFERRED, "lease_token": None, "lease_until": None, "due_at": NOW}
    with database.write() as conn:
        an_intent(conn, a_run(conn), key="of a run", purpose="transactional", **waiting)
        an_intent(conn, key="erased", **waiting)
        an_intent(conn, key="later", purpose="notify", **{**waiting, "due_at": LATER})
        assert messages.next_due_at(conn) == LATER
        first = an_intent(conn, key="first", purpose="notify", **waiting)
        an_intent(conn, key="other", purpose="notify", sender="anan", **waiting)
        assert messages.next_due_at(conn) == NOW

        def claimed(**more: object) -> list[str]:
            found = messages.claim_due_notices(
                conn, now=NOW, limit=9, lease_token="t1", lease_until=LEASE_END, **more  # type: ignore[arg-type]
            )  # fmt: skip
            assert all(each.state is MessageState.SENDING and each.lease_token == "t1" for each in found)
            return [each.key for each in found]

        assert claimed(senders=["mali"]) == [first.key]
        assert claimed() == ["other"]
        assert claimed() == []


def test_rates_count_attempts_of_the_last_minute_hour_and_day(database: Database) -> None:
    spans = (
        timedelta(seconds=59),
        timedelta(seconds=60),
        timedelta(minutes=59),
        timedelta(hours=23),
        timedelta(days=1),
    )
    with database.write() as conn:
        for number, span in enumerate(spans):
            an_intent(conn, key=f"k{number}", created_at=NOW - span)
        an_intent(conn, key="other", sender="anan", recipient="a@example.org")
        an_intent(conn, key="not begun", state=MessageState.DEFERRED)
        assert messages.rates_taken(conn, "mali", NOW) == RatesTaken(minute=1, hour=3, day=4)
        assert messages.rates_taken(conn, "nobody", NOW) == RatesTaken(minute=0, hour=0, day=0)
        assert len(messages.domain_began_at(conn, "mali", "example.com", NOW)) == 1
        assert len(messages.domain_began_at(conn, "anan", "example.com", NOW)) == 0


def test_the_last_mail_to_a_contact_is_the_one_sent_last(database: Database) -> None:
    with database.write() as conn:
        run, other = a_run(conn), a_run(conn, campaign="other")
        assert messages.last_sent_to(conn, contact_id=run.contact_id) is None
        for each, at in ((an_intent(conn, run), NOW), (an_intent(conn, other, step="x"), LATER)):
            messages.settle(conn, each, MessageState.SENT, reason="250", now=at)
        an_intent(conn, run, step="under way")

        def last(campaign: str | None = None) -> str | None:
            found = messages.last_sent_to(conn, contact_id=run.contact_id, campaign=campaign)
            return found.step if found else None

        assert (last(), last("cycle"), last("none")) == ("x", "hello", None)
