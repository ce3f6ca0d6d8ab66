"""The ledger's moves: those of the drawing in the docs and no other."""

import re
from itertools import product
from pathlib import Path

import pytest

from nurture.domain.message import FIRST_STATES, LEGAL_MOVES, MessageState

DRAWING = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_the_table_in_the_docs_names_every_state() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", DRAWING.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {state.value for state in MessageState}


@pytest.mark.parametrize(("before", "after"), product(MessageState, MessageState))
def test_a_settled_message_never_moves_again(before: MessageState, after: MessageState) -> None:
    settled = {MessageState.SENT, MessageState.FAILED, MessageState.CANCELLED, MessageState.SKIPPED}
    assert not (before in settled and after in LEGAL_MOVES[before])


def test_every_state_can_be_reached_from_a_first_one() -> None:
    reached = set(FIRST_STATES)
    while more := {to for state in reached for to in LEGAL_MOVES[state]} - reached:
        reached |= more
    assert reached == set(MessageState)
