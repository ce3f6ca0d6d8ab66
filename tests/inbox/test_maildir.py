import os
from collections.abc import Collection, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nurture.errors import MailboxUnavailable
from nurture.inbox.mailbox import Cursor, Fetched
from nurture.inbox.maildir import MaildirMailbox

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FROM_THE_BEGINNING = Cursor(uid_validity=None, last_uid=0)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    return tmp_path / "mail"


def drop(maildir: Path, name: str, raw: bytes = b"Subject: hi\n\nhello\n", *, folder: str = "new") -> Path:
    path = maildir / folder / name
    path.write_bytes(raw)
    return path


def nothing_known(keys: Collection[str]) -> Set[str]:
    return frozenset()


def look(mailbox: MaildirMailbox, cursor: Cursor = FROM_THE_BEGINNING) -> list[Fetched]:
    return [mail for mail in mailbox.fetch(cursor, since=NOW, is_known=nothing_known) if isinstance(mail, Fetched)]


def test_mails_in_new_and_cur_are_read_where_they_lie(maildir: Path) -> None:
    paths = [drop(maildir, "1.a"), drop(maildir, "2.b:2,S", folder="cur")]
    assert {mail.key for mail in look(MaildirMailbox(maildir))} == {"1.a", "2.b"}
    assert all(path.exists() for path in paths)


def test_a_key_stays_when_a_mail_program_moves_and_flags_the_file(maildir: Path) -> None:
    path = drop(maildir, "1.a")
    mailbox = MaildirMailbox(maildir)
    before = look(mailbox)[0].key
    path.rename(maildir / "cur" / "1.a:2,RS")
    assert look(mailbox)[0].key == before


def test_what_was_there_before_the_start_is_history_even_when_it_is_flagged_later(maildir: Path) -> None:
    old = drop(maildir, "1.old")
    mailbox = MaildirMailbox(maildir)
    cursor = mailbox.start_cursor()
    old.rename(maildir / "cur" / "1.old:2,S")
    drop(maildir, "2.new")
    assert [mail.key for mail in look(mailbox, cursor)] == ["2.new"]


def test_a_file_from_the_future_does_not_hide_what_comes(maildir: Path) -> None:
    path = drop(maildir, "1.future")
    os.utime(path, (4_000_000_000, 4_000_000_000))
    mailbox = MaildirMailbox(maildir)
    cursor = mailbox.start_cursor()
    drop(maildir, "2.new")
    assert "2.new" in {mail.key for mail in look(mailbox, cursor)}


def test_an_empty_maildir_starts_with_the_first_mail(maildir: Path) -> None:
    mailbox = MaildirMailbox(maildir)
    cursor = mailbox.start_cursor()
    drop(maildir, "1.first")
    assert [mail.key for mail in look(mailbox, cursor)] == ["1.first"]


def test_known_mails_are_neither_read_nor_asked_about_twice(maildir: Path) -> None:
    for number in range(700):
        drop(maildir, f"{number:03}.x")
    asked: list[str] = []

    def all_known(keys: Collection[str]) -> Set[str]:
        assert len(keys) <= 500
        asked.extend(keys)
        return set(keys)

    mailbox = MaildirMailbox(maildir)
    assert list(mailbox.fetch(FROM_THE_BEGINNING, since=NOW, is_known=all_known)) == []
    assert len(asked) == 700
    drop(maildir, "999.new")
    list(mailbox.fetch(FROM_THE_BEGINNING, since=NOW, is_known=all_known))
    assert asked[700:] == ["999.new"]


def test_a_mail_that_was_yielded_but_not_recorded_comes_again(maildir: Path) -> None:
    drop(maildir, "1.a")
    mailbox = MaildirMailbox(maildir)
    assert len(look(mailbox)) == 1
    assert len(look(mailbox)) == 1


def test_a_mail_over_the_cap_is_read_in_part_and_says_so(maildir: Path) -> None:
    drop(maildir, "1.large", b"Subject: large\n\n" + b"x" * 5_000)
    fetched = look(MaildirMailbox(maildir, max_bytes=1_000))[0]
    assert fetched.is_partial
    assert (len(fetched.raw), fetched.size) == (1_000, 5_016)


def test_links_folders_and_hidden_files_are_no_mails(maildir: Path) -> None:
    secret = maildir.parent / "secret"
    secret.write_text("not a mail")
    (maildir / "new" / "1.link").symlink_to(secret)
    (maildir / "new" / "2.folder").mkdir()
    drop(maildir, ".3.hidden")
    assert look(MaildirMailbox(maildir)) == []


def test_a_missing_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MailboxUnavailable, match="`path` of the inbox") as caught:
        MaildirMailbox(tmp_path / "nowhere").start_cursor()
    assert caught.value.where == str(tmp_path / "nowhere" / "new")


