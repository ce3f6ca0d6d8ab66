"""A contact who is out of office: held in all campaigns until the morning after the return."""

from datetime import datetime

from nurture.domain.away import back_at
from nurture.domain.contact import Contact
from nurture.domain.verdict import Verdict
from nurture.engine.rules import Rules
from nurture.store import pauses
from nurture.store.connection import Connection


def pause_while_away(
    conn: Connection, rules: Rules, contact: Contact, verdict: Verdict, *, inbound_id: int, now: datetime
) -> str:
    """Hold everything to this contact until the morning after their return; until when, in words for the log.

    Who stands in for them is noted and never mailed.
    """
    back_on = verdict.return_on
    back = f"back on {back_on.isoformat()}" if back_on else "no date given"
    instead = f", {verdict.substitute} stands in" if verdict.substitute else ""
    pauses.add(
        conn,
        contact_id=contact.id,
        enrollment_id=None,
        kind="out_of_office",
        from_at=now,
        until_at=back_at(back_on, now, rules.calendar_of(contact, now)),
        because=f"out of office, {back}{instead}",
        inbound_id=inbound_id,
    )
    return f"{back}{instead}"
