"""Dates as spreadsheets in Thailand and elsewhere write them: ISO or day first, in the common or the Buddhist era."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from nurture.errors import InvalidInput

_BUDDHIST_ERA = 543
_FIRST_BUDDHIST_YEAR = 2400  # 1857: no date of a contact is older, and none of the common era is so far away
_MONTHS = (
    "jan january ม.ค. มกราคม",
    "feb february ก.พ. กุมภาพันธ์",
    "mar march มี.ค. มีนาคม",
    "apr april เม.ย. เมษายน",
    "may may พ.ค. พฤษภาคม",
    "jun june มิ.ย. มิถุนายน",
    "jul july ก.ค. กรกฎาคม",
    "aug august ส.ค. สิงหาคม",
    "sep september ก.ย. กันยายน",
    "oct october ต.ค. ตุลาคม",
    "nov november พ.ย. พฤศจิกายน",
    "dec december ธ.ค. ธันวาคม",
)
_MONTH_OF = {
    word.replace(".", ""): number for number, words in enumerate(_MONTHS, start=1) for word in words.split()
} | {"sept": 9}

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_WORDED = re.compile(r"(\d{1,2})[\s\-]+([^\W\d_][^\s\d,]*?)\.?,?[\s\-]+(?:พ\.?ศ\.?\s*|ค\.?ศ\.?\s*)?(\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?(?:\s*(Z|UTC|[+\-]\d{2}:?\d{2}))?", re.IGNORECASE
)
_EXPECTED = "Write it as 2026-03-31 or 31/03/2026, the day before the month; Buddhist years are understood."


def parse_date(text: str) -> date:
    """The day that `text` names; raises InvalidInput. A time of midnight after it, as Excel adds, is let pass.

    >>> parse_date("2026-03-02"), parse_date("02/03/2569"), parse_date("2 มี.ค. 2569")
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 2), datetime.date(2026, 3, 2))
    """
    day, rest = _split(text)
    if rest and _wall(rest, text)[0] != time.min:
        raise InvalidInput(f"{text!r} has a time of day, and this field is a date.")
    return _day(day, text)


def parse_datetime(text: str, zone: ZoneInfo) -> datetime:
    """The moment that `text` names, in UTC; a wall time without offset is one of `zone`, a day alone its midnight.

    >>> parse_datetime("2/3/2569 09:30", ZoneInfo("Asia/Bangkok")).isoformat()
    '2026-03-02T02:30:00+00:00'
    """
    day, rest = _split(text)
    wall, offset = _wall(rest, text) if rest else (time.min, "")
    moment = datetime.combine(_day(day, text), wall)
    if not offset:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    if offset.upper() in ("Z", "UTC"):
        return moment.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(f"{moment.isoformat()}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{text!r} has no offset from UTC that exists.") from None


def _split(text: str) -> tuple[str, str]:
    """The part that names the day, and what stands after it."""
    for shape in (_YEAR_FIRST, _DAY_FIRST, _WORDED):
        if (found := shape.match(text)) and (text[found.end() :][:1] in ("", "T", "t", " ", ",")):
            return found[0], text[found.end() :].lstrip("Tt ,")
    raise InvalidInput(f"{text!r} is not a date.", hint=_EXPECTED)


def _day(text: str, whole: str) -> date:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (found[1], found[3], found[4]) if found[1] else (found[5], found[6], found[7])
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found[1], found[3], found[4]
    elif found := _WORDED.fullmatch(text):
        day, year = found[1], found[3]
        month = str(_MONTH_OF.get(found[2].lower().replace(".", ""), 0))
    else:
        raise InvalidInput(f"{whole!r} is not a date.", hint=_EXPECTED)
    common_year = int(year) - _BUDDHIST_ERA if int(year) >= _FIRST_BUDDHIST_YEAR else int(year)
    try:
        return date(common_year, int(month), int(day))
    except ValueError:
        raise InvalidInput(f"{whole!r} is not a day of the calendar.", hint=_EXPECTED) from None


def _wall(text: str, whole: str) -> tuple[time, str]:
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise InvalidInput(f"{whole!r} has no time of day after the date.", hint="Write it as 2026-03-31 09:30.")
    micros = int((clock[4] or "0")[:6].ljust(6, "0"))
    try:
        return time(int(clock[1]), int(clock[2]), int(clock[3] or 0), micros), clock[5] or ""
    except ValueError:
        raise InvalidInput(f"{whole!r} has no time of day that exists.") from None
