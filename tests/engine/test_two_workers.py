"""Two real worker processes on one PostgreSQL database: each step is claimed and mailed once."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from nurture.clock import SystemClock
from nurture.domain.contact import ContactDraft
from nurture.engine.enroll import enroll
from nurture.store import contacts, tables
from nurture.store.enrollments import UNFINISHED
from tests.support.mail_server import MailServer
from tests.support.project import Workshop, make_workshop

CAMPAIGN = """
enroll: {when: manual}
sender: mali
stages:
  only:
    steps:
      - {email: hello, subject: Hello}
      - tag: greeted
      - {email: guide, subject: The guide}
      - notify: team
"""
PEOPLE = 150
_LONGEST_WAIT_SECONDS = 120


def test_two_workers_share_the_work_and_mail_nobody_twice(tmp_path: Path, postgres_url: str) -> None:
    with MailServer() as relay:
        workshop = make_workshop(tmp_path, port=relay.port, database_url=postgres_url, campaign=CAMPAIGN)
        ask_in(workshop)
        command = [sys.executable, "-m", "nurture", "-C", str(tmp_path), "worker", "--yes"]
        with (tmp_path / "log").open("wb") as log:
            workers = [subprocess.Popen(command, stdout=log, stderr=log) for _ in range(2)]
        try:
            deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
            while unfinished(workshop) and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            for worker in workers:
                worker.terminate()
            statuses = [worker.wait(timeout=60) for worker in workers]
        assert unfinished(workshop) == 0, (tmp_path / "log").read_text()[-2000:]
        assert statuses == [0, 0]
        mailed = Counter((mail.recipient, str(mail.message["Subject"])) for mail in relay.accepted)
        to_people = {key: times for key, times in mailed.items() if key[0] != "team@acme.example"}
        assert len(to_people) == 2 * PEOPLE
        assert set(to_people.values()) == {1}
        assert len({mail.message_id for mail in relay.accepted}) == len(relay.accepted)
        with workshop.database.read() as conn:
            query = select(tables.events.c.name, tables.events.c.step, func.count()).group_by(
                tables.events.c.name, tables.events.c.step
            )
            counted = {(name, step): number for name, step, number in conn.execute(query)}
        for wanted in (("message_sent", "hello"), ("message_sent", "guide"), ("step_done", "tag"), ("finished", None)):
            assert counted[wanted] == PEOPLE, counted
        workshop.database.close()


def ask_in(workshop: Workshop) -> None:
    now = SystemClock().now()
    addresses = [f"p{number}@example.com" for number in range(PEOPLE)]
    with workshop.database.write() as conn:
        drafts = [ContactDraft(address=address, email=address, values={}) for address in addresses]
        ids = [each.contact_id for each in contacts.upsert(conn, drafts, now)]
        enroll(conn, workshop.campaigns()["cycle"], ids, rules=workshop.rules, now=now, because="by hand")


def unfinished(workshop: Workshop) -> int:
    with workshop.database.read() as conn:
        return conn.execute(select(func.count()).select_from(tables.enrollments).where(UNFINISHED)).scalar_one()
