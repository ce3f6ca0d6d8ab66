import base64
import logging
import socket
from collections.abc import Collection, Set
from datetime import UTC, datetime, timedelta

import pytest

from nurture.errors import MailboxUnavailable
from nurture.inbox.imap import ImapMailbox
from nurture.inbox.mailbox import Cursor, Fetched
from nurture.inbox.settings import MailboxSettings
from tests.support.dovecot import PASSWORD, USERNAME, DovecotServer, a_mail

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=400)


def settings(port: int, **changes: object) -> MailboxSettings:
    defaults: dict[str, object] = {
        "kind": "imap",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": USERNAME,
        "password": PASSWORD,
        "timeout": 10.0,
    }
    return MailboxSettings(**{**defaults, **changes})  # type: ignore[arg-type]


def nothing_known(keys: Collection[str]) -> Set[str]:
    return frozenset()


def look(mailbox: ImapMailbox, cursor: Cursor, *, since: datetime = NOW) -> list[Fetched]:
    return [mail for mail in mailbox.fetch(cursor, since=since, is_known=nothing_known) if isinstance(mail, Fetched)]


def subjects(fetched: list[Fetched]) -> list[bytes]:
    return [line for mail in fetched for line in mail.raw.split(b"\r\n") if line.startswith(b"Subject: ")]


def test_mail_that_was_there_before_the_start_is_history(dovecot: DovecotServer) -> None:
    for number in range(30):
        dovecot.deliver(a_mail(f"old {number}"))
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    assert look(mailbox, cursor) == []  # `31:*` alone would give the last old one
    dovecot.deliver(a_mail("an answer"))
    assert subjects(look(mailbox, cursor)) == [b"Subject: an answer"]


def test_the_last_old_mail_does_not_come_again_when_a_newer_one_was_deleted(dovecot: DovecotServer) -> None:
    dovecot.deliver(a_mail("old"))
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    name = dovecot.deliver(a_mail("soon gone"))
    assert mailbox.start_cursor().last_uid == cursor.last_uid + 1
    (dovecot.maildir / "new" / name).unlink()
    assert look(mailbox, cursor) == []


def test_an_empty_mailbox_starts_with_the_first_mail(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("the very first"))
    assert subjects(look(mailbox, cursor)) == [b"Subject: the very first"]


