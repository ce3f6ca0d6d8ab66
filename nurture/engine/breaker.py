"""The breaker: a sender to whose mails too much comes back is held until a person resumes it."""

from datetime import datetime

from nurture.domain.event import Event
from nurture.domain.storm import WINDOWS, Returned, storm
from nurture.engine.notify import queue_notice
from nurture.engine.perform import Desk
from nurture.store import events, holds, storms
from nurture.store.connection import Connection


def look_for_storm(conn: Connection, desk: Desk, sender: str, *, now: datetime) -> bool:
    """Hold the sender where bounces, complaints or automatic answers make a storm; whether that was done now.

    A storm is told once: what is counted begins anew with the hold, and only what a hand resumes can be held again.
    """
    scope = f"sender:{sender}"
    hold = holds.present(conn, now).get(scope)
    if hold and hold.until_at is None:
        return False
    reason = _storm(conn, sender, now)
    if reason is None:
        return False
    holds.put(conn, scope=scope, because=reason, now=now, kind="storm")
    storms.count_anew(conn, sender, now)
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
    return True


def _storm(conn: Connection, sender: str, now: datetime) -> str | None:
    begin = storms.counted_from(conn, sender)
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
