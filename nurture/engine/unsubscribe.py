"""A person asks to be written to no more: by one click of their mail program, on the page, or by mail."""

from datetime import datetime
from typing import Literal

from nurture.domain.event import Event
from nurture.domain.message import Message
from nurture.engine.suppress import suppress
from nurture.store import events
from nurture.store.connection import Connection

AskedBy = Literal["one-click", "page", "mail"]


def unsubscribe(conn: Connection, message: Message, *, scope: str, asked_by: AskedBy, now: datetime) -> bool:
    """Suppress the recipient of `message` in `scope` (`marketing` or `campaign:NAME`); False where it stood already."""
    is_new = suppress(
        conn,
        address=message.recipient,
        scope=scope,
        reason=f"asked by {asked_by}",
        source=asked_by,
        outcome="unsubscribed",
        now=now,
    )
    if is_new:
        event = Event(
            name="unsubscribed",
            at=now,
            contact_id=message.contact_id,
            enrollment_id=message.enrollment_id,
            message_id=message.id,
            campaign=message.campaign,
            stage=message.stage,
            step=message.step,
            because=f"asked by {asked_by}",
            fields={"scope": scope},
        )
        events.append(conn, [event])
    return is_new
