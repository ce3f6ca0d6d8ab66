"""Days that are counted from the day of writing: weekdays, tomorrow, in two weeks, the end of the month."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from nurture.inbox.patterns import Found, Patterns

Named = tuple[date, int, int]
_BESIDE = 24
_FIGURES = re.compile(r"\d{1,2}")
_FIGURE_GOES_ON = re.compile(r"[ .-]?\d|\s?%|\s?h\b")  # a telephone number, a share, an hour


def weekdays(text: str, patterns: Patterns, *, today: date) -> Iterator[Named]:
    """Weekdays as the next ones after `today`; `next Monday` is in the next week; those of last week are left out."""
    found = sorted(
        ((day, each) for day in range(7) for each in patterns.find(f"weekday_{day + 1}", text)),
        key=lambda pair: (pair[1].start, -pair[1].end),
    )
    last_end = 0
    for weekday, each in found:
        if each.start < last_end:
            continue
        last_end = each.end
        before, after = text[max(0, each.start - _BESIDE) : each.start], text[each.end : each.end + _BESIDE]
        if _ends("last", before, patterns) is not None or _begins("last", after, patterns) is not None:
            continue
        start, end = each.start, each.end
        day = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
        if (more := _begins("week_later", after, patterns)) is not None:
            day, end = day + timedelta(days=7), each.end + more
        elif (less := _ends("week_before", before, patterns)) is not None:
            day, start = day + timedelta(days=7), each.start - less
        elif (less := _ends("next", before, patterns)) is not None:
            day, start = _of_next_week(today, weekday), each.start - less
        elif (more := _begins("next", after, patterns)) is not None or _has_next(each, patterns):
            day, end = _of_next_week(today, weekday), each.end + (more or 0)
        yield day, start, end


def _of_next_week(today: date, weekday: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(days=7 + weekday)


def _has_next(found: Found, patterns: Patterns) -> bool:
    return patterns.first("next", found.words) is not None


def _ends(group: str, before: str, patterns: Patterns) -> int | None:
    """How many letters before its end the phrase begins that ends `before`."""
    last = max(patterns.find(group, before), key=lambda found: found.end, default=None)
    return len(before) - last.start if last is not None and not before[last.end :].strip(" ,") else None


def _begins(group: str, after: str, patterns: Patterns) -> int | None:
    first = patterns.first(group, after)
    return first.end if first is not None and not after[: first.start].strip() else None


def days_of_month(text: str, patterns: Patterns, *, today: date) -> Iterator[Named]:
    """Days that name no month, `the 17th`: its next one, today too."""
    for each in patterns.find("day_of_month", text):
        if _FIGURE_GOES_ON.match(text, each.end):
            continue
        figures = _FIGURES.search(each.words)
        number = int(figures[0]) if figures else 0
        days = (_first_of_month(today, ahead) + timedelta(days=number - 1) for ahead in range(3))
        coming = next((day for day in days if day >= today and day.day == number), None)
        if coming is not None:
            yield coming, each.start, each.end


def relative_days(text: str, patterns: Patterns, *, today: date) -> Iterator[Named]:
    """Days such as `tomorrow`, `in two weeks`, `next week` (its Monday), `the end of the month`."""
    month_after = _first_of_month(today, 1)
    fixed = {
        "day_after_tomorrow": today + timedelta(days=2),
        "tomorrow": today + timedelta(days=1),
        "next_week": _of_next_week(today, 0),
        "next_month": month_after,
        "end_of_week": today + timedelta(days=(4 - today.weekday()) % 7),
        "end_of_month": month_after - timedelta(days=1),
    }
    for group, day in fixed.items():
        yield from ((day, each.start, each.end) for each in patterns.find(group, text))
    for group in ("in_days", "in_weeks", "in_months"):
        for each in patterns.find(group, text):
            count = _number(each.words, patterns)
            if count:
                yield _later(today, group, count), each.start, each.end


def _number(words: str, patterns: Patterns) -> int:
    figures = _FIGURES.search(words)
    if figures:
        return int(figures[0])
    found = [number for number in range(2, 11) if patterns.first(f"number_{number}", words)]
    return found[0] if found else 1


def _later(today: date, group: str, count: int) -> date:
    if group == "in_months":
        first = _first_of_month(today, count)
        last = _first_of_month(first, 1) - timedelta(days=1)
        return first.replace(day=min(today.day, last.day))
    return today + timedelta(days=count * (7 if group == "in_weeks" else 1))


def _first_of_month(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
