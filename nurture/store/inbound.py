"""What came back: every mail fetched from a mailbox once, with its verdict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, or_, select, text, update

from nurture.domain.value import Value
from nurture.domain.verdict import Intent, VerdictKind
from nurture.store.insertion import insert_into, insert_once
from nurture.store.tables import doubles, enrollments, inbound
from nurture.store.values import pack, storable, unpack

_OF_NOBODY = ""
# In these very words: else neither database sees that the index fits.
_IS_UNHEARD = text("inbound.kind = 'reply' AND inbound.reacted_at IS NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundDraft:
    """A fetched and judged mail; `mailbox` and `key` make it one.

    `matched_by` says how its person was found: `message_id`, `token`, `sender`, …; empty where nobody was: the tray.
    `confidence` (of the verdict) and `match_confidence` are in percent. `detail` is what the verdict says besides
    (`until`, `return_on`, …), and `writer` where it was not the contact.
    """

    mailbox: str
    key: str
    received_at: datetime
    kind: VerdictKind
    message_id: str | None = None
    content_digest: str | None = None
    sender_address: str = ""
    subject: str = ""
    reason: str = ""
    confidence: int = 100
    intent: Intent | None = None
    text: str = ""
    detail: Mapping[str, Value] = field(default_factory=dict)
    matched_by: str = ""
    answers_id: int | None = None
    contact_id: int | None = None
    enrollment_id: int | None = None
    event_id: int | None = None
    match_confidence: int | None = None
    reacted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound(InboundDraft):
    """The row; `reacted_at` is when the run it answers took notice, or when what it says took effect.

    `first_verdict` is what the rules had said of a mail that a person corrected since (`kind`, `intent`, …).
    """

    id: int
    first_verdict: Mapping[str, Value] | None = None
    corrections: int | None = None
    corrected_at: datetime | None = None
    corrected_by: str | None = None


def add(conn: Connection, draft: InboundDraft) -> int | None:
    """The new row's id; None where this mail of this mailbox is known."""
    row = {
        "mailbox": draft.mailbox,
        "key": draft.key,
        "message_id": _storable(draft.message_id),
        "content_digest": draft.content_digest,
        "sender_address": storable(draft.sender_address),
        "subject": storable(draft.subject),
        "received_at": draft.received_at,
        "kind": draft.kind,
        "reason": storable(draft.reason),
        "confidence": draft.confidence,
        "intent": draft.intent,
        "text": storable(draft.text),
        "detail": pack(draft.detail),
        "matched_by": draft.matched_by,
        "answers_id": draft.answers_id,
        "contact_id": draft.contact_id,
        "enrollment_id": draft.enrollment_id,
        "event_id": draft.event_id,
        "match_confidence": draft.match_confidence,
        "reacted_at": draft.reacted_at,
    }
    return insert_once(conn, inbound, row, unique=["mailbox", "key"])


def get(conn: Connection, inbound_id: int) -> Inbound | None:
    row = conn.execute(select(inbound).where(inbound.c.id == inbound_id)).one_or_none()
    return _inbound(row) if row else None


def original_of(
    conn: Connection, message_id: str, sender_address: str, content_digest: str, *, mailbox: str, received_at: datetime
) -> int | None:
    """The row of this mail where it came before: under another UID, in another folder, or to another of our senders.

    Of its writer alone, and with the same content: programs that give every mail the same Message-ID, and people who
    send one again with other words, must not make two mails one. Of an old row the content is not known: it counts. So
    does what came to this mailbox at that very moment: a mail numbered anew, which we now read otherwise than then.
    """
    same = inbound.c.message_id == storable(message_id), inbound.c.sender_address == storable(sender_address)
    is_numbered_anew = and_(inbound.c.mailbox == mailbox, inbound.c.received_at == received_at)
    is_alike = or_(inbound.c.content_digest == content_digest, inbound.c.content_digest.is_(None), is_numbered_anew)
    return conn.execute(select(inbound.c.id).where(*same, is_alike).order_by(inbound.c.id).limit(1)).scalar()


def note_double(conn: Connection, mailbox: str, key: str, *, original: int) -> None:
    """Remember that this mail of this mailbox is another copy of `original`, so that nobody reads it again."""
    row = {"mailbox": mailbox, "key": key, "inbound_id": original}
    conn.execute(insert_into(conn, doubles).values(row).on_conflict_do_nothing(index_elements=["mailbox", "key"]))


