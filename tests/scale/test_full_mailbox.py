"""Fifty thousand old mails cost nothing, on a real Dovecot; `python -m tests.scale.full_mailbox` prints the figures."""

from tests.scale.full_mailbox import MAILS, looks
from tests.support.dovecot import DovecotServer
from tests.support.line import line_to


def test_looking_into_a_full_mailbox_costs_a_handful_of_commands_and_a_few_kilobytes(dovecot: DovecotServer) -> None:
    with line_to(dovecot.port) as line:
        costs = list(looks(dovecot, line, MAILS))
    # CAPABILITY, LOGIN, EXAMINE, LOGOUT; then CAPABILITY, SEARCH, FETCH of the facts and of the mail; anew two SEARCH.
    assert [(cost.look, cost.commands, cost.found) for cost in costs] == [
        ("first", 4, 0),
        ("nothing new", 4, 0),
        ("one new", 8, 1),
        ("numbered anew", 9, 1),
    ]
    assert all(cost.kilobytes < 4 for cost in costs)
