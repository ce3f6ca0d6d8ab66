"""The secrets that sign the links in mails: the newest signs, all of them verify."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from nurture.clock import Chance
from nurture.store.tables import link_keys

_KEY_BYTES = 32


def newest_first(conn: Connection) -> list[bytes]:
    """All keys; none in a database that has sent nothing yet."""
    return list(conn.execute(select(link_keys.c.key).order_by(link_keys.c.id.desc())).scalars())


def ensure(conn: Connection, chance: Chance, now: datetime) -> list[bytes]:
    """All keys, newest first, after making the first one where there is none."""
    keys = newest_first(conn)
    if keys:
        return keys
    key = bytes.fromhex(chance.token(_KEY_BYTES))
    conn.execute(insert(link_keys).values(key=key, created_at=now))
    return [key]
