"""Opens and clicks become events a minute after they came, a person's or a machine's; only a person's wakes a run."""

from collections.abc import Mapping
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.domain.judgement import JUDGED_AFTER, Hit, Judgement, judge
from nurture.domain.message import Accepted, Message, MessageState
from nurture.engine.occur import occur
from nurture.engine.perform import Desk
from nurture.engine.record import record_afterwards
from nurture.store import events, hits, messages
from nurture.store.connection import Connection

_LIMIT = 50  # messages in one transaction


def judge_hits(conn: Connection, desk: Desk, campaigns: Mapping[str, Campaign], *, now: datetime) -> int:
    """Judge hits that are old enough, of some messages at a time; how many. 0 says that there are no more."""
    waiting = hits.unjudged_messages(conn, now - JUDGED_AFTER, limit=_LIMIT)
    by_message = hits.of_messages(conn, waiting)
    judged = 0
    for message_id, known in by_message.items():
        message = messages.get(conn, message_id)
        if message is None:
            continue
        # Of an unknown one it is known when it left, if it did: a scanner that looks at once is no proof of a reader.
        left_at = message.sent_at or message.dot_at
        found = judge([_plain(hit) for hit in known], sent_at=left_at, link_count=len(message.links))
        # Marked before they are counted: what another worker judges at this moment is its to count.
        ours = hits.mark_judged(conn, [hit.id for hit in known if hit.judged_at is None], now)
        for hit in known:
            if hit.id in ours:
                _write(conn, desk, campaigns, message, hit, found[hit.id], now=now)
        judged += len(ours)
    return judged


def _plain(hit: hits.Hit) -> Hit:
    return Hit(id=hit.id, kind=hit.kind, at=hit.at, method=hit.method, link_index=hit.link_index, agent=hit.agent)


def _write(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    message: Message,
    hit: hits.Hit,
    judgement: Judgement,
    *,
    now: datetime,
) -> None:
    link = None
    if hit.link_index is not None and hit.link_index < len(message.links):
        link = message.links[hit.link_index].name or None
    event = Event(
        name="message_opened" if hit.kind == "open" else "link_clicked",
        at=hit.at,
        contact_id=message.contact_id,
        enrollment_id=message.enrollment_id,
        message_id=message.id,
        campaign=message.campaign,
        stage=message.stage,
        step=message.step,
        link=link,
        is_human=judgement.is_human,
        because=judgement.reason,
        fields={"step": message.step, "link": link},
    )
    if not judgement.is_human:
        events.append(conn, [event])
        return
    if message.state is MessageState.UNKNOWN:
        proof = Accepted(reply="opened by a person, so it had arrived")
        record_afterwards(conn, desk, campaigns, message, proof, now=now)
    occur(conn, event, campaigns, rules=desk.rules, now=now)
