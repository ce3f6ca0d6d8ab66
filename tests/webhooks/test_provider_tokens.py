"""Access tokens of a mail provider: when it is asked, what is kept, and what is said where it refuses."""

import json
import logging
import stat
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nurture.clock import HandClock
from nurture.errors import MailboxRefused, MailboxUnavailable
from nurture.webhooks.provider_tokens import ProviderTokens
from nurture.webhooks.settings import TokenSettings
from tests.support.builders import MONDAY_NINE
from tests.support.token_server import Provider, token_server

SECRET = "client-secret-of-mali"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with token_server() as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MONDAY_NINE)


def settings(provider: Provider, folder: Path, **changes: Any) -> TokenSettings:
    defaults: dict[str, Any] = {
        "name": "mali",
        "token_url": provider.url,
        "client_id": "nurture-app",
        "client_secret": SECRET,
        "refresh_token": "refresh-0",
        "kept_in": folder / "tokens" / "mali.json",
    }
    return TokenSettings(**{**defaults, **changes})


def test_a_token_is_asked_for_once_and_again_shortly_before_its_end(
    provider: Provider, clock: HandClock, tmp_path: Path
) -> None:
    tokens = ProviderTokens(settings(provider, tmp_path, scope="mail"), clock=clock)
    assert [tokens.access_token() for _ in range(3)] == ["access-1"] * 3
    clock.advance(timedelta(minutes=54))
    assert tokens.access_token() == "access-1"
    clock.advance(timedelta(minutes=1))
    assert tokens.access_token() == "access-2"
    assert provider.asked[0] == {
        "grant_type": "refresh_token",
        "client_id": "nurture-app",
        "client_secret": SECRET,
        "refresh_token": "refresh-0",
        "scope": "mail",
    }
    assert len(provider.asked) == 2


def test_threads_that_ask_at_once_share_one_token(provider: Provider, clock: HandClock, tmp_path: Path) -> None:
    tokens = ProviderTokens(settings(provider, tmp_path), clock=clock)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: tokens.access_token(), range(16))) == {"access-1"}
    assert len(provider.asked) == 1


@pytest.mark.parametrize("life", ["3600", None, "soon", 0, -5, 10**30])
def test_a_life_that_is_no_number_of_seconds_still_gives_a_token(
    provider: Provider, clock: HandClock, tmp_path: Path, life: Any
) -> None:
    provider.expires_in = life
    assert ProviderTokens(settings(provider, tmp_path), clock=clock).access_token() == "access-1"


def test_a_token_that_the_mailbox_did_not_take_is_replaced(
    provider: Provider, clock: HandClock, tmp_path: Path
) -> None:
    tokens = ProviderTokens(settings(provider, tmp_path), clock=clock)
    first = tokens.access_token()
    tokens.discard(first)
    assert tokens.access_token() == "access-2"
    tokens.discard(first)  # by a thread that had the old one
    assert tokens.access_token() == "access-2"


def test_a_new_refresh_token_replaces_the_one_in_its_file(provider: Provider, clock: HandClock, tmp_path: Path) -> None:
    provider.is_rotating = True
    file = tmp_path / "refresh"
    file.write_text("refresh-0\n")
    wanted = settings(provider, tmp_path, refresh_token="", refresh_token_file=file)
    ProviderTokens(wanted, clock=clock).access_token()
    assert file.read_text() == "refresh-1\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ProviderTokens(wanted, clock=clock).access_token() == "access-2"
    assert [path.name for path in tmp_path.iterdir()] == ["refresh"]


def test_a_new_refresh_token_is_kept_beside_the_config_until_that_names_another(
    provider: Provider, clock: HandClock, tmp_path: Path
) -> None:
    provider.is_rotating = True
    ProviderTokens(settings(provider, tmp_path), clock=clock).access_token()
    kept = tmp_path / "tokens" / "mali.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "refresh-0" not in kept.read_text()
    assert ProviderTokens(settings(provider, tmp_path), clock=clock).access_token() == "access-2"
    provider.refresh_token = "signed-in-again"
    tokens = ProviderTokens(settings(provider, tmp_path, refresh_token="signed-in-again"), clock=clock)
    assert tokens.access_token() == "access-3"


