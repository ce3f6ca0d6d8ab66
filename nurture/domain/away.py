"""How long somebody who is out of office is left alone."""

from datetime import date, datetime, time, timedelta

from nurture.domain.calendar import Calendar, add
from nurture.domain.duration import Duration

AWAY_FOR = Duration(business_days=5)
FARTHEST_RETURN = timedelta(days=90)


def back_at(return_on: date | None, now: datetime, calendar: Calendar) -> datetime:
    """The start of the day after the stated return on the contact's wall; 5 business days on where there is none."""
    if return_on is not None:
        until = datetime.combine(return_on + timedelta(days=1), time.min, calendar.zone)
        if now < until <= now + FARTHEST_RETURN:
            return until
    return add(now, AWAY_FOR, calendar)
