"""Which year a date means that names none, or names it in two figures or in the Buddhist era."""

from collections.abc import Iterable
from datetime import date, timedelta

_STILL_MEANT = timedelta(days=100)
_SENSIBLE = timedelta(days=730)


def dated(day: int, month: int, year: str | None, today: date) -> date | None:
    """The date; without a year the nearest one, rather to come than past; None for a day that is none or years away.

    >>> dated(5, 1, None, date(2026, 12, 20))
    datetime.date(2027, 1, 5)
    >>> dated(16, 3, "2569", date(2026, 3, 2)), dated(16, 3, "69", date(2026, 3, 2))
    (datetime.date(2026, 3, 16), datetime.date(2026, 3, 16))
    """
    years = [_common_era(year)] if year else [today.year - 1, today.year, today.year + 1]
    found = [each for each in _valid(years, month, day) if year or each >= today - _STILL_MEANT]
    nearest = min(found, key=lambda each: abs(each - today), default=None)
    return nearest if nearest and abs(nearest - today) < _SENSIBLE else None


def is_common_year(figures: str, today: date) -> bool:
    """Whether figures after a date are its year: four of them, or two that mean about this year."""
    if len(figures) == 4:
        return 2000 <= int(figures) <= 2099 or 2500 <= int(figures) <= 2699
    return abs(_common_era(figures) - today.year) <= 2


def _valid(years: Iterable[int], month: int, day: int) -> list[date]:
    found = []
    for year in years:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def _common_era(figures: str) -> int:
    year = int(figures)
    if len(figures) <= 2:
        return 2500 + year - 543 if year >= 60 else 2000 + year
    return year - 543 if year >= 2400 else year
