"""What goes wrong between a server and us: broken lines, folders, numbering; on a real server behind a line of ours."""

from datetime import UTC, datetime, timedelta

import pytest

from nurture.errors import MailboxUnavailable
from nurture.inbox.imap import ImapMailbox
from nurture.inbox.mailbox import Cursor, Fetched
from tests.inbox.test_imap import NOW, look, nothing_known, settings, subjects
from tests.support.dovecot import DovecotServer, a_mail
from tests.support.line import line_to

_INSIDE_A_MAIL = 60_000  # bytes: after login and EXAMINE, in the middle of the first answer with mails


def test_a_line_that_breaks_while_a_mail_is_given_is_followed_by_another(dovecot: DovecotServer) -> None:
    start = ImapMailbox(settings(dovecot.port)).start_cursor()
    for number in range(120):
        dovecot.deliver(a_mail(f"{number:03}", text="words " * 200))
    with line_to(dovecot.port, cuts=[_INSIDE_A_MAIL]) as line:
        found = look(ImapMailbox(settings(line.port)), start)
        assert line.connections == 2
    assert subjects(found) == [f"Subject: {number:03}".encode() for number in range(120)]


def test_a_look_that_ends_in_the_middle_is_taken_up_where_it_ended(dovecot: DovecotServer) -> None:
    start = ImapMailbox(settings(dovecot.port)).start_cursor()
    for number in range(120):
        dovecot.deliver(a_mail(f"{number:03}", text="words " * 200))
    cursor, seen = start, list[Fetched]()
    with (
        line_to(dovecot.port, cuts=[100_000, 100, 100]) as line,
        pytest.raises(MailboxUnavailable, match=f"127.0.0.1:{line.port}"),
    ):
        for mail in ImapMailbox(settings(line.port)).fetch(start, since=NOW, is_known=nothing_known):
            assert isinstance(mail, Fetched)
            seen.append(mail)
            cursor = mail.cursor_after
    assert 0 < len(seen) < 120
    seen += look(ImapMailbox(settings(dovecot.port)), cursor)
    assert subjects(seen) == [f"Subject: {number:03}".encode() for number in range(120)]


def test_a_mail_at_which_the_line_always_breaks_stops_no_other(dovecot: DovecotServer) -> None:
    mailbox = settings(dovecot.port)
    start = ImapMailbox(mailbox).start_cursor()
    dovecot.deliver(a_mail("before"))
    dovecot.deliver(a_mail("poison", text="poison " * 30_000))
    dovecot.deliver(a_mail("after"))
    # The three together, then each alone: `before` passes, `poison` breaks it whole and in part, and comes as a header.
    with line_to(dovecot.port, cuts=[_INSIDE_A_MAIL] * 3) as line:
        before, poison, after = look(ImapMailbox(settings(line.port)), start)
    assert subjects([before, after]) == [b"Subject: before", b"Subject: after"]
    assert poison.fault == "the connection broke 3 times while the server gave this mail"
    assert b"Subject: poison\r\n" in poison.raw and b"poison poison" not in poison.raw
    assert after.cursor_after.last_uid == start.last_uid + 3


def test_a_line_that_breaks_at_every_mail_is_not_taken_for_many_bad_mails(dovecot: DovecotServer) -> None:
    start = ImapMailbox(settings(dovecot.port)).start_cursor()
    for number in range(3):
        dovecot.deliver(a_mail(f"large {number}", text="large " * 30_000))
    with line_to(dovecot.port, cuts=[_INSIDE_A_MAIL] * 50) as line:
        found = []
        with pytest.raises(MailboxUnavailable):
            found.extend(ImapMailbox(settings(line.port)).fetch(start, since=NOW, is_known=nothing_known))
        assert len(found) <= 1
        assert line.connections == 5


