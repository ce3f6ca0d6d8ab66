"""Opens and clicks as they came, before it is judged whether a human was behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from nurture.store.tables import hits
from nurture.store.values import storable

_LONGEST_AGENT = 500
_LONGEST_METHOD = 8

HitKind = Literal["open", "click"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request; `link_index` is that of a click, `method` that of HTTP, `agent` what called itself so."""

    id: int
    message_id: int
    kind: HitKind
    link_index: int | None
    at: datetime
    method: str
    agent: str
    judged_at: datetime | None


def add(
    conn: Connection,
    *,
    message_id: int,
    kind: HitKind,
    link_index: int | None,
    at: datetime,
    method: str,
    agent: str,
) -> int:
    """The new hit's id. `message_id` is the row's, as a token carries it."""
    row = {
        "message_id": message_id,
        "kind": kind,
        "link_index": link_index,
        "at": at,
        "method": storable(method)[:_LONGEST_METHOD],
        "agent": storable(agent)[:_LONGEST_AGENT],
    }
    hit_id: int = conn.execute(insert(hits).values(row).returning(hits.c.id)).scalar_one()
    return hit_id


def unjudged_messages(conn: Connection, before: datetime, *, limit: int = 500) -> list[int]:
    """Up to `limit` messages with a hit from that moment or before which nobody has judged."""
    waiting = hits.c.judged_at.is_(None), hits.c.at <= before
    return list(
        conn.execute(
            select(hits.c.message_id).where(*waiting).distinct().order_by(hits.c.message_id).limit(limit)
        ).scalars()
    )


def of_messages(conn: Connection, ids: Collection[int]) -> dict[int, list[Hit]]:
    """All hits of each message, judged ones too, oldest first: judging one takes what came beside it."""
    query = select(hits).where(hits.c.message_id.in_(list(ids))).order_by(hits.c.at, hits.c.id)
    found: dict[int, list[Hit]] = {}
    for row in conn.execute(query):
        found.setdefault(row.message_id, []).append(Hit(**row._mapping))
    return found


def mark_judged(conn: Connection, hit_ids: Collection[int], now: datetime) -> set[int]:
    """The ids of those that nobody had judged before."""
    fresh = hits.c.id.in_(list(hit_ids)), hits.c.judged_at.is_(None)
    return set(conn.execute(update(hits).where(*fresh).values(judged_at=now).returning(hits.c.id)).scalars())
