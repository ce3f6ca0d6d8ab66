"""A standing connection on which an IMAP server says that mail came (IDLE, RFC 2177)."""

import select
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from imapclient import IMAPClient

from nurture.inbox.imap_folder import open_folder
from nurture.inbox.imap_line import ImapLine
from nurture.inbox.mailbox import TokenSource
from nurture.inbox.settings import INBOX, MailboxSettings

RENEW_SECONDS = 9 * 60.0
"""RFC 2177 asks for less than 29 minutes; routers on the way forget a line that is quiet for ten."""

PROOF_SECONDS = 10.0
"""How long a line that is to prove that it lives may take for it."""


class ImapWatch:
    """Watches one folder. What it says only wakes: it reads no mail, and a dead line costs delay alone."""

    def __init__(
        self,
        settings: MailboxSettings,
        folder: str = INBOX,
        *,
        tokens: TokenSource | None = None,
        renew_seconds: float = RENEW_SECONDS,
        proof_seconds: float = PROOF_SECONDS,
    ) -> None:
        self._line = ImapLine(settings, tokens)
        self._folder = folder
        self._renew_seconds = renew_seconds
        self._proof_seconds = min(proof_seconds, settings.timeout)
        self._bell: socket.socket | None = None
        self._is_standing = False

    @property
    def is_standing(self) -> bool:
        return self._is_standing

    def keep(self, tell: Callable[[], None]) -> None:
        self._bell, hears = socket.socketpair()
        self._bell.setblocking(False)
        try:
            with self._line.logged_in() as client:
                if not client.has_capability("IDLE"):
                    return
                open_folder(self._line, client, self._folder)
                while True:
                    client.idle()
                    self._is_standing = True
                    tell()  # of what came before the server began to tell
                    self._listen(client, hears, tell)
                    client.socket().settimeout(self._proof_seconds)
                    client.idle_done()
        finally:
            self._is_standing = False
            self._bell.close()
            hears.close()

    def renew(self) -> None:
        if self._bell is not None:
            with suppress(OSError):  # it rings already, or nobody listens any more
                self._bell.send(b".")

    def interrupt(self) -> None:
        self._line.cut()
        self.renew()

    def _listen(self, client: IMAPClient, hears: socket.socket, tell: Callable[[], None]) -> None:
        """Until it is time to renew, or somebody doubts, or something is odd: asking then shows whether it lives."""
        until = time.monotonic() + self._renew_seconds
        waiting = select.poll()
        line = client.socket()
        for each in (line, hears):
            waiting.register(each, select.POLLIN)
        while (left := until - time.monotonic()) > 0:
            ready = {number for number, _ in waiting.poll(left * 1000)}
            if hears.fileno() in ready:
                hears.recv(4096)
                return
            if line.fileno() in ready:
                said = client.idle_check(timeout=0)
                if not said or any(_is_bye(each) for each in said):
                    return
                if any(_is_exists(each) for each in said):
                    tell()


def _is_exists(response: Sequence[Any]) -> bool:
    return len(response) > 1 and response[1] == b"EXISTS"


def _is_bye(response: Sequence[Any]) -> bool:
    return bool(response) and response[0] == b"BYE"
