"""Every clock change of every zone of tzdata from 2020 to 2035, found once per test run."""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2020, 2035
_WEEK = timedelta(days=7)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """From `at` (UTC) on, the wall in `zone` is `by` further than it was; below zero it was set back."""

    zone: ZoneInfo
    at: datetime
    by: timedelta


@cache
def clock_changes() -> tuple[ClockChange, ...]:
    """Sorted by zone and time. Changes that are less than a week apart and undo each other would be missed."""
    return tuple(
        change
        for name in sorted(zoneinfo.available_timezones() - {"Factory"})
        for change in _changes_of(ZoneInfo(name))
    )


@cache
def one_zone_of_each_kind() -> tuple[ZoneInfo, ...]:
    """Zones whose clocks differ somewhere in these years: of several that agree, the first."""
    offsets: dict[tuple[object, ...], ZoneInfo] = {}
    changes: dict[str, list[object]] = {}
    for change in clock_changes():
        changes.setdefault(change.zone.key, []).append((change.at, change.by))
    start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    for name in sorted(zoneinfo.available_timezones() - {"Factory"}):
        zone = ZoneInfo(name)
        offsets.setdefault((start.astimezone(zone).utcoffset(), *changes.get(name, [])), zone)
    return tuple(offsets.values())


def _changes_of(zone: ZoneInfo) -> list[ClockChange]:
    found = []
    moment, offset = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), _offset(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), zone)
    while moment.year <= LAST_YEAR:
        following = _offset(moment + _WEEK, zone)
        if following != offset:
            low, high = moment, moment + _WEEK
            while high - low > _SECOND:
                middle = low + (high - low) // 2 // _SECOND * _SECOND
                low, high = (middle, high) if _offset(middle, zone) == offset else (low, middle)
            found.append(ClockChange(zone=zone, at=high, by=following - offset))
        moment, offset = moment + _WEEK, following
    return found


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
