"""Outcomes that were kept in the local journal while the database was away, written into the ledger once it is back."""

from collections.abc import Mapping
from datetime import datetime

from nurture.delivery.journal import Journal, JournalEntry
from nurture.domain.campaign import Campaign
from nurture.domain.message import Accepted, Deferred, Message, MessageState, Outcome, Rejected
from nurture.engine.attendance import Attendance
from nurture.engine.perform import Desk
from nurture.engine.record import record_afterwards
from nurture.store import mailboxes, messages
from nurture.store.database import Database
from nurture.store.leases import end_leases


def succeed_the_gone(
    attendance: Attendance, database: Database, desk: Desk, campaigns: Mapping[str, Campaign], *, now: datetime
) -> int:
    """Settle what workers of this host left who ended without leave: their journals, then all leases; how many."""
    workers = 0
    for gone in attendance.gone():
        replay_journal(gone.journal, database, desk, campaigns)
        with database.write() as conn:
            end_leases(conn, gone.worker, now=now)
            mailboxes.release(conn, gone.worker)
        attendance.forget(gone)
        workers += 1
    return workers


def replay_journal(journal: Journal, database: Database, desk: Desk, campaigns: Mapping[str, Campaign]) -> int:
    """Settle what the journal holds, each at the time it happened; how many. What is settled already stays as it is."""
    entries = journal.pending()
    if not entries:
        return 0
    with database.write() as conn:
        for entry in entries:
            message = messages.get(conn, entry.message_id)
            outcome = _told_by(entry, message) if message else None
            if message and outcome:
                record_afterwards(conn, desk, campaigns, message, outcome, now=entry.at)
    journal.clear(entries)
    return len(entries)


def _told_by(entry: JournalEntry, message: Message) -> Outcome | None:
    """What the entry says of the message as it stands now; None where that is settled, or another attempt's to say."""
    outcome = entry.outcome
    if message.state is MessageState.SENDING and message.lease_token == entry.lease_token:
        return outcome
    is_unknown = message.state is MessageState.UNKNOWN
    match outcome:
        case Accepted() if is_unknown or message.state is MessageState.SENDING:
            return outcome
        case Rejected(kind="address" | "content") if is_unknown:
            return outcome
        case Rejected(reason=reason) | Deferred(reason=reason) if is_unknown:
            # The person went on meanwhile: what is now known not to have been sent is not tried behind their back.
            return Rejected(reason=reason, kind="content")
        case _:
            return None