def test_a_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    with pytest.raises(MailboxUnavailable, match="`new` and `cur`"):
        look(MaildirMailbox(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_one_unreadable_mail_does_not_hold_up_the_others(maildir: Path) -> None:
    drop(maildir, "1.locked").chmod(0)
    drop(maildir, "2.open")
    seen = []
    looking = MaildirMailbox(maildir).fetch(FROM_THE_BEGINNING, since=NOW, is_known=nothing_known)
    with pytest.raises(MailboxUnavailable, match=r"1\.locked"):
        seen.extend(mail.key for mail in looking if isinstance(mail, Fetched))
    assert seen == ["2.open"]


def test_a_file_whose_name_is_no_text_has_a_key_that_can_be_kept(maildir: Path) -> None:
    (maildir / "new" / os.fsdecode(b"1.\xff")).write_bytes(b"Subject: hi\n\nhello\n")
    (found,) = look(MaildirMailbox(maildir))
    assert found.key.encode()
    assert found.raw


def make_folder(maildir: Path, name: str) -> Path:
    for each in ("new", "cur", "tmp"):
        (maildir / name / each).mkdir(parents=True)
    return maildir / name


@pytest.mark.parametrize(
    ("folder", "on_disk"),
    [
        ("Junk", ".Junk"),
        ("Archive/2026", ".Archive.2026"),
        ("ลูกค้า", ".&DiUOOQ4BDgQOSQ4y-"),
        ("ลูกค้า", ".ลูกค้า"),
        ("Plain", "Plain"),
    ],
)
def test_folders_lie_in_the_maildir_under_their_names(maildir: Path, folder: str, on_disk: str) -> None:
    drop(make_folder(maildir, on_disk), "1.a")
    drop(maildir, "2.inbox")
    assert [mail.key for mail in look(MaildirMailbox(maildir, folder))] == ["1.a"]
    assert [mail.key for mail in look(MaildirMailbox(maildir))] == ["2.inbox"]


@pytest.mark.parametrize("folder", ["Junkk", "../secret", "a/../../secret", "", "auto"])
def test_a_folder_that_is_not_there_is_told_with_those_that_are(maildir: Path, folder: str) -> None:
    make_folder(maildir, ".Junk")
    make_folder(maildir.parent, "secret")
    with pytest.raises(MailboxUnavailable, match=r"INBOX, Junk") as caught:
        MaildirMailbox(maildir, folder).start_cursor()
    assert f"there is no folder {folder!r}" in caught.value.message


def test_the_folder_of_sent_mail_is_found_by_its_usual_name(maildir: Path) -> None:
    with pytest.raises(MailboxUnavailable, match="no folder of sent mail"):
        MaildirMailbox(maildir, "auto", is_sent=True).start_cursor()
    drop(make_folder(maildir, ".Sent Items"), "1.a")
    assert [mail.key for mail in look(MaildirMailbox(maildir, "auto", is_sent=True))] == ["1.a"]


def test_sent_mail_that_was_looked_at_is_not_read_again_for_ever(maildir: Path) -> None:
    """Nobody keeps its keys, so the cursor follows, a day behind: programs stamp files with the mail's own date."""
    day = 24 * 3600 * 10**9
    sent = make_folder(maildir, ".Sent")
    moments = [FROM_THE_BEGINNING.last_uid + number * day for number in (10, 20, 21)]
    for number, moment in enumerate(moments):
        path = drop(sent, f"{number}.a")
        os.utime(path, ns=(moment, moment))
    mailbox = MaildirMailbox(maildir, "Sent", is_sent=True)
    *mails, moved = mailbox.fetch(FROM_THE_BEGINNING, since=NOW, is_known=nothing_known)
    assert [mail.key for mail in mails if isinstance(mail, Fetched)] == ["0.a", "1.a", "2.a"]
    assert moved == Cursor(uid_validity=None, last_uid=moments[1])
    assert list(mailbox.fetch(moved, since=NOW, is_known=nothing_known)) == []
    after_a_restart = MaildirMailbox(maildir, "Sent", is_sent=True)
    assert [mail.key for mail in look(after_a_restart, moved)] == ["2.a"]


def test_a_maildir_that_takes_the_place_of_a_server_is_not_all_news(maildir: Path) -> None:
    for name, moment in (("1.old", NOW - timedelta(days=9)), ("2.new", NOW + timedelta(hours=1))):
        os.utime(drop(maildir, name), (moment.timestamp(), moment.timestamp()))
    cursor_of_the_server = Cursor(uid_validity=17, last_uid=400)
    assert [mail.key for mail in look(MaildirMailbox(maildir), cursor_of_the_server)] == ["2.new"]


def test_an_interruption_ends_a_look_between_two_mails(maildir: Path) -> None:
    for name in ("1.a", "2.b"):
        drop(maildir, name)
    mailbox = MaildirMailbox(maildir)
    looking = mailbox.fetch(FROM_THE_BEGINNING, since=NOW, is_known=nothing_known)
    next(looking)
    mailbox.interrupt()
    with pytest.raises(MailboxUnavailable, match="nurture stops"):
        next(looking)
