"""Outcomes that waited in a journal: whatever became of the message meanwhile, each is read once and stops nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.app import renderer_of
from nurture.delivery.journal import Journal, JournalEntry
from nurture.domain.message import Accepted, Deferred, Message, MessageState, Outcome, Rejected, Unknown
from nurture.engine.perform import Desk
from nurture.engine.replay import replay_journal
from tests.support.project import Workshop, make_workshop

LATER = timedelta(minutes=5)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=9)
    made.one_pass()
    yield made
    made.database.close()


def replay(workshop: Workshop, message: Message, outcome: Outcome) -> Journal:
    journal = Journal(workshop.maildir.parent / "a.journal")
    now = workshop.clock.now()
    entry = JournalEntry(message_id=message.id, lease_token=message.lease_token or "", outcome=outcome, at=now)
    journal.append(entry)
    desk = Desk(rules=workshop.rules, renderer=renderer_of(workshop.project), chance=workshop.chance)
    replay_journal(journal, workshop.database, desk, workshop.campaigns())
    return journal


def left_in_mid_send(workshop: Workshop, *, is_marked: bool) -> Message:
    """A message whose worker lost the database before it could record what became of it."""
    person = workshop.add_contact()
    workshop.die_while_sending({person: is_marked})
    return workshop.messages_of(person)[0]


@pytest.mark.parametrize(
    ("outcome", "becomes"),
    [
        (Accepted(reply="250 ok"), MessageState.SENT),
        (Rejected(reason="550 no", kind="content"), MessageState.FAILED),
        (Rejected(reason="550 5.7.1 no", kind="policy"), MessageState.FAILED),
        (Deferred(reason="451 later"), MessageState.FAILED),
        (Unknown(reason="no reply"), MessageState.UNKNOWN),
    ],
)
def test_what_was_taken_for_unknown_meanwhile_is_settled_by_any_outcome(
    workshop: Workshop, outcome: Outcome, becomes: MessageState
) -> None:
    message = left_in_mid_send(workshop, is_marked=True)
    assert message.contact_id
    workshop.pass_after(LATER)
    assert workshop.messages_of(message.contact_id)[0].state is MessageState.UNKNOWN
    journal = replay(workshop, message, outcome)
    assert workshop.messages_of(message.contact_id)[0].state is becomes
    assert journal.pending() == []


def test_a_refusal_of_an_older_attempt_says_nothing_of_the_one_under_way(workshop: Workshop) -> None:
    message = left_in_mid_send(workshop, is_marked=False)
    assert message.contact_id
    workshop.pass_after(LATER)  # taken back, and held back by the relay that is away
    workshop.clock.advance(LATER)
    workshop.die_while_sending({message.contact_id: True})
    under_way = workshop.messages_of(message.contact_id)[0]
    assert under_way.state is MessageState.SENDING
    replay(workshop, message, Deferred(reason="451 later"))
    assert workshop.messages_of(message.contact_id)[0] == under_way
