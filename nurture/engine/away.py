"""A contact who is out of office: held in all campaigns until the morning after the return."""

from datetime import date, datetime, time, timedelta

from nurture.domain.calendar import add
from nurture.domain.contact import Contact
from nurture.domain.duration import Duration
from nurture.domain.verdict import Verdict
from nurture.domain.zone import zone_of
from nurture.engine.rules import Rules
from nurture.store import pauses
from nurture.store.connection import Connection

AWAY_FOR = Duration(business_days=5)
FARTHEST_RETURN = timedelta(days=90)


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
        until_at=back_at(contact, back_on, now, rules),
        because=f"out of office, {back}{instead}",
        inbound_id=inbound_id,
    )
    return f"{back}{instead}"


def back_at(contact: Contact, return_on: date | None, now: datetime, rules: Rules) -> datetime:
    """The start of the day after the stated return on the contact's wall; 5 business days on where there is none."""
    if return_on is not None:
        until = datetime.combine(return_on + timedelta(days=1), time.min, zone_of(contact, rules.zone))
        if now < until <= now + FARTHEST_RETURN:
            return until
    return add(now, AWAY_FOR, rules.calendar_of(contact, now))
