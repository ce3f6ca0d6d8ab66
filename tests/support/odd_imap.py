"""A small IMAP server on loopback that does what real ones do only on bad days: lie, leave out, refuse, hang up."""

import re
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

_BETWEEN_MAILS = 0.5  # seconds
_PART = re.compile(r"BODY\.PEEK\[([A-Z]*)\](?:<(\d+)\.(\d+)>)?")


@dataclass(kw_only=True)
class Oddities:
    """What is odd about the server, by the UIDs of the mails that it holds."""

    mails: dict[int, bytes]
    has_uid_next: bool = True
    sizes: dict[int, int] = field(default_factory=dict)
    """What it says of a mail's size, where that is not true."""
    dates: dict[int, str] = field(default_factory=dict)
    """INTERNALDATE as it is written."""
    refused: set[int] = field(default_factory=set)
    """Mails because of which a whole FETCH is answered NO."""
    without_content: set[int] = field(default_factory=set)
    """Mails whose content is NIL."""
    without_literal: set[int] = field(default_factory=set)
    """Mails that are told of without the content that was asked for."""
    is_part_refused: bool = False
    """Whether it knows no part of a mail (`<0.100>`)."""
    bye_at: int = 0
    """The mail in the middle of which it says BYE, once."""
    has_idle: bool = False
    login: str = "OK logged in"
    examine: str = "OK opened"
    commands: list[str] = field(default_factory=list)
    idling: list["_Session"] = field(default_factory=list)
    logged_in: threading.Event = field(default_factory=threading.Event)

    def flood(self, mails: Sequence[bytes]) -> None:
        """Mails that come one after the other, each announced to who idles, and the next once that had a look begin.

        Where it had not, the next comes all the same before long.
        """
        for raw in mails:
            uid = max(self.mails, default=0) + 1
            self.dates[uid] = f'"{datetime.now(UTC):%d-%b-%Y %H:%M:%S +0000}"'
            self.mails[uid] = raw
            self.logged_in.clear()
            for session in self.idling:
                session.announce(uid)
            self.logged_in.wait(_BETWEEN_MAILS)


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self._say("* OK odd")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            self.server.odd.commands.append(command)
            if not self._answer(tag, command):
                return

    def announce(self, count: int) -> None:
        self._say(f"* {count} EXISTS")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _answer(self, tag: str, command: str) -> bool:
        odd = self.server.odd
        match command.upper().split():
            case ["CAPABILITY"]:
                self._say("* CAPABILITY IMAP4rev1 IDLE" if odd.has_idle else "* CAPABILITY IMAP4rev1")
            case ["IDLE"]:
                self._say("+ idling")
                odd.idling.append(self)
                return True
            case ["LOGIN", *_]:
                odd.logged_in.set()
                self._say(f"{tag} {odd.login}")
                return odd.login.startswith("OK")
            case ["EXAMINE", *_]:
                self._say(f"* {len(odd.mails)} EXISTS\r\n* OK [UIDVALIDITY 7] ok")
                if not odd.examine.startswith("OK"):
                    self._say(f"{tag} {odd.examine}")
                    return True
                if odd.has_uid_next:
                    self._say(f"* OK [UIDNEXT {max(odd.mails, default=0) + 1}] ok")
            case ["UID", "SEARCH", *words]:
                self._say(" ".join(["* SEARCH", *map(str, self._found(words))]))
            case ["UID", "FETCH", uids, *_]:
                return self._fetch(tag, [int(uid) for uid in uids.split(",")], command)
            case ["LOGOUT"]:
                self._say(f"* BYE\r\n{tag} OK")
                return False
        self._say(f"{tag} OK done")
        return True

    def _found(self, words: list[str]) -> list[int]:
        mails = sorted(self.server.odd.mails)
        where = words[words.index("UID") + 1]
        if where == "*":
            return mails[-1:]
        if ":" in where:
            first, last = where.split(":")
            highest = mails[-1] if last == "*" else int(last)
            return [uid for uid in mails if int(first) <= uid <= highest]
        return [uid for uid in mails if str(uid) in where.split(",")]

    def _fetch(self, tag: str, uids: list[int], command: str) -> bool:
        odd = self.server.odd
        part = _PART.search(command)
        if part and ((odd.refused & set(uids)) or (part[3] and odd.is_part_refused)):
            self._say(f"{tag} NO [SERVERBUG] internal error")
            return True
        for number, uid in enumerate(uids, 1):
            if uid not in odd.mails:
                continue
            head = f"* {number} FETCH (UID {uid}"
            if part is None:
                date = odd.dates.get(uid, '"02-Mar-2026 02:00:00 +0000"')
                self._say(f"{head} RFC822.SIZE {odd.sizes.get(uid, len(odd.mails[uid]))} INTERNALDATE {date})")
                continue
            raw = odd.mails[uid][: int(part[3])] if part[3] else odd.mails[uid]
            name = "BODY[]<0>" if part[3] else "BODY[]"
            if uid == odd.bye_at:
                odd.bye_at = 0
                self.wfile.write(f"{head} {name} {{{len(raw)}}}\r\n".encode() + raw[:5])
                self._say("\r\n* BYE going down")
                return False
            if uid in odd.without_content:
                self._say(f"{head} {name} NIL)")
            elif uid in odd.without_literal:
                self._say(f"{head} FLAGS ())")
            else:
                self.wfile.write(f"{head} {name} {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        self._say(f"{tag} OK done")
        return True


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    odd: Oddities


@contextmanager
def odd_server(odd: Oddities, *, port: int = 0) -> Iterator[int]:
    """The port of such a server, gone at the end."""
    with _Server(("127.0.0.1", port), _Session) as server:
        server.odd = odd
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
