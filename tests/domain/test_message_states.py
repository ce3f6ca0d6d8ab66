"""The ledger's moves: those of the drawing in the docs and no other."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from nurture.domain.message import FIRST_STATES, LEGAL_MOVES, Message, MessageState, move
from nurture.errors import IllegalMove
from tests.support.builders import MONDAY_NINE

DRAWING = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_the_table_in_the_docs_names_every_state() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", DRAWING.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {state.value for state in MessageState}


def test_the_moves_in_the_docs_are_the_moves_of_the_ledger() -> None:
    section = DRAWING.read_text(encoding="utf-8").partition("| from | to |")[2].partition("\n\n")[0]
    drawn = {
        (MessageState(before), MessageState(after))
        for befores, afters in re.findall(r"^\| ([a-z, ]+) \| ([a-z, ]+) \|$", section, re.MULTILINE)
        for before in befores.split(", ")
        for after in afters.split(", ")
        if after != "nothing"
    }
    assert drawn == {(before, after) for before, afters in LEGAL_MOVES.items() for after in afters}


def test_a_move_that_is_not_drawn_raises() -> None:
    for before, after in product(MessageState, MessageState):
        message = replace(a_message(), state=before)
        if after in LEGAL_MOVES[before]:
            assert move(message, after, reason="r", at=MONDAY_NINE).state is after
        else:
            with pytest.raises(IllegalMove):
                move(message, after, reason="r", at=MONDAY_NINE)


def a_message() -> Message:
    return Message(
        id=1,
        key="1/hello",
        state=MessageState.SENDING,
        purpose="marketing",
        contact_id=1,
        enrollment_id=1,
        campaign="cycle",
        stage="awareness",
        step="hello",
        sender="mali",
        recipient="somchai@example.com",
        message_id="<1@example.com>",
        created_at=MONDAY_NINE,
    )


def test_every_state_can_be_reached_from_a_first_one() -> None:
    reached = set(FIRST_STATES)
    while more := {to for state in reached for to in LEGAL_MOVES[state]} - reached:
        reached |= more
    assert reached == set(MessageState)
