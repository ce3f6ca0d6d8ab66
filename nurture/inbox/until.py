"""From when on somebody wants to hear from us again: in May, next quarter, in three months, after Songkran."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nurture.inbox.dates import dates_in
from nurture.inbox.patterns import Found, Patterns
from nurture.inbox.said import Said

_FAR = timedelta(days=21)
_FIGURES = re.compile(r"\d{1,4}")
_YEAR = re.compile(r"(?<!\d)(?:20\d\d|25\d\d)(?!\d)")
_AFTER_WITHIN = 20
"""Letters before a date in which `after` must stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A day to come that a text names at a place. `is_far`: who says so does not mean these days."""

    on: date
    start: int
    end: int
    is_far: bool


def later_days(
    said: Said, patterns: Patterns, *, today: date, country: str | None, language: str | None
) -> list[Later]:
    """The days to come that a text names, written dates before the vaguer forms, each in the order of the text."""
    dates = list(_written_dates(said, patterns, today, country, language))
    vague = [
        Later(on=day, start=found.start, end=found.end, is_far=group not in _NEAR_FORMS or day - today >= _FAR)
        for group, day_of in _FORMS.items()
        for found in patterns.find(group, said.text)
        if (day := day_of(found, patterns, today)) is not None and day > today
    ]
    return dates + sorted(vague, key=lambda each: (each.start, -each.end))


def _written_dates(
    said: Said, patterns: Patterns, today: date, country: str | None, language: str | None
) -> Iterator[Later]:
    for stated in dates_in(said.text, patterns, today=today, country=country, language=language):
        day = stated.day
        words = said.text[stated.start : stated.end]
        if day <= today and not _YEAR.search(words):
            day = _same_day(day, day.year + 1)
        before = said.text[max(0, stated.start - _AFTER_WITHIN) : stated.start]
        if any(not before[each.end :].strip() for each in patterns.find("after", before)):
            day += timedelta(days=1)
        if today < day < today + timedelta(days=1000):
            yield Later(on=day, start=stated.start, end=stated.end, is_far=day - today >= _FAR)


def _same_day(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _number(found: Found, patterns: Patterns) -> int | None:
    figures = _FIGURES.search(found.words)
    if figures:
        return int(figures[0])
    return next((number for number in range(12, 0, -1) if patterns.first(f"number_{number}", found.words)), None)


def _in_days(found: Found, patterns: Patterns, today: date) -> date | None:
    number = _number(found, patterns)
    return today + timedelta(days=number) if number and number < 1000 else None


def _in_weeks(found: Found, patterns: Patterns, today: date) -> date | None:
    number = _number(found, patterns)
    return today + timedelta(weeks=number) if number and number < 150 else None


def _in_months(found: Found, patterns: Patterns, today: date) -> date | None:
    number = _number(found, patterns)
    return _months_on(today, number) if number and number < 60 else None


def _half_a_year(_: Found, __: Patterns, today: date) -> date:
    return _months_on(today, 6)


def _in_years(found: Found, patterns: Patterns, today: date) -> date | None:
    number = _number(found, patterns)
    return _months_on(today, 12 * number) if number and number < 10 else None


def _months_on(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _next_week(_: Found, __: Patterns, today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _next_month(_: Found, __: Patterns, today: date) -> date:
    return _months_on(today.replace(day=1), 1)


def _end_of_month(_: Found, __: Patterns, today: date) -> date:
    return today.replace(day=monthrange(today.year, today.month)[1])


def _next_quarter(_: Found, __: Patterns, today: date) -> date:
    return _months_on(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3)


def _next_year(_: Found, __: Patterns, today: date) -> date:
    return date(today.year + 1, 1, 1)


def _end_of_year(_: Found, __: Patterns, today: date) -> date:
    return date(today.year, 12, 1)


def _second_half(found: Found, _: Patterns, today: date) -> date:
    return _coming(7, 1, found, today)


def _a_quarter(found: Found, patterns: Patterns, today: date) -> date | None:
    without_year = _YEAR.sub("", found.words)
    number = next(
        (each for each in range(1, 5) if str(each) in without_year or patterns.first(f"nth_{each}", found.words)), None
    )
    return _coming(3 * number - 2, 1, found, today) if number else None


def _in_month(found: Found, patterns: Patterns, today: date) -> date | None:
    named = (each for each in range(1, 13) if patterns.first(f"month_{each}", found.words))
    figures = _FIGURES.search(_YEAR.sub("", found.words))
    month = next(named, None) or (int(figures[0]) if figures and 1 <= int(figures[0]) <= 12 else None)
    if month is None:
        return None
    first = _coming(month, 1, found, today)
    if patterns.first("end_of", found.words):
        return first.replace(day=monthrange(first.year, month)[1])
    if patterns.first("middle_of", found.words):
        return first.replace(day=15)
    return _months_on(first, 1) if patterns.first("after", found.words) else first


def _a_year(found: Found, _: Patterns, today: date) -> date | None:
    return date(_year_in(found) or today.year, 1, 1)


def _after_songkran(found: Found, _: Patterns, today: date) -> date:
    return _coming(4, 16, found, today)


def _after_new_year(found: Found, _: Patterns, today: date) -> date:
    return _coming(1, 2, found, today)


def _after_summer(found: Found, _: Patterns, today: date) -> date:
    return _coming(9, 1, found, today)


def _year_in(found: Found) -> int | None:
    match = _YEAR.search(found.words)
    if not match:
        return None
    return int(match[0]) - 543 if match[0] > "later_2500" else int(match[0])


def _coming(month: int, day: int, found: Found, today: date) -> date:
    """That day of the year which the words name, else its next time."""
    year = _year_in(found)
    if year:
        return date(year, month, day)
    return date(today.year + (date(today.year, month, day) <= today), month, day)


_NEAR_FORMS = frozenset({"later_in_days", "later_in_weeks", "later_next_week", "later_end_of_month"})
_FORMS: dict[str, Callable[[Found, Patterns, date], date | None]] = {
    "later_in_days": _in_days,
    "later_in_weeks": _in_weeks,
    "later_in_months": _in_months,
    "later_half_a_year": _half_a_year,
    "later_in_years": _in_years,
    "later_next_week": _next_week,
    "later_next_month": _next_month,
    "later_next_quarter": _next_quarter,
    "later_next_year": _next_year,
    "later_end_of_month": _end_of_month,
    "later_end_of_year": _end_of_year,
    "later_a_quarter": _a_quarter,
    "later_second_half": _second_half,
    "later_in_month": _in_month,
    "later_in_a_year": _a_year,
    "later_after_songkran": _after_songkran,
    "later_after_new_year": _after_new_year,
    "later_after_summer": _after_summer,
}
