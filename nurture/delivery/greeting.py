"""The beginning of a conversation: connect, EHLO, TLS, AUTH; what goes wrong here concerns the relay, not a message."""

import base64
import ipaddress
import os
import socket
import ssl
from collections.abc import Awaitable
from typing import TypeVar

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPTimeoutError,
)

from nurture.delivery.reply import read_reply
from nurture.delivery.settings import SmtpSettings
from nurture.errors import RelayUnavailable

_T = TypeVar("_T")


async def open_client(settings: SmtpSettings, tls_context: ssl.SSLContext | None) -> SMTP:
    """A client that is ready for MAIL. `tls_context` None verifies certificates against the system's authorities.

    A password never goes out in clear, save to this machine itself, whatever the settings say.
    Raises RelayUnavailable with host, port and what to do; never with the password.
    """
    client = SMTP(
        hostname=settings.host,
        port=settings.port,
        local_hostname=_own_name(),
        timeout=settings.timeout,
        use_tls=settings.security == "tls",
        start_tls=False,
        tls_context=tls_context or _system_context(settings),
    )
    try:
        await _told(settings, "connecting", client.connect())
        await _told(settings, "EHLO", _greet(client))
        if settings.security == "starttls":
            await _start_tls(client, settings)
        if settings.username:
            await _log_in(client, settings)
    except BaseException:
        client.close()
        raise
    return client


def _system_context(settings: SmtpSettings) -> ssl.SSLContext | None:
    """None without TLS: reading the system's authorities takes longer than ten messages."""
    return None if settings.security == "none" else ssl.create_default_context()


def _own_name() -> str:
    """What EHLO says: the host's full name, or an address literal where it has none (RFC 5321 4.1.3)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _start_tls(client: SMTP, settings: SmtpSettings) -> None:
    if not client.supports_extension("starttls"):
        raise _unavailable(
            settings,
            "The SMTP server offers no STARTTLS, or something on the way strips it; nothing was sent.",
            "Use `security: tls` (often port 465), or ask whoever runs the server.",
        )
    await _told(settings, "STARTTLS", client.starttls())
    await _told(settings, "EHLO after STARTTLS", _greet(client))


async def _log_in(client: SMTP, settings: SmtpSettings) -> None:
    if client.get_transport_info("sslcontext") is None and not _is_this_machine(client):
        raise _unavailable(
            settings,
            "A password would go out in clear, so nothing was sent.",
            "Use `security: starttls` or `security: tls`, or take username and password out.",
        )
    if not client.supports_extension("auth"):
        raise _unavailable(
            settings,
            "The SMTP server offers no AUTH, but a username is set.",
            "Take username and password out, or check port and security.",
        )
    await _told(settings, "AUTH", client.login(settings.username, settings.password))


def _is_this_machine(client: SMTP) -> bool:
    peer = ipaddress.ip_address(str(client.get_transport_info("peername")[0]).partition("%")[0])
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return (mapped or peer).is_loopback


async def _told(settings: SmtpSettings, what: str, work: Awaitable[_T]) -> _T:
    """What `work` gives; what it raises is told as RelayUnavailable."""
    try:
        return await work
    except (SMTPException, OSError, ValueError) as error:
        raise _explained(settings, what, error) from None


def _explained(settings: SmtpSettings, what: str, error: Exception) -> RelayUnavailable:
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        message = f"The SMTP server's certificate is not to be trusted: {cause.verify_message}."
        return _unavailable(settings, message, "Check `host`; it must be the name that the certificate is for.")
    if isinstance(cause, ssl.SSLError):
        message = f"TLS failed: {cause.reason or cause}."
        return _unavailable(settings, message, "Port 465 wants `security: tls`, port 587 `security: starttls`.")
    if isinstance(error, SMTPAuthenticationError):
        message = f"The SMTP server refuses the login of {settings.username}: {_without_secret(error, settings)}."
        return _unavailable(settings, message, "Check username and password; some providers want an app password.")
    if isinstance(error, SMTPConnectResponseError):
        message = f"The SMTP server turns us away: {_without_secret(error, settings)}."
        return _unavailable(settings, message, "Try again later, or ask whoever runs the server.")
    if isinstance(error, SMTPTimeoutError):
        message = f"The SMTP server did not answer within {settings.timeout:g} s ({what})."
        return _unavailable(settings, message, "Check host and port, and that no firewall is between.")
    if isinstance(error, SMTPResponseException):
        return _unavailable(settings, f"{what} failed: {_without_secret(error, settings)}.", "Check port and security.")
    hint = "Check that the SMTP server runs there, host and port."
    return _unavailable(settings, f"{what} failed: {_plain_cause(error)}.", hint)


def _plain_cause(error: Exception) -> str:
    """Such as `Connection refused`, without what the libraries wrap around it."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, socket.gaierror):
        return cause.strerror or str(cause)
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno)
    return str(cause).rstrip(".") or type(cause).__name__


def _without_secret(error: SMTPResponseException, settings: SmtpSettings) -> str:
    """The reply, in case a server repeats what it was told."""
    shown = str(read_reply(error.code, error.message))
    user, password = settings.username.encode(), settings.password.encode()
    for secret in (password, base64.b64encode(password), base64.b64encode(b"\0" + user + b"\0" + password)):
        if password:
            shown = shown.replace(secret.decode(), "***")
    return shown.rstrip(".")


def _unavailable(settings: SmtpSettings, message: str, hint: str) -> RelayUnavailable:
    return RelayUnavailable(message, where=f"{settings.host}:{settings.port}", hint=hint)
