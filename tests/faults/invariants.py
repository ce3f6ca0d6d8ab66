"""What must hold after every fault, asked of a relay's journal and the database: each breach is a sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select, text

from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.message import Message, MessageState
from nurture.store import events, reports, tables
from nurture.store.database import Database
from nurture.store.enrollments import enrollment_of_row
from nurture.store.messages import message_of_row
from tests.support.mail_server import journalled


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that the database knows of what was to be sent, in the order of writing."""

    messages: Sequence[Message]
    runs: Mapping[int, Enrollment]
    events: Sequence[Event]

    @property
    def unknown(self) -> list[Message]:
        return [message for message in self.messages if message.state is MessageState.UNKNOWN]


def read_ledger(database: Database) -> Ledger:
    """All rows, in one moment."""
    with database.read() as conn:
        messages = [message_of_row(row) for row in conn.execute(select(tables.messages).order_by(tables.messages.c.id))]
        runs = [enrollment_of_row(row) for row in conn.execute(select(tables.enrollments))]
        happened = conn.execute(select(tables.events).order_by(tables.events.c.id))
        return Ledger(
            messages=messages, runs={run.id: run for run in runs}, events=[events.event_of_row(row) for row in happened]
        )


def open_marks(database: Database) -> int:
    """How many messages have their mark before the dot and no outcome yet."""
    is_open = tables.messages.c.state == "sending", tables.messages.c.dot_at.is_not(None)
    with database.read() as conn:
        return conn.execute(select(func.count()).select_from(tables.messages).where(*is_open)).scalar_one()


def broken_invariants(ledger: Ledger, journal: Path, database: Database, *, steps: Sequence[str]) -> Iterator[str]:
    """Each breach; `steps` are those that every run was to be mailed, in order."""
    accepted = [message_id for _, _, message_id in journalled(journal)]
    yield from _sent_once(ledger, accepted)
    yield from _nothing_lost(ledger, steps)
    yield from _in_step_order(ledger, accepted, steps)
    yield from _moved_for_a_reason(ledger)
    yield from _counted_right(ledger, database)
    yield from _sound(database)


def _sent_once(ledger: Ledger, accepted: Sequence[str]) -> Iterator[str]:
    """I2, and that the ledger says `sent` of exactly what the relay accepted, save what it says it does not know."""
    by_id = {message.message_id: message for message in ledger.messages}
    for message_id, times in Counter(accepted).items():
        message = by_id.get(message_id)
        if message is None:
            yield f"the relay has {message_id}, of which the ledger knows nothing"
            continue
        if times > 1:
            yield f"{message.key} was accepted {times} times"
        if message.state not in (MessageState.SENT, MessageState.UNKNOWN):
            yield f"{message.key} was accepted and is {message.state}"
    there = set(accepted)
    for message in ledger.messages:
        if message.state is MessageState.SENT and message.message_id not in there:
            yield f"{message.key} is sent, and the relay never accepted it"
    if len(by_id) != len(ledger.messages):
        yield "two messages share a Message-ID"


def _nothing_lost(ledger: Ledger, steps: Sequence[str]) -> Iterator[str]:
    """I3 and I8: every step of every run ended sent or held, and the person went on to the end without a hand."""
    by_key = {message.key: message for message in ledger.messages}
    for run in ledger.runs.values():
        if (run.state, run.outcome) != ("finished", "completed"):
            yield f"run {run.id} stands at {run.step}, {run.state}, {run.because}"
        for step in steps:
            message = by_key.get(f"{run.id}/{step}")
            if message is None:
                yield f"run {run.id} never came to {step}"
            elif message.state not in (MessageState.SENT, MessageState.UNKNOWN):
                yield f"{message.key} is {message.state}: {message.reason}"
            elif not message.reason:
                yield f"{message.key} is {message.state} without a reason"


def _in_step_order(ledger: Ledger, accepted: Sequence[str], steps: Sequence[str]) -> Iterator[str]:
    """I9, and that after an unknown the next step was begun only when it was settled."""
    order: dict[int | None, list[str]] = defaultdict(list)
    by_id = {message.message_id: message for message in ledger.messages}
    for message_id in accepted:
        if message_id in by_id:
            order[by_id[message_id].enrollment_id].append(by_id[message_id].step or "")
    for run, got in order.items():
        if got != sorted(got, key=list(steps).index):
            yield f"run {run} was mailed {got}"
    mailed: dict[int | None, list[Message]] = defaultdict(list)
    for message in ledger.messages:
        mailed[message.enrollment_id].append(message)
    for those in mailed.values():
        for one, following in pairwise(those):
            if one.settled_at is None or following.created_at < one.settled_at:
                yield f"{following.key} was begun before {one.key} was settled"


def _moved_for_a_reason(ledger: Ledger) -> Iterator[str]:
    """I4: here nobody moves; each run entered its one stage once and finished once, with a reason each."""
    seen: dict[int | None, Counter[str]] = defaultdict(Counter)
    for event in ledger.events:
        seen[event.enrollment_id][event.name] += 1
        if event.name in ("stage_entered", "finished") and not event.because:
            yield f"run {event.enrollment_id}: {event.name} without a reason"
    for run in ledger.runs:
        for name in ("enrolled", "stage_entered", "finished"):
            if seen[run][name] != 1:
                yield f"run {run}: {seen[run][name]} x {name}"


def _counted_right(ledger: Ledger, database: Database) -> Iterator[str]:
    """I6: rows, events and reports say the same numbers."""
    rows = Counter(message.state.value for message in ledger.messages)
    happened = Counter(event.name for event in ledger.events)
    for state in ("sent", "unknown"):
        if rows[state] != happened[f"message_{state}"]:
            yield f"{rows[state]} rows are {state}, {happened[f'message_{state}']} events say so"
    with database.read() as conn:
        reported = reports.emails(conn, "cycle", [])
        entered = sum(stage.entered for stage in reports.funnel(conn, "cycle", []))
    if sum(each.sent for each in reported) != rows["sent"] or sum(each.unknown for each in reported) != rows["unknown"]:
        yield f"the report says {reported}, the ledger {dict(rows)}"
    if entered != len(ledger.runs):
        yield f"the funnel says {entered} entered, there are {len(ledger.runs)} runs"


def _sound(database: Database) -> Iterator[str]:
    """I7."""
    if not database.is_sqlite:
        return
    with database.read() as conn:
        for check in ("integrity_check", "foreign_key_check"):
            answer = [tuple(row) for row in conn.execute(text(f"PRAGMA {check}"))]
            if answer not in ([("ok",)], []):
                yield f"PRAGMA {check}: {answer}"
