"""One row that nobody can make sense of stops nobody else, and stays to be looked at."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import literal_column, update

from nurture.app import build_engine
from nurture.store import inbound, tables
from nurture.store import tasks as task_store
from tests.support.mail_server import MailServer
from tests.support.project import CAMPAIGN, Workshop, make_workshop


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port)
    made.one_pass()
    yield made
    made.database.close()


def spoil(workshop: Workshop, contact_id: int) -> None:
    """Leave tags in a contact that are no list: what no command writes, but a hand in the database may."""
    with workshop.database.write() as conn:
        spoilt = update(tables.contacts).where(tables.contacts.c.id == contact_id)
        conn.execute(spoilt.values({tables.contacts.c.tags: literal_column("'7'")}))


def test_a_contact_that_cannot_be_read_holds_up_nobody_else(relay: MailServer, workshop: Workshop) -> None:
    bad, good = workshop.add_contact("bad@example.com"), workshop.add_contact("good@example.com")
    spoil(workshop, bad)
    workshop.one_pass()
    assert [mail.recipient for mail in relay.accepted] == ["good@example.com"]
    run = workshop.run_of(bad)
    assert (run.held_by, run.lease_token) == ("fault", None)
    assert "TypeError" in run.because
    assert workshop.run_of(good).step == "guide"


def test_a_fault_ends_neither_of_the_loops(relay: MailServer, workshop: Workshop) -> None:
    spoil(workshop, workshop.add_contact("bad@example.com"))
    workshop.add_contact("good@example.com")
    (workshop.project.root / "campaigns").rename(workshop.project.root / "elsewhere")
    (workshop.project.root / "campaigns").write_text("no folder")

    async def live_for_a_while() -> None:
        engine = build_engine(workshop.project, workshop.database, clock=workshop.clock, chance=workshop.chance)
        living = asyncio.create_task(engine.pulse.live())
        (workshop.project.root / "campaigns").unlink()
        (workshop.project.root / "elsewhere").rename(workshop.project.root / "campaigns")
        async with asyncio.timeout(60):
            while not relay.accepted and not living.done():
                engine.pulse.wake()
                await asyncio.sleep(0.02)
        engine.pulse.stop()
        await living
        await engine.close()

    asyncio.run(live_for_a_while())
    assert [mail.recipient for mail in relay.accepted] == ["good@example.com"]


def test_a_task_whose_title_cannot_be_filled_in_is_there_all_the_same(relay: MailServer, tmp_path: Path) -> None:
    title = "Ring {{ contact.first_name + 1 }}"
    campaign = CAMPAIGN.replace("notify: owner}\nexit", f'task: "{title}"}}\nexit')
    workshop = make_workshop(tmp_path, port=relay.port, campaign=campaign)
    workshop.one_pass()
    workshop.add_contact()
    workshop.one_pass()
    workshop.answer(relay.accepted[0], "The rain has come early.")
    workshop.one_pass()
    with workshop.database.read() as conn:
        (task,) = task_store.open_tasks(conn)
    assert task.title.startswith(title)
    workshop.database.close()


def test_a_notice_goes_by_another_sender_where_its_own_was_taken_out(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    with workshop.database.write() as conn:
        conn.execute(update(tables.enrollments).values(sender="gone"))
    workshop.answer(relay.accepted[0], "Tell me more.")
    workshop.one_pass()
    assert [mail.recipient for mail in relay.accepted] == ["somchai@example.com", "owner@acme.example"]
    assert workshop.run_of(person).stage == "awareness" or workshop.run_of(person).held_by


def mend(workshop: Workshop, contact_id: int) -> None:
    with workshop.database.write() as conn:
        conn.execute(update(tables.contacts).where(tables.contacts.c.id == contact_id).values(tags=[]))


def test_a_mail_that_cannot_be_taken_in_goes_to_the_tray_and_the_next_is_read(
    relay: MailServer, workshop: Workshop
) -> None:
    bad, good = workshop.add_contact("bad@example.com"), workshop.add_contact("good@example.com")
    workshop.one_pass()
    spoil(workshop, bad)
    first = {mail.recipient: mail for mail in relay.accepted}
    workshop.answer(first["bad@example.com"], "Tell me more.")
    workshop.answer(first["good@example.com"], "Me too.")
    workshop.pass_after(timedelta(minutes=1))
    assert "reply_received" in workshop.events(good)
    with workshop.database.read() as conn:
        (mail,) = inbound.tray(conn)
    assert (mail.kind, mail.contact_id) == ("unreadable", None)
    assert (mail.sender_address, mail.subject) == (
        "bad@example.com",
        f"Re: {first['bad@example.com'].message['Subject']}",
    )


def test_a_daily_enrollment_that_was_cut_short_goes_on_the_same_day_and_asks_nobody_twice(
    relay: MailServer, tmp_path: Path
) -> None:
    daily = CAMPAIGN.replace("{when: [contact_created], again: never}", "{when: daily, again: never}")
    workshop = make_workshop(tmp_path, port=relay.port, campaign=daily)
    people = [workshop.add_contact(f"person{number}@example.com") for number in range(3)]
    spoil(workshop, people[1])
    workshop.one_pass()
    assert relay.accepted == []
    mend(workshop, people[1])
    for _ in range(3):
        workshop.pass_after(timedelta(minutes=6))
    assert len(relay.accepted) == 3
    assert [workshop.events(person).count("enrolled") for person in people] == [1, 1, 1]
    workshop.database.close()
