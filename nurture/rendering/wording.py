"""Rendering's grammar: dates, times, numbers and money as people write them, in English and Thai.

Thai dates count years of the Buddhist era, which are 543 more.
"""

from datetime import date, datetime, time
from types import MappingProxyType

_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTHS_TH = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
_SHORT_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_TH = ("วันจันทร์", "วันอังคาร", "วันพุธ", "วันพฤหัสบดี", "วันศุกร์", "วันเสาร์", "วันอาทิตย์")
_BUDDHIST_ERA = 543
_SIGNS = MappingProxyType({"THB": "฿", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "SGD": "S$"})
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "IDR"})


def is_thai(language: str) -> bool:
    return language.lower().split("-", maxsplit=1)[0] == "th"


def date_in_words(day: date, language: str, style: str = "long") -> str:
    """`day` written out; `style` is `long`, `short`, or `full` with the weekday.

    >>> date_in_words(date(2026, 3, 2), "en"), date_in_words(date(2026, 3, 2), "th")
    ('2 March 2026', '2 มีนาคม 2569')
    """
    if is_thai(language):
        year = day.year + _BUDDHIST_ERA
        month = _SHORT_TH[day.month - 1] if style == "short" else _MONTHS_TH[day.month - 1]
        written = f"{day.day} {month} {year}"
        return f"{weekday_in_words(day, language)}ที่ {written}" if style == "full" else written
    month = _MONTHS_EN[day.month - 1]
    written = f"{day.day} {month[:3] if style == 'short' else month} {day.year}"
    return f"{weekday_in_words(day, language)}, {written}" if style == "full" else written


def weekday_in_words(day: date, language: str) -> str:
    return (_DAYS_TH if is_thai(language) else _DAYS_EN)[day.weekday()]


def time_in_words(moment: datetime | time, language: str) -> str:
    """The wall time of `moment` as it stands; the caller has put it into a zone.

    >>> time_in_words(time(9, 30), "en"), time_in_words(time(9, 30), "th")
    ('09:30', '09.30 น.')
    """
    return f"{moment:%H.%M} น." if is_thai(language) else f"{moment:%H:%M}"


def number_in_words(number: float, decimals: int | None = None) -> str:
    """With commas between thousands; without `decimals` as many as it has.

    >>> number_in_words(1234567.5), number_in_words(3.0), number_in_words(2, 2)
    ('1,234,567.5', '3', '2.00')
    """
    if decimals is not None:
        return f"{number:,.{decimals}f}"
    if isinstance(number, int) or number.is_integer():
        return f"{int(number):,}"
    return f"{round(number, 6):,}"


def money_in_words(amount: float, currency: str, language: str) -> str:
    """An amount with its currency (ISO 4217); baht are `บาท` to Thai readers.

    >>> money_in_words(1234.5, "THB", "en"), money_in_words(1234.5, "THB", "th"), money_in_words(900, "JPY", "en")
    ('฿1,234.50', '1,234.50 บาท', '¥900')
    """
    code = currency.upper()
    figure = number_in_words(abs(amount), 0 if code in _WITHOUT_CENTS else 2)
    minus = "-" if amount < 0 else ""
    if code == "THB" and is_thai(language):
        return f"{minus}{figure} บาท"
    sign = _SIGNS.get(code)
    return f"{minus}{sign}{figure}" if sign else f"{minus}{figure} {code}".strip()