def test_a_new_refresh_token_that_cannot_be_written_down_is_used_all_the_same(
    provider: Provider, clock: HandClock, tmp_path: Path
) -> None:
    provider.is_rotating = True
    (tmp_path / "tokens").write_text("in the way")
    tokens = ProviderTokens(settings(provider, tmp_path), clock=clock)
    tokens.access_token()
    clock.advance(timedelta(hours=1))
    assert tokens.access_token() == "access-2"


def test_a_refused_refresh_token_says_what_to_do_and_is_not_offered_again(
    provider: Provider, clock: HandClock, tmp_path: Path
) -> None:
    file = tmp_path / "refresh"
    file.write_text("revoked-one")
    tokens = ProviderTokens(settings(provider, tmp_path, refresh_token="", refresh_token_file=file), clock=clock)
    for _ in range(3):
        with pytest.raises(MailboxRefused) as caught:
            tokens.access_token()
        assert "invalid_grant" in str(caught.value)
        assert caught.value.where == f"mali, {provider.url}"
        assert f"Sign in to the account again and put the new refresh token into {file}" in caught.value.hint
        clock.advance(timedelta(days=1))
    assert len(provider.asked) == 1
    file.write_text("refresh-0")  # somebody did
    assert tokens.access_token() == "access-1"


def test_a_wrong_client_is_told_apart_from_a_refused_token(
    provider: Provider, clock: HandClock, tmp_path: Path
) -> None:
    provider.refusal = (401, json.dumps({"error": "invalid_client"}))
    with pytest.raises(MailboxRefused) as caught:
        ProviderTokens(settings(provider, tmp_path), clock=clock).access_token()
    assert "`client_secret`" in caught.value.hint


@pytest.mark.parametrize(
    "refusal",
    [
        (503, "down"),
        (429, json.dumps({"error": "slow_down"})),
        (400, json.dumps({"error": "temporarily_unavailable"})),
        (302, ""),
        (200, "[]"),
        (200, "{}"),
        (200, json.dumps({"access_token": "two\r\nlines"})),
        (200, "[" * 100_000),
    ],
)
def test_what_may_pass_is_asked_for_again(
    provider: Provider, clock: HandClock, tmp_path: Path, refusal: tuple[int, str]
) -> None:
    tokens = ProviderTokens(settings(provider, tmp_path), clock=clock)
    provider.refusal = refusal
    with pytest.raises(MailboxUnavailable) as caught:
        tokens.access_token()
    assert not isinstance(caught.value, MailboxRefused)
    provider.refusal = None
    assert tokens.access_token() == "access-1"


def test_a_provider_that_is_away_is_named(provider: Provider, clock: HandClock, tmp_path: Path) -> None:
    url = provider.url.replace(str(provider.port), "1")
    with pytest.raises(MailboxUnavailable, match="no answer"):
        ProviderTokens(settings(provider, tmp_path, token_url=url), clock=clock).access_token()


@pytest.mark.parametrize("refresh_token", ["", "gone"])
def test_without_any_refresh_token_nobody_is_asked(
    provider: Provider, clock: HandClock, tmp_path: Path, refresh_token: str
) -> None:
    file = tmp_path / "nowhere" if refresh_token else None
    wanted = settings(provider, tmp_path, refresh_token="", refresh_token_file=file)
    with pytest.raises(MailboxRefused, match="refresh token"):
        ProviderTokens(wanted, clock=clock).access_token()
    assert provider.asked == []


def test_no_secret_is_in_any_word_that_is_said(
    provider: Provider, clock: HandClock, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for refresh_token in ("refresh-0", "a-revoked-refresh-token"):
        wanted = settings(provider, tmp_path, refresh_token=refresh_token)
        tokens = ProviderTokens(wanted, clock=clock)
        said.append(repr(wanted))
        try:
            tokens.access_token()
        except MailboxRefused:
            said.append(traceback.format_exc())
    provider.refusal = (500, json.dumps({"error": SECRET, "error_description": f"{SECRET} refresh-0"}))
    try:
        ProviderTokens(settings(provider, tmp_path), clock=clock).access_token()
    except MailboxUnavailable:
        said.append(traceback.format_exc())
    told = "\n".join([*said, caplog.text, *capsys.readouterr()])
    assert "was revoked" in told
    for secret in (SECRET, "refresh-0", "a-revoked-refresh-token", "access-1"):
        assert secret not in told
