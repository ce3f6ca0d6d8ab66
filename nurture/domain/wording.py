"""Times, days and spans in the words that reasons use; the same in every locale."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from nurture.domain.calendar import wall_of
from nurture.domain.duration import Duration

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def on_day(day: date) -> str:
    """
    >>> on_day(date(2026, 3, 2))
    'Mon 2 Mar 2026'
    """
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def on_wall(moment: datetime, zone: ZoneInfo) -> str:
    """What calendar and clock on the wall show, and whose they are.

    >>> from datetime import UTC
    >>> on_wall(datetime(2026, 3, 2, 2, tzinfo=UTC), ZoneInfo("Asia/Bangkok"))
    'Mon 2 Mar 2026 09:00 Asia/Bangkok'
    """
    wall = wall_of(moment, zone)
    return f"{on_day(wall.date())} {wall:%H:%M} {zone.key}"


def in_words(duration: Duration) -> str:
    """
    >>> in_words(Duration(days=1, seconds=5400)), in_words(Duration(business_days=2))
    ('1 day 1 hour 30 minutes', '2 business days')
    """
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    amounts = (
        (duration.days, "day"),
        (duration.business_days, "business day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
    )
    words = " ".join(f"{amount} {unit}{'' if amount == 1 else 's'}" for amount, unit in amounts if amount)
    return words or "at once"