def attach(
    conn: Connection,
    inbound_id: int,
    *,
    matched_by: str,
    contact_id: int | None,
    enrollment_id: int | None = None,
    answers_id: int | None = None,
    reacted_at: datetime | None = None,
) -> bool:
    """Say whose mail it is after all; False where somebody has said so before, or there is no such mail."""
    found = {
        "matched_by": matched_by,
        "match_confidence": 100,
        "contact_id": contact_id,
        "enrollment_id": enrollment_id,
        "answers_id": answers_id,
        "reacted_at": reacted_at,
    }
    waiting = inbound.c.id == inbound_id, inbound.c.contact_id.is_(None)
    return conn.execute(update(inbound).where(*waiting).values(found)).rowcount == 1


def correct(
    conn: Connection,
    mail: Inbound,
    *,
    kind: VerdictKind,
    intent: Intent | None,
    detail: Mapping[str, Value],
    reason: str,
    by: str,
    reacted_at: datetime | None,
    now: datetime,
) -> bool:
    """Write a person's verdict over that of the rules, which is kept; False where the row has changed meanwhile."""
    first = mail.first_verdict or {"kind": mail.kind, "intent": mail.intent, "reason": mail.reason}
    values = {
        "kind": kind,
        "intent": intent,
        "detail": pack(detail),
        "reason": storable(reason),
        "confidence": 100,
        "first_verdict": pack(first),
        "corrections": (mail.corrections or 0) + 1,
        "corrected_at": now,
        "corrected_by": storable(by),
        "reacted_at": reacted_at,
    }
    as_known = inbound.c.id == mail.id, func.coalesce(inbound.c.corrections, 0) == (mail.corrections or 0)
    return conn.execute(update(inbound).where(*as_known).values(values)).rowcount == 1


def answers_from(conn: Connection, address: str, since: datetime) -> int:
    """How many mails came from that address since then, reports of mail servers left out."""
    theirs = inbound.c.sender_address == storable(address), inbound.c.received_at >= since
    query = select(func.count()).where(*theirs, inbound.c.kind.not_in(["bounce", "delayed", "complaint"]))
    return conn.execute(query).scalar_one()


def tray(conn: Connection) -> list[Inbound]:
    """Mails of which nobody knows whose they are, newest first."""
    return _listed(conn, select(inbound).where(inbound.c.matched_by == _OF_NOBODY))


def listed(
    conn: Connection,
    limit: int | None = None,
    *,
    is_in_tray: bool = False,
    kind: VerdictKind | None = None,
    intent: Intent | None = None,
    since: datetime | None = None,
    contact_id: int | None = None,
) -> list[Inbound]:
    """The newest `limit` mails that meet every filter given, newest first."""
    query = select(inbound).limit(limit)
    if is_in_tray:
        query = query.where(inbound.c.matched_by == _OF_NOBODY)
    for column, wanted in ((inbound.c.kind, kind), (inbound.c.intent, intent), (inbound.c.contact_id, contact_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    if since is not None:
        query = query.where(inbound.c.received_at >= since)
    return _listed(conn, query)


def unheard(conn: Connection, *, since: datetime, limit: int) -> list[Inbound]:
    """Answers of contacts, not older, of which nothing took notice and whose run is over, or gone, oldest first."""
    goes_on = exists(select(1).where(enrollments.c.id == inbound.c.enrollment_id, enrollments.c.state != "finished"))
    is_fresh = inbound.c.received_at >= since
    waiting = select(inbound).where(_IS_UNHEARD, inbound.c.contact_id.is_not(None), is_fresh, ~goes_on)
    return [_inbound(row) for row in conn.execute(waiting.order_by(inbound.c.id).limit(limit))]


def mark_reacted(conn: Connection, ids: Collection[int], now: datetime) -> int:
    """Say that their runs took notice of them; how many had not before."""
    fresh = inbound.c.id.in_(list(ids)), inbound.c.reacted_at.is_(None)
    return conn.execute(update(inbound).where(*fresh).values(reacted_at=now)).rowcount


def _listed(conn: Connection, query: Select[Any]) -> list[Inbound]:
    return [_inbound(row) for row in conn.execute(query.order_by(inbound.c.received_at.desc(), inbound.c.id.desc()))]


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _inbound(row: Row[Any]) -> Inbound:
    values = dict(row._mapping)
    first = values["first_verdict"]
    unpacked = {"detail": unpack(values["detail"]), "first_verdict": unpack(first) if first else None}
    return Inbound(**{**values, **unpacked})
