"""A folder as the way out: a dry run whose mails can be opened and read."""

import asyncio
import contextlib
import errno
import hashlib
import os
import re
from email.parser import BytesHeaderParser
from pathlib import Path

from nurture.delivery.transport import MayWrite, Parcel, through_cancellation
from nurture.domain.message import Accepted, Deferred, Outcome
from nurture.errors import DiskFull, RelayUnavailable

_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]+")


class FolderTransport:
    """Writes each parcel as one .eml file, whole or not at all; the same Message-ID gives the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def deliver(self, parcel: Parcel, *, may_write: MayWrite) -> Outcome:
        return await through_cancellation(self._deliver(parcel, may_write))

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _deliver(self, parcel: Parcel, may_write: MayWrite) -> Outcome:
        target = self._path / _name(parcel)
        waiting = target.with_suffix(".part")
        try:
            await asyncio.to_thread(_write, waiting, parcel.data)
        except OSError as error:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(waiting.unlink, missing_ok=True)
            raise _told(error, self._path) from None
        if not await may_write():
            await asyncio.to_thread(waiting.unlink, missing_ok=True)
            return Deferred(reason="held back in the last moment: no longer wanted, or the lease is over")
        try:
            await asyncio.to_thread(_publish, waiting, target)
        except OSError as error:
            return Deferred(reason=f"{target} could not be written: {error.strerror}", is_relay_wide=True)
        return Accepted(reply=f"written to {target}")


def _name(parcel: Parcel) -> str:
    message_id = BytesHeaderParser().parsebytes(parcel.data).get("Message-ID", "")
    known_by = str(message_id).encode("utf-8", "replace") or parcel.data
    recipient = _UNSAFE.sub("-", parcel.rcpt_to)[:80].lstrip(".") or "nobody"
    return f"{recipient}_{hashlib.sha256(known_by).hexdigest()[:12]}.eml"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _publish(waiting: Path, target: Path) -> None:
    waiting.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _told(error: OSError, path: Path) -> DiskFull | RelayUnavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull("There is no room for the mail.", where=str(path), hint="Make room; it is tried again.")
    message = f"The folder for mails cannot be written: {error.strerror}."
    return RelayUnavailable(message, where=str(path), hint="Check the path and its permissions.")
