"""What one person's address did with our mails lately: which came back softly, and what shows that it works."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, or_, select

from nurture.store.corrections import still_stands
from nurture.store.tables import events, messages

_SIGNS_OF_LIFE = ("reply_received", "message_opened", "link_clicked")


def soft_bounces(conn: Connection, contact_id: int, since: datetime) -> Sequence[datetime]:
    """When a mail to the contact came back that may yet be taken another time, once for each mail, oldest first."""
    theirs = events.c.contact_id == contact_id, events.c.name == "bounced", events.c.at >= since
    is_soft = events.c.fields["hard"].as_string() == "no"
    query = (
        select(func.min(events.c.at).label("at"))
        .where(*theirs, is_soft, still_stands("bounce"))
        .group_by(events.c.message_id)
    )
    return sorted(conn.execute(query).scalars())


def signs_of_life(conn: Connection, contact_id: int, since: datetime) -> Sequence[datetime]:
    """When the contact wrote, opened or clicked as a person does."""
    theirs = events.c.contact_id == contact_id, events.c.name.in_(_SIGNS_OF_LIFE), events.c.at >= since
    stands = or_(events.c.name != "reply_received", still_stands("reply"))
    return list(conn.execute(select(events.c.at).where(*theirs, events.c.is_human, stands)).scalars())


def sent_without_bounce(conn: Connection, contact_id: int, since: datetime) -> Sequence[datetime]:
    """When mails went to the contact that have not come back."""
    came_back = exists(
        select(1).where(
            and_(
                events.c.contact_id == contact_id,
                events.c.name.in_(["bounced", "delivery_delayed"]),
                events.c.message_id == messages.c.id,
                still_stands("bounce", "delayed"),
            )
        )
    )
    mine = messages.c.contact_id == contact_id, messages.c.sent_at >= since, messages.c.purpose != "notify"
    return list(conn.execute(select(messages.c.sent_at).where(*mine, ~came_back)).scalars())