def test_a_look_leaves_messages_unread_and_where_they_are(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    name = dovecot.deliver(a_mail())
    assert len(look(mailbox, cursor)) == 1
    assert dovecot.names() == [name]
    assert list((dovecot.maildir / "new").iterdir()) != []


def test_the_cursor_goes_on_after_each_mail(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    for number in range(3):
        dovecot.deliver(a_mail(f"answer {number}"))
    looking = mailbox.fetch(cursor, since=NOW, is_known=nothing_known)
    first = next(looking)
    looking.close()  # type: ignore[attr-defined]  # a look that breaks after one mail
    rest = look(mailbox, first.cursor_after)
    assert subjects([first, *rest]) == [b"Subject: answer 0", b"Subject: answer 1", b"Subject: answer 2"]
    assert look(mailbox, rest[-1].cursor_after) == []
    assert len({mail.key for mail in (first, *rest)}) == 3


def test_known_keys_are_not_read_again(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("one"))
    dovecot.deliver(a_mail("two"))
    first = look(mailbox, cursor)[0]
    again = list(mailbox.fetch(cursor, since=NOW, is_known=lambda keys: {first.key} & set(keys)))
    assert subjects(again) == [b"Subject: two"]


def test_many_mails_come_in_order_over_several_answers(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    for number in range(130):
        dovecot.deliver(a_mail(f"{number:03}"))
    assert subjects(look(mailbox, cursor)) == [f"Subject: {number:03}".encode() for number in range(130)]


def test_when_the_server_numbers_anew_what_came_since_the_last_look_comes_again(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    dovecot.deliver(a_mail("history"), at=LONG_AGO)
    dovecot.deliver(a_mail("seen by the last look"), at=NOW - timedelta(days=3))
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("came meanwhile"), at=NOW - timedelta(days=1))
    dovecot.number_anew()
    found = list(mailbox.fetch(cursor, since=NOW - timedelta(days=2), is_known=nothing_known))
    mail, moved = found
    assert isinstance(mail, Fetched) and isinstance(moved, Cursor)
    assert subjects([mail]) == [b"Subject: came meanwhile"]
    assert moved.uid_validity != cursor.uid_validity
    assert look(mailbox, moved) == []


def test_a_mail_over_the_cap_is_read_in_part_and_says_so(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port), max_bytes=2_000)
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("small"))
    dovecot.deliver(a_mail("large", text="long " * 2_000))
    dovecot.deliver(a_mail("small again"))
    small, large, last = look(mailbox, cursor)
    assert [mail.is_partial for mail in (small, large, last)] == [False, True, False]
    assert len(large.raw) == 2_000 < large.size
    assert b"Subject: large" in large.raw


def test_received_at_is_the_servers_date_in_utc(dovecot: DovecotServer) -> None:
    mailbox = ImapMailbox(settings(dovecot.port))
    cursor = mailbox.start_cursor()
    received = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    dovecot.deliver(a_mail(), at=received)
    assert look(mailbox, cursor)[0].received_at == received


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_works_from_the_first_byte_and_after_starttls(dovecot: DovecotServer, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    mailbox = ImapMailbox(settings(port, security=security))
    cursor = mailbox.start_cursor()
    dovecot.deliver(a_mail("over TLS"))
    assert subjects(look(mailbox, cursor)) == [b"Subject: over TLS"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_off_loopback_a_certificate_that_nobody_vouches_for_is_refused(dovecot: DovecotServer, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    # `127.1` is this machine too, in a spelling that is not taken for loopback.
    with pytest.raises(MailboxUnavailable, match="TLS failed"):
        ImapMailbox(settings(port, security=security, host="127.1")).start_cursor()


def test_a_wrong_password_is_named_without_being_shown(dovecot: DovecotServer) -> None:
    with pytest.raises(MailboxUnavailable) as caught:
        ImapMailbox(settings(dovecot.port, password="not-the-password")).start_cursor()
    assert f"127.0.0.1:{dovecot.port}" in str(caught.value)
    assert "password" in caught.value.hint
    assert "not-the-password" not in str(caught.value)


def test_a_password_with_letters_beyond_ascii_reaches_the_server(dovecot: DovecotServer) -> None:
    with pytest.raises(MailboxUnavailable, match="refused the login"):
        ImapMailbox(settings(dovecot.port, password="รหัสลับ")).start_cursor()


def test_a_folder_that_does_not_exist_is_named(dovecot: DovecotServer) -> None:
    with pytest.raises(MailboxUnavailable, match="'Answers'"):
        ImapMailbox(settings(dovecot.port), "Answers").start_cursor()


def test_a_server_that_does_not_answer_is_named_with_host_and_port() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(MailboxUnavailable, match=f"127.0.0.1:{port}.*Check `host` and `port`"):
        ImapMailbox(settings(port)).start_cursor()


def test_the_password_is_in_no_representation() -> None:
    assert PASSWORD not in repr(settings(143))


def test_the_password_is_in_no_log(dovecot: DovecotServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ImapMailbox(settings(dovecot.port)).start_cursor()
    with pytest.raises(MailboxUnavailable):
        ImapMailbox(settings(dovecot.port, password="รหัสลับ")).start_cursor()
    encoded = base64.b64encode(f"\0{USERNAME}\0รหัสลับ".encode()).decode()
    assert "EXAMINE" in caplog.text
    for secret in (PASSWORD, "รหัสลับ", encoded):
        assert secret not in caplog.text
