"""When a step's time comes, and why then: its delay, its window, its date, on the contact's own wall clock."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nurture.domain.calendar import DAY, Calendar, add, start_of_day, wall_of
from nurture.domain.campaign import DateRule, StepTiming
from nurture.domain.dated import Target, end_of_day, target_of
from nurture.domain.facts import Facts
from nurture.domain.window import (
    Span,
    first_open,
    from_at_on,
    is_open_day,
    last_open_day,
    open_spans,
    spans_after,
)
from nurture.domain.wording import in_words, on_day, on_wall

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The step's time has come at `at`, UTC. `day` is there for a dated step that may go on that day only."""

    at: datetime
    because: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Its day is over on the contact's wall, or its window does not open for more than a year."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDate:
    """The date it counts from is not set."""

    because: str


def plan(
    timing: StepTiming, *, anchor: datetime, facts: Facts, calendar: Calendar, spread_key: str, since: str = ""
) -> Planned | Late | NoDate:
    """When the step is to go, counted from `anchor`: the same answer however often and whenever it is asked.

    Never before the delay is over and never outside the window; inside the window the moment is kept to the second.
    With `at`, a delay in whole days counts days: `1d` at 09:30 is tomorrow at 09:30, however late today it began.
    Only whether a dated step is late depends on `facts.now`. `spread` takes a moment that `spread_key` alone decides.
    `since` are words for what happened at `anchor`, such as "hello was sent"; without them its wall time stands there.
    """
    earliest = _earliest(timing, anchor, calendar)
    if timing.date is not None:
        return _plan_dated(timing, timing.date, earliest, facts, calendar, spread_key)
    opens_at = first_open(timing, earliest, calendar)
    if opens_at is None:
        return Late(because="its window does not open for more than a year")
    since = since or on_wall(anchor, calendar.zone)
    delayed = f"{in_words(timing.after)} after {since}" if timing.after else ""
    if opens_at > earliest:
        delayed = _joined(delayed, _why_later(timing, earliest, opens_at, calendar))
    day = wall_of(opens_at, calendar.zone).date()
    at = _spread(timing, open_spans(timing, day, calendar), opens_at, spread_key)
    return Planned(at=at, because=_because(delayed, at, opens_at, calendar))


def _earliest(timing: StepTiming, anchor: datetime, calendar: Calendar) -> datetime:
    """The end of the delay. Else a daily mail at 09:30, sent two seconds later, would skip every other day."""
    over_at = add(anchor, timing.after, calendar)
    if timing.at is None or not timing.after or timing.after.seconds:
        return over_at
    return start_of_day(wall_of(over_at, calendar.zone).date(), calendar.zone)


def open_at(timing: StepTiming, now: datetime, calendar: Calendar, *, day: date | None = None) -> datetime | None:
    """The first moment from `now` on at which a step may go whose planned time has passed.

    `at` then means "from then on that day". With `day`, a dated step's own (`Planned.day`), None says that nothing of
    it is left; else None says that the window does not open for more than a year.
    """
    timing = from_at_on(timing)
    if day is None or timing.is_sent_late:
        return first_open(timing, now, calendar)
    left = spans_after(open_spans(timing, day, calendar), now)
    return left[0][0] if left else None


def _plan_dated(
    timing: StepTiming, rule: DateRule, earliest: datetime, facts: Facts, calendar: Calendar, spread_key: str
) -> Planned | Late | NoDate:
    target = target_of(rule, facts, calendar)
    if target is None:
        return NoDate(because=f"no date: {rule.source or 'its date'} is not set")
    day = last_open_day(timing, target.day, calendar)
    if day is None:
        return Late(because="its window does not open for more than a year")
    words = _words_for_day(rule, target, day, calendar)
    over_at = end_of_day(day, calendar)
    left = _left_of_day(timing, target, day, earliest, calendar)
    if timing.is_sent_late and not left:
        at = first_open(timing, max(earliest, over_at), calendar)
        if at is not None:
            return Planned(at=at, because=f"late: {words}; window opens {on_wall(at, calendar.zone)}")
    if not left or (facts.now >= over_at and not timing.is_sent_late):
        is_over = max(earliest, facts.now) >= over_at
        return Late(
            because=f"late: {words}, {'is over' if is_over else 'has no open hour left'} in {calendar.zone.key}"
        )
    at = _spread(timing, left, left[0][0], spread_key)
    because = f"{words}: {on_wall(at, calendar.zone)}"
    return Planned(at=at, because=because, day=None if timing.is_sent_late else day)


def _left_of_day(
    timing: StepTiming, target: Target, day: date, earliest: datetime, calendar: Calendar
) -> tuple[Span, ...]:
    """What a dated step may use of its day: from the moment its rule names, from `at` on where that minute is past.

    A moment that lies outside the window of its day gives way: better that day at another hour than not at all.
    """
    strict, rest = open_spans(timing, day, calendar), open_spans(from_at_on(timing), day, calendar)
    moments = [earliest]
    if target.not_before is not None and day == target.day:
        moments.insert(0, max(earliest, target.not_before))
    for moment in moments:
        left = spans_after(strict, moment) or spans_after(rest, moment)
        if left:
            return left
    return ()


def _spread(timing: StepTiming, spans: Sequence[Span], at: datetime, spread_key: str) -> datetime:
    """A second of `spans` from `at` on, each as likely as any over many keys; `at` itself where nothing is spread."""
    left = spans_after(spans, at)
    seconds = sum((end - begin) // _SECOND for begin, end in left)
    if timing.timing != "spread" or timing.at is not None or not seconds:
        return at
    # Python's own hash() is another one in every process.
    chance = int.from_bytes(hashlib.sha256(spread_key.encode()).digest()[:8], "big")
    offset = (chance * seconds >> 64) * _SECOND
    for begin, end in left:
        if begin + offset < end:
            return begin + offset
        offset -= (end - begin) // _SECOND * _SECOND
    return at


def _why_later(timing: StepTiming, earliest: datetime, opens_at: datetime, calendar: Calendar) -> str:
    """The last day off that stood in the way, if one did, and when the window opens."""
    opens = f"window opens {on_wall(opens_at, calendar.zone)}"
    first, last = wall_of(earliest, calendar.zone).date(), wall_of(opens_at, calendar.zone).date()
    skipped = [first + distance * DAY for distance in range((last - first).days)]
    off = [day for day in skipped if calendar.is_day_off(day) and not is_open_day(timing, day, calendar)]
    return _joined(f"{calendar.holiday_name(off[-1])} on {on_day(off[-1])}" if off else "", opens)


def _words_for_day(rule: DateRule, target: Target, day: date, calendar: Calendar) -> str:
    words = f"its day, {on_day(target.day)}"
    if rule.source:
        words = f"{rule.source} is {on_day(target.day)}"
    if day == target.day:
        return words
    closed = calendar.holiday_name(target.day) or "closed"
    return f"{words} ({closed}), so the open day before it, {on_day(day)}"


def _because(delayed: str, at: datetime, opens_at: datetime, calendar: Calendar) -> str:
    if at > opens_at:
        return _joined(delayed, f"spread to {on_wall(at, calendar.zone)}")
    return delayed or "at once"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
