"""When mailboxes are looked into: as soon as mail is announced, at intervals where it is not, and not after a stop."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from nurture.app import build_collector, open_database
from nurture.clock import Clock, SystemChance, SystemClock
from nurture.engine.lookout import Lookout
from nurture.settings import Project, load_project
from nurture.store import mailboxes, tables
from nurture.store.database import Database
from tests.support.dovecot import PASSWORD, USERNAME, DovecotServer, a_mail
from tests.support.line import Line, line_to, wait_until
from tests.support.odd_imap import Oddities, odd_server

SENDER = "  {name}: {{from: {name}@acme.example, smtp: {{host: 127.0.0.1}}, inbox: {{{inbox}}}}}\n"


class NoIntervals(SystemClock):
    """No time passes: what happens was woken."""

    def seconds_until(self, moment: datetime) -> float:
        return max(3600.0, super().seconds_until(moment))


class ShortIntervals(SystemClock):
    """Minutes pass in no time: what happens by intervals happens soon."""

    def seconds_until(self, moment: datetime) -> float:
        return super().seconds_until(moment) / 200


@pytest.fixture
def dovecot_line(dovecot: DovecotServer) -> Iterator[Line]:
    with line_to(dovecot.port) as line:
        yield line


def account(port: int, more: str = "") -> str:
    return f"host: 127.0.0.1, port: {port}, security: none, username: {USERNAME}, password: {PASSWORD}{more}"


def project(folder: Path, **inboxes: str) -> Project:
    senders = "".join(SENDER.format(name=name, inbox=inbox) for name, inbox in inboxes.items())
    (folder / "config.yaml").write_text("senders:\n" + senders)
    (folder / "campaigns").mkdir(exist_ok=True)
    return load_project(folder, None, {})


class Looking:
    """A lookout at work on a project, with its database."""

    def __init__(self, found: Project, database: Database, clock: Clock, worker: str = "one", **more: float) -> None:
        self.database = database
        collector = build_collector(found, database, clock=clock, chance=SystemChance())
        self.troubles = collector.troubles
        self.watches = [folder.watch for folder in collector.folders if folder.watch]
        self.lookout = Lookout(
            collector=collector, database=database, clock=clock, chance=SystemChance(), worker=worker, **more
        )
        self.lookout.begin()

    def has_begun(self, mailbox: str = "mali") -> bool:
        with self.database.read() as conn:
            return mailboxes.get(conn, mailbox) is not None

    def is_watched(self) -> bool:
        return all(watch.is_standing for watch in self.watches)

    def taken_in(self) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(tables.inbound)).scalar_one())

    def lease(self) -> str | None:
        with self.database.read() as conn:
            return conn.execute(select(tables.mailbox_cursors.c.lease_token)).scalar_one_or_none()

    def stop(self) -> None:
        self.lookout.stop()
        asyncio.run(self.lookout.finish())


Look = Callable[..., Looking]


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Look]:
    """Begins a lookout; all are stopped at the end."""
    at_work: list[Looking] = []

    def begin(found: Project, clock: Clock, worker: str = "one", **more: float) -> Looking:
        at_work.append(Looking(found, open_database(found), clock, worker, **more))
        return at_work[-1]

    yield begin
    for looking in at_work:
        looking.stop()
        looking.database.close()


@contextmanager
def a_server_that_says_nothing() -> Iterator[int]:
    """It takes connections and leaves them there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_mail_that_the_server_announces_is_taken_in_at_once(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    looking = look(project(tmp_path, mali=account(dovecot_line.port)), NoIntervals())
    wait_until(lambda: "IDLE" in dovecot_line.verbs(), "the watch to stand")
    for number in range(1, 4):
        dovecot.deliver(a_mail(f"answer {number}"))
        wait_until(lambda wanted=number: looking.taken_in() == wanted, "the mail to be taken in")
    assert all(name.endswith("test") for name in dovecot.names()), "no flag was set"


def test_where_the_config_says_so_nothing_is_watched_and_looking_finds_the_mail(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    looking = look(project(tmp_path, mali=account(dovecot_line.port, ", idle: false")), ShortIntervals())
    wait_until(looking.has_begun, "the first look")
    dovecot.deliver(a_mail())
    wait_until(lambda: looking.taken_in() == 1, "the mail to be taken in")
    assert "IDLE" not in dovecot_line.verbs()


def test_every_folder_is_watched_and_the_one_of_sent_mail_is_not(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    for folder in ("Junk", "Gesendet"):
        dovecot.make_folder(folder)
    more = ", folders: [INBOX, Junk], sent: auto"
    looking = look(project(tmp_path, mali=account(dovecot_line.port, more)), NoIntervals())
    wait_until(lambda: dovecot_line.verbs().count("IDLE") == 2, "two watches to stand")
    dovecot.deliver(a_mail(), folder="Junk")
    wait_until(lambda: looking.taken_in() == 1, "the mail to be taken in")
    assert dovecot_line.verbs().count("IDLE") == 2


def test_a_folder_that_is_missing_keeps_no_other_from_being_watched(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    inbox = account(dovecot_line.port, ", folders: [Nowhere, INBOX]")
    looking = look(project(tmp_path, mali=inbox), NoIntervals())
    wait_until(lambda: "IDLE" in dovecot_line.verbs(), "the watch of the other to stand")
    dovecot.deliver(a_mail())
    wait_until(lambda: looking.taken_in() == 1, "the mail to be taken in")
    assert "there is no folder 'Nowhere'" in looking.troubles["mali/Nowhere"]


def test_a_watch_that_died_without_a_word_costs_delay_alone_and_is_replaced(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    looking = look(project(tmp_path, mali=account(dovecot_line.port)), ShortIntervals())
    wait_until(looking.is_watched, "the watch to stand")
    dovecot_line.fall_silent()
    for number in (1, 2):  # the first may be found by the look with which watching begins
        dovecot.deliver(a_mail(f"answer {number}"))
        wait_until(lambda wanted=number: looking.taken_in() == wanted, "an interval's look to find the mail")
    # That nobody had announced it is what has the watch prove itself; it cannot, and another takes its place.
    wait_until(lambda: dovecot_line.verbs().count("IDLE") == 2, "another watch to stand")


def test_a_line_that_breaks_is_followed_by_another(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    looking = look(project(tmp_path, mali=account(dovecot_line.port)), ShortIntervals())
    for number in range(1, 4):
        wait_until(lambda wanted=number: dovecot_line.verbs().count("IDLE") >= wanted, "the watch to stand")
        dovecot_line.break_off()
    dovecot.deliver(a_mail())
    wait_until(lambda: looking.taken_in() == 1, "the mail to be taken in")


def test_a_server_that_was_away_is_found_again(look: Look, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    looking = look(project(tmp_path, mali=account(port)), ShortIntervals())
    wait_until(lambda: "no connection" in looking.troubles.get("mali", ""), "the trouble to be told")
    with odd_server(Oddities(mails={1: a_mail()}), port=port):
        wait_until(looking.has_begun, "the first look")
        wait_until(lambda: not looking.troubles, "the trouble to be over")


def test_mails_that_come_one_close_upon_the_other_are_taken_in_together(look: Look, tmp_path: Path) -> None:
    odd = Oddities(mails={}, has_idle=True)
    with odd_server(odd) as port:
        looking = look(project(tmp_path, mali=account(port)), NoIntervals(), settles_seconds=5.0)
        wait_until(lambda: bool(odd.idling), "the watch to stand")
        odd.flood([a_mail()])
        wait_until(lambda: looking.taken_in() == 1, "the first to be taken in, with all made ready for the others")
        before = len(odd.commands)
        odd.flood([a_mail(f"answer {number}") for number in range(6)])
        wait_until(lambda: looking.taken_in() == 7, "all to be taken in")
        assert len([line for line in odd.commands[before:] if line.startswith("LOGIN")]) <= 2
        looking.stop()


def test_a_server_that_lets_nobody_in_is_asked_once_for_all_folders_of_an_account(tmp_path: Path) -> None:
    odd = Oddities(mails={}, login="NO [AUTHENTICATIONFAILED] no")
    with odd_server(odd) as port:
        found = project(tmp_path, mali=account(port, ", folders: [INBOX, Junk], sent: auto"))
        database = open_database(found)
        collector = build_collector(found, database, clock=SystemClock(), chance=SystemChance())
        assert collector.collect_all() == 0
        database.close()
        assert sorted(collector.troubles) == ["mali", "mali/Junk", "mali:sent"]
        assert len([line for line in odd.commands if line.startswith("LOGIN")]) == 1


def test_of_two_workers_one_reads_a_mailbox_and_the_other_when_it_has_stopped(
    dovecot: DovecotServer, look: Look, tmp_path: Path
) -> None:
    with line_to(dovecot.port) as line, line_to(dovecot.port) as other_line:
        mine = project(tmp_path, mali=account(line.port))
        first = look(mine, NoIntervals())
        wait_until(lambda: "IDLE" in line.verbs(), "the first to watch")
        inbox = mine.senders["mali"].inbox
        assert inbox is not None
        sender = replace(mine.senders["mali"], inbox=replace(inbox, port=other_line.port))
        second = look(replace(mine, senders={"mali": sender}), ShortIntervals(), "two")
        dovecot.deliver(a_mail())
        wait_until(lambda: first.taken_in() == 1, "the mail to be taken in")
        assert other_line.connections == 0
        first.stop()
        dovecot.deliver(a_mail("another"))
        wait_until(lambda: second.taken_in() == 2, "the second to take over")


def test_a_mailbox_that_hangs_holds_up_no_other(dovecot: DovecotServer, look: Look, tmp_path: Path) -> None:
    with a_server_that_says_nothing() as silent:
        looking = look(project(tmp_path, anan=account(silent), mali=account(dovecot.port)), NoIntervals())
        wait_until(lambda: looking.has_begun("mali"), "the other mailbox to be looked into")
        assert not looking.has_begun("anan")


def test_a_stop_breaks_off_a_look_that_hangs(
    dovecot: DovecotServer, dovecot_line: Line, look: Look, tmp_path: Path
) -> None:
    looking = look(project(tmp_path, mali=account(dovecot_line.port, ", idle: false")), ShortIntervals())
    wait_until(looking.has_begun, "the first look")
    dovecot_line.fall_silent_at("EXAMINE")
    wait_until(lambda: dovecot_line.is_silent, "a look to hang")
    looking.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "look"]


def test_what_a_stopped_worker_had_is_given_back(dovecot: DovecotServer, look: Look, tmp_path: Path) -> None:
    looking = look(project(tmp_path, mali=account(dovecot.port)), NoIntervals())
    wait_until(lambda: looking.lease() == "one", "the mailbox to be the worker's")
    looking.stop()
    assert looking.lease() is None


def test_nothing_is_claimed_any_more_once_a_stopped_worker_has_given_back_what_it_had(
    dovecot: DovecotServer, tmp_path: Path, postgres_url: str
) -> None:
    found = replace(project(tmp_path, mali=account(dovecot.port)), database_url=postgres_url)
    database = open_database(found)
    with database.write() as conn:
        mailboxes.begin(conn, "mali", uid_validity=1, last_uid=0, now=SystemClock().now())
    with database.write() as conn:
        conn.execute(select(tables.mailbox_cursors).with_for_update())
        looking = Looking(found, database, NoIntervals())
        wait_until(lambda: is_somebody_waiting(database), "the claim to wait")
        looking.lookout.stop()
        finishing = threading.Thread(target=looking.stop)
        finishing.start()
        finishing.join(timeout=2)
    finishing.join()
    wait_until(lambda: not [each for each in threading.enumerate() if each.name == "look"], "the looking to end")
    assert looking.lease() is None
    database.close()


def is_somebody_waiting(database: Database) -> bool:
    with database.read() as conn:
        return bool(conn.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first())
