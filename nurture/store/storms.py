"""The counts behind a breaker: what came back to a sender's mails, and how many of those there were."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, literal, select, text, update

from nurture.domain.verdict import VerdictKind
from nurture.store.corrections import still_stands
from nurture.store.insertion import insert_into
from nurture.store.tables import events, messages, senders

# In these very words: else neither database sees that the index of what came back fits.
_RETURNED = text("events.name IN ('bounced', 'complained', 'auto_reply_received')")

_KINDS: Mapping[str, VerdictKind] = {
    "bounced": "bounce",
    "complained": "complaint",
    "auto_reply_received": "auto_reply",
}


def newest_at(conn: Connection) -> datetime | None:
    """When anything came back last; None for never."""
    newest = [select(func.max(events.c.at)).where(_RETURNED, events.c.name == _written(name)) for name in _KINDS]
    return max((at for query in newest if (at := conn.execute(query).scalar())), default=None)


def counted_from(conn: Connection, sender: str) -> datetime | None:
    """Since when a sender's storms are counted; None is ever since."""
    found: datetime | None = conn.execute(
        select(senders.c.counted_from).where(senders.c.name == sender)
    ).scalar_one_or_none()
    return found


def count_anew(conn: Connection, sender: str, now: datetime, *, before: datetime | None) -> bool:
    """Count the sender's storms from now on; False where that is no longer done from `before`: another was first."""
    conn.execute(insert_into(conn, senders).values(name=sender).on_conflict_do_nothing(index_elements=["name"]))
    unchanged = senders.c.name == sender, senders.c.counted_from.is_not_distinct_from(before)
    return conn.execute(update(senders).where(*unchanged).values(counted_from=now)).rowcount == 1


def returned(conn: Connection, sender: str, name: str, since: datetime) -> int:
    """Of how many mails that the sender began to send since then an event `name` tells: bounced, complained, …

    A mail that a person has corrected since tells of none.
    """
    query = (
        select(func.count(messages.c.id.distinct()))
        .select_from(events)
        .join(messages, messages.c.id == events.c.message_id)
        .where(
            _RETURNED,
            events.c.name == _written(name),
            events.c.at > since,
            still_stands(_KINDS[name]),
            messages.c.sender == sender,
            messages.c.purpose != "notify",
            messages.c.attempted_at > since,
        )
    )
    return conn.execute(query).scalar_one()


def sent(conn: Connection, sender: str, since: datetime, *, at_most: int) -> int:
    """How many mails the sender began to send since then and has sent; counting ends at `at_most`."""
    mine = messages.c.sender == sender, messages.c.attempted_at > since
    first = select(messages.c.id).where(*mine, messages.c.sent_at.is_not(None), messages.c.purpose != "notify")
    return conn.execute(select(func.count()).select_from(first.limit(at_most).subquery())).scalar_one()


def _written(name: str) -> ColumnElement[str]:
    """In the statement itself: else the index does not fit."""
    return literal(name, literal_execute=True)
