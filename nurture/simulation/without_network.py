"""What stands in for the world outside when the engine runs without a network: relay, mailbox, webhooks in memory."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from nurture.clock import Clock
from nurture.delivery.transport import MayWrite, Parcel
from nurture.domain.campaign import Campaign
from nurture.domain.message import Accepted, Deferred, Outcome
from nurture.engine.calls import Caller
from nurture.engine.claim import Call
from nurture.engine.rules import Rules
from nurture.engine.running import Running
from nurture.engine.store_thread import StoreThread
from nurture.inbox.mailbox import Cursor, Fetched, IsKnown
from nurture.store.connection import Connection
from nurture.store.database import Database
from nurture.webhooks.call import Delivered

T = TypeVar("T")


class MemoryTransport:
    """A relay that takes everything and keeps it, in the order of delivery."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    async def deliver(self, parcel: Parcel, *, may_write: MayWrite) -> Outcome:
        if not await may_write():
            return Deferred(reason="not to be written now")
        self.parcels.append(parcel)
        return Accepted(reply="250 2.0.0 taken")

    async def close(self) -> None:
        return


class MemoryMailbox:
    """A mailbox into which mails are put by hand."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mails: list[Fetched] = []

    def put(self, raw: bytes) -> None:
        number = len(self._mails) + 1
        self._mails.append(
            Fetched(
                key=f"1:{number}",
                raw=raw,
                cursor_after=Cursor(uid_validity=1, last_uid=number),
                received_at=self._clock.now(),
                size=len(raw),
            )
        )

    def start_cursor(self) -> Cursor:
        return Cursor(uid_validity=1, last_uid=len(self._mails))

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched | Cursor]:  # noqa: ARG002
        yield from self._mails[cursor.last_uid :]

    def interrupt(self) -> None:
        return


class InlineStore(StoreThread):
    """The store without a thread of its own: for one play at a time that waits for nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, act: Callable[[Connection], T]) -> T:
        return self._write(act)

    async def read(self, ask: Callable[[Connection], T]) -> T:
        return self._read(ask)

    def close(self) -> None:
        return


class SilentCaller(Caller):
    """Calls nobody: every webhook is taken to have been answered."""

    def __init__(self, *, rules: Rules, store: StoreThread, clock: Clock) -> None:
        self._rules = rules
        self._store = store
        self._clock = clock

    async def make(self, wanted: Call) -> None:
        await self._store.write(lambda conn: self._record(conn, wanted, Delivered(status=200)))

    async def close(self) -> None:
        return


class GivenCampaigns(Running):
    """Campaigns as they are given, neither from a folder nor from a database."""

    def __init__(self, campaigns: Mapping[str, Campaign]) -> None:
        self._campaigns = MappingProxyType(dict(campaigns))
