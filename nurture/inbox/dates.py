"""The days that a text names, wherever they stand in it and whatever they are for: figures, months, weekdays, spans."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from nurture.inbox.named_days import days_of_month, relative_days, weekdays
from nurture.inbox.numeric_dates import numeric_dates
from nurture.inbox.patterns import Patterns, normalised
from nurture.inbox.written_dates import written_dates

DayKind = Literal["date", "day", "weekday", "relative", "month"]
TEXT_LOOKED_AT = 6_000
_MOST_DAYS = 80
_LONGEST_TO = 40
_BESIDE_A_DATE = re.compile(r"[\s,.(]{0,3}(?:(?:the|den|der|dem|le|el|il|dia|día|d\.|em|på|ngày|tanggal|วัน|ที่)\s?){0,2}")
_AFTER_A_DATE = re.compile(r"\s?[(,]\s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDay:
    """A day that a text names, between `start` and `end` of the normalised text; of a span, its last day.

    `kind`: a `date` says day and month, a `day` (`the 17th`) the day alone, a `weekday` (`Monday`) and a `relative` day
    (`in two weeks`) count from the day of writing, of a `month` the first day is given, or the one that `mid` and
    `end of` mean. `first` is the day on which a span (`2-6 March`) begins.
    """

    day: date
    start: int
    end: int
    kind: DayKind
    first: date | None = None


def dates_in(
    text: str, patterns: Patterns, *, today: date, country: str | None, language: str | None
) -> list[StatedDay]:
    """The days that `text` names, in their order. Never raises.

    Dates without a year are the nearest ones, rather to come than past. 3/4 is the third of April, unless another date
    in the text, `language` (a tag such as `en-US`) or `country` (ISO 3166) says that months are written first.
    """
    text = normalised(text[:TEXT_LOOKED_AT])
    is_month_first = writes_months_first(country, language)
    days = [
        StatedDay(day=day, start=start, end=end, kind="date", first=first)
        for day, start, end, first in numeric_dates(text, today=today, is_month_first=is_month_first)
    ]
    days += [
        StatedDay(day=each.day, start=each.start, end=each.end, kind=each.kind, first=each.first)
        for each in written_dates(text, patterns, today=today)
        if _is_free(days, each.start, each.end)
    ]
    days += [
        StatedDay(day=day, start=start, end=end, kind="day")
        for day, start, end in days_of_month(text, patterns, today=today)
        if _is_free(days, start, end)
    ]
    named = list(weekdays(text, patterns, today=today))
    days = [_with_weekday(text, day, [(start, end) for _, start, end in named]) for day in days]
    for day, start, end in named:
        if _is_free(days, start, end):
            days.append(StatedDay(day=day, start=start, end=end, kind="weekday"))
    for day, start, end in relative_days(text, patterns, today=today):
        if _is_free(days, start, end):
            days.append(StatedDay(day=day, start=start, end=end, kind="relative"))
    days.sort(key=lambda each: each.start)
    return list(_spans(text, days[:_MOST_DAYS], patterns))


def writes_months_first(country: str | None, language: str | None) -> bool:
    """Whether 3/4 is in March. The region of a language tag says more of the writer than the country of the person."""
    region = (language or "").replace("_", "-").upper().partition("-")[2][-2:]
    return (region or (country or "").upper()) in {"US", "PH", "GU", "PR", "VI", "AS", "MP", "FM", "MH", "PW"}


def _is_free(days: Sequence[StatedDay], start: int, end: int) -> bool:
    return not any(day.start < end and start < day.end for day in days)


def _with_weekday(text: str, day: StatedDay, named: Sequence[tuple[int, int]]) -> StatedDay:
    """The date together with the weekday beside it: `Monday, 9 March`, `9 March (Monday)`."""
    for start, end in named:
        if end <= day.start and _BESIDE_A_DATE.fullmatch(text, end, day.start):
            return replace(day, start=start)
        if start >= day.end and _AFTER_A_DATE.fullmatch(text, day.end, start):
            return replace(day, end=end)
    return day


def _spans(text: str, days: Sequence[StatedDay], patterns: Patterns) -> Iterator[StatedDay]:
    """Two days with nothing but `to` between them are one span that ends on the second."""
    before: StatedDay | None = None
    for day in days:
        if before is None:
            before = day
        elif day.kind == before.kind and day.first is None and _is_span(text[before.end : day.start], patterns):
            first = before.first or before.day
            if day.kind == "weekday" and first > day.day:
                first -= timedelta(days=7)
            before = replace(day, first=first, start=before.start)
        else:
            yield before
            before = day
    if before is not None:
        yield before


def _is_span(between: str, patterns: Patterns) -> bool:
    between = between.strip(" .,")
    return between == "-" or (len(between) < _LONGEST_TO and patterns.whole("range_to", between) is not None)
