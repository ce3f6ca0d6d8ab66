"""The ledger: one row per mail that is or was meant to be sent, from its intent to what became of it.

Every change is fenced: it names the state and the lease token that its worker knows, so that a worker which slept past
its lease changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from nurture.domain.message import (
    FIRST_STATES,
    LEGAL_MOVES,
    Message,
    MessageLink,
    MessageState,
    Purpose,
    move,
)
from nurture.domain.rates import A_DAY, HOUR, MINUTE, RatesTaken
from nurture.errors import IllegalMove
from nurture.store.insertion import insert_in, insert_into
from nurture.store.tables import messages, senders
from nurture.store.values import storable

_RETAKEN_FROM = sorted(state.value for state, moves in LEGAL_MOVES.items() if MessageState.SENDING in moves)
# In these very words and without parameters: else SQLite does not see that the index of open messages fits.
_IS_OPEN = text("messages.state IN ('sending', 'unknown')")
# Built once: SQLAlchemy takes longer to put a statement together than SQLite to execute it.
_MARK_DOT = update(messages).where(
    messages.c.id == bindparam("this"),
    messages.c.state == MessageState.SENDING.value,
    messages.c.lease_token == bindparam("this_token"),
    messages.c.lease_until > bindparam("this_moment"),
)
_SETTLE = update(messages).where(
    messages.c.id == bindparam("this"),
    messages.c.state == bindparam("this_state"),
    messages.c.lease_token.is_not_distinct_from(bindparam("this_token")),
)
_BY_ID = select(messages).where(messages.c.id == bindparam("this"))
_BY_KEY = select(messages).where(messages.c.key == bindparam("this"))
_OPEN = (MessageState.SENDING.value, MessageState.DEFERRED.value, MessageState.UNKNOWN.value)


class KeyTaken(Exception):
    """The ledger has a row for this key: the step or notice was meant before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSubject:
    """What little of a sent mail is needed to tell an answer by its topic; `message_id` is the row's."""

    message_id: int
    contact_id: int
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """An intent. With the state `sending` it is a first attempt and needs the lease."""

    key: str
    state: MessageState
    purpose: Purpose
    sender: str
    recipient: str
    message_id: str
    created_at: datetime
    contact_id: int | None = None
    enrollment_id: int | None = None
    campaign: str | None = None
    stage: str | None = None
    step: str | None = None
    due_at: datetime | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    reason: str = ""
    subject: str = ""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    links: tuple[MessageLink, ...] = ()
    body: str | None = None


def write_intent(conn: Connection, draft: MessageDraft) -> Message:
    """The new row; raises KeyTaken where the key has one, IllegalMove for a state that is never the first."""
    if draft.state not in FIRST_STATES:
        raise IllegalMove(f"message {draft.key} cannot begin as {draft.state}")
    is_attempt = draft.state is MessageState.SENDING
    is_settled = draft.state is MessageState.SKIPPED
    row = {
        "key": draft.key,
        "state": draft.state.value,
        "purpose": draft.purpose,
        "contact_id": draft.contact_id,
        "enrollment_id": draft.enrollment_id,
        "campaign": draft.campaign,
        "stage": draft.stage,
        "step": draft.step,
        "sender": draft.sender,
        "recipient": draft.recipient,
        "domain": draft.recipient.rpartition("@")[2],
        "message_id": draft.message_id,
        "in_reply_to": draft.in_reply_to,
        "references": list(draft.references),
        "subject": storable(draft.subject),
        "body": None if draft.body is None else storable(draft.body),
        "links": _packed_links(draft.links),
        "created_at": draft.created_at,
        "attempts": 1 if is_attempt else 0,
        "due_at": draft.due_at,
        "attempted_at": draft.created_at if is_attempt else None,
        "lease_token": draft.lease_token,
        "lease_until": draft.lease_until,
        "settled_at": draft.created_at if is_settled else None,
        "reason": storable(draft.reason),
    }
    found = conn.execute(_insert_intent(conn.dialect.name), row).one_or_none()
    if found is None:
        raise KeyTaken(draft.key)
    return message_of_row(found)


@cache
def _insert_intent(dialect: str) -> ReturningInsert[Any]:
    new = insert_in(dialect, messages).on_conflict_do_nothing(index_elements=["key"])
    return new.returning(*messages.c)


def get(conn: Connection, message_id: int) -> Message | None:
    """The message of that row id."""
    return _one(conn, _BY_ID, {"this": message_id})


def by_key(conn: Connection, key: str) -> Message | None:
    return _one(conn, _BY_KEY, {"this": key})


def by_message_ids(conn: Connection, ids: Collection[str]) -> dict[str, Message]:
    """Our messages among Message-IDs (with their angle brackets)."""
    rows = conn.execute(select(messages).where(messages.c.message_id.in_([storable(each) for each in ids])))
    return {row.message_id: message_of_row(row) for row in rows}


