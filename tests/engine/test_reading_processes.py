"""Processes that read one mailbox: at once, killed in the middle, and asked to end while a server says nothing."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from nurture.clock import SystemClock
from nurture.domain.contact import ContactDraft
from nurture.domain.event import Event
from nurture.engine.occur import occur
from nurture.store import contacts, tables
from tests.engine.test_dovecot_story import MAILDIR
from tests.support.dovecot import PASSWORD, USERNAME, DovecotServer
from tests.support.line import line_to, wait_until
from tests.support.project import CONFIG, Workshop, make_workshop

PEOPLE = 60
PROCESSES = 3


def a_project(folder: Path, port: int, database_url: str | None = None) -> Workshop:
    account = f"host: 127.0.0.1, port: {port}, security: none, username: {USERNAME}, password: {PASSWORD}"
    config = CONFIG.replace(MAILDIR, f"inbox: {{{{{account}}}}}")
    return make_workshop(folder, port=9, config=config, database_url=database_url)


def nurture(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nurture", "-C", str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def taken_in(process: subprocess.Popen[str]) -> int:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return int(json.loads(out)["taken_in"]["mali"])


def prepare(workshop: Workshop, dovecot: DovecotServer) -> None:
    """People, an answer of each in the mailbox, and the first look done before those came."""
    now = SystemClock().now()
    with workshop.database.write() as conn:
        for number in range(PEOPLE):
            draft = ContactDraft(address=f"p{number}@example.com", email=f"p{number}@example.com", values={})
            contact = contacts.add(conn, draft, now)
            created = Event(name="contact_created", at=now, contact_id=contact.id)
            occur(conn, created, workshop.campaigns(), rules=workshop.rules, now=now)
    assert taken_in(nurture(workshop.project.root, "inbox", "collect", "--json")) == 0
    for number in range(PEOPLE):
        dovecot.deliver(
            f"From: p{number}@example.com\r\nTo: mali@acme.example\r\nSubject: Re: Hello\r\n"
            f"Message-ID: <{number}@example.com>\r\n\r\nI would like to know more, please call me.\r\n".encode()
        )


def answers(workshop: Workshop) -> Counter[int]:
    """How many mails of each contact were taken in, and no more events than mails."""
    with workshop.database.read() as conn:
        mails = Counter(conn.execute(select(tables.inbound.c.contact_id)).scalars().all())
        query = select(func.count()).select_from(tables.events).where(tables.events.c.name == "reply_received")
        assert conn.execute(query).scalar_one() == mails.total()
    return mails


def test_processes_that_look_at_once_take_in_every_mail_once(
    tmp_path: Path, dovecot: DovecotServer, database_url: str
) -> None:
    workshop = a_project(tmp_path / "p", dovecot.port, database_url)
    prepare(workshop, dovecot)
    before = dovecot.names()
    looking = [nurture(workshop.project.root, "inbox", "collect", "--json") for _ in range(PROCESSES)]
    assert sum(taken_in(process) for process in looking) == PEOPLE
    found = answers(workshop)
    assert (len(found), set(found.values())) == (PEOPLE, {1})
    assert [name.partition(":2,")[2] for name in dovecot.names()] == [""] * PEOPLE
    assert [name.partition(":2,")[0] for name in dovecot.names()] == before
    workshop.database.close()


def test_a_look_that_is_killed_in_the_middle_is_taken_up_again(
    tmp_path: Path, dovecot: DovecotServer, database_url: str
) -> None:
    workshop = a_project(tmp_path / "p", dovecot.port, database_url)
    prepare(workshop, dovecot)
    killed = 0
    while killed < 3:
        reached = answers(workshop).total()
        process = nurture(workshop.project.root, "inbox", "collect", "--json")
        wait_until(lambda before=reached: answers(workshop).total() > before, "some mails to be taken in")
        process.kill()
        process.communicate()
        killed += 1
    taken_in(nurture(workshop.project.root, "inbox", "collect", "--json"))
    found = answers(workshop)
    assert (len(found), set(found.values())) == (PEOPLE, {1})
    workshop.database.close()


@pytest.mark.parametrize("command", ["worker", "tick"])
@pytest.mark.parametrize("hangs_at", ["", "LOGIN", "EXAMINE"])
def test_a_request_to_end_waits_for_no_mailbox(
    tmp_path: Path, dovecot: DovecotServer, command: str, hangs_at: str
) -> None:
    with line_to(dovecot.port) as line:
        workshop = a_project(tmp_path / "p", line.port)
        workshop.database.close()
        line.fall_silent_at(hangs_at or "CAPABILITY")
        process = nurture(workshop.project.root, command, "--yes")
        wait_until(lambda: line.is_silent, "the look to hang")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)  # the server would be waited for longer
        assert process.returncode == 0, err


def test_the_mailbox_of_a_worker_that_was_killed_is_its_successors_at_once(
    tmp_path: Path, dovecot: DovecotServer, database_url: str
) -> None:
    with line_to(dovecot.port) as line:
        workshop = a_project(tmp_path / "p", line.port, database_url)
        for watches in (1, 2):
            process = nurture(workshop.project.root, "worker", "--yes")
            wait_until(lambda wanted=watches: line.verbs().count("IDLE") == wanted, "the worker to watch")
            process.kill()
            process.communicate()
        workshop.database.close()
