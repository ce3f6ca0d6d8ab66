"""Answers that no run will hear: theirs ended before it took notice, so a person must."""

from datetime import datetime, timedelta

from nurture.engine.kept import arrival_of, match_of, verdict_of
from nurture.engine.perform import Desk
from nurture.engine.reading import ask_to_read
from nurture.store import contacts, enrollments, inbound
from nurture.store.connection import Connection

_AT_ONCE = 50
_NEWS_FOR = timedelta(days=30)  # what is older stood in the list all the time: no flood of notices after an upgrade


def hear_the_unheard(conn: Connection, desk: Desk, *, now: datetime) -> int:
    """Have people read some of them; how many. 0 says that there are no more."""
    waiting = inbound.unheard(conn, since=now - _NEWS_FOR, limit=_AT_ONCE)
    for mail in waiting:
        contact = contacts.get(conn, mail.contact_id) if mail.contact_id else None
        # Marked first: who has done so takes it, where several workers look.
        if inbound.mark_reacted(conn, [mail.id], now) and contact:
            run = enrollments.get(conn, mail.enrollment_id) if mail.enrollment_id else None
            arrival = arrival_of(mail, verdict_of(mail), match_of(conn, mail, contact), mail.enrollment_id)
            ask_to_read(conn, desk, arrival, run, now=now)
    return len(waiting)
