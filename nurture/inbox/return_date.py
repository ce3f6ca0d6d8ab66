"""The day on which somebody who is away says to be back: simple forms in six languages, Buddhist years too."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

_TEXT_LOOKED_AT = 4_000
_NEAR = 70
"""How many letters may lie between the word for coming back and the date."""

_MONTHS: tuple[tuple[str, ...], ...] = (
    ("january", "jan", "januar", "jänner", "janvier", "janv", "enero", "มกราคม", "ม.ค.", "มค"),
    ("february", "feb", "februar", "février", "fevrier", "févr", "febrero", "กุมภาพันธ์", "ก.พ.", "กพ"),
    ("march", "mar", "märz", "maerz", "mars", "marzo", "มีนาคม", "มี.ค.", "มีค"),
    ("april", "apr", "avril", "avr", "abril", "abr", "เมษายน", "เม.ย.", "เมย"),
    ("may", "mai", "mayo", "พฤษภาคม", "พ.ค.", "พค"),
    ("june", "jun", "juni", "juin", "junio", "มิถุนายน", "มิ.ย.", "มิย"),
    ("july", "jul", "juli", "juillet", "juil", "julio", "กรกฎาคม", "ก.ค.", "กค"),
    ("august", "aug", "août", "aout", "agosto", "ago", "สิงหาคม", "ส.ค.", "สค"),
    ("september", "sept", "sep", "septembre", "septiembre", "กันยายน", "ก.ย.", "กย"),
    ("october", "oct", "oktober", "okt", "octobre", "octubre", "ตุลาคม", "ต.ค.", "ตค"),
    ("november", "nov", "novembre", "noviembre", "พฤศจิกายน", "พ.ย.", "พย"),
    ("december", "dec", "dezember", "dez", "décembre", "déc", "diciembre", "dic", "ธันวาคม", "ธ.ค.", "ธค"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_WEEKDAYS: tuple[tuple[str, ...], ...] = (
    ("monday", "montag", "lundi", "lunes", "วันจันทร์", "月曜"),
    ("tuesday", "dienstag", "mardi", "martes", "วันอังคาร", "火曜"),
    ("wednesday", "mittwoch", "mercredi", "miércoles", "วันพุธ", "水曜"),
    ("thursday", "donnerstag", "jeudi", "jueves", "วันพฤหัส", "木曜"),
    ("friday", "freitag", "vendredi", "viernes", "วันศุกร์", "金曜"),
    ("saturday", "samstag", "samedi", "sábado", "วันเสาร์", "土曜"),
    ("sunday", "sonntag", "dimanche", "domingo", "วันอาทิตย์", "日曜"),
)
_TOMORROW = ("tomorrow", "morgen wieder", "ab morgen", "demain", "mañana", "พรุ่งนี้", "明日")

_NAMES = "|".join(re.escape(name) for name in sorted(_MONTH_OF, key=len, reverse=True))
_YEAR = r"(?:(?:\s{1,3}|,\s{0,3}|\s{1,3}de\s|\.)(?:พ\.ศ\.\s?|ค\.ศ\.\s?)?(?P<year>\d{4}|\d{2}(?!\d|:|\.\d)))?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?:(?P<year>\d{4})年)?\s?(?P<month>\d{1,2})月\s?(?P<day>\d{1,2})日",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s{{0,3}}(?:of |de )?"
        rf"(?P<name>{_NAMES})(?![a-zäéû])\.?{_YEAR}",
        rf"(?<![a-zäéû])(?P<name>{_NAMES})\.?\s{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:){_YEAR}",
        r"(?<![\d./-])(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?:(?P=mark)(?P<year>\d{4}|\d{2})?)?(?![\d:%])",
    )
)
_BACK = re.compile(
    r"\b(?:return|returning|back|until|till|through|resume|available again|zurück|bis\b|ab\b|wieder|"
    r"rückkehr|retour|jusqu|de retour|reviens|regres|vuelv|vuelta|hasta)|กลับ|จนถึง|ถึงวันที่|ถึง|まで|戻|出社|復帰",
    re.IGNORECASE,
)


def return_date(text: str, *, today: date) -> date | None:
    """The day of return that `text` names, read day-first where figures leave it open; None where it names none.

    The date may lie in the past, as forgotten automatic replies have it. Buddhist years are understood.

    >>> return_date("I am back on 14 March.", today=date(2026, 3, 2))
    datetime.date(2026, 3, 14)
    >>> return_date("จะกลับมาทำงานวันที่ 16 มีนาคม 2569", today=date(2026, 3, 2))
    datetime.date(2026, 3, 16)
    """
    text = " ".join(text[:_TEXT_LOOKED_AT].split())
    words = [match.end() for match in _BACK.finditer(text)]
    found = sorted(_dates(text, today))
    near = (next((day for place, day in found if 0 <= place - word <= _NEAR), None) for word in words)
    if latest := max(filter(None, near), default=None):
        return latest
    if words:
        named = _named_day(text, words, today)
        if named is not None:
            return named
    return max((day for _, day in found), default=None)


def _dates(text: str, today: date) -> Iterator[tuple[int, date]]:
    for form in _FORMS:
        for match in form.finditer(text):
            parts = match.groupdict()
            month = _MONTH_OF[parts["name"].lower()] if parts.get("name") else int(parts["month"])
            day = int(parts["day"])
            if month > 12 >= day:
                month, day = day, month
            found = _date(parts.get("year"), month, day, today)
            if found is not None:
                yield match.start(), found


def _date(year: str | None, month: int, day: int, today: date) -> date | None:
    """The date; without a year the one nearest to `today`, and none that is years away."""
    years = [_common_era(int(year), len(year))] if year else [today.year - 1, today.year, today.year + 1]
    candidates = []
    for each in years:
        try:
            candidates.append(date(each, month, day))
        except ValueError:
            continue
    nearest = min(candidates, key=lambda candidate: abs(candidate - today), default=None)
    return nearest if nearest and abs(nearest - today) < timedelta(days=730) else None


def _common_era(year: int, figures: int) -> int:
    if figures == 2:
        return 2500 + year - 543 if year >= 60 else 2000 + year
    return year - 543 if year >= 2400 else year


def _named_day(text: str, words: list[int], today: date) -> date | None:
    """A weekday (the next one after today) or `tomorrow`, soon after a word for coming back."""
    lowered = text.lower()
    for word in words:
        following = lowered[word : word + _NEAR]
        if any(name in following for name in _TOMORROW):
            return today + timedelta(days=1)
        for weekday, names in enumerate(_WEEKDAYS):
            if any(name in following for name in names):
                return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return None
