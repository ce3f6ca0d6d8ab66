"""How far each mailbox is read, and which of its mails are recorded already."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from nurture.store.tables import inbound, mailbox_cursors


def known_keys(conn: Connection, mailbox: str, keys: Collection[str]) -> set[str]:
    """Those of `keys` whose mails are recorded."""
    mine = inbound.c.mailbox == mailbox, inbound.c.key.in_(keys)
    return set(conn.execute(select(inbound.c.key).where(*mine)).scalars())


def looked_at(conn: Connection, mailbox: str) -> datetime | None:
    """When a mail of this mailbox was recorded last, or its reading began; None for one never looked into."""
    found: datetime | None = conn.execute(
        select(mailbox_cursors.c.looked_at).where(mailbox_cursors.c.mailbox == mailbox)
    ).scalar_one_or_none()
    return found
