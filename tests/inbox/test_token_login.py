"""Entering a mailbox with an access token, on a Dovecot that asks the token's provider whose it is."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.clock import HandClock
from nurture.errors import MailboxRefused
from nurture.inbox.idle import ImapWatch
from nurture.inbox.imap import ImapMailbox
from nurture.inbox.settings import MailboxSettings
from nurture.webhooks.provider_tokens import ProviderTokens
from nurture.webhooks.settings import TokenSettings
from tests.inbox.test_idle import watching
from tests.inbox.test_imap import look, settings, subjects
from tests.support.builders import MONDAY_NINE
from tests.support.dovecot import DovecotServer, a_mail, oauth_lines, running_server, the_binary
from tests.support.line import line_to, wait_until
from tests.support.token_server import Provider, token_server


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with token_server() as running:
        yield running


@pytest.fixture(scope="module", params=["xoauth2 oauthbearer", "xoauth2"])
def server(
    request: pytest.FixtureRequest, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DovecotServer]:
    lines = oauth_lines(tmp_path_factory.mktemp("oauth"), provider.port, mechanisms=request.param)
    with running_server(the_binary(), more=lines) as running:
        yield running


@pytest.fixture
def account(server: DovecotServer, provider: Provider) -> MailboxSettings:
    server.clear()
    provider.refresh_token, provider.refusal = "refresh-0", None
    provider.asked.clear()
    return settings(server.port, password="")


def tokens_of(provider: Provider, tmp_path: Path, clock: HandClock | None = None) -> ProviderTokens:
    wanted = TokenSettings(
        name="mali",
        token_url=provider.url,
        client_id="nurture-app",
        refresh_token="refresh-0",
        kept_in=tmp_path / "mali.json",
    )
    return ProviderTokens(wanted, clock=clock or HandClock(MONDAY_NINE))


def test_a_token_opens_the_mailbox_and_is_used_for_every_look(
    server: DovecotServer, account: MailboxSettings, provider: Provider, tmp_path: Path
) -> None:
    mailbox = ImapMailbox(account, tokens=tokens_of(provider, tmp_path))
    cursor = mailbox.start_cursor()
    server.deliver(a_mail("an answer"))
    assert subjects(look(mailbox, cursor)) == [b"Subject: an answer"]
    assert len(provider.asked) == 1


def test_the_newer_of_two_mechanisms_is_taken_where_the_server_has_it(
    server: DovecotServer, account: MailboxSettings, provider: Provider, tmp_path: Path
) -> None:
    with line_to(server.port) as line:
        mailbox = ImapMailbox(settings(line.port, password=""), tokens=tokens_of(provider, tmp_path))
        mailbox.start_cursor()
    taken = b"OAUTHBEARER" if "oauthbearer" in server.more else b"XOAUTH2"
    assert b"AUTHENTICATE " + taken in line.commands


def test_a_token_that_was_revoked_before_its_end_is_replaced_at_once(
    server: DovecotServer, account: MailboxSettings, provider: Provider, tmp_path: Path
) -> None:
    mailbox = ImapMailbox(account, tokens=tokens_of(provider, tmp_path))
    cursor = mailbox.start_cursor()
    provider.good.clear()
    server.deliver(a_mail("an answer"))
    assert subjects(look(mailbox, cursor)) == [b"Subject: an answer"]
    assert len(provider.asked) == 2


def test_a_token_that_the_server_does_not_take_is_told_with_the_servers_reason_and_never_shown(
    server: DovecotServer,
    account: MailboxSettings,
    provider: Provider,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.username = "somebody else"
    try:
        with pytest.raises(MailboxRefused) as caught:
            ImapMailbox(account, tokens=tokens_of(provider, tmp_path)).start_cursor()
    finally:
        provider.username = "mali"
    assert "the server refused the login" in caught.value.message
    assert "may use IMAP" in caught.value.hint
    assert len(provider.asked) == 2
    assert "access-" not in caplog.text
    assert "access-" not in str(caught.value)


def test_a_refused_refresh_token_keeps_us_from_the_server_too(
    server: DovecotServer, account: MailboxSettings, provider: Provider, tmp_path: Path
) -> None:
    provider.refresh_token = "another"
    with line_to(server.port) as line:
        mailbox = ImapMailbox(settings(line.port, password=""), tokens=tokens_of(provider, tmp_path))
        for _ in range(2):
            with pytest.raises(MailboxRefused, match="Sign in to the account again"):
                mailbox.start_cursor()
        assert line.connections == 0
    assert len(provider.asked) == 1


def test_a_watch_enters_with_a_token_too_and_a_new_one_when_it_comes_back(
    server: DovecotServer, account: MailboxSettings, provider: Provider, tmp_path: Path
) -> None:
    clock = HandClock(MONDAY_NINE)
    tokens = tokens_of(provider, tmp_path, clock)
    for _ in range(2):
        with watching(ImapWatch(account, tokens=tokens)) as kept:
            kept.stands()
            told = kept.told
            server.deliver(a_mail())
            wait_until(lambda before=told, seen=kept: seen.told > before, "the mail to be told")
        clock.advance(timedelta(hours=1))
    assert len(provider.asked) == 2
