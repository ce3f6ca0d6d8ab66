"""Dates written in figures: 2026-03-09, 9.3., 09/03/2569, 3月9日, with the spans that they end."""

import re
from collections.abc import Iterator
from datetime import date

from nurture.inbox.calendar_year import dated

Numeric = tuple[date, int, int, date | None]
_NO_TIME = r"(?!\s?(?:uhr|น\.|am\b|pm\b|a\.m|p\.m|h\b|%|€|\$|kg\b|baht|บาท|hrs?\b|eur\b|usd\b))"
_ISO = re.compile(r"(?<![\d./-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d%])")
_EAST = re.compile(
    r"(?:(令和)?(?<!\d)(\d{1,4}|元)\s?[年년]\s?)?(?<!\d)(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日号號일]?(?:\([^)]{1,4}\))?"
    r"\s?(?:[-~〜～]|から|より|至|到|부터)\s?)?(\d{1,2})\s?[日号號일]"
)
_FIGURES = re.compile(
    # Not after a figure and a mark (a telephone number), yet after the dash that ends `2.3.-` or `2/3-`.
    r"(?<!\d)(?<!\d[.,:/])(?<![@#+])(?:(?P<first>\d{1,2})\.?\s?-\s?)?(?P<a>\d{1,2})(?P<mark>[./-])\s?(?P<b>\d{1,2})"
    rf"(?:(?P=mark)\s?(?P<year>\d{{4}}|\d{{2}})(?![\d%:])(?![./-]\d)|(?P<dot>\.)?(?![\d%:])(?![,/]\d)(?!\.\d){_NO_TIME})"
)


def numeric_dates(text: str, *, today: date, is_month_first: bool) -> Iterator[Numeric]:
    """Each date with its place and, of a span, the day on which it begins."""
    yield from _with_year_first(text, today)
    found = [match for match in _FIGURES.finditer(text) if _may_be_date(match)]
    is_month_first = _settled(found, is_month_first)
    for match in found:
        day = _read(match, today, is_month_first)
        if day is not None:
            first = dated(int(match["first"]), day.month, str(day.year), today) if match["first"] else None
            yield day, match.start(), match.end(), first if first and first <= day else None


def _with_year_first(text: str, today: date) -> Iterator[Numeric]:
    for match in _ISO.finditer(text):
        day = dated(int(match[4]), int(match[3]), match[1], today)
        if day is not None:
            yield day, match.start(), match.end(), None
    for match in _EAST.finditer(text):
        year = match[2]
        if match[1] and year:
            year = str(2018 + (1 if year == "元" else int(year)))
        day = dated(int(match[5]), int(match[3]), None if year == "元" else year, today)
        if day is not None:
            first = dated(int(match[4]), int(match[3]), year, today) if match[4] else None
            yield day, match.start(), match.end(), first


def _may_be_date(match: re.Match[str]) -> bool:
    if match["year"]:
        return True
    if match["mark"] == "-":
        return False
    if match["mark"] == "/":
        return (match["a"], match["b"]) != ("24", "7")
    # 2.5 is a number; 2.5. and 02.05 are dates.
    return match["dot"] is not None or (len(match["a"]) == 2 and len(match["b"]) == 2)


def _settled(found: list[re.Match[str]], is_month_first: bool) -> bool:
    """What dates that can be read in one way only say of the others."""
    for match in found:
        if match["mark"] != "." and match["year"]:
            if int(match["b"]) > 12 >= int(match["a"]):
                return True
            if int(match["a"]) > 12 >= int(match["b"]):
                return False
    return is_month_first


def _read(match: re.Match[str], today: date, is_month_first: bool) -> date | None:
    a, b = int(match["a"]), int(match["b"])
    orders = [(b, a), (a, b)] if is_month_first and match["mark"] != "." else [(a, b), (b, a)]
    for day, month in orders:
        found = dated(day, month, match["year"], today)
        if found is not None:
            return found
    if match["year"] and len(match["year"]) == 2:
        return dated(int(match["year"]), b, match["a"], today)
    return None
