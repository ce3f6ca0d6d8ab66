"""The wall clock and the days off of one contact, and how spans of days are counted on them.

A *wall* time is a naive datetime: what a clock on the contact's wall shows. A moment is aware, in UTC.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.duration import Duration

DAY = timedelta(days=1)
SATURDAY_AND_SUNDAY = frozenset({5, 6})

HORIZON_DAYS = 400
"""How far a search for an open day looks: more than a year, so that what comes once a year is found."""

_FIRST_DAY = date(100, 1, 1)
_LAST_DAY = date(9900, 12, 31)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`zone` is the contact's; `holidays` are their country's, in a mapping to names reasons can name them.

    `closed_days` are the project's; `weekend` are the weekdays, Monday 0, on which their country does no business.
    """

    zone: ZoneInfo
    holidays: Container[date] = frozenset()
    closed_days: Container[date] = frozenset()
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY

    def is_day_off(self, day: date) -> bool:
        """Whether it is a public holiday or a closed day; a weekend is neither."""
        return day in self.holidays or day in self.closed_days

    def is_business_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and not self.is_day_off(day)

    def holiday_name(self, day: date) -> str:
        """Why nothing happens on a day off, in words; empty for any other day."""
        if day in self.holidays:
            name = self.holidays.get(day) if isinstance(self.holidays, Mapping) else None
            return f"public holiday ({name})" if name else "public holiday"
        return "closed day" if day in self.closed_days else ""


def wall_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows at `moment`, naive."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the wall shows `wall`: the first of two; the end of the gap where it never does.

    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> f"{moment_of(datetime(2026, 3, 29, 2, 30), berlin):%H:%M}"  # 02:00 to 03:00 is not on any clock that day
    '01:00'
    >>> f"{moment_of(datetime(2026, 10, 25, 2, 30), berlin):%H:%M}"  # 02:30 comes twice: at 00:30 and 01:30 UTC
    '00:30'
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_of(first, zone) == wall:
        return first
    # In a gap PEP 495 reads fold=1 with the offset after it, which gives a moment before the clock was changed.
    return clock_change(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second between the two moments, which have different offsets, from which on the later offset holds."""
    start = before.replace(microsecond=0)
    offset = start.astimezone(zone).utcoffset()
    low, high = 0, -((start - after) // _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if (start + middle * _SECOND).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return start + high * _SECOND


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of `day` on the wall, in UTC; also where the clock skips midnight."""
    return moment_of(datetime.combine(day, time.min), zone)


def add(anchor: datetime, duration: Duration, calendar: Calendar) -> datetime:
    """The moment `duration` after `anchor`, in UTC.

    Calendar days and then business days keep the time on the wall: in a gap it becomes the next time that exists, in an
    overlap the first of the two. Two business days from Friday 18:00 is Tuesday 18:00. A weekend or day off counts as
    the beginning of the next business day, so that who came later is never served earlier: one from Saturday is the
    beginning of Tuesday. Seconds are exact and come last. A sum beyond the calendar ends at the calendar's edge.
    """
    moment = anchor.astimezone(UTC)
    if duration.days or duration.business_days:
        wall = wall_of(moment, calendar.zone)
        day, clock = shift(wall.date(), Duration(days=duration.days), calendar), wall.time()
        if duration.business_days and not calendar.is_business_day(day):
            day, clock = _next_business_day(day, DAY, calendar), time.min
        day = shift(day, Duration(business_days=duration.business_days), calendar)
        moment = moment_of(datetime.combine(day, clock), calendar.zone)
    return moment + timedelta(seconds=duration.seconds)


def shift(day: date, duration: Duration, calendar: Calendar, *, is_back: bool = False) -> date:
    """The day that lies the duration's days and business days after `day`, or before it; its seconds are not looked at.

    The result stays decades inside what a date can hold, so that any zone, window and span can be applied to it.
    """
    step = -DAY if is_back else DAY
    try:
        day += duration.days * step
        for _ in range(duration.business_days):
            day = _next_business_day(day, step, calendar)
    except OverflowError:
        return _FIRST_DAY if is_back else _LAST_DAY
    return within_calendar(day)


def within_calendar(day: date) -> date:
    """`day`, or the nearest day with which one can still reckon: `9999-12-31` is a popular way to write "never"."""
    return max(_FIRST_DAY, min(day, _LAST_DAY))


def _next_business_day(day: date, step: timedelta, calendar: Calendar) -> date:
    for distance in range(1, HORIZON_DAYS + 1):
        if calendar.is_business_day(day + distance * step):
            return day + distance * step
    return day + step  # no business at all: then days are as good as business days
