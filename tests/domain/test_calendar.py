"""Counting days on a contact's wall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.calendar import Calendar, add, moment_of, shift, start_of_day, wall_of
from nurture.domain.duration import Duration
from tests.support.clock_changes import clock_changes, one_zone_of_each_kind

BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"))
BANGKOK = Calendar(zone=ZoneInfo("Asia/Bangkok"))
ONE_DAY = Duration(days=1)


def on_wall_after(wall: str, duration: Duration, calendar: Calendar) -> str:
    moment = add(moment_of(datetime.fromisoformat(wall), calendar.zone), duration, calendar)
    return wall_of(moment, calendar.zone).isoformat(" ", "minutes")


def test_a_day_from_saturday_evening_is_sunday_evening_also_when_the_clock_changes_in_between() -> None:
    assert on_wall_after("2026-03-28 18:00", ONE_DAY, BERLIN) == "2026-03-29 18:00"
    assert on_wall_after("2026-10-24 18:00", ONE_DAY, BERLIN) == "2026-10-25 18:00"


def test_a_day_that_ends_in_a_gap_ends_when_the_gap_does() -> None:
    assert on_wall_after("2026-03-28 02:30", ONE_DAY, BERLIN) == "2026-03-29 03:00"


def test_a_day_that_ends_in_an_hour_that_comes_twice_ends_in_the_first() -> None:
    anchor = datetime(2026, 10, 24, 0, 30, tzinfo=UTC)
    assert add(anchor, ONE_DAY, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_hours_are_exact_also_when_the_clock_changes_in_between() -> None:
    assert on_wall_after("2026-03-28 18:00", Duration(seconds=24 * 3600), BERLIN) == "2026-03-29 19:00"


def test_the_zone_decides_which_day_it_is() -> None:
    anchor = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)  # Saturday 01:00 in Bangkok
    assert add(anchor, Duration(business_days=1), BANGKOK) == datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
    assert add(anchor, Duration(business_days=1), Calendar(zone=ZoneInfo("UTC"))) == anchor + timedelta(days=3)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-06 18:00", 1, "2026-03-09 18:00"),
        ("2026-03-06 18:00", 2, "2026-03-10 18:00"),
        ("2026-03-07 18:00", 1, "2026-03-10 00:00"),
        ("2026-03-08 18:00", 2, "2026-03-11 00:00"),
        ("2026-03-09 09:00", 5, "2026-03-16 09:00"),
        ("2026-04-10 09:00", 1, "2026-04-16 09:00"),
    ],
)
def test_business_days_skip_days_off_and_a_start_on_one_counts_as_the_next_mornings(
    start: str, days: int, end: str
) -> None:
    songkran = {date(2026, 4, 13): "Songkran", date(2026, 4, 14): "Songkran"}
    calendar = Calendar(zone=BANGKOK.zone, holidays=songkran, closed_days={date(2026, 4, 15)})
    assert on_wall_after(start, Duration(business_days=days), calendar) == end


def test_a_weekend_on_friday_and_saturday_leaves_sunday_a_business_day() -> None:
    riyadh = Calendar(zone=ZoneInfo("Asia/Riyadh"), weekend=frozenset({4, 5}))
    assert on_wall_after("2026-03-05 10:00", Duration(business_days=1), riyadh) == "2026-03-08 10:00"


def test_business_days_before_a_date_are_counted_backwards() -> None:
    monday = date(2026, 3, 9)
    assert shift(monday, Duration(business_days=2), BANGKOK, is_back=True) == date(2026, 3, 5)
    assert shift(monday, Duration(days=2), BANGKOK, is_back=True) == date(2026, 3, 7)


def test_where_no_day_is_a_business_day_every_day_counts_as_one() -> None:
    never = Calendar(zone=BANGKOK.zone, weekend=frozenset(range(7)))
    assert on_wall_after("2026-03-06 18:00", Duration(business_days=2), never) == "2026-03-09 00:00"


def test_a_year_from_a_leap_day_and_the_day_before_one() -> None:
    assert on_wall_after("2028-02-28 09:00", ONE_DAY, BERLIN) == "2028-02-29 09:00"
    assert on_wall_after("2028-02-29 09:00", Duration(days=365), BERLIN) == "2029-02-28 09:00"
    assert on_wall_after("2027-02-28 09:00", ONE_DAY, BERLIN) == "2027-03-01 09:00"


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("offset", [Duration(), Duration(days=99999), Duration(business_days=2)])
@pytest.mark.parametrize("is_back", [True, False])
def test_dates_at_the_edge_of_the_calendar_never_raise(day: date, offset: Duration, is_back: bool) -> None:
    edge = start_of_day(shift(day, offset, BERLIN, is_back=is_back), BERLIN.zone)
    assert add(edge, Duration(seconds=3600 * 99999), BERLIN) > edge


def test_a_holiday_is_named_where_its_name_is_known() -> None:
    named = Calendar(zone=BANGKOK.zone, holidays={date(2026, 4, 13): "Songkran"}, closed_days={date(2026, 5, 5)})
    days = [date(2026, 4, 13), date(2026, 5, 5), date(2026, 5, 6)]
    assert [named.holiday_name(day) for day in days] == ["public holiday (Songkran)", "closed day", ""]
    nameless = Calendar(zone=BANGKOK.zone, holidays={date(2026, 4, 13)})
    assert nameless.holiday_name(date(2026, 4, 13)) == "public holiday"


def test_in_every_zone_and_clock_change_a_wall_time_becomes_its_first_or_else_its_next_moment() -> None:
    for change in clock_changes():
        before = wall_of(change.at - timedelta(seconds=1), change.zone) + timedelta(seconds=1)
        after = wall_of(change.at, change.zone)
        if change.by > timedelta(0):
            middle = before + (after - before) / 2
            assert moment_of(before, change.zone) == moment_of(middle, change.zone) == change.at
            assert moment_of(after, change.zone) == change.at
        else:
            middle = after + (before - after) / 2
            assert moment_of(middle, change.zone) == change.at - (before - middle)
            assert moment_of(after, change.zone) == change.at + change.by
            assert moment_of(before, change.zone) == change.at - change.by


def test_in_every_zone_a_day_over_a_clock_change_keeps_the_time_on_the_wall() -> None:
    for change in clock_changes():
        calendar = Calendar(zone=change.zone)
        for hours in (-25, -24, -23, -12, -3, -1, 0):
            anchor = change.at + timedelta(hours=hours, minutes=20)
            wanted = wall_of(anchor, change.zone) + timedelta(days=1)
            found = add(anchor, ONE_DAY, calendar)
            shown = wall_of(found, change.zone)
            if shown != wanted:
                assert found == change.at, "only a gap moves it"
                assert wanted < shown <= wanted + change.by
            assert anchor + timedelta(hours=20) < found < anchor + timedelta(hours=28)


ZONES = st.deferred(lambda: st.sampled_from(one_zone_of_each_kind()))
WALLS = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2035-12-30"))


@given(ZONES, WALLS, st.timedeltas(timedelta(0), timedelta(days=3)), st.integers(0, 9))
def test_a_later_time_on_the_wall_is_never_earlier_some_days_on(
    zone: ZoneInfo, wall: datetime, later: timedelta, days: int
) -> None:
    calendar = Calendar(zone=zone, holidays={wall.date()})
    for duration in (Duration(days=days), Duration(business_days=days), Duration(seconds=3600 * days)):
        one, other = (moment_of(when, zone) for when in (wall, wall + later))
        assert one <= other
        if wall_of(one, zone) <= wall_of(other, zone):
            assert add(one, duration, calendar) <= add(other, duration, calendar)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 30), st.booleans())
def test_business_days_there_and_back_again(day: date, days: int, is_back: bool) -> None:
    span = Duration(business_days=days)
    there = shift(day, span, BERLIN, is_back=is_back)
    assert BERLIN.is_business_day(there)
    if BERLIN.is_business_day(day):
        assert shift(there, span, BERLIN, is_back=not is_back) == day
    between = [day + timedelta(days=n) for n in range(1, abs((there - day).days) + 1)]
    if not is_back:
        assert sum(BERLIN.is_business_day(each) for each in between) == days


def test_a_day_begins_when_its_first_minute_does_also_where_the_clock_skips_midnight() -> None:
    for change in clock_changes():
        for day in {wall_of(change.at + timedelta(hours=hours), change.zone).date() for hours in (-2, 2)}:
            begin = start_of_day(day, change.zone)
            assert wall_of(begin, change.zone).date() == day
            assert wall_of(begin - timedelta(microseconds=1), change.zone).date() < day
            assert wall_of(begin, change.zone).time() == time.min or begin == change.at