def last_sent_to(conn: Connection, *, contact_id: int, campaign: str | None = None) -> Message | None:
    """The newest sent message to the contact, of any campaign or of one."""
    query = select(messages).where(messages.c.contact_id == contact_id, messages.c.sent_at.is_not(None))
    if campaign is not None:
        query = query.where(messages.c.campaign == campaign)
    return _one(conn, query.order_by(messages.c.sent_at.desc(), messages.c.id.desc()).limit(1))


def sent_lately_to(conn: Connection, contact_id: int, *, since: datetime, limit: int) -> list[Message]:
    """The mails that the contact was sent since then, newest first; no notice about them."""
    mine = messages.c.contact_id == contact_id, messages.c.sent_at >= since, messages.c.purpose != "notify"
    return _listed(conn, select(messages).where(*mine).order_by(messages.c.sent_at.desc()).limit(limit))


def subjects_sent_to_domain(conn: Connection, domain: str, *, since: datetime, limit: int) -> list[SentSubject]:
    """Of the newest mails to contacts in that domain, if sent since then, newest first."""
    columns = select(messages.c.id, messages.c.contact_id, messages.c.subject)
    mine = messages.c.domain == domain, messages.c.contact_id.is_not(None), messages.c.purpose != "notify"
    newest = columns.where(*mine, messages.c.sent_at >= since).order_by(messages.c.id.desc()).limit(limit)
    return [
        SentSubject(message_id=row.id, contact_id=row.contact_id, subject=row.subject) for row in conn.execute(newest)
    ]


def open_of_enrollment(conn: Connection, enrollment_id: int) -> list[Message]:
    """The run's messages of which something may still become: sending, deferred, unknown; oldest first."""
    mine = messages.c.enrollment_id == enrollment_id, messages.c.state.in_(_OPEN)
    return _listed(conn, select(messages).where(*mine).order_by(messages.c.id))


def of_enrollments(conn: Connection, enrollment_ids: Sequence[int]) -> list[Message]:
    """All that the ledger has of these runs."""
    return _listed(conn, select(messages).where(messages.c.enrollment_id.in_(list(enrollment_ids))))


def call_step(conn: Connection, enrollment_id: int, step: str, now_called: str) -> None:
    """Have the run's message that waits for another try at `step` go by the step's new name."""
    waiting = messages.c.key == f"{enrollment_id}/{step}", messages.c.state == MessageState.DEFERRED.value
    conn.execute(update(messages).where(*waiting).values(step=now_called, key=f"{enrollment_id}/{now_called}"))


def expired(conn: Connection, now: datetime) -> list[Message]:
    """Those being sent by somebody whose lease is over: what became of them is not known here."""
    is_over = or_(messages.c.lease_until.is_(None), messages.c.lease_until <= now)
    return _listed(conn, select(messages).where(_is_sending(), is_over).order_by(messages.c.id))


def retake(
    conn: Connection, message_id: int, *, lease_token: str, lease_until: datetime, now: datetime
) -> Message | None:
    """A deferred or unknown message on its way once more, with its old Message-ID; None where it is neither."""
    return _begin(conn, [message_id], lease_token=lease_token, lease_until=lease_until, now=now).get(message_id)


def claim_due_notices(
    conn: Connection,
    *,
    now: datetime,
    limit: int,
    lease_token: str,
    lease_until: datetime,
    senders: Collection[str] | None = None,
) -> list[Message]:
    """Take due mails that belong to no run (of these senders, where given), the longest due first."""
    due = [*_is_notice(), messages.c.due_at <= now]
    if senders is not None:
        due.append(messages.c.sender.in_(list(senders)))
    query = select(messages.c.id).where(*due).order_by(messages.c.due_at, messages.c.id).limit(limit)
    ids = conn.execute(query.with_for_update(skip_locked=True, key_share=True)).scalars().all()
    begun = _begin(conn, ids, lease_token=lease_token, lease_until=lease_until, now=now)
    return [begun[message_id] for message_id in ids if message_id in begun]


def _begin(
    conn: Connection, ids: Sequence[int], *, lease_token: str, lease_until: datetime, now: datetime
) -> dict[int, Message]:
    if not ids:
        return {}
    begun = (
        update(messages)
        .where(messages.c.id.in_(ids), messages.c.state.in_(_RETAKEN_FROM))
        .values(
            state=MessageState.SENDING.value,
            attempts=messages.c.attempts + 1,
            attempted_at=now,
            lease_token=lease_token,
            lease_until=lease_until,
            due_at=None,
            dot_at=None,
            settled_at=None,
            reason="",
        )
        .returning(*messages.c)
    )
    return {row.id: message_of_row(row) for row in conn.execute(begun)}


