"""A real SMTP server on loopback that keeps a journal of what it accepted, and misbehaves at any point on demand.

    with MailServer() as server:
        server.misbehave(Fault(Point.RCPT, "550 5.1.1 User unknown", recipient="gone@example.com"))
        ...
        assert [mail.recipient for mail in server.accepted] == [...]

It runs in a thread of its own, so tests may be synchronous or bring an event loop.
"""
# ruff: noqa: N802  aiosmtpd finds commands by these names

import asyncio
import base64
import contextlib
import json
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Point(StrEnum):
    """Where a fault may happen; CONTENT is inside the content, after its first line; DOT when the dot has come."""

    GREETING = "GREETING"
    EHLO = "EHLO"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "CONTENT"
    DOT = "DOT"


DROP = "drop"
"""Close the connection without a word."""

RESET = "reset"
"""Close it with a TCP reset."""

HANG = "hang"
"""Say nothing more until the server stops."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`does` is DROP, RESET, HANG or a reply; one that begins with 421 closes the connection too.

    `times` None is for ever. `accepts` journals the message before the fault: only the client does not get to know.
    """

    at: Point
    does: str
    recipient: str | None = None
    times: int | None = None
    accepts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One accepted message; `number` counts the connections."""

    sender: str
    recipient: str
    data: bytes
    number: int
    options: tuple[str, ...] = ()

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.data, policy=default))

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class MailServer:
    """`journal` (JSON lines, fsynced before the 250) outlives the server; `extensions=False` hides every extension."""

    def __init__(
        self,
        *,
        journal: Path | None = None,
        tls: ssl.SSLContext | None = None,
        is_tls_from_start: bool = False,
        login: tuple[str, str] | None = None,
        extensions: bool = True,
        size_limit: int = 30_000_000,
    ) -> None:
        self.accepted: list[Mail] = []
        self.commands: list[str] = []
        """Every command line in the order of arrival, over all connections."""
        self.connections = 0
        self.port = 0
        self._faults: list[Fault] = []
        self._on: dict[str, Callable[[], None]] = {}
        self._uses: dict[int, int] = {}
        self._journal = journal
        self._tls = tls
        self._is_tls_from_start = is_tls_from_start
        self._login = login
        self._extensions = extensions
        self._size_limit = size_limit
        self._protocols: set[_Conversation] = set()
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mail-server", daemon=True)

    def __enter__(self) -> Self:
        started = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self._thread.start()
        started.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def misbehave(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def behave(self) -> None:
        self._faults.clear()

    def wait_for(self, command: str, times: int = 1) -> None:
        """Block until a command that begins so has come `times` times; "LOST" stands for a lost connection."""
        with self._changed:
            is_there = self._changed.wait_for(lambda: self.count(command) >= times, 10)
        assert is_there, f"{command} did not come {times} times: {self.commands}"

    def count(self, command: str) -> int:
        return sum(known.startswith(command) for known in self.commands)

    def disconnect_all(self) -> None:
        """Close every open connection, as a relay does with idle ones."""
        before = self.count("LOST")
        open_now = len(self._protocols)
        self._loop.call_soon_threadsafe(lambda: [known.leave() for known in list(self._protocols)])
        self.wait_for("LOST", before + open_now)

    def when(self, command: str, act: Callable[[], None]) -> None:
        """Call `act` once, when a command that begins so comes and before it is answered."""
        self._on[command] = act

    def note(self, command: str) -> None:
        for known in [known for known in self._on if command.startswith(known)]:
            self._on.pop(known)()
        with self._changed:
            self.commands.append(command)
            self._changed.notify_all()

    def fault_at(self, point: Point, recipient: str = "") -> Fault | None:
        """The fault that happens now; counts its use."""
        for fault in self._faults:
            if fault.at is not point or fault.recipient not in {None, recipient}:
                continue
            used = self._uses.get(id(fault), 0)
            if fault.times is not None and used >= fault.times:
                continue
            self._uses[id(fault)] = used + 1
            return fault
        return None

    def accept(self, mail: Mail) -> None:
        """Durable before it is acknowledged, like a good relay."""
        if self._journal is not None:
            line = {
                "sender": mail.sender,
                "recipient": mail.recipient,
                "message_id": mail.message_id,
                "data": base64.b64encode(mail.data).decode(),
            }
            with self._journal.open("a") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.accepted.append(mail)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start(self) -> None:
        self._stopping = asyncio.Event()
        context = self._tls if self._is_tls_from_start else None
        self._server = await self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        self._stopping.set()
        for conversation in list(self._protocols):
            conversation.leave()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _conversation(self) -> "_Conversation":
        self.connections += 1
        return _Conversation(
            self,
            number=self.connections,
            stopping=self._stopping,
            hides_extensions=not self._extensions,
            loop=self._loop,
            hostname="relay.example",
            data_size_limit=self._size_limit,
            enable_SMTPUTF8=self._extensions,
            tls_context=None if self._is_tls_from_start else self._tls,
            auth_require_tls=False,
            auth_exclude_mechanism=None if self._login else ["PLAIN", "LOGIN"],
            authenticator=self._authenticate,
        )

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login)

    def joined(self, conversation: "_Conversation") -> None:
        self._protocols.add(conversation)

    def left(self, conversation: "_Conversation") -> None:
        if conversation in self._protocols:
            self._protocols.discard(conversation)
            self.note("LOST")


class _Conversation(SMTP):
    def __init__(
        self, server: MailServer, *, number: int, stopping: asyncio.Event, hides_extensions: bool, **settings: Any
    ) -> None:
        self._home = server
        self._number = number
        self._stopping = stopping
        self._hides_extensions = hides_extensions
        super().__init__(self, **settings)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._home.joined(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._home.left(self)

    def leave(self) -> None:
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).close()

    async def _handle_client(self) -> None:
        with contextlib.suppress(ConnectionError):
            if not await self._faulty(Point.GREETING):
                await super()._handle_client()

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        kept = [line for line in lines if line[4:] not in {"AUTH ", "HELP"}]
        if self._hides_extensions:
            kept = kept[:1]
        return [*(f"250-{line[4:]}" for line in kept[:-1]), f"250 {kept[-1][4:]}"]

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._unless_faulty(Point.EHLO, f"EHLO {hostname}", super().smtp_EHLO, hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._unless_faulty(Point.AUTH, "AUTH", super().smtp_AUTH, arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        self._home.note("STARTTLS")
        await super().smtp_STARTTLS(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self._unless_faulty(Point.MAIL, f"MAIL {arg}", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        recipient = (arg or "").partition("<")[2].partition(">")[0]
        await self._unless_faulty(Point.RCPT, f"RCPT {arg}", super().smtp_RCPT, arg, recipient=recipient)

    async def smtp_RSET(self, arg: str) -> None:
        self._home.note("RSET")
        await super().smtp_RSET(arg)

    async def smtp_NOOP(self, arg: str) -> None:
        self._home.note("NOOP")
        await super().smtp_NOOP(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        self._home.note("QUIT")
        await super().smtp_QUIT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        recipient = "".join(self.envelope.rcpt_tos[:1])
        self._home.note("DATA")
        if await self._faulty(Point.DATA, recipient):
            return
        fault = self._home.fault_at(Point.CONTENT, recipient)
        if fault is not None:
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            self._home.note("CONTENT")
            await self._happen(fault)
            return
        await super().smtp_DATA(arg)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        self._home.note("DOT")
        fault = self._home.fault_at(Point.DOT, recipient)
        if fault is None or fault.accepts:
            content = envelope.original_content
            assert content is not None
            options = tuple(envelope.mail_options)
            sender = envelope.mail_from or ""
            self._home.accept(
                Mail(sender=sender, recipient=recipient, data=content, number=self._number, options=options)
            )
        if fault is not None:
            await self._ended(fault)
            return fault.does
        return f"250 2.0.0 Ok: queued as {len(self._home.accepted)}"

    async def _unless_faulty(self, point: Point, note: str, go_on: Any, arg: str | None, recipient: str = "") -> None:
        self._home.note(note)
        if not await self._faulty(point, recipient):
            await go_on(arg)

    async def _faulty(self, point: Point, recipient: str = "") -> bool:
        fault = self._home.fault_at(point, recipient)
        if fault is None:
            return False
        await self._happen(fault)
        return True

    async def _happen(self, fault: Fault) -> None:
        await self._ended(fault)
        await self.push(fault.does)

    async def _ended(self, fault: Fault) -> None:
        """Nothing where the fault is a reply; else the conversation is over (aiosmtpd leaves on a cancellation)."""
        transport = cast(asyncio.Transport, self.transport)
        match fault.does:
            case "hang":
                await self._stopping.wait()
            case "drop":
                transport.close()
            case "reset":
                linger = struct.pack("ii", 1, 0)
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()
            case reply if reply.startswith("421"):
                await self.push(reply)
                transport.close()
            case _:
                return
        raise asyncio.CancelledError


def journalled(path: Path) -> Iterator[tuple[str, str, str]]:
    """(sender, recipient, Message-ID) of each message in a journal; a torn last line was never acknowledged."""
    for line in path.read_text().splitlines(keepends=True) if path.exists() else []:
        if line.endswith("\n"):
            known = json.loads(line)
            yield known["sender"], known["recipient"], known["message_id"]
