"""A Maildir as mailbox: files in `new` and `cur`, read where they lie."""

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nurture.errors import MailboxUnavailable
from nurture.inbox.mailbox import KEYS_AT_ONCE, MAX_MAIL_BYTES, PARTIAL_BYTES, Cursor, Fetched, IsKnown

_NANOSECONDS = 1_000_000_000
_TICK = 20_000_000
"""Nanoseconds: file systems stamp with a coarse clock, so that two files of one tick look equally old."""


@dataclass(frozen=True, slots=True)
class _File:
    modified: int
    key: str
    path: str
    size: int


class MaildirMailbox:
    """`path` is the folder that holds `new` and `cur`.

    A file's key is its name without flags (before `:2,`), which stays the same when a mail program moves it from `new`
    to `cur`. What is history is told by the time of modification, which deliveries set and mail programs keep.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_MAIL_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._known: set[str] = set()  # keys the caller has confirmed: an old mailbox is not asked about every time

    def start_cursor(self) -> Cursor:
        """Waits out the tick of a file that has just come, so that the next to come is told apart from it."""
        while 0 <= time.time_ns() - (newest := self._newest()) < _TICK:
            time.sleep(_TICK / _NANOSECONDS)
        return Cursor(uid_validity=None, last_uid=min(newest, time.time_ns()))

    def _newest(self) -> int:
        return max((file.modified for file in self._files()), default=0)

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched]:  # noqa: ARG002
        files = {
            file.key: file for file in self._files() if file.modified > cursor.last_uid and file.key not in self._known
        }  # a file on its way from `new` to `cur` may be seen in both
        waiting = iter(sorted(files.values(), key=lambda file: (file.modified, file.key)))
        unreadable: MailboxUnavailable | None = None
        while batch := list(itertools.islice(waiting, KEYS_AT_ONCE)):
            known = is_known([file.key for file in batch])
            self._known.update(known)
            for file in batch:
                try:
                    fetched = None if file.key in known else self._read(file, cursor)
                except MailboxUnavailable as error:
                    unreadable = unreadable or error  # told after the others are through
                    continue
                if fetched is not None:
                    yield fetched
        if unreadable is not None:
            raise unreadable

    def _files(self) -> Iterator[_File]:
        for name in ("new", "cur"):
            folder = self._path / name
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
    return _File(modified=status.st_mtime_ns, key=entry.name.split(":2,", 1)[0], path=entry.path, size=status.st_size)
