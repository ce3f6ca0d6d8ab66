"""Carrying messages to their relays: each stage of the conversation noted in the ledger before and after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from nurture.clock import Clock
from nurture.delivery.journal import Journal, JournalEntry
from nurture.delivery.transport import Parcel, Transport
from nurture.domain.content import Content
from nurture.domain.message import Deferred, Message, Outcome, Rejected
from nurture.domain.suppression import forbids
from nurture.engine.batch import Batcher
from nurture.engine.claim import Assignment
from nurture.engine.letter import Letter, LetterWriter
from nurture.engine.perform import Desk
from nurture.engine.record import Settled, record
from nurture.engine.second_look import still_sends
from nurture.engine.store_thread import StoreThread
from nurture.errors import InvalidInput, RelayUnavailable, ServiceUnavailable
from nurture.store import holds, messages, suppressions
from nurture.store.connection import Connection

_FIRST_RELAY_HOLD = timedelta(seconds=30)
_LONGEST_RELAY_HOLD = timedelta(minutes=15)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """The ask to write one message's content now: answered yes only when the ledger says that it may."""

    assignment: Assignment
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outage:
    """A relay that could not be reached, for the `failures`-th time in a row."""

    noticed_at: datetime
    failures: int

    def is_fresh(self, now: datetime) -> bool:
        """Whether what fails now fails of the same, having been under way already."""
        return self.noticed_at <= now < self.noticed_at + _FIRST_RELAY_HOLD


class Courier:
    """Sends assignments, several at once; `troubles` says whose relay could not be reached at the last try."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: StoreThread,
        transports: Mapping[str, Transport],
        writer: LetterWriter,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._store = store
        self._transports = transports
        self._writer = writer
        self._journal = journal
        self._clock = clock
        # One queue for both: a connection's next mark is never committed before the outcome of its last message, so
        # that a death leaves at most one message of each connection unknown.
        self._notes: Batcher[_Mark | Settled, bool] = Batcher(self._note_all)
        self._outages: dict[str, _Outage] = {}
        self.troubles: dict[str, str] = {}

    async def send(self, assignment: Assignment) -> None:
        """Send one message and record what became of it; never raises for what one mail or relay did."""
        outcome = await self._deliver(assignment)
        settled = Settled(
            message=assignment.message,
            outcome=outcome,
            enrollment=assignment.enrollment,
            campaign=assignment.campaign,
            is_resend=assignment.enrollment is None and assignment.message.enrollment_id is not None,
        )
        try:
            await self._notes.ask(settled)
        except ServiceUnavailable as trouble:
            # The relay has it and the database does not know: on disk beside it, to be replayed when it is back.
            self._journal.append(
                JournalEntry(
                    message_id=assignment.message.id,
                    lease_token=assignment.message.lease_token or "",
                    outcome=outcome,
                    at=self._clock.now(),
                )
            )
            log.warning("outcome kept in the journal", message=assignment.message.key, because=str(trouble))

    async def _deliver(self, assignment: Assignment) -> Outcome:
        message = assignment.message
        try:
            letter = self._writer.write(assignment, now=self._clock.now())
        except InvalidInput as problem:
            log.warning("not sendable", message=message.key, because=str(problem))
            return Rejected(reason=str(problem), kind="content")
        try:
            outcome = await self._hand_over(assignment, letter)
        except RelayUnavailable as trouble:
            await self._hold(message.sender, str(trouble))
            return Deferred(reason=str(trouble), is_relay_wide=True)
        self._outages.pop(message.sender, None)
        self.troubles.pop(message.sender, None)
        return outcome

    async def _hand_over(self, assignment: Assignment, letter: Letter) -> Outcome:
        parcel = Parcel(
            sender=assignment.message.sender,
            mail_from=letter.mail_from,
            rcpt_to=letter.rcpt_to,
            data=letter.data,
        )
        mark = _Mark(assignment=assignment, content=letter.content)
        transport = self._transports[assignment.message.sender]
        return await transport.deliver(parcel, may_write=partial(self._may_write, mark))

    async def _may_write(self, mark: _Mark) -> bool:
        try:
            return await self._notes.ask(mark)
        except ServiceUnavailable as trouble:
            # What cannot be noted must not be sent.
            log.warning("nothing is sent while the database is away", because=str(trouble))
            return False

    async def _note_all(self, notes: Sequence[_Mark | Settled]) -> Sequence[bool]:
        return await self._store.write(lambda conn: self._note(conn, notes))

    def _note(self, conn: Connection, notes: Sequence[_Mark | Settled]) -> list[bool]:
        """Outcomes first, since what they say of an address or a relay bears on what may still be written."""
        record(conn, self._desk, [note for note in notes if isinstance(note, Settled)], now=self._clock.now())
        is_stopped = "all" in holds.scopes(conn, self._clock.now())
        recipients = [note.assignment.message.recipient for note in notes if isinstance(note, _Mark)]
        scopes = suppressions.scopes_of(conn, recipients) if recipients else {}
        return [isinstance(note, Settled) or (not is_stopped and self._mark(conn, note, scopes)) for note in notes]

    def _mark(self, conn: Connection, mark: _Mark, scopes: Mapping[str, Sequence[str]]) -> bool:
        """Commit the mark of what may still be sent: not suppressed, moved, unwanted or leased away."""
        message = mark.assignment.message
        return (
            not _is_suppressed(message, scopes)
            and still_sends(conn, self._desk.rules, mark.assignment)
            and messages.mark_dot(
                conn,
                message.id,
                lease_token=message.lease_token or "",
                now=self._clock.now(),
                subject=mark.content.subject,
                links=mark.content.links,
            )
        )

    async def _hold(self, sender: str, because: str) -> None:
        """Leave an unreachable relay alone for a while, longer each time."""
        now = self._clock.now()
        outage = self._outages.get(sender)
        if outage and outage.is_fresh(now):
            return
        outage = _Outage(noticed_at=now, failures=outage.failures + 1 if outage else 1)
        self._outages[sender] = outage
        self.troubles[sender] = because
        until = now + min(_FIRST_RELAY_HOLD * 2 ** min(outage.failures - 1, 10), _LONGEST_RELAY_HOLD)
        log.warning("relay unavailable", sender=sender, because=because, until=until.isoformat())
        put = partial(holds.put_for_a_while, scope=f"sender:{sender}", because=because, now=now, until_at=until)
        try:
            await self._store.write(put)
        except ServiceUnavailable as trouble:
            log.warning("hold not written", sender=sender, because=str(trouble))

    async def close(self) -> None:
        """End the connections politely."""
        for transport in self._transports.values():
            await transport.close()


def _is_suppressed(message: Message, scopes: Mapping[str, Sequence[str]]) -> bool:
    return any(forbids(scope, message.purpose, message.campaign) for scope in scopes.get(message.recipient, ()))