def test_a_mail_that_somebody_expunges_meanwhile_is_passed_over(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    start = mailbox.start_cursor()
    names = [dovecot.deliver(a_mail(f"{number:03}", text="words " * 5_000)) for number in range(200)]
    looking = mailbox.fetch(start, since=NOW, is_known=nothing_known)
    seen = [next(looking)]
    gone = {3, 150, 199}  # in the answer that is being read, and in one that is still to be asked for
    for number in gone:
        dovecot.expunge(names[number])
    seen += list(looking)
    found = [mail for mail in seen if isinstance(mail, Fetched)]
    assert [mail.fault for mail in found] == [""] * len(found)
    told = subjects(found)
    assert len(told) == len(set(told)) >= 197
    assert [f"Subject: {n:03}".encode() for n in range(200) if n not in gone] == [
        subject for subject in told if int(subject[-3:]) not in gone
    ]
    assert seen[-1] == Cursor(uid_validity=start.uid_validity, last_uid=start.last_uid + 200)


def test_a_first_look_into_a_full_mailbox_asks_for_nothing_but_its_state(dovecot: DovecotServer) -> None:
    dovecot.fill(5_000)
    with line_to(dovecot.port) as line:
        mailbox = ImapMailbox(settings(line.port))
        cursor = mailbox.start_cursor()
        assert line.verbs() == ["CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT"]
        assert line.bytes_given < 3_000
        assert cursor.last_uid >= 5_000
        line.commands.clear()
        assert look(mailbox, cursor) == []
        assert line.verbs() == ["CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT"]
        dovecot.deliver(a_mail("an answer"))
        line.bytes_given = 0
        assert subjects(look(mailbox, cursor)) == [b"Subject: an answer"]
        assert line.bytes_given < 5_000


def test_a_full_mailbox_that_is_numbered_anew_is_asked_for_its_last_days_alone(dovecot: DovecotServer) -> None:
    dovecot.fill(5_000, at=NOW - timedelta(days=100))
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("came meanwhile"))
    dovecot.number_anew()
    with line_to(dovecot.port) as line:
        found = look(ImapMailbox(settings(line.port)), cursor, since=NOW - timedelta(days=1))
        assert subjects(found) == [b"Subject: came meanwhile"]
        assert line.verbs().count("UID FETCH") == 2
        assert line.bytes_given < 10_000


def test_a_look_at_mails_numbered_anew_that_ends_in_the_middle_takes_no_old_one_for_new(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("new"))
    dovecot.deliver(a_mail("old, restored behind it"), at=NOW - timedelta(days=100))
    dovecot.number_anew()
    since = NOW - timedelta(days=1)
    looking = mailbox.fetch(cursor, since=since, is_known=nothing_known)
    first = next(looking)
    looking.close()  # type: ignore[attr-defined]  # it ends before it has said that all are through
    assert isinstance(first, Fetched)
    assert first.cursor_after == cursor
    again = list(mailbox.fetch(first.cursor_after, since=since, is_known=lambda keys: {first.key} & set(keys)))
    assert [type(each) for each in again] == [Cursor]


def test_after_numbering_anew_the_cursor_moves_on_though_no_mail_came(dovecot: DovecotServer) -> None:
    dovecot.deliver(a_mail("history"), at=datetime(2020, 1, 1, tzinfo=UTC))
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    dovecot.number_anew()
    (moved,) = mailbox.fetch(cursor, since=NOW, is_known=nothing_known)
    assert isinstance(moved, Cursor)
    assert moved.uid_validity != cursor.uid_validity
    assert list(mailbox.fetch(moved, since=NOW, is_known=nothing_known)) == []


def test_each_folder_is_read_by_its_own_name_also_beyond_ascii(dovecot: DovecotServer) -> None:
    for name in ("Junk", "ลูกค้า/ตอบกลับ", "R&D 'x'"):
        dovecot.make_folder(name)
        mailbox = ImapMailbox(settings(dovecot.port), name)
        cursor = mailbox.start_cursor()
        dovecot.deliver(a_mail(f"in {len(name)}"), folder=name)
        assert subjects(look(mailbox, cursor)) == [f"Subject: in {len(name)}".encode()]


def test_a_folder_that_is_not_there_is_told_with_those_that_are(dovecot: DovecotServer) -> None:
    dovecot.make_folder("Junk")
    dovecot.make_folder("ส่งแล้ว")
    with pytest.raises(MailboxUnavailable) as caught:
        ImapMailbox(settings(dovecot.port), "Junkk").start_cursor()
    assert caught.value.message == "there is no folder 'Junkk'"
    assert caught.value.hint == "The account has: INBOX, Junk, ส่งแล้ว."


def test_the_folder_of_sent_mail_is_found_by_the_servers_own_word_for_it(dovecot: DovecotServer) -> None:
    dovecot.make_folder("Gesendet")  # the test server's config marks it \Sent
    mailbox = ImapMailbox(settings(dovecot.port), "auto", is_sent=True)
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("by hand", text="a long letter"), folder="Gesendet")
    (found,) = look(mailbox, cursor)
    assert b"Subject: by hand" in found.raw
    assert b"a long letter" not in found.raw, "who it went to stands in the header"


def test_where_no_folder_is_marked_as_sent_those_that_are_there_are_named(dovecot: DovecotServer) -> None:
    with pytest.raises(MailboxUnavailable, match="no folder is marked as the one of sent mail"):
        ImapMailbox(settings(dovecot.port), "auto", is_sent=True).start_cursor()
