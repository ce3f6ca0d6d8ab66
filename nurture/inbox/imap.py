"""A mailbox on an IMAP server, looked into without a trace: EXAMINE and BODY.PEEK, so that no flag is ever touched."""

import ipaddress
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

from nurture.errors import MailboxUnavailable
from nurture.inbox.mailbox import KEYS_AT_ONCE, MAX_MAIL_BYTES, PARTIAL_BYTES, Cursor, Fetched, IsKnown
from nurture.inbox.settings import MailboxSettings

_BYTES_AT_ONCE = 4 * 1024 * 1024
_MAILS_AT_ONCE = 50
_CONNECT_SECONDS = 15.0


class ImapMailbox:
    """One folder of one account. A look connects, logs in and out; between looks nothing is held.

    A mail's key is `UIDVALIDITY/UID`. Where the server numbers anew, mails come again from `since` on (RFC 3501).
    """

    def __init__(self, settings: MailboxSettings, *, max_bytes: int = MAX_MAIL_BYTES) -> None:
        self._settings = settings
        self._max_bytes = max_bytes

    def start_cursor(self) -> Cursor:
        with self._opened() as (client, validity, uid_next):
            last = uid_next - 1 if uid_next else max(client.search("ALL"), default=0)
            return Cursor(uid_validity=validity, last_uid=last)

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched]:
        with self._opened() as (client, validity, uid_next):
            if cursor.uid_validity == validity:
                after = cursor.last_uid
                earliest = None
                uids = [] if uid_next == after + 1 else client.search(["UID", f"{after + 1}:*"])
            else:
                after = 0
                earliest = since
                # SINCE knows whole days in the server's zone only; what is too old is left out by its exact date.
                uids = client.search(["SINCE", (earliest - timedelta(days=1)).date()])
            # `n:*` means at least the last message, however old it is (RFC 3501 6.4.8).
            waiting = sorted(uid for uid in uids if uid > after)
            for start in range(0, len(waiting), KEYS_AT_ONCE):
                batch = waiting[start : start + KEYS_AT_ONCE]
                known = is_known([_key(validity, uid) for uid in batch])
                unknown = [uid for uid in batch if _key(validity, uid) not in known]
                yield from self._read(client, unknown, validity, earliest)

    def _read(
        self, client: IMAPClient, uids: Sequence[int], validity: int, earliest: datetime | None
    ) -> Iterator[Fetched]:
        """The mails in order, sizes asked first, so that one answer never holds more than a few megabytes."""
        if not uids:
            return
        facts = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        sizes = {uid: int(facts[uid].get(b"RFC822.SIZE", 0)) for uid in uids if uid in facts}
        dates = {uid: _received(facts[uid].get(b"INTERNALDATE")) for uid in sizes}
        wanted = [uid for uid in sizes if earliest is None or dates[uid] >= earliest]
        for group in _groups(wanted, sizes, self._max_bytes):
            is_partial = sizes[group[0]] > self._max_bytes
            section = f"BODY.PEEK[]<0.{min(PARTIAL_BYTES, self._max_bytes)}>" if is_partial else "BODY.PEEK[]"
            bodies = client.fetch(group, [section])
            for uid in group:
                raw = _body(bodies.get(uid, {}))
                if raw is not None:  # None: expunged meanwhile
                    yield Fetched(
                        key=_key(validity, uid),
                        raw=raw,
                        cursor_after=Cursor(uid_validity=validity, last_uid=uid),
                        received_at=dates[uid],
                        size=sizes[uid],
                        is_partial=is_partial,
                    )

    @contextmanager
    def _opened(self) -> Iterator[tuple[IMAPClient, int, int]]:
        """The folder opened read-only, its UIDVALIDITY, and its UIDNEXT or 0 where the server does not say."""
        settings = self._settings
        try:
            with self._connected() as client:
                self._log_in(client)
                client.normalise_times = False
                status = client.select_folder(settings.folder, readonly=True)
                yield client, int(status.get(b"UIDVALIDITY", 0)), int(status.get(b"UIDNEXT", 0))
        except LoginError as error:
            raise self._unavailable(
                f"the server refused the login: {self._without_secrets(str(error))}",
                "Check `username` and `password` of the inbox.",
            ) from error
        except CapabilityError as error:
            raise self._unavailable(
                "the server offers no STARTTLS", "Use `security: tls`, or `none` if the way to it is safe."
            ) from error
        except ssl.SSLError as error:
            raise self._unavailable(
                f"TLS failed: {error.reason or error}",
                "Check `security`, `port` and that the server's certificate is valid for `host`.",
            ) from error
        except OSError as error:
            raise self._unavailable(
                f"no connection: {error.strerror or error}", "Check `host` and `port`, and that the server runs."
            ) from error
        except IMAPClientAbortError as error:
            raise self._unavailable(
                f"the connection broke: {self._without_secrets(str(error))}", "The next look goes on from here."
            ) from error
        except IMAPClientError as error:
            raise self._unavailable(
                f"the server answered: {self._without_secrets(str(error))}",
                f"Check that the folder {settings.folder!r} exists; the next look tries again.",
            ) from error

    def _connected(self) -> IMAPClient:
        settings = self._settings
        context = _tls_context(settings.host)
        client = IMAPClient(
            settings.host,
            port=settings.port_in_use,
            ssl=settings.security == "tls",
            ssl_context=context if settings.security == "tls" else None,
            timeout=SocketTimeout(connect=min(_CONNECT_SECONDS, settings.timeout), read=settings.timeout),
        )
        if settings.security == "starttls":
            try:
                client.starttls(context)
            except BaseException:
                with suppress(OSError, IMAPClientError):  # the failed handshake may have closed it already
                    client.shutdown()
                raise
        return client

    def _log_in(self, client: IMAPClient) -> None:
        """LOGIN, or SASL PLAIN for what LOGIN cannot carry (RFC 3501 knows ASCII only)."""
        username, password = self._settings.username, self._settings.password
        if (username + password).isascii():
            client.login(username, password)
        else:
            client.plain_login(username, password)

    def _unavailable(self, message: str, hint: str) -> MailboxUnavailable:
        return MailboxUnavailable(message, where=f"imap {self._settings.host}:{self._settings.port_in_use}", hint=hint)

    def _without_secrets(self, text: str) -> str:
        password = self._settings.password
        shown = text.replace(password, "***") if password else text
        return shown.removeprefix("b'").removesuffix("'")[:300]


def _tls_context(host: str) -> ssl.SSLContext:
    """Certificates are verified, save on this very machine, where nobody has one that is valid for it."""
    context = ssl.create_default_context()
    if _is_loopback(host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(validity: int, uid: int) -> str:
    return f"{validity}/{uid}"


def _groups(uids: Sequence[int], sizes: dict[int, int], max_bytes: int) -> Iterator[list[int]]:
    """Runs that may be fetched in one answer; a mail over the cap stands alone."""
    group: list[int] = []
    total = 0
    for uid in uids:
        is_large = sizes[uid] > max_bytes
        if group and (is_large or total + sizes[uid] > _BYTES_AT_ONCE or len(group) >= _MAILS_AT_ONCE):
            yield group
            group, total = [], 0
        group.append(uid)
        total += sizes[uid]
        if is_large:
            yield group
            group, total = [], 0
    if group:
        yield group


def _received(value: Any) -> datetime:
    """INTERNALDATE in UTC; the epoch where a server gives none."""
    if not isinstance(value, datetime):
        return datetime.fromtimestamp(0, UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _body(item: dict[bytes, Any]) -> bytes | None:
    return next((value for name, value in item.items() if name.startswith(b"BODY[") and isinstance(value, bytes)), None)
