"""Kept connections: saying hello takes five round trips, a message takes four."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from nurture.delivery.settings import SmtpSettings
from nurture.delivery.smtp import Deadlines, DiedIdle, SmtpConnection
from nurture.delivery.transport import MayWrite, Parcel
from nurture.domain.message import Outcome
from nurture.errors import InvalidInput, RelayUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long a connection is kept: seconds idle, and messages. One idle for `ask_after` is first asked by NOOP."""

    idle: float = 60.0
    ask_after: float = 10.0
    messages: int = 100


class SmtpPool:
    """The connections to one sender's relay: at most `settings.connections`, opened when wanted."""

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        tls_context: ssl.SSLContext | None = None,
        deadlines: Deadlines | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        self._settings = settings
        self._tls_context = tls_context
        self._deadlines = deadlines or Deadlines()
        self._keeping = keeping or Keeping()
        self._room = asyncio.Semaphore(max(1, settings.connections))
        self._idle: list[_Idle] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._failure: _Failure | None = None

    async def deliver(self, parcel: Parcel, may_write: MayWrite) -> Outcome:
        """The outcome; waits while every connection is busy. See `Transport.deliver` for what it raises."""
        asked_at = asyncio.get_running_loop().time()
        async with self._room:
            kept = await self._take_idle()
            if kept is not None:
                try:
                    return await self._deliver_on(kept, parcel, may_write)
                except DiedIdle:
                    pass
            return await self._deliver_on(await self._open(asked_at), parcel, may_write)

    async def close(self) -> None:
        """QUIT on every idle connection."""
        for idle in self._idle:
            idle.end.cancel()
            self._see_off(idle.connection)
        self._idle.clear()
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def _open(self, asked_at: float) -> SmtpConnection:
        """A new connection; who waited while another try failed is told of that one, not made to wait for its own.

        A hundred mails would else wait for a hundred deadlines, one after the other.
        """
        failure = self._failure
        if failure and asked_at < failure.at:
            raise RelayUnavailable(failure.error.message, where=failure.error.where, hint=failure.error.hint)
        try:
            return await SmtpConnection.open(self._settings, tls_context=self._context(), deadlines=self._deadlines)
        except RelayUnavailable as error:
            self._failure = _Failure(at=asyncio.get_running_loop().time(), error=error)
            raise

    async def _deliver_on(self, connection: SmtpConnection, parcel: Parcel, may_write: MayWrite) -> Outcome:
        try:
            return await connection.deliver(parcel, may_write)
        finally:
            self._keep(connection)

    async def _take_idle(self) -> SmtpConnection | None:
        """The connection used last, which is the least likely to have been closed from the other side."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            idle = self._idle.pop()
            idle.end.cancel()
            if not idle.connection.is_open:
                continue
            if now - idle.since < self._keeping.ask_after or await idle.connection.is_alive():
                return idle.connection
        return None

    def _keep(self, connection: SmtpConnection) -> None:
        if not connection.is_open:
            return
        if connection.started >= self._keeping.messages:
            self._see_off(connection)
            return
        loop = asyncio.get_running_loop()
        idle = _Idle(connection=connection, since=loop.time(), end=loop.call_later(self._keeping.idle, self._retire))
        self._idle.append(idle)

    def _retire(self) -> None:
        """The one that has been idle longest has been so for long enough."""
        self._see_off(self._idle.pop(0).connection)

    def _see_off(self, connection: SmtpConnection) -> None:
        leaving = asyncio.ensure_future(connection.quit())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    def _context(self) -> ssl.SSLContext | None:
        """Made once: reading the system's authorities takes longer than sending a message."""
        if self._tls_context is None and self._settings.security != "none":
            self._tls_context = ssl.create_default_context()
        return self._tls_context


@dataclass(frozen=True, slots=True, kw_only=True)
class _Idle:
    connection: SmtpConnection
    since: float
    end: asyncio.TimerHandle


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    at: float
    error: RelayUnavailable


class SmtpTransport:
    """The way out over SMTP for every sender, each with its own relay and connections."""

    def __init__(
        self,
        relays: Mapping[str, SmtpSettings],
        *,
        tls_context: ssl.SSLContext | None = None,
        deadlines: Deadlines | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        """`relays` by the sender's name in config.yaml; `tls_context` None trusts the system's authorities."""
        self._pools = {
            name: SmtpPool(settings, tls_context=tls_context, deadlines=deadlines, keeping=keeping)
            for name, settings in relays.items()
        }

    async def deliver(self, parcel: Parcel, *, may_write: MayWrite) -> Outcome:
        pool = self._pools.get(parcel.sender)
        if pool is None:
            raise InvalidInput(f"There is no sender {parcel.sender!r}.", where="config.yaml", hint="See `senders`.")
        return await pool.deliver(parcel, may_write)

    async def close(self) -> None:
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))
