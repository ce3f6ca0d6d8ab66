"""The breaker: a sender to whose mails too much comes back is held until a person resumes it."""

from datetime import datetime, timedelta

from nurture.domain.event import Event
from nurture.domain.storm import WINDOWS, Returned, storm
from nurture.engine.notify import queue_notice
from nurture.engine.perform import Desk
from nurture.store import events, holds, storms
from nurture.store.connection import Connection
from nurture.store.database import Database
from nurture.store.holds import Hold

_COMMITTED_WITHIN = timedelta(minutes=1)  # an event may be seen later than it happened


class Breaker:
    """Looks at what came back, apart from taking it in: counting takes longer than a transaction may that writes."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._looked_at: datetime | None = None

    def look(self, now: datetime) -> list[str]:
        """Hold every sender where bounces, complaints or automatic answers make a storm; those held now.

        A storm is told once: what is counted begins anew with the hold, and only what a hand resumes can be held again.
        """
        with self._database.read() as conn:
            newest = storms.newest_at(conn)
            if newest is None or not self._may_be_new(newest, now):
                return []
            held = holds.present(conn, now)
            counted_from = {name: storms.counted_from(conn, name) for name in self._desk.rules.senders}
            found = {
                name: reason
                for name, begin in counted_from.items()
                if not _is_held(held.get(f"sender:{name}")) and (reason := _storm(conn, name, begin, now))
            }
        for name, reason in found.items():
            with self._database.write() as conn:
                # Another worker may have seen the same storm, and a hand have ended it.
                if storms.count_anew(conn, name, now, before=counted_from[name]):
                    _hold(conn, self._desk, name, reason, now)
        self._looked_at = now
        return list(found)

    def _may_be_new(self, newest: datetime, now: datetime) -> bool:
        """Whether it came since the last look, which a clock that was set back puts into the future."""
        return self._looked_at is None or newest >= min(self._looked_at, now) - _COMMITTED_WITHIN


def _is_held(hold: Hold | None) -> bool:
    return hold is not None and hold.until_at is None


def _hold(conn: Connection, desk: Desk, sender: str, reason: str, now: datetime) -> None:
    holds.put(conn, scope=f"sender:{sender}", because=reason, now=now, kind="storm")
    events.append(conn, [Event(name="sender_held", at=now, because=reason, fields={"sender": sender})])
    queue_notice(
        conn,
        key=f"sender-storm-{sender}-{now:%Y-%m-%dT%H:%M:%S}",
        to=desk.rules.team,
        subject=f"Sender {sender} is held: too much comes back",
        text=f"{reason[0].upper()}{reason[1:]}.\n\n"
        f"Sender {sender} sends nothing more, so that its domain keeps its name. Nothing is lost, and what comes back "
        f"is still taken in. Look at what came: nurture inbox list\n\n"
        f"When the cause is mended, sending goes on by: nurture resume --sender {sender}",
        sender=sender,
        rules=desk.rules,
        chance=desk.chance,
        now=now,
    )


def _storm(conn: Connection, sender: str, begin: datetime | None, now: datetime) -> str | None:
    for window in WINDOWS:
        since = max(now - window, begin) if begin else now - window
        returned = Returned(
            bounced=storms.returned(conn, sender, "bounced", since),
            complained=storms.returned(conn, sender, "complained", since),
            answered=storms.returned(conn, sender, "auto_reply_received", since),
        )
        if not returned.may_be_a_storm:
            continue
        reason = storm(returned, storms.sent(conn, sender, since, at_most=returned.enough))
        if reason:
            return reason
    return None
