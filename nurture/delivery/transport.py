"""What every way out has in common: a parcel goes in, an outcome comes back."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from nurture.domain.message import Outcome

MayWrite = Callable[[], Awaitable[bool]]
"""Asked when nothing but the content is missing; commits the mark before it says True."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message for one recipient; `sender` is the sender's name in config.yaml, `data` has CRLF."""

    sender: str
    mail_from: str
    rcpt_to: str
    data: bytes


class Transport(Protocol):
    """A way out; belongs to one event loop."""

    async def deliver(self, parcel: Parcel, *, may_write: MayWrite) -> Outcome:
        """What became of the parcel.

        `may_write` is awaited once, before the first byte of the content leaves; where it says False nothing is written
        and the outcome is Deferred. What it raises is raised here, and nothing was sent. From that moment on a
        cancellation waits for the outcome, which is returned; before it, nothing was sent.
        Raises RelayUnavailable where connecting, TLS or AUTH fails, and DiskFull; nothing was sent then.
        """
        ...

    async def close(self) -> None:
        """Take leave of the relay; deliveries under way must have ended."""
        ...


async def through_cancellation(work: Coroutine[None, None, Outcome]) -> Outcome:
    """The outcome of `work`, also where we are cancelled meanwhile: a fate that can be known is not thrown away."""
    task = asyncio.ensure_future(work)
    while True:
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
