"""The demo's mail server: real SMTP on loopback, which keeps a journal and hands every mail to a made-up world."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from nurture.simulation.letter import Letter, read_letter


class MailServer:
    """Accepts for everybody but those of whom `is_unknown` holds. `journal` has each accepted mail, in order.

    `receive` is called before the mail is acknowledged.
    """

    def __init__(self, *, base_url: str, is_unknown: Callable[[str], bool], receive: Callable[[Letter], None]) -> None:
        self.journal: list[Letter] = []
        self.port = 0
        self._base_url = base_url
        self._is_unknown = is_unknown
        self._receive = receive
        self._conversations: set[_Conversation] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listening on a free port of loopback when it returns."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._answer, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more, and leave those who are still connected."""
        if self._server is None:
            return
        self._server.close()
        for conversation in list(self._conversations):
            conversation.leave()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # the conversations hear of it before the loop ends

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._is_unknown(address.lower()):
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        letter = read_letter(content, recipient=envelope.rcpt_tos[0].lower(), base_url=self._base_url)
        self.journal.append(letter)
        self._receive(letter)
        return f"250 2.0.0 Ok: queued as {len(self.journal)}"

    def _answer(self) -> "_Conversation":
        return _Conversation(self, self._conversations)


class _Conversation(SMTP):
    def __init__(self, server: MailServer, conversations: "set[_Conversation]") -> None:
        self._all = conversations
        super().__init__(
            server,
            hostname="mx.demo.example",
            enable_SMTPUTF8=True,
            auth_exclude_mechanism=["PLAIN", "LOGIN"],
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._all.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._all.discard(self)

    async def _handle_client(self) -> None:
        try:
            await super()._handle_client()
        except ConnectionError:
            return  # the client left without a word, as at the end of the demo

    def leave(self) -> None:
        """Close the connection."""
        transport: Any = self.transport
        if transport is not None:
            transport.close()
