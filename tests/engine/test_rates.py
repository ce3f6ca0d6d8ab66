"""A sender's rates hold for all that it sends, and a relay that hangs takes only its own share of the worker."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.app import build_engine
from nurture.engine.notify import queue_notice
from tests.support.mail_server import HANG, Fault, MailServer, Point
from tests.support.project import CONFIG, Workshop, make_workshop

RATED = CONFIG.replace("    inbox:", "    limits: {{per_minute: 3}}\n    inbox:")


def queue(workshop: Workshop, count: int) -> None:
    with workshop.database.write() as conn:
        queue_notice(
            conn,
            key="news",
            to=[f"person{number}@acme.example" for number in range(count)],
            subject="News",
            text="There is news.",
            sender="mali",
            rules=workshop.rules,
            chance=workshop.chance,
            now=workshop.clock.now(),
        )


def test_notices_and_mails_together_keep_their_senders_rate(relay: MailServer, tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path, port=relay.port, config=RATED)
    queue(workshop, 4)
    for number in range(4):
        workshop.add_contact(f"prospect{number}@example.com")
    sent = []
    for _ in range(4):
        before = len(relay.accepted)
        workshop.one_pass()
        sent.append(len(relay.accepted) - before)
        workshop.clock.advance(timedelta(seconds=61))
    assert sent == [3, 3, 2, 0]
    workshop.database.close()


@pytest.fixture
def hanging() -> Iterator[MailServer]:
    with MailServer() as server:
        server.misbehave(Fault(Point.DOT, HANG))
        yield server


def test_a_relay_that_hangs_holds_up_neither_other_senders_nor_the_mailboxes(
    relay: MailServer, hanging: MailServer, tmp_path: Path
) -> None:
    other = f"  krit:\n    from: Krit <krit@acme.example>\n    smtp: {{{{host: 127.0.0.1, port: {hanging.port}}}}}\n"
    workshop = make_workshop(
        tmp_path, port=relay.port, config=CONFIG.replace("contact_fields:", other + "contact_fields:")
    )
    with workshop.database.write() as conn:
        queue_notice(
            conn,
            key="news",
            to=[f"person{number}@acme.example" for number in range(300)],
            subject="News",
            text="There is news.",
            sender="krit",
            rules=workshop.rules,
            chance=workshop.chance,
            now=workshop.clock.now(),
        )

    async def live_until_mailed() -> None:
        engine = build_engine(workshop.project, workshop.database, clock=workshop.clock, chance=workshop.chance)
        living = asyncio.create_task(engine.pulse.live())
        await asyncio.to_thread(hanging.wait_for, "DATA", 4)
        await asyncio.to_thread(workshop.add_contact)
        async with asyncio.timeout(60):
            while not relay.accepted:
                engine.pulse.wake()
                await asyncio.sleep(0.05)
            workshop.answer(relay.accepted[0], "Tell me more.")
            workshop.clock.advance(timedelta(minutes=1))
            while "reply_received" not in workshop.events(1):
                engine.pulse.wake()
                await asyncio.sleep(0.05)
        engine.pulse.stop()
        hanging.behave()
        hanging.disconnect_all()
        await living
        await engine.close()

    asyncio.run(live_until_mailed())
    assert relay.accepted[0].recipient == "somchai@example.com"
    workshop.database.close()


def test_a_long_queue_for_one_domain_is_served_in_turn_and_does_not_go_round_and_round(
    relay: MailServer, tmp_path: Path
) -> None:
    rated = CONFIG.replace("    inbox:", "    limits: {{per_domain_per_minute: 4}}\n    inbox:")
    workshop = make_workshop(tmp_path, port=relay.port, config=rated)
    for number in range(12):
        workshop.add_contact(f"person{number}@example.com")
    sent, looked_at = [], 0
    for _ in range(18):
        before = len(relay.accepted)
        looked_at += workshop.one_pass()
        sent.append(len(relay.accepted) - before)
        workshop.clock.advance(timedelta(seconds=10))
    assert [sum(sent[minute : minute + 6]) for minute in range(0, 18, 6)] == [4] * 3
    assert looked_at <= 3 * 12
    workshop.database.close()
