"""A file that remembers outcomes while the database is away, so that an accepted mail is never taken for unsent."""

import errno
import json
import os
import threading
import zlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from nurture.domain.message import Accepted, Deferred, Outcome, Rejected, Unknown
from nurture.errors import DiskFull, ServiceUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """What became of message row `message_id` in the attempt that held `lease_token`; `at` is aware."""

    message_id: int
    lease_token: str
    outcome: Outcome
    at: datetime


class Journal:
    """One file for one worker process, any thread. A line is `CRC32 JSON`; what a crash tore off is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def append(self, entry: JournalEntry) -> None:
        """On disk (fsync) when it returns; raises DiskFull or ServiceUnavailable where that cannot be."""
        with self._lock:
            try:
                self._append(_line(entry))
            except OSError as error:
                raise _told(error, self._path) from error

    def pending(self) -> list[JournalEntry]:
        """Every entry that is whole, in the order of writing."""
        with self._lock:
            return self._read()

    def clear(self, entries: Collection[JournalEntry] | None = None) -> None:
        """Forget `entries` once the database has them (all where None); what was appended meanwhile stays."""
        with self._lock:
            kept = [] if entries is None else [entry for entry in self._read() if entry not in entries]
            try:
                if self._path.exists():
                    self._replace(b"".join(_line(entry) for entry in kept))
            except OSError as error:
                raise _told(error, self._path) from error

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self._path.exists()
        with self._path.open("ab+") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            self._sync_folder()

    def _read(self) -> list[JournalEntry]:
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        return [entry for entry in map(_entry, lines) if entry is not None]

    def _replace(self, content: bytes) -> None:
        waiting = self._path.with_name(self._path.name + ".part")
        with waiting.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(self._path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


_OUTCOMES: dict[str, type[Accepted] | type[Deferred] | type[Rejected] | type[Unknown]] = {
    kind.__name__: kind for kind in (Accepted, Deferred, Rejected, Unknown)
}


def _line(entry: JournalEntry) -> bytes:
    body = json.dumps(
        {
            "message_id": entry.message_id,
            "lease_token": entry.lease_token,
            "at": entry.at.isoformat(),
            "kind": type(entry.outcome).__name__,
            "outcome": asdict(entry.outcome),
        }
    ).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _entry(line: bytes) -> JournalEntry | None:
    check, _, body = line.partition(b" ")
    if not body or check != b"%08x" % zlib.crc32(body):
        return None
    known = json.loads(body)
    return JournalEntry(
        message_id=known["message_id"],
        lease_token=known["lease_token"],
        outcome=_OUTCOMES[known["kind"]](**known["outcome"]),
        at=datetime.fromisoformat(known["at"]),
    )


def _told(error: OSError, path: Path) -> ServiceUnavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull("There is no room for the journal of outcomes.", where=str(path), hint="Make room.")
    message = f"The journal of outcomes cannot be written: {error.strerror}."
    return ServiceUnavailable(message, where=str(path), hint="Check the path and its permissions.")
