"""A Maildir as mailbox: files in `new` and `cur`, read where they lie."""

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from imapclient import imap_utf7

from nurture.errors import MailboxUnavailable
from nurture.inbox.mailbox import KEYS_AT_ONCE, MAX_MAIL_BYTES, PARTIAL_BYTES, Cursor, Fetched, IsKnown
from nurture.inbox.settings import AUTO, INBOX, is_inbox

_NANOSECONDS = 1_000_000_000
_TICK = 20_000_000
"""Nanoseconds: file systems stamp with a coarse clock, so that two files of one tick look equally old."""


_OVERLAP = 24 * 3600 * _NANOSECONDS
"""How much older than another a file may be that came after it: a program may stamp it with the mail's own date."""

_USUAL_SENT = ("Sent", "Sent Items", "Sent Messages", "Sent Mail", "INBOX.Sent")
_FOLDERS_NAMED = 30


@dataclass(frozen=True, slots=True)
class _File:
    modified: int
    key: str
    path: str
    size: int


class MaildirMailbox:
    """`path` is the INBOX, the folder that holds `new` and `cur`; others lie in it (`.Sent`, `.Archive.2026`).

    A file's key is its name without flags (before `:2,`), which stays the same when a mail program moves it from `new`
    to `cur`. What is history is told by the time of modification, which deliveries set and mail programs keep.
    `is_sent`: it is the folder of sent mail, `auto` for the one that is usual. No keys of it are kept, so the cursor
    follows the newest file at a distance, and what comes again is told by its Message-ID.
    """

    def __init__(
        self, path: Path, folder: str = INBOX, *, is_sent: bool = False, max_bytes: int = MAX_MAIL_BYTES
    ) -> None:
        self._root = path
        self._folder = folder
        self._is_sent = is_sent
        self._max_bytes = max_bytes
        self._known: set[str] = set()  # keys the caller has confirmed: an old mailbox is not asked about every time
        self._is_interrupted = False

    def interrupt(self) -> None:
        self._is_interrupted = True

    def start_cursor(self) -> Cursor:
        """Waits out the tick of a file that has just come, so that the next to come is told apart from it."""
        while 0 <= time.time_ns() - (newest := self._newest()) < _TICK:
            time.sleep(_TICK / _NANOSECONDS)
        return Cursor(uid_validity=None, last_uid=min(newest, time.time_ns()))

    def _newest(self) -> int:
        return max((file.modified for file in self._files()), default=0)

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched | Cursor]:
        if cursor.uid_validity is not None:  # it was a mailbox on a server until now
            cursor = Cursor(uid_validity=None, last_uid=int(since.timestamp()) * _NANOSECONDS)
        files = {
            file.key: file for file in self._files() if file.modified > cursor.last_uid and file.key not in self._known
        }  # a file on its way from `new` to `cur` may be seen in both
        waiting = sorted(files.values(), key=lambda file: (file.modified, file.key))
        yield from self._unknown(iter(waiting), cursor, is_known)
        if waiting and self._is_sent:
            newest = min(waiting[-1].modified, time.time_ns()) - _OVERLAP
            if newest > cursor.last_uid:
                yield Cursor(uid_validity=None, last_uid=newest)

    def _unknown(self, waiting: Iterator[_File], cursor: Cursor, is_known: IsKnown) -> Iterator[Fetched]:
        unreadable: MailboxUnavailable | None = None
        while batch := list(itertools.islice(waiting, KEYS_AT_ONCE)):
            known = is_known([file.key for file in batch])
            self._known.update(known)
            for file in batch:
                if self._is_interrupted:
                    raise MailboxUnavailable(
                        "the look was broken off, since nurture stops",
                        where=str(self._path),
                        hint="The next one goes on from here.",
                    )
                try:
                    fetched = None if file.key in known else self._read(file, cursor)
                except MailboxUnavailable as error:
                    unreadable = unreadable or error  # told after the others are through
                    continue
                if fetched is not None:
                    yield fetched
                    if self._is_sent:
                        self._known.add(file.key)
        if unreadable is not None:
            raise unreadable

    @property
    def _path(self) -> Path:
        """Where the folder lies: with a dot before its name (Maildir++), or as a plain folder.

        Raises MailboxUnavailable where it is not there.
        """
        if is_inbox(self._folder):
            return self._root
        is_usual = self._is_sent and self._folder == AUTO
        names = _USUAL_SENT if is_usual else (self._folder,)
        for name in names:
            for path in _places(self._root, name):
                if (path / "cur").is_dir():
                    return path
        there = sorted(path.parent.name.removeprefix(".") for path in self._root.glob("*/cur"))
        raise MailboxUnavailable(
            "there is no folder of sent mail" if is_usual else f"there is no folder {self._folder!r}",
            where=str(self._root),
            hint=f"The Maildir has: {', '.join(['INBOX', *there][:_FOLDERS_NAMED])}.",
        )

    def _files(self) -> Iterator[_File]:
        path = self._path
        for name in ("new", "cur"):
            folder = path / name
            try:
                with os.scandir(folder) as entries:
                    yield from filter(None, map(_seen, entries))
            except OSError as error:
                raise MailboxUnavailable(
                    f"cannot read the Maildir: {error.strerror or error}",
                    where=str(folder),
                    hint="`path` of the inbox must name a folder that holds `new` and `cur` and may be read.",
                ) from error

    def _read(self, file: _File, cursor: Cursor) -> Fetched | None:
        """The mail, or None where it was moved since the folder was listed: the next look finds it again."""
        is_partial = file.size > self._max_bytes
        try:
            with Path(file.path).open("rb") as opened:
                raw = opened.read(min(PARTIAL_BYTES, self._max_bytes) if is_partial else self._max_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MailboxUnavailable(
                f"cannot read a mail: {error.strerror or error}",
                where=file.path,
                hint="Give this user the right to read it, or move it out of the Maildir.",
            ) from error
        return Fetched(
            key=file.key,
            raw=raw,
            cursor_after=cursor,
            received_at=datetime.fromtimestamp(file.modified / _NANOSECONDS, UTC),
            size=file.size,
            is_partial=is_partial,
        )


def _places(root: Path, name: str) -> Iterator[Path]:
    """Where a Maildir keeps the folder of that name, whose levels are parted by `/` or `.`."""
    if name in ("", ".", "..") or "\0" in name or ".." in name.split("/"):
        return
    for spelled in dict.fromkeys((imap_utf7.encode(name).decode("ascii"), name)):
        yield root / f".{spelled.replace('/', '.')}"
        yield root / spelled.lstrip("/")


def _seen(entry: os.DirEntry[str]) -> _File | None:
    """A mail, or None for anything else that lies in the folder, or lies there no more."""
    if entry.name.startswith("."):
        return None
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    # A store keeps no name that is not text (a byte that is not UTF-8 stands as half a surrogate).
    name = entry.name.encode("utf-8", "backslashreplace").decode()
    return _File(modified=status.st_mtime_ns, key=name.split(":2,", 1)[0], path=entry.path, size=status.st_size)