def mark_dot(
    conn: Connection,
    message_id: int,
    *,
    lease_token: str,
    now: datetime,
    subject: str,
    links: Sequence[MessageLink],
) -> bool:
    """Note that the content is about to be written; False, and then it must not be, where the lease is lost or over."""
    mine = {"this": message_id, "this_token": lease_token, "this_moment": now}
    noted = {"dot_at": now, "subject": storable(subject), "links": _packed_links(links)}
    return conn.execute(_MARK_DOT, {**mine, **noted}).rowcount == 1


def settle(
    conn: Connection,
    message: Message,
    to: MessageState,
    *,
    reason: str,
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Write what became of the message and give its lease up; `due_at` is when a deferred one is tried again.

    False, and nothing written, where its state or lease token is no longer as `message` has it. Raises IllegalMove.
    """
    if to is MessageState.SENDING:
        raise IllegalMove(f"message {message.key}: sending is begun by `retake`, not settled")
    moved = move(message, to, reason=reason, at=now)
    is_deferred = to is MessageState.DEFERRED
    values: dict[str, Any] = {
        "this": message.id,
        "this_state": message.state.value,
        "this_token": message.lease_token,
        "state": to.value,
        "reason": storable(reason),
        "sent_at": moved.sent_at,
        "settled_at": moved.settled_at,
        "due_at": due_at if is_deferred else None,
        "lease_token": None,
        "lease_until": None,
    }
    if is_deferred:
        values["dot_at"] = None  # certainly not sent: the next try begins anew
    return conn.execute(_SETTLE, values).rowcount == 1


def extend_leases(conn: Connection, lease_token: str, until: datetime) -> int:
    """Keep what is being sent under the token for longer; how many messages that are."""
    mine = update(messages).where(_is_sending(), messages.c.lease_token == lease_token)
    return conn.execute(mine.values(lease_until=until)).rowcount


def next_due_at(conn: Connection) -> datetime | None:
    """When the next mail that is claimed without its run is due: a notice, or what is to be sent once more."""
    notice = select(func.min(messages.c.due_at)).where(*_is_notice())
    resend = select(func.min(messages.c.due_at)).where(_IS_OPEN, messages.c.state == "unknown")
    queries = (notice, resend)
    moments = [moment for query in queries if (moment := conn.execute(query).scalar()) is not None]
    return min(moments, default=None)


def rates_taken(conn: Connection, sender: str, now: datetime) -> RatesTaken:
    """What the sender's rates have given out. Locks the sender: who counts is alone until the transaction ends."""
    conn.execute(insert_into(conn, senders).values(name=sender).on_conflict_do_nothing(index_elements=["name"]))
    conn.execute(select(senders.c.name).where(senders.c.name == sender).with_for_update()).all()
    spans = [MINUTE, HOUR, A_DAY]
    counts = [func.count(case((messages.c.attempted_at > now - span, 1))) for span in spans]
    mine = messages.c.sender == sender, messages.c.attempted_at > now - spans[-1]
    row = conn.execute(select(*counts).where(*mine)).one()
    return RatesTaken(minute=row[0], hour=row[1], day=row[2])


def domain_began_at(conn: Connection, sender: str, domain: str, now: datetime) -> list[datetime]:
    """When the sender began to send to that domain in the last minute, the oldest first."""
    mine = [
        messages.c.sender == sender,
        messages.c.domain == domain,
        messages.c.attempted_at > now - timedelta(minutes=1),
    ]
    return list(conn.execute(select(messages.c.attempted_at).where(*mine).order_by(messages.c.attempted_at)).scalars())


def _is_sending() -> ColumnElement[bool]:
    return and_(_IS_OPEN, messages.c.state == MessageState.SENDING.value)


def _is_notice() -> list[ColumnElement[bool]]:
    """A deferred mail that belongs to no run."""
    return [
        messages.c.state == literal("deferred", literal_execute=True),
        # coalesce hides the column: SQLite would look through all messages without a run, not through those due.
        func.coalesce(messages.c.enrollment_id, 0) == 0,
        messages.c.purpose != "marketing",  # of a run that was erased
    ]


def _one(conn: Connection, query: Select[Any], values: Mapping[str, Any] | None = None) -> Message | None:
    row = conn.execute(query, values or {}).one_or_none()
    return message_of_row(row) if row else None


def _listed(conn: Connection, query: Select[Any]) -> list[Message]:
    return [message_of_row(row) for row in conn.execute(query)]


def _packed_links(links: Sequence[MessageLink]) -> list[list[str]]:
    return [[link.name, link.url] for link in links]


_SKIPPED_COLUMNS = {"domain", "attempted_at"}


def message_of_row(row: Row[Any]) -> Message:
    """The message of a whole row of `messages`."""
    values = {name: value for name, value in row._mapping.items() if name not in _SKIPPED_COLUMNS}
    values["state"] = MessageState(values["state"])
    values["references"] = tuple(values["references"])
    values["links"] = tuple(MessageLink(name=name, url=url) for name, url in values["links"])
    return Message(**values)
