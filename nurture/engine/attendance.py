"""Which workers of this host are alive: each holds a lock that the system frees however its process ends."""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from nurture.delivery.journal import Journal
from nurture.errors import DiskFull


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A worker whose process has ended without taking leave, and what it left."""

    worker: str
    journal: Journal
    lock: IO[str]


class Attendance:
    """This worker's own lock and journal in `folder`, which all workers of one database on one host share."""

    def __init__(self, folder: Path, worker: str) -> None:
        """Raises DiskFull where there is no room even for an empty file."""
        self.worker = worker
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._path(worker, "lock"))
        except OSError as error:
            raise DiskFull(
                f"the worker's lock cannot be written: {error.strerror}", where=str(folder), hint="Make room."
            ) from error
        if self._lock is None:
            raise RuntimeError(f"two workers are named {worker}")
        self.journal = Journal(self._path(worker, "journal"))

    def gone(self) -> Iterator[Gone]:
        """Workers that ended without leave; each is held until `forget`, so that only one worker succeeds it."""
        for path in sorted(self._folder.glob("*.lock")):
            worker = path.stem
            lock = None if worker == self.worker else _locked(path)
            if lock is not None:
                yield Gone(worker=worker, journal=Journal(self._path(worker, "journal")), lock=lock)

    def forget(self, gone: Gone) -> None:
        """Everything of theirs is settled."""
        self._remove(gone.worker)
        gone.lock.close()

    def leave(self) -> None:
        """Take leave: nothing of ours is under way. What the journal still holds is left for whoever comes next."""
        if self._lock is None:
            return
        if not self.journal.pending():
            self._remove(self.worker)
        self._lock.close()
        self._lock = None

    def _remove(self, worker: str) -> None:
        for kind in ("journal", "lock"):
            self._path(worker, kind).unlink(missing_ok=True)

    def _path(self, worker: str, kind: str) -> Path:
        return self._folder / f"{worker}.{kind}"


def _locked(path: Path) -> IO[str] | None:
    """The file under an exclusive lock; None where somebody has it, or where it was removed meanwhile."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_still_there = os.fstat(file.fileno()).st_nlink > 0
    except BlockingIOError:
        is_still_there = False
    if not is_still_there:
        file.close()
        return None
    return file
