"""How far each mailbox is read, by whom, and which of its mails are recorded already."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, text, union_all, update

from nurture.store.insertion import insert_into
from nurture.store.tables import doubles, inbound, mailbox_cursors


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxRow:
    """How far a mailbox is read. `looked_at` is when the last look that found its end began.

    `began_at` is when it was looked into for the first time; None where that was not noted yet.
    """

    uid_validity: int | None
    last_uid: int
    looked_at: datetime
    began_at: datetime | None


def get(conn: Connection, mailbox: str) -> MailboxRow | None:
    """None for a mailbox never looked into."""
    columns = (mailbox_cursors.c[name] for name in ("uid_validity", "last_uid", "looked_at", "began_at"))
    row = conn.execute(select(*columns).where(mailbox_cursors.c.mailbox == mailbox)).one_or_none()
    return MailboxRow(**row._mapping) if row else None


def begin(conn: Connection, mailbox: str, *, uid_validity: int | None, last_uid: int, now: datetime) -> bool:
    """Note where reading begins; False where somebody has begun already, whose beginning stands."""
    row = {
        "mailbox": mailbox,
        "uid_validity": uid_validity,
        "last_uid": last_uid,
        "looked_at": now,
        "began_at": now,
    }
    statement = insert_into(conn, mailbox_cursors).values(row).on_conflict_do_nothing(index_elements=["mailbox"])
    return conn.execute(statement.returning(mailbox_cursors.c.mailbox)).first() is not None


def move_cursor(conn: Connection, mailbox: str, *, uid_validity: int | None, last_uid: int) -> None:
    """Note how far a mailbox is read, in the transaction that wrote what was read; never back within one numbering."""
    is_ahead = or_(mailbox_cursors.c.uid_validity.is_distinct_from(uid_validity), mailbox_cursors.c.last_uid < last_uid)
    moved = update(mailbox_cursors).where(mailbox_cursors.c.mailbox == mailbox, is_ahead)
    conn.execute(moved.values(uid_validity=uid_validity, last_uid=last_uid))


def note_look(conn: Connection, mailbox: str, *, at: datetime) -> None:
    """A look that began then has found its end: what came before it is taken in."""
    earlier = mailbox_cursors.c.mailbox == mailbox, mailbox_cursors.c.looked_at < at
    conn.execute(update(mailbox_cursors).where(*earlier).values(looked_at=at))


def last_look_at(conn: Connection) -> datetime | None:
    """When any mailbox was looked into last."""
    found: datetime | None = conn.execute(select(func.max(mailbox_cursors.c.looked_at))).scalar()
    return found


def known_keys(conn: Connection, mailbox: str, keys: Collection[str]) -> set[str]:
    """Those of `keys` whose mails are recorded, or are copies of recorded ones."""
    queries = (
        select(table.c.key).where(table.c.mailbox == mailbox, table.c.key.in_(keys)) for table in (inbound, doubles)
    )
    return set(conn.execute(union_all(*queries)).scalars())


def one_at_a_time(conn: Connection, message_id: str) -> None:
    """Have whoever else takes in the same mail, from whichever mailbox, wait until this transaction ends.

    Asked for before anything else is locked. SQLite has one writer anyway.
    """
    if conn.dialect.name == "postgresql":
        digest = hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def claim(conn: Connection, names: Collection[str], token: str, *, now: datetime, until: datetime) -> bool:
    """Whether this worker may read all these mailboxes until then: nobody else does. A part of them is not held.

    One that nobody has looked into yet is anybody's. It spares the server: two that read at once take in each mail
    once all the same.
    """
    for name in names:
        mine = mailbox_cursors.c.mailbox == name
        is_free = or_(
            mailbox_cursors.c.lease_token.is_(None),
            mailbox_cursors.c.lease_token == token,
            mailbox_cursors.c.lease_until <= now,
        )
        claimed = conn.execute(
            update(mailbox_cursors).where(mine, is_free).values(lease_token=token, lease_until=until)
        )
        if claimed.rowcount == 0 and conn.execute(select(mailbox_cursors.c.mailbox).where(mine)).first() is not None:
            _release(conn, token, mailbox_cursors.c.mailbox.in_(names))
            return False
    return True


def extend_leases(conn: Connection, names: Collection[str], token: str, *, until: datetime) -> None:
    """Hold for longer those of the mailboxes that this worker still holds."""
    held = mailbox_cursors.c.mailbox.in_(names), mailbox_cursors.c.lease_token == token
    conn.execute(update(mailbox_cursors).where(*held).values(lease_until=until))


def release(conn: Connection, token: str) -> None:
    """Leave every mailbox that this worker reads to whoever comes next."""
    _release(conn, token)


def _release(conn: Connection, token: str, *which: ColumnElement[bool]) -> None:
    held = update(mailbox_cursors).where(mailbox_cursors.c.lease_token == token, *which)
    conn.execute(held.values(lease_token=None, lease_until=None))
