"""Servers that lie about sizes, leave mails out, refuse them or hang up: one bad mail stops no other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from nurture.errors import MailboxRefused, MailboxUnavailable
from nurture.inbox.imap import ImapMailbox
from nurture.inbox.mailbox import Cursor, Fetched
from tests.inbox.test_imap import NOW, nothing_known, settings
from tests.support.dovecot import a_mail
from tests.support.odd_imap import Oddities, odd_server

FROM_THE_BEGINNING = Cursor(uid_validity=7, last_uid=0)
OTHER_NUMBERING = Cursor(uid_validity=6, last_uid=99)


def mails(*subjects: str) -> dict[int, bytes]:
    return {uid: a_mail(subject) for uid, subject in enumerate(subjects, 1)}


def looked(odd: Oddities, *, cursor: Cursor = FROM_THE_BEGINNING, max_bytes: int = 100_000) -> list[Fetched]:
    with odd_server(odd) as port:
        mailbox = ImapMailbox(settings(port), max_bytes=max_bytes)
        given = list(mailbox.fetch(cursor, since=NOW, is_known=nothing_known))
    return [each for each in given if isinstance(each, Fetched)]


def contents(fetched: list[Fetched]) -> list[bytes]:
    return [mail.raw for mail in fetched]


def test_a_server_that_does_not_say_which_uid_is_next_is_asked_for_its_last_one_alone() -> None:
    odd = Oddities(mails=mails("a", "b", "c"), has_uid_next=False)
    with odd_server(odd) as port:
        mailbox = ImapMailbox(settings(port))
        cursor = mailbox.start_cursor()
        assert cursor.last_uid == 3
        assert [line for line in odd.commands if "SEARCH" in line] == ["UID SEARCH UID *"]
        assert list(mailbox.fetch(cursor, since=NOW, is_known=nothing_known)) == []
        odd.mails[4] = a_mail("d")
        (found,) = mailbox.fetch(cursor, since=NOW, is_known=nothing_known)
    assert isinstance(found, Fetched)
    assert found.raw == odd.mails[4]


def test_an_empty_mailbox_whose_next_uid_is_not_said_begins_at_the_beginning() -> None:
    with odd_server(Oddities(mails={}, has_uid_next=False)) as port:
        assert ImapMailbox(settings(port)).start_cursor().last_uid == 0


def test_a_mail_that_is_larger_than_was_said_comes_whole_or_up_to_the_cap() -> None:
    longer, endless = a_mail("longer", text="x" * 90_000), a_mail("endless", text="x" * 10_000_000)
    found = looked(Oddities(mails={1: longer, 2: endless, 3: a_mail("c")}, sizes={1: 10, 2: 10, 3: 0}))
    assert [mail.is_partial for mail in found] == [False, True, False]
    assert contents(found) == [longer, endless[:100_000], a_mail("c")]


def test_a_mail_that_is_smaller_than_was_said_is_complete() -> None:
    (found,) = looked(Oddities(mails=mails("a"), sizes={1: 50_000}))
    assert (found.raw, found.is_partial) == (a_mail("a"), False)


@pytest.mark.parametrize("oddity", ["without_content", "without_literal", "refused"])
def test_a_mail_that_is_listed_and_not_given_comes_with_its_fault_and_the_others_whole(oddity: str) -> None:
    odd = replace(Oddities(mails=mails("a", "b", "c")), **{oddity: {2}})
    first, second, third = looked(odd)
    assert contents([first, third]) == [a_mail("a"), a_mail("c")]
    assert (second.raw, second.fault) == (b"", "the server lists this mail and does not give it")


def test_a_server_that_knows_no_parts_is_asked_for_whole_mails() -> None:
    found = looked(Oddities(mails=mails("a", "b"), is_part_refused=True))
    assert contents(found) == [a_mail("a"), a_mail("b")]


def test_a_server_that_says_bye_in_the_middle_of_a_mail_is_asked_again() -> None:
    found = looked(Oddities(mails=mails("a", "b", "c"), bye_at=2))
    assert contents(found) == [a_mail("a"), a_mail("b"), a_mail("c")]
    assert [mail.fault for mail in found] == ["", "", ""]


@pytest.mark.parametrize("date", ["NIL", '"yesterday"', '"99-Mar-2026 02:00:00 +0000"'])
def test_a_mail_whose_date_nobody_knows_is_not_taken_for_history(date: str) -> None:
    (found,) = looked(Oddities(mails=mails("a"), dates={1: date}), cursor=OTHER_NUMBERING)
    assert (found.raw, found.received_at) == (a_mail("a"), NOW)


def test_after_numbering_anew_an_older_mail_is_history() -> None:
    odd = Oddities(mails=mails("a", "b"), dates={1: '"01-Jan-2001 00:00:00 +0000"'})
    with odd_server(odd) as port:
        since = datetime(2026, 3, 1, tzinfo=UTC)
        given = list(ImapMailbox(settings(port)).fetch(OTHER_NUMBERING, since=since, is_known=nothing_known))
    assert [each.raw for each in given if isinstance(each, Fetched)] == [a_mail("b")]


@pytest.mark.parametrize("garbage", ["(((", '"', "{99", "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")])
def test_an_answer_that_nobody_can_read_holds_up_nothing(garbage: str) -> None:
    odd = Oddities(mails=mails("a", "b"), dates={1: garbage})
    assert a_mail("b") in contents(looked(odd))


@pytest.mark.parametrize(
    ("answer", "is_refused"),
    [
        ("NO [AUTHENTICATIONFAILED] Authentication failed.", True),
        ("NO Invalid credentials", True),
        ("NO [UNAVAILABLE] Temporary authentication failure.", False),
        ("NO [ALERT] Too many simultaneous connections.", False),
        ("NO [LIMIT] later", False),
    ],
)
def test_who_is_refused_for_good_is_told_from_who_may_try_again(answer: str, is_refused: bool) -> None:
    with odd_server(Oddities(mails={}, login=answer)) as port, pytest.raises(MailboxUnavailable) as caught:
        ImapMailbox(settings(port)).start_cursor()
    assert isinstance(caught.value, MailboxRefused) == is_refused


def test_a_folder_that_the_server_will_not_open_is_told_in_its_own_words() -> None:
    odd = Oddities(mails={}, examine="BAD User is authenticated but not connected.")
    with odd_server(odd) as port, pytest.raises(MailboxUnavailable, match="authenticated but not connected"):
        ImapMailbox(settings(port)).start_cursor()
