"""When a step's window is open: the moments of a day that its `window`, `days` and `at` allow on the contact's wall.

A window is a set of wall times. In the hour that comes twice both are inside, one that the clock skips is not there;
only `at` happens once: at the first of two, at the end of a gap; not at all on a day that ends in the gap.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from nurture.domain.calendar import DAY, HORIZON_DAYS, Calendar, clock_change, moment_of, wall_of
from nurture.domain.campaign import StepTiming

Span = tuple[datetime, datetime]
"""From a moment, up to but without another; UTC."""

_MINUTE = timedelta(minutes=1)
_FURTHEST_OFFSET = timedelta(hours=16)
"""More than the clocks of any place have ever been away from UTC."""


def window_never_opens(timing: StepTiming) -> bool:
    """Whether no day of any calendar can hold a moment for the step: no weekday is left, or `at` is outside `hours`."""
    if not _weekdays(timing):
        return True
    return not _has_its_minute(timing) or not any(begin < end for begin, end in timing.window.hours)


def _has_its_minute(timing: StepTiming) -> bool:
    """Whether `at` is inside the hours as written: a gap may carry it into them, but not from outside."""
    return timing.at is None or any(begin <= timing.at < end for begin, end in timing.window.hours)


def from_at_on(timing: StepTiming) -> StepTiming:
    """The timing for a step that could not go at its `at`: from then on, as long as the window is open that day.

    Were `at` still the only minute, a step that waits for room would wait for the same minute of the next day, and a
    queue would never come to its end.
    """
    if timing.at is None:
        return timing
    hours = tuple((max(begin, timing.at), end) for begin, end in timing.window.hours if timing.at < end)
    return replace(timing, at=None, window=replace(timing.window, hours=hours))


def is_open_day(timing: StepTiming, day: date, calendar: Calendar) -> bool:
    """Whether weekday, holidays and closed days allow it; the hours are not looked at."""
    return day.weekday() in _weekdays(timing) and not (timing.window.keeps_holidays and calendar.is_day_off(day))


def open_spans(timing: StepTiming, day: date, calendar: Calendar) -> tuple[Span, ...]:
    """All moments of `day` at which the step may go, as spans in order."""
    if not is_open_day(timing, day, calendar) or not _has_its_minute(timing):
        return ()
    spans = _spans_of(timing.window.hours, day, calendar.zone)
    if timing.at is None:
        return spans
    at = moment_of(datetime.combine(day, timing.at), calendar.zone)
    return tuple((at, min(end, at + _MINUTE)) for begin, end in spans if begin <= at < end)


def first_open(timing: StepTiming, at: datetime, calendar: Calendar) -> datetime | None:
    """The first moment not before `at` at which the step may go; None where there is none for more than a year.

    >>> from nurture.domain.campaign import Window
    >>> mornings = StepTiming(window=Window(days=frozenset({0}), hours=((time(9), time(12)),)))
    >>> bangkok = Calendar(zone=ZoneInfo("Asia/Bangkok"))
    >>> first_open(mornings, datetime(2026, 3, 3, tzinfo=UTC), bangkok).isoformat()
    '2026-03-09T02:00:00+00:00'
    """
    today = wall_of(at, calendar.zone).date()
    # Where a clock is set back over midnight, yesterday comes again after the first of today.
    near = [open_spans(timing, day, calendar) for day in (today - DAY, today, today + DAY)]
    left = [begin if begin > at else at for spans in near for begin, end in spans if end > at]
    if left:
        return min(left)
    later = (open_spans(timing, today + distance * DAY, calendar) for distance in range(2, HORIZON_DAYS))
    return next((spans[0][0] for spans in later if spans), None)


def spans_after(spans: Iterable[Span], at: datetime) -> tuple[Span, ...]:
    """What is left of `spans` from `at` on."""
    return tuple((max(begin, at), end) for begin, end in spans if end > at)


def last_open_day(timing: StepTiming, day: date, calendar: Calendar) -> date | None:
    """`day`, or where it is closed the last day before it that is open; None where there is none for a year."""
    days = (day - distance * DAY for distance in range(HORIZON_DAYS))
    return next((earlier for earlier in days if open_spans(timing, earlier, calendar)), None)


def _weekdays(timing: StepTiming) -> frozenset[int]:
    return timing.window.days if timing.days is None else timing.window.days & timing.days


@lru_cache(maxsize=4096)
def _spans_of(hours: tuple[tuple[time, time], ...], day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """The hours of a day as moments, in order; kept for the same reason as `_offsets_about`."""
    return tuple(sorted(span for begin, end in hours for span in _spans_between(begin, end, day, zone)))


def _spans_between(begin: time, end: time, day: date, zone: ZoneInfo) -> list[Span]:
    """The moments at which the wall shows a time of `day` from `begin` up to `end`; two parts at a clock change."""
    start = datetime.combine(day, begin, tzinfo=UTC)
    stop = _midnight(day + DAY) if end == time.max else datetime.combine(day, end, tzinfo=UTC)
    before, after, change = _offsets_about(day, zone)
    if change is None:
        return [(start - before, stop - before)] if start < stop else []
    spans = (start - before, min(stop - before, change)), (max(start - after, change), stop - after)
    return [span for span in spans if span[0] < span[1]]


@lru_cache(maxsize=4096)
def _offsets_about(day: date, zone: ZoneInfo) -> tuple[timedelta, timedelta, datetime | None]:
    """The offsets safely before and after `day`, and when the one becomes the other: once at most in so short a time.

    Kept, because the contacts of one zone are all asked about the same few days.
    """
    low, high = _midnight(day) - _FURTHEST_OFFSET, _midnight(day + DAY) + _FURTHEST_OFFSET
    before, after = (moment.astimezone(zone).utcoffset() or timedelta() for moment in (low, high))
    return before, after, None if before == after else clock_change(low, high, zone)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
