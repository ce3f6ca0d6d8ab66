"""Messages of unknown fate that a person asked to be sent once more, under the Message-ID they always had."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from nurture.domain.message import Message, MessageState
from nurture.store.messages import retake
from nurture.store.tables import messages

_UNKNOWN = messages.c.state == MessageState.UNKNOWN.value


def ask_resend(conn: Connection, message_id: int, *, now: datetime) -> bool:
    """Have an unknown message claimed again; False where it is not unknown."""
    asked = update(messages).where(messages.c.id == message_id, _UNKNOWN).values(due_at=now)
    return conn.execute(asked).rowcount == 1


def claim_resends(
    conn: Connection,
    *,
    now: datetime,
    limit: int,
    lease_token: str,
    lease_until: datetime,
    senders: Collection[str],
    stopped_campaigns: Collection[str] = (),
) -> list[Message]:
    """The messages that were asked for, now `sending` under the lease; none of a campaign that is stopped."""
    asked = [_UNKNOWN, messages.c.due_at <= now, messages.c.sender.in_(senders)]
    asked.append(messages.c.campaign.not_in(stopped_campaigns))
    query = select(messages.c.id).where(*asked).order_by(messages.c.id).limit(limit).with_for_update(skip_locked=True)
    ids = conn.execute(query).scalars().all()
    retaken = (
        retake(conn, message_id, lease_token=lease_token, lease_until=lease_until, now=now) for message_id in ids
    )
    return [message for message in retaken if message]
