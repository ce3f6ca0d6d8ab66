"""A country's public holidays and weekend as plain values, so that the domain reckons with them and knows no library.

Only whole-country holidays of the category PUBLIC count, days observed instead of them included; dates that follow the
moon are the library's estimates. Names are English where the library has them, whatever the machine's locale is.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

_ALPHA_2 = re.compile(r"[A-Z]{2}")
_USUAL_WEEKEND = frozenset({5, 6})
_NONE: Mapping[date, str] = MappingProxyType({})


def holidays_of(country: str | None, years: Iterable[int]) -> Mapping[date, str]:
    """The public holidays of an ISO 3166-1 alpha-2 country in those years, with their names; empty if it is unknown."""
    return _holidays_in(_code(country), tuple(sorted(set(years))))


@lru_cache(maxsize=512)
def weekend_of(country: str | None) -> frozenset[int]:
    """The weekdays, Monday 0, of the country's present weekend; Saturday and Sunday where nothing else is known.

    >>> sorted(weekend_of("TH")), sorted(weekend_of("SA"))
    ([5, 6], [4, 5])
    """
    known = _calendar_of(_code(country), ())
    return frozenset(known.weekend) if known is not None else _USUAL_WEEKEND


@lru_cache(maxsize=512)
def _holidays_in(code: str, years: tuple[int, ...]) -> Mapping[date, str]:
    known = _calendar_of(code, years) if years else None
    if known is None:
        return _NONE
    # a holiday observed elsewhere can fall into the year before or after the one that was asked for
    return MappingProxyType({day: name for day, name in sorted(known.items()) if day.year in years})


def _calendar_of(code: str, years: tuple[int, ...]) -> holidays.HolidayBase | None:
    if not code:
        return None
    try:
        # an explicit language, because without one the library asks LANGUAGE and LC_ALL
        return holidays.country_holidays(code, years=years, categories=holidays.PUBLIC, language="en_US", expand=False)
    except NotImplementedError:
        return None


def _code(country: str | None) -> str:
    code = (country or "").strip().upper()
    return code if _ALPHA_2.fullmatch(code) else ""
