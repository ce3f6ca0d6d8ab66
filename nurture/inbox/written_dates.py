"""Dates with the name of their month: 9 March, March 9th, 2.-6. März, 9 มีนาคม พ.ศ. 2569, the end of March."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from nurture.inbox.calendar_year import dated, is_common_year
from nurture.inbox.patterns import Found, Patterns

_ORDINAL = r"(?:st|nd|rd|th|er|re|ère|º|ª|°|:a|:e|-?го|-?е|\.|e|a|o|η|日)?"
_DAY_BEFORE = re.compile(
    rf"(?<![\d:])(?<!\d[.,/])(?:(?P<first>\d{{1,2}}){_ORDINAL}(?:\s?-\s?|\s?(?P<to>[^\W\d]{{1,8}}(?:\s[^\W\d]{{1,8}})?)\s?))?"
    rf"(?<!\d)(?P<day>\d{{1,2}}){_ORDINAL}(?:\s{{0,3}}|-)(?:(?:of|de|di|do|den|the|ngày)\s|d')?$"
)
_DAY_AFTER = re.compile(
    r"\.?,?[\s-]{0,2}(?:the\s)?(?P<day>\d{1,2})(?:st|nd|rd|th|º|\.(?!\d))?(?!\d|:\d|[./]\d)"
    r"(?:\s?(?P<to>-|[^\W\d]{1,8})\s?(?P<last>\d{1,2})(?:st|nd|rd|th)?(?![\d:./]))?"
)
_YEAR_AFTER = re.compile(
    r"[\s,./-]{0,3}(?:(?:del|de|do|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|năm|in|tahun|anno|год\w{0,2})\s?)?'?(\d{4}|\d{2})(?![\d:]|\.\d|[./-]\d)"
)
_YEAR_BEFORE = re.compile(r"(?<!\d)(\d{4})[.,]?\s?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A date, or a month without a day, with its place and, of a span, the day on which it begins."""

    day: date
    start: int
    end: int
    kind: Literal["date", "month"]
    first: date | None = None


def written_dates(text: str, patterns: Patterns, *, today: date) -> Iterator[Written]:
    """Each date that names its month, in no order."""
    months = _months(text, patterns)
    starts = {found.start for _, found in months}
    for month, found in months:
        yield from (
            _day_first(text, month, found, today)
            or _month_first(text, month, found, starts, patterns, today)
            or _month_alone(text, month, found, patterns, today)
        )


def _months(text: str, patterns: Patterns) -> list[tuple[int, Found]]:
    all_found = [(month, found) for month in range(1, 13) for found in patterns.find(f"month_{month}", text)]
    all_found = [
        (month, found)
        for month, found in all_found
        if not (found.words[0].isdigit() and found.start and text[found.start - 1].isdigit())
    ]
    all_found.sort(key=lambda each: (each[1].start, -each[1].end))
    kept: list[tuple[int, Found]] = []
    for month, found in all_found:
        if not kept or found.start >= kept[-1][1].end:
            kept.append((month, found))
    return kept


def _day_first(text: str, month: int, found: Found, today: date) -> Sequence[Written]:
    place = max(0, found.start - 40)
    before = _DAY_BEFORE.search(text, place, found.start)
    if before is None:
        return ()
    year, end = _year(text, found.end, today)
    day = dated(int(before["day"]), month, year, today)
    if day is None:
        return ()
    first = dated(int(before["first"]), month, str(day.year), today) if before["first"] else None
    if before["first"] and (first is None or first > day):
        return (Written(day=day, start=before.start("day"), end=end, kind="date"),)
    return (Written(day=day, start=before.start(), end=end, kind="date", first=first),)


def _month_first(
    text: str, month: int, found: Found, starts: set[int], patterns: Patterns, today: date
) -> Sequence[Written]:
    after = _DAY_AFTER.match(text, found.end, found.end + 30)
    if after is None or _counts_something(text[after.end("day") : after.end("day") + 14], patterns):
        return ()
    ends_span = after["last"] is not None and not any(after.end() <= place <= after.end() + 5 for place in starts)
    if ends_span and after["to"] != "-":
        ends_span = patterns.whole("range_to", after["to"]) is not None
    year, end = _year(text, after.end() if ends_span else after.end("day"), today)
    if not ends_span and year is None:
        end = after.end() if after["last"] is None else after.end("day")
    preceding = _YEAR_BEFORE.search(text, max(0, found.start - 8), found.start)
    if year is None and preceding and is_common_year(preceding[1], today):
        year = preceding[1]
    day = dated(int(after["last"] if ends_span else after["day"]), month, year, today)
    if day is None:
        return ()
    first = dated(int(after["day"]), month, str(day.year), today) if ends_span else None
    return (Written(day=day, start=found.start, end=end, kind="date", first=first),)


def _counts_something(following: str, patterns: Patterns) -> bool:
    """Whether a figure after a month counts weeks or hours: `im März 2 Wochen`."""
    unit = patterns.first("unit", following)
    return unit is not None and unit.start <= 2


def _month_alone(text: str, month: int, found: Found, patterns: Patterns, today: date) -> Sequence[Written]:
    """A month without a day counts after a word such as `in` or `end of`, else `may` would be one."""
    before = text[max(0, found.start - 24) : found.start]
    year, end = _year(text, found.end, today)
    if year is not None and len(year) < 4:
        year, end = None, found.end
    places = {part: _stands_before(part, before, patterns) for part in ("end_of", "middle_of", "start_of", "in_month")}
    part = next((part for part, place in places.items() if place), None)
    if part is None:
        return ()
    first = dated(1, month, year, today)
    if first is None:
        return ()
    following = (first + timedelta(days=31)).replace(day=1)
    if year is None and following <= today:
        first, following = first.replace(year=first.year + 1), following.replace(year=following.year + 1)
    day = {"end_of": following - timedelta(days=1), "middle_of": first + timedelta(days=14)}.get(part, first)
    return (Written(day=day, start=found.start - (places[part] if part != "in_month" else 0), end=end, kind="month"),)


def _stands_before(group: str, before: str, patterns: Patterns) -> int:
    """How many letters before its end the phrase begins that ends `before`; 0 where none does."""
    last = max(patterns.find(group, before), key=lambda found: found.end, default=None)
    return len(before) - last.start if last is not None and not before[last.end :].strip(" -") else 0


def _year(text: str, place: int, today: date) -> tuple[str | None, int]:
    after = _YEAR_AFTER.match(text, place, place + 24)
    if after and is_common_year(after[1], today):
        return after[1], after.end()
    return None, place
