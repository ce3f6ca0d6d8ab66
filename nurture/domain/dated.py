"""The day that a dated step is meant for: a date, or so long before or after a date that the contact or event has."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from nurture.domain.calendar import Calendar, moment_of, shift, start_of_day, wall_of, within_calendar
from nurture.domain.campaign import DateRule
from nurture.domain.evaluate import evaluate
from nurture.domain.facts import Facts
from nurture.domain.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The step's `day` on the contact's wall, and where the rule names hours the moment from which on it may go."""

    day: date
    not_before: datetime | None = None


def target_of(rule: DateRule, facts: Facts, calendar: Calendar) -> Target | None:
    """Where the rule points; None where the field is not set or holds no date.

    A datetime is read on the contact's wall, also when only its day counts. Days and business days are counted on
    dates, hours and minutes from the moment itself: from the beginning of the day where the field is a plain date.
    """
    base = _date_in(rule.day if rule.field is None else evaluate(rule.field, facts), calendar)
    if base is None:
        return None
    day = shift(base.date(), rule.offset, calendar, is_back=rule.is_before)
    if not rule.offset.seconds:
        return Target(day=day)
    seconds = timedelta(seconds=-rule.offset.seconds if rule.is_before else rule.offset.seconds)
    moment = moment_of(datetime.combine(day, base.time()), calendar.zone) + seconds
    return Target(day=wall_of(moment, calendar.zone).date(), not_before=moment)


def end_of_day(day: date, calendar: Calendar) -> datetime:
    """The moment at which `day` is over on the contact's wall."""
    return start_of_day(day + timedelta(days=1), calendar.zone)


def _date_in(value: Value, calendar: Calendar) -> datetime | None:
    """The wall time that a field's value names, a day's beginning for a date; None for anything that is no date."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        day = within_calendar(value.date())
        if day != value.date():
            return datetime.combine(day, value.time())
        return value if value.tzinfo is None else wall_of(value.astimezone(UTC), calendar.zone)
    return datetime.combine(within_calendar(value), datetime.min.time()) if isinstance(value, date) else None


def _parsed(text: str) -> date | datetime | None:
    """ISO 8601, as event fields may hold it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None
