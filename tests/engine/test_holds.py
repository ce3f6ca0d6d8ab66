"""Holds by hand outlast those that the engine puts for a while, and one that is over holds nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.store import holds
from tests.support.mail_server import Fault, MailServer, Point
from tests.support.project import Workshop, make_workshop

HOUR = timedelta(hours=1)


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port)
    made.one_pass()
    yield made
    made.database.close()


def hold(workshop: Workshop, scope: str, until: timedelta | None = None) -> None:
    now = workshop.clock.now()
    with workshop.database.write() as conn:
        holds.put(conn, scope=scope, because="by hand", now=now, until_at=now + until if until else None)


@pytest.mark.parametrize(("point", "reply"), [(Point.RCPT, "550 5.7.1 blocked"), (Point.EHLO, "421 go away")])
def test_what_a_relay_does_never_shortens_a_hold_by_hand(
    relay: MailServer, workshop: Workshop, point: Point, reply: str
) -> None:
    workshop.add_contact()
    relay.misbehave(Fault(point, reply, times=3))
    relay.when("EHLO", lambda: hold(workshop, "sender:mali"))
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert [(each.scope, each.until_at) for each in holds.listed(conn)] == [("sender:mali", None)]
    workshop.pass_after(5 * HOUR)
    assert relay.accepted == []


def test_the_kill_switch_with_an_end_holds_nothing_after_it(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    hold(workshop, "all", HOUR)
    workshop.one_pass()
    assert relay.accepted == []
    workshop.pass_after(2 * HOUR)
    assert len(relay.accepted) == 1
    assert workshop.messages_of(person)[0].attempts == 1


def test_a_refusal_of_us_that_never_ends_is_given_up_like_any_other(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.RCPT, "550 5.7.1 blocked"))
    for _ in range(26):
        workshop.pass_after(8 * HOUR)
    first = workshop.messages_of(person)[0]
    assert first.state == "failed"
    assert "given up" in first.reason


def test_an_outage_met_by_many_mails_at_once_is_one_outage(relay: MailServer, workshop: Workshop) -> None:
    for number in range(12):
        workshop.add_contact(f"person{number}@example.com")
    relay.misbehave(Fault(Point.GREETING, "421 go away"))
    workshop.one_pass()
    with workshop.database.read() as conn:
        (held,) = holds.listed(conn)
    assert held.until_at == workshop.clock.now() + timedelta(seconds=30)
    assert relay.connections <= workshop.project.senders["mali"].transport.connections  # type: ignore[union-attr]
