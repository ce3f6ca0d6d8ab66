"""A server announces mail on a standing connection: what wakes, what a dead line costs, and how it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nurture.errors import MailboxUnavailable
from nurture.inbox.idle import ImapWatch
from nurture.inbox.imap import ImapMailbox
from tests.inbox.test_imap import look, settings
from tests.support.dovecot import DovecotServer, a_mail
from tests.support.line import line_to, wait_until


class Watching:
    """A watch kept in a thread, as the engine keeps it: how often it told, and how it ended."""

    def __init__(self, watch: ImapWatch) -> None:
        self.watch = watch
        self.told = 0
        self.ended_by: Exception | None = None
        self.thread = threading.Thread(target=self._keep)
        self.thread.start()

    def _keep(self) -> None:
        try:
            self.watch.keep(self._tell)
        except MailboxUnavailable as trouble:
            self.ended_by = trouble

    def _tell(self) -> None:
        self.told += 1

    def stands(self) -> None:
        wait_until(lambda: self.watch.is_standing, "the watch to stand")


@contextmanager
def watching(watch: ImapWatch) -> Iterator[Watching]:
    kept = Watching(watch)
    try:
        yield kept
    finally:
        watch.interrupt()
        kept.thread.join(timeout=30)
        assert not kept.thread.is_alive()


def test_the_server_tells_of_a_mail_as_soon_as_it_comes(dovecot: DovecotServer) -> None:
    with watching(ImapWatch(settings(dovecot.port))) as kept:
        kept.stands()
        wait_until(lambda: kept.told == 1, "a look when watching begins: mail may have come before")
        dovecot.deliver(a_mail())
        wait_until(lambda: kept.told == 2, "the mail to be told")


def test_watching_reads_nothing_and_touches_no_flag(dovecot: DovecotServer) -> None:
    with line_to(dovecot.port) as line, watching(ImapWatch(settings(line.port))) as kept:
        kept.stands()
        name = dovecot.deliver(a_mail())
        wait_until(lambda: kept.told == 2, "the mail to be told")
        assert dovecot.names() == [name]
        assert {"SELECT", "UID FETCH", "FETCH", "STORE"} & set(line.verbs()) == set()


def test_a_watch_is_renewed_before_its_time_is_over_and_goes_on_telling(dovecot: DovecotServer) -> None:
    with (
        line_to(dovecot.port) as line,
        watching(ImapWatch(settings(line.port), renew_seconds=0.05)) as kept,
    ):
        wait_until(lambda: line.verbs().count("IDLE") > 3, "the watch to be renewed")
        assert line.connections == 1
        told = kept.told
        dovecot.deliver(a_mail())
        wait_until(lambda: kept.told > told, "mail to be told after a renewal")


def test_a_line_that_fell_silent_is_given_up_when_it_is_to_prove_itself(dovecot: DovecotServer) -> None:
    with (
        line_to(dovecot.port) as line,
        watching(ImapWatch(settings(line.port, timeout=600.0), proof_seconds=0.5)) as kept,
    ):
        kept.stands()
        line.fall_silent()
        dovecot.deliver(a_mail())
        cursor = ImapMailbox(settings(line.port)).start_cursor()
        assert cursor.last_uid == 1, "looking beside it finds the mail all the same"
        assert kept.watch.is_standing, "a dead line looks like a quiet one"
        kept.watch.renew()
        kept.thread.join(timeout=30)
        assert isinstance(kept.ended_by, MailboxUnavailable)
        assert not kept.watch.is_standing


def test_a_line_that_breaks_ends_the_watch_at_once(dovecot: DovecotServer) -> None:
    with line_to(dovecot.port) as line, watching(ImapWatch(settings(line.port))) as kept:
        kept.stands()
        line.break_off()
        kept.thread.join(timeout=30)
        assert isinstance(kept.ended_by, MailboxUnavailable)


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
def test_an_interruption_ends_a_watch_that_waits(dovecot: DovecotServer, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with watching(ImapWatch(settings(port, security=security))) as kept:
        kept.stands()
        kept.watch.interrupt()
        kept.thread.join(timeout=5)  # no answer of the server is waited for
        assert not kept.thread.is_alive()
        assert "nurture stops" in str(kept.ended_by)


def test_what_was_interrupted_begins_nothing_more(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    mailbox.interrupt()
    with pytest.raises(MailboxUnavailable, match="nurture stops"):
        look(mailbox, cursor)


def test_a_server_that_tells_nothing_is_only_looked_at(dovecot_without_idle: DovecotServer) -> None:
    kept = Watching(ImapWatch(settings(dovecot_without_idle.port)))
    kept.thread.join(timeout=30)
    assert not kept.thread.is_alive()
    assert (kept.ended_by, kept.told) == (None, 0)
