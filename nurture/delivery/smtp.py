"""One connection to one relay, driven stage by stage, since only so it is known where a conversation died.

aiosmtplib connects, greets, starts TLS and logs in. Everything from MAIL on is here: before the dot every failure is
certain, between the dot and its reply a break leaves the fate unknown.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol

from nurture.delivery.address import wire_address
from nurture.delivery.greeting import open_client
from nurture.delivery.reply import Reply, Stage, outcome_of, read_reply
from nurture.delivery.settings import SmtpSettings
from nurture.delivery.transport import MayWrite, Parcel, through_cancellation
from nurture.domain.message import Deferred, Outcome, Rejected, Unknown
from nurture.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds for what `SmtpSettings.timeout` does not bound: writing the content, and the reply to the final dot."""

    content: float = 180.0
    final_reply: float = 600.0  # RFC 5321 4.5.3.2.6: a shorter wait makes duplicates


class DiedIdle(Exception):
    """A kept connection was already dead when it was used again; nothing was sent, another connection may do it."""


class SmtpConnection:
    """A conversation partner for one message after the other; not for two at once."""

    def __init__(self, client: SMTP, settings: SmtpSettings, deadlines: Deadlines) -> None:
        self._client = client
        self._settings = settings
        self._deadlines = deadlines
        transport = cast(asyncio.WriteTransport, client.transport)
        # With no buffer of its own `drain` waits until the content has left, so that only the dot is in doubt.
        transport.set_write_buffer_limits(high=0)
        protocol = cast(SMTPProtocol, client.protocol)
        self._writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
        self.started = 0
        """How many messages were begun on it."""

    @classmethod
    async def open(
        cls, settings: SmtpSettings, *, tls_context: ssl.SSLContext | None, deadlines: Deadlines
    ) -> "SmtpConnection":
        """A connection that is greeted, encrypted and logged in as the settings say; raises RelayUnavailable."""
        return cls(await open_client(settings, tls_context), settings, deadlines)

    @property
    def is_open(self) -> bool:
        return self._client.is_connected

    def drop(self) -> None:
        """End the connection without a word; what was not yet written stays unwritten."""
        self._writer.transport.abort()
        self._client.close()

    async def quit(self) -> None:
        """End the connection politely; a relay that does not answer is left."""
        try:
            await self._client.quit(timeout=min(5.0, self._settings.timeout))
        except (SMTPException, OSError):
            pass
        finally:
            self.drop()

    async def is_alive(self) -> bool:
        """Ask with NOOP; a connection that fails the question is dropped."""
        try:
            answer = await self._client.execute_command(b"NOOP", timeout=min(5.0, self._settings.timeout))
        except (SMTPException, OSError):
            self.drop()
            return False
        except BaseException:
            self.drop()
            raise
        if answer.code != 250:
            self.drop()
        return self.is_open

    async def deliver(self, parcel: Parcel, may_write: MayWrite) -> Outcome:
        """The outcome; where it is not certain that the next message can follow, the connection is dropped.

        Raises DiedIdle where a connection that was used before is found dead at MAIL.
        """
        planned = self._plan(parcel)
        if isinstance(planned, Rejected):
            return planned
        self.started += 1
        try:
            refused = await self._envelope(planned)
        except BaseException:
            self.drop()
            raise
        if refused is not None:
            return refused
        return await through_cancellation(self._content(parcel.data, may_write))

    def _plan(self, parcel: Parcel) -> "_Envelope | Rejected":
        """The commands of the envelope, or why this relay cannot take the message."""
        mail_from = wire_address(parcel.mail_from)
        try:
            rcpt_to = wire_address(parcel.rcpt_to)
        except InvalidInput as error:
            return Rejected(reason=str(error), kind="address")
        if not parcel.data.count(b"\n") == parcel.data.count(b"\r\n") == parcel.data.count(b"\r"):
            # A bare LF or CR is how a second message is smuggled past a relay, and mending it would break DKIM.
            return Rejected(reason="the message has a line end that is not CRLF", kind="content")
        options = []
        if "size" in self._extensions:
            limit = self._extensions["size"].strip()
            if limit.isdigit() and 0 < int(limit) < len(parcel.data):
                reason = f"the message has {len(parcel.data)} bytes and the relay takes {int(limit)}"
                return Rejected(reason=reason, kind="content")
            options.append(f"SIZE={len(parcel.data)}")
        if not parcel.data.isascii():
            if "8bitmime" not in self._extensions:
                return Rejected(reason="the message needs 8BITMIME, which the relay does not offer", kind="content")
            options.append("BODY=8BITMIME")
        if not (mail_from + rcpt_to).isascii():
            if "smtputf8" not in self._extensions:
                reason = f"{rcpt_to} needs SMTPUTF8, which the relay does not offer"
                return Rejected(reason=reason, kind="content")
            options.append("SMTPUTF8")
        return _Envelope(mail_from=mail_from, rcpt_to=rcpt_to, options=tuple(options))

    @property
    def _extensions(self) -> dict[str, str]:
        return self._client.esmtp_extensions

    async def _envelope(self, envelope: "_Envelope") -> Outcome | None:
        """MAIL, RCPT and DATA; None when the relay waits for the content."""
        for stage, command, wanted in (
            (Stage.MAIL, " ".join([f"MAIL FROM:<{envelope.mail_from}>", *envelope.options]), {250}),
            (Stage.RCPT, f"RCPT TO:<{envelope.rcpt_to}>", {250, 251}),
            (Stage.DATA, "DATA", {354}),
        ):
            try:
                reply = _reply(await self._client.execute_command(command.encode(), timeout=self._settings.timeout))
            except (SMTPException, OSError) as error:
                self.drop()
                if stage is Stage.MAIL and self.started > 1:
                    raise DiedIdle from error
                return Deferred(reason=f"the connection broke at {stage}: {_story(error)}", is_relay_wide=True)
            if reply.code not in wanted:
                await self._reset()
                return outcome_of(reply, stage)
        return None

    async def _reset(self) -> None:
        """Make ready for the next message; a relay that does not follow is left."""
        try:
            answer = await self._client.execute_command(b"RSET", timeout=self._settings.timeout)
        except (SMTPException, OSError):
            self.drop()
        else:
            if answer.code != 250:
                self.drop()

    async def _content(self, data: bytes, may_write: MayWrite) -> Outcome:
        """From the relay's 354 to the outcome; the reply is listened for all along, since it may come too early."""
        protocol = self._client.protocol
        if protocol is None:
            self.drop()
            return Deferred(reason="the connection broke after DATA", is_relay_wide=True)
        answer = asyncio.ensure_future(protocol.read_response())
        is_settled = False
        try:
            if not await may_write():
                return Deferred(reason="held back in the last moment: no longer wanted, or the lease is over")
            early = await self._write(_stuffed(data), answer)
            if early is not None:
                return early
            protocol.write(b".\r\n")
            await asyncio.wait({answer}, timeout=self._deadlines.final_reply)
            outcome = self._final(answer)
            is_settled = not isinstance(outcome, Unknown)
            return outcome
        finally:
            if not is_settled:
                self.drop()
            answer.cancel()
            await asyncio.wait({answer})
            _ = answer.cancelled() or answer.exception()

    async def _write(self, content: bytes, answer: "asyncio.Future[SMTPResponse]") -> Outcome | None:
        """Everything but the dot; None when that is written and the relay is still listening."""
        story = "connection lost"
        try:
            if not answer.done():
                self._writer.write(content)
                if not await self._has_left(answer):
                    story = "the relay stopped reading"
                # One look at the socket: a relay that has left is noticed while the fate is still certain.
                await asyncio.sleep(0)
            if answer.done():
                return outcome_of(_reply(answer.result()), Stage.DATA)
            if self.is_open and self._is_written:
                return None
        except (SMTPException, OSError) as error:
            story = _story(error)
        return Deferred(reason=f"the connection broke inside the content: {story}", is_relay_wide=True)

    @property
    def _is_written(self) -> bool:
        return self._writer.transport.get_write_buffer_size() == 0

    async def _has_left(self, answer: "asyncio.Future[SMTPResponse]") -> bool:
        """Whether the content has left or a reply came meanwhile; False when the deadline passed before either."""
        if self._is_written:
            return True
        drained = asyncio.ensure_future(self._writer.drain())
        try:
            either: set[asyncio.Future[None] | asyncio.Future[SMTPResponse]] = {answer, drained}
            done, _ = await asyncio.wait(either, timeout=self._deadlines.content, return_when=asyncio.FIRST_COMPLETED)
        finally:
            drained.cancel()
            await asyncio.gather(drained, return_exceptions=True)
        return bool(done)

    def _final(self, answer: "asyncio.Future[SMTPResponse]") -> Outcome:
        if not answer.done():
            return Unknown(reason=f"no reply to the final dot within {self._deadlines.final_reply:g} s")
        error = answer.exception()
        if error is None:
            return outcome_of(_reply(answer.result()), Stage.DOT)
        return Unknown(reason=f"the connection broke after the final dot: {_story(error)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    mail_from: str
    rcpt_to: str
    options: tuple[str, ...]


def _stuffed(data: bytes) -> bytes:
    """The content with its dots doubled at line starts (RFC 5321 4.5.2) and a line end before the final dot.

    >>> _stuffed(b".a\\r\\n.b")
    b'..a\\r\\n..b\\r\\n'
    """
    body = data.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _reply(answer: SMTPResponse) -> Reply:
    return read_reply(answer.code, answer.message)


def _story(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return str(read_reply(error.code, error.message))
    return str(error) or type(error).__name__
