"""Opens and clicks are judged once each, however many workers look at them."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.app import renderer_of
from nurture.domain.message import Message
from nurture.engine.judge import judge_hits
from nurture.engine.perform import Desk
from nurture.store import hits
from tests.support.mail_server import DROP, Fault, MailServer, Point
from tests.support.project import Workshop, make_workshop


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, database_url=database_url)
    made.one_pass()
    yield made
    made.database.close()


def click(workshop: Workshop, message: Message) -> None:
    with workshop.database.write() as conn:
        hits.add(
            conn, message_id=message.id, kind="click", link_index=0, at=workshop.clock.now(), method="GET", agent="x"
        )


def judge(workshop: Workshop) -> None:
    desk = Desk(rules=workshop.rules, renderer=renderer_of(workshop.project), chance=workshop.chance)
    with workshop.database.write() as conn:
        judge_hits(conn, desk, workshop.campaigns(), now=workshop.clock.now())


def test_two_workers_that_judge_at_once_count_a_click_once(workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.clock.advance(timedelta(hours=1))
    for message in workshop.messages_of(person):
        click(workshop, message)
    workshop.clock.advance(timedelta(minutes=2))
    workers = [threading.Thread(target=judge, args=(workshop,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert workshop.events(person).count("link_clicked") == 1


def test_what_follows_a_link_seconds_after_the_dot_is_a_machine_also_where_the_fate_is_unknown(
    relay: MailServer, workshop: Workshop
) -> None:
    person = workshop.add_contact()
    relay.misbehave(Fault(Point.DOT, DROP, times=1, accepts=True))
    workshop.one_pass()
    workshop.clock.advance(timedelta(seconds=3))
    click(workshop, workshop.messages_of(person)[0])
    workshop.clock.advance(timedelta(minutes=2))
    judge(workshop)
    assert workshop.run_of(person).wake == 0
