"""A person asks for a message of unknown fate once more: what the relay then says is not taken for a change of mind."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.domain.message import MessageState
from nurture.engine import by_hand
from nurture.engine.suppress import suppress
from tests.support.mail_server import DROP, Fault, MailServer, Point
from tests.support.project import Workshop, make_workshop


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port)
    made.one_pass()
    yield made
    made.database.close()


@pytest.fixture
def asked_for(relay: MailServer, workshop: Workshop) -> int:
    """A person whose first mail is unknown, and asked for once more from a relay that is busy."""
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.DOT, DROP, times=1))
    workshop.one_pass()
    with workshop.database.write() as conn:
        assert by_hand.retry(conn, workshop.run_of(person), now=workshop.clock.now()) == 1
    relay.misbehave(Fault(Point.RCPT, "451 4.7.1 greylisted"))
    workshop.one_pass()
    return person


def test_a_resend_refused_for_now_is_tried_again_and_arrives_once(
    relay: MailServer, workshop: Workshop, asked_for: int
) -> None:
    assert workshop.messages_of(asked_for)[0].state is MessageState.UNKNOWN
    relay.behave()
    workshop.pass_after(timedelta(hours=1))
    workshop.pass_after(timedelta(hours=1))
    (message,) = workshop.messages_of(asked_for)
    assert message.state is MessageState.SENT
    assert [mail.message_id for mail in relay.accepted] == [message.message_id]


def test_a_resend_to_who_has_unsubscribed_meanwhile_is_not_tried_again(
    relay: MailServer, workshop: Workshop, asked_for: int
) -> None:
    with workshop.database.write() as conn:
        suppress(
            conn,
            address="somchai@example.com",
            scope="marketing",
            reason="asked",
            source="page",
            outcome="unsubscribed",
            now=workshop.clock.now(),
        )
    relay.behave()
    for _ in range(3):
        workshop.pass_after(timedelta(hours=1))
    (message,) = workshop.messages_of(asked_for)
    assert (message.state, message.due_at) == (MessageState.UNKNOWN, None)
    assert relay.accepted == []
