"""A line to an IMAP account: TLS, logging in, trouble told in words; another thread may cut it at any moment."""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

from nurture.domain.loopback import is_loopback
from nurture.errors import MailboxRefused, MailboxUnavailable
from nurture.inbox.mailbox import TokenSource
from nurture.inbox.settings import MailboxSettings

_CONNECT_SECONDS = 15.0
_PATIENCE_SECONDS = 180.0
_LOGOUT_SECONDS = 5.0
_KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
"""A peer that is gone is noticed within two minutes, also while nothing is said."""

_FOR_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "TEMPORAR", "TOO MANY", "TRY AGAIN")
"""Words of a refused login that another try may overcome (RFC 5530 and what servers wrote before it)."""

_BYTES_SHOWN = re.compile(r"\bb'([^']{0,500})'")  # an answer as imaplib prints it

GARBLED = (ValueError, TypeError, LookupError, AssertionError)
"""What imapclient raises where it cannot make sense of an answer."""


class ImapLine:
    """One account; one connection at a time."""

    def __init__(self, settings: MailboxSettings, tokens: TokenSource | None = None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    @property
    def is_cut(self) -> bool:
        return self._is_cut

    def cut(self) -> None:
        """Break the connection, and have every later one refused."""
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                with suppress(OSError):
                    # The method of the plain socket: that of a TLS socket pulls its state from under the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextmanager
    def logged_in(self) -> Iterator[IMAPClient]:
        """The account, entered. Raises MailboxUnavailable for whatever breaks while it is open too."""
        with self._in_words():
            client = self._entered()
            try:
                yield client
            except BaseException:
                self._hang_up(client)  # no LOGOUT on a line that may be dead: it would be waited for
                raise
            with suppress(OSError, IMAPClientError):
                client.socket().settimeout(_LOGOUT_SECONDS)
                client.logout()
            self._hang_up(client)

    @contextmanager
    def patient(self, client: IMAPClient) -> Iterator[None]:
        """Waits longer for an answer: a server that opens or searches a large folder for the first time needs it."""
        client.socket().settimeout(max(self._settings.timeout, _PATIENCE_SECONDS))
        yield
        client.socket().settimeout(self._settings.timeout)

    def _entered(self) -> IMAPClient:
        """Connected and logged in; an access token that the server does not take is replaced once."""
        for is_last in (False, True):
            token = self._tokens.access_token() if self._tokens else ""
            client = self._connected()
            try:
                self._log_in(client, token)
            except LoginError as error:
                self._hang_up(client)
                if self._tokens is None or is_last or _broke(error):
                    raise
                self._tokens.discard(token)
            except BaseException:
                self._hang_up(client)
                raise
            else:
                client.normalise_times = False
                return client
        raise AssertionError("the last try returns or raises")

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
        try:
            self._note(client)
            if settings.security == "starttls":
                client.starttls(context)
                self._note(client)  # it is another socket now
        except BaseException:
            self._hang_up(client)
            raise
        return client

    def _note(self, client: IMAPClient) -> None:
        """From now on `cut` reaches this connection."""
        with self._lock:
            if self._is_cut:
                raise ConnectionAbortedError("it was cut")
            self._socket = client.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def _hang_up(self, client: IMAPClient) -> None:
        with self._lock:
            self._socket = None
        with suppress(OSError, IMAPClientError, ValueError):  # it may be closed already
            client.shutdown()

    def _log_in(self, client: IMAPClient, token: str) -> None:
        """LOGIN, SASL PLAIN for what LOGIN cannot carry (RFC 3501 knows ASCII only), or an access token."""
        username, password = self._settings.username, self._settings.password
        if self._tokens is not None:
            mechanism = "OAUTHBEARER" if client.has_capability("AUTH=OAUTHBEARER") else "XOAUTH2"
            bearer = _Bearer(mechanism, username, token)
            try:
                client.sasl_login(mechanism, bearer)
            except LoginError as error:
                if bearer.why:
                    raise LoginError(bearer.why) from error
                raise
        elif (username + password).isascii():
            client.login(username, password)
        else:
            client.plain_login(username, password)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except LoginError as error:
            raise (self._broken(error) if _broke(error) else self._refused(str(error))) from error
        except CapabilityError as error:
            raise self.trouble(
                "the server offers no STARTTLS", "Use `security: tls`, or `none` if the way to it is safe."
            ) from error
        except ssl.SSLError as error:
            raise self.trouble(
                f"TLS failed: {error.reason or error}",
                "Check `security`, `port` and that the server's certificate is valid for `host`.",
            ) from error
        except OSError as error:
            raise self.trouble(
                f"no connection: {error.strerror or error}", "Check `host` and `port`, and that the server runs."
            ) from error
        except IMAPClientAbortError as error:
            raise self._broken(error) from error
        except (IMAPClientError, *GARBLED) as error:
            raise self.trouble(f"the server answered: {error}", "The next look tries again.") from error

    def _broken(self, error: Exception) -> MailboxUnavailable:
        return self.trouble(f"the connection broke: {error}", "The next look goes on from here.")

    def _refused(self, answer: str) -> MailboxUnavailable:
        if any(words in answer.upper() for words in _FOR_NOW):
            return self.trouble(f"the server lets nobody in for now: {answer}", "The next look tries again.")
        hint = (
            "Check that the account may use IMAP, that `username` is its address, and that who signed in agreed to it."
            if self._tokens
            else "Check `username` and `password` of the inbox; Google and Microsoft want `oauth`, or an app password."
        )
        message = f"the server refused the login: {self._without_secrets(answer)}"
        return MailboxRefused(message, where=self._where, hint=hint)

    def trouble(self, message: str, hint: str) -> MailboxUnavailable:
        """An error of this line, without its secrets; once it was cut, that is what it says."""
        if self._is_cut:
            message, hint = "the look was broken off, since nurture stops", "The next one goes on from here."
        return MailboxUnavailable(self._without_secrets(message), where=self._where, hint=hint)

    @property
    def _where(self) -> str:
        return f"imap {self._settings.host}:{self._settings.port_in_use}"

    def _without_secrets(self, text: str) -> str:
        password = self._settings.password
        shown = text.replace(password, "***") if password else text
        return _BYTES_SHOWN.sub(r"\1", shown)[:600]


class _Bearer:
    """Says who we are by an access token: OAUTHBEARER (RFC 7628), or XOAUTH2, which came before it."""

    def __init__(self, mechanism: str, username: str, token: str) -> None:
        self._is_first = True
        self.why = ""
        if mechanism == "OAUTHBEARER":
            user = username.replace("=", "=3D").replace(",", "=2C")
            self._answer, self._last_word = f"n,a={user},\1auth=Bearer {token}\1\1", "\1"
        else:
            self._answer, self._last_word = f"user={username}\1auth=Bearer {token}\1\1", ""

    def __call__(self, challenge: bytes) -> str:
        """The token; and where the server then asks on, it is to say what is wrong with it."""
        if self._is_first:
            self._is_first = False
            return self._answer
        self.why = _problem_in(challenge)
        return self._last_word


def _problem_in(challenge: bytes) -> str:
    """The status in the server's last word, `{"status": "invalid_token", …}`.

    >>> _problem_in(b'{"status":"401","schemes":"bearer"}'), _problem_in(b"?")
    ('status 401', '')
    """
    try:
        said = json.loads(challenge[:4096])
    except ValueError:
        return ""
    status = said.get("status") if isinstance(said, dict) else None
    return f"status {str(status)[:60]}" if status else ""


def _broke(error: BaseException | None) -> bool:
    """Whether a login failed because the line did: imapclient makes one error of both."""
    return error is not None and (isinstance(error, IMAPClientAbortError) or _broke(error.__context__))


def _tls_context(host: str) -> ssl.SSLContext:
    """Certificates are verified, save on this very machine, where nobody has one that is valid for it."""
    context = ssl.create_default_context()
    if is_loopback(host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
