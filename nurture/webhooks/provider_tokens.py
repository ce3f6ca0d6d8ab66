"""Access tokens of mail providers (OAuth 2.0): a refresh token is exchanged for one, which is used until it runs out.

Access tokens stay in memory. Where a provider gives another refresh token with one (Microsoft does), it replaces the
one in the file it came from, or is kept in a file of ours where it came from the config.
"""

import hashlib
import json
import os
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import structlog

from nurture.clock import Clock
from nurture.errors import MailboxRefused, MailboxUnavailable
from nurture.webhooks.settings import TokenSettings

_TIMEOUT_SECONDS = 10.0
_MOST_OF_AN_ANSWER = 64 * 1024
_USUAL_LIFE = timedelta(hours=1)
_BEFORE_THE_END = timedelta(minutes=5)
_MOST_OF_A_SECRET = 20_000

log = structlog.get_logger(__name__)


class ProviderTokens:
    """Gives a good access token to whichever thread asks; only one asks the provider at a time."""

    def __init__(self, settings: TokenSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until: datetime | None = None
        self._refused: tuple[str, str, str] | None = None
        self._unkept = ("", "")

    def access_token(self) -> str:
        """A token that is good for some minutes more.

        Raises MailboxUnavailable, and MailboxRefused where somebody must sign in again: the provider is then not
        asked until there is another refresh token.
        """
        with self._lock:
            if self._good_until is None or self._clock.now() >= self._good_until:
                self._refresh()
            return self._token

    def discard(self, token: str) -> None:
        """The mailbox's server did not take this one."""
        with self._lock:
            if token == self._token:
                self._good_until = None

    def _refresh(self) -> None:
        refresh_token = self._refresh_token()
        if not refresh_token:
            raise MailboxRefused(
                "there is no refresh token",
                where=self._where,
                hint="Sign in to the account and give nurture its token.",
            )
        if self._refused and self._refused[0] == refresh_token:
            _, message, hint = self._refused
            raise MailboxRefused(message, where=self._where, hint=hint)
        asked_at = self._clock.now()
        answer = self._ask(refresh_token)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise self._trouble("the provider's answer holds no access token", "Check `token_url`.")
        life = _life(answer.get("expires_in"))
        self._token, self._good_until = token, asked_at + max(life - _BEFORE_THE_END, life / 2)
        self._refused = None
        rotated = answer.get("refresh_token")
        if isinstance(rotated, str) and rotated and rotated != refresh_token:
            self._keep(rotated, instead_of=refresh_token)

    def _ask(self, refresh_token: str) -> dict[str, Any]:
        settings = self._settings
        form = {"grant_type": "refresh_token", "client_id": settings.client_id, "refresh_token": refresh_token}
        if settings.client_secret:
            form["client_secret"] = settings.client_secret
        if settings.scope:
            form["scope"] = settings.scope
        try:
            with (
                httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST", settings.token_url, data=form, headers={"Accept": "application/json"}
                ) as response,
            ):
                status, body = response.status_code, _start(response)
        except (httpx.HTTPError, OSError) as error:
            raise self._trouble(
                f"no answer: {error or type(error).__name__}", "Check `token_url` and the way there; it is tried again."
            ) from error
        answer = _read(body)
        if status == httpx.codes.OK:
            return answer
        raise self._refusal(status, answer, refresh_token)

    def _refusal(self, status: int, answer: dict[str, Any], refresh_token: str) -> MailboxUnavailable:
        """An error that says what to do. Only what another try cannot mend (RFC 6749 5.2) ends the asking."""
        code = str(answer.get("error") or "")[:60]
        said = " ".join(str(answer.get("error_description") or "").split())[:300]
        words = f"{status} {code}".strip() + (f": {said}" if said else "")
        if status not in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN) or code in (
            "temporarily_unavailable",
            "server_error",
        ):
            return self._trouble(f"the provider answered {words}", "It is tried again.")
        where_from = self._settings.refresh_token_file or "the config's `refresh_token`"
        hint = (
            "Check `client_id`, `client_secret` and `tenant`."
            if code in ("invalid_client", "unauthorized_client")
            else f"Sign in to the account again and put the new refresh token into {where_from}; then restart nurture."
        )
        message = self._plain(f"the provider refuses: {words}")
        self._refused = (refresh_token, message, hint)
        return MailboxRefused(message, where=self._where, hint=hint)

    def _refresh_token(self) -> str:
        """The newest there is: somebody, or another worker, may have put another into the file."""
        found = self._written_down()
        replaced, unkept = self._unkept
        return unkept if unkept and found == replaced else found

    def _written_down(self) -> str:
        settings = self._settings
        if settings.refresh_token_file is not None:
            try:
                found = settings.refresh_token_file.read_bytes()[:_MOST_OF_A_SECRET].decode().strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
                raise MailboxRefused(
                    f"the refresh token cannot be read: {reason}",
                    where=str(settings.refresh_token_file),
                    hint="Put the account's refresh token there, for this user to read.",
                ) from error
            return found
        kept = _read_kept(settings.kept_in)
        is_ours = kept.get("instead_of") == _digest(settings.refresh_token)
        return kept["refresh_token"] if is_ours and kept.get("refresh_token") else settings.refresh_token

    def _keep(self, rotated: str, *, instead_of: str) -> None:
        """Write the provider's new refresh token down; where that fails it is used as long as this process runs."""
        settings = self._settings
        path = settings.refresh_token_file or settings.kept_in
        if settings.refresh_token_file is not None:
            text = rotated + "\n"
        else:
            text = json.dumps({"instead_of": _digest(settings.refresh_token), "refresh_token": rotated})
        try:
            _write_private(path, text)
        except OSError as error:
            self._unkept = (instead_of, rotated)
            log.warning("a new refresh token is not kept", file=str(path), because=error.strerror or str(error))

    def _trouble(self, message: str, hint: str) -> MailboxUnavailable:
        return MailboxUnavailable(self._plain(message), where=self._where, hint=hint)

    @property
    def _where(self) -> str:
        return f"{self._settings.name}, {self._settings.token_url}"

    def _plain(self, text: str) -> str:
        """The text without secrets, which a careless server may repeat."""
        secrets = [self._settings.client_secret, self._settings.refresh_token, self._token, *self._unkept]
        with suppress(MailboxUnavailable):
            secrets.append(self._refresh_token())
        for secret in filter(None, secrets):
            text = text.replace(secret, "***")
        return text


def _start(response: httpx.Response) -> bytes:
    read = b""
    for piece in response.iter_bytes():
        read += piece
        if len(read) > _MOST_OF_AN_ANSWER:
            break
    return read[:_MOST_OF_AN_ANSWER]


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _life(seconds: Any) -> timedelta:
    """How long a token is good, from `expires_in`: a number, or on some servers its text.

    >>> _life("3599"), _life(None)
    (datetime.timedelta(seconds=3599), datetime.timedelta(seconds=3600))
    """
    try:
        return min(max(timedelta(seconds=int(seconds)), timedelta(seconds=1)), timedelta(days=1))
    except (TypeError, ValueError, OverflowError):
        return _USUAL_LIFE


def _read_kept(path: Path) -> dict[str, Any]:
    try:
        return _read(path.read_bytes()[:_MOST_OF_A_SECRET])
    except OSError:
        return {}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def _write_private(path: Path, text: str) -> None:
    """Replace the file at once, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
