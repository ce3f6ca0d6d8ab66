"""Steps that go on a date."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.calendar import Calendar, moment_of, wall_of
from nurture.domain.campaign import DateRule, StepTiming, Window
from nurture.domain.condition import ContactField, TriggerField
from nurture.domain.duration import NO_TIME, Duration
from nurture.domain.timing import Late, NoDate, Planned, open_at, plan
from nurture.domain.value import Value
from tests.support.builders import a_contact, facts_of

HOLIDAYS = {date(2026, 4, 13): "Songkran", date(2026, 4, 14): "Songkran", date(2026, 4, 15): "Songkran"}
BANGKOK = Calendar(zone=ZoneInfo("Asia/Bangkok"), holidays=HOLIDAYS)
OFFICE = Window(days=frozenset(range(5)), hours=((time(9), time(17, 30)),), keeps_holidays=True)
NEVER = datetime.max.replace(tzinfo=UTC)
START = "2026-03-02 09:00"


def at(wall: str, calendar: Calendar = BANGKOK) -> datetime:
    return moment_of(datetime.fromisoformat(wall), calendar.zone)


def rule(offset: Duration = NO_TIME, *, is_before: bool = True) -> DateRule:
    source = f"{offset} before contact.trial_ends_on"
    return DateRule(field=ContactField("trial_ends_on"), offset=offset, is_before=is_before, source=source)


def on(day: str) -> DateRule:
    return DateRule(day=date.fromisoformat(day))


def plans(
    date_rule: DateRule,
    *,
    ends: Value = None,
    anchor: str = START,
    now: str | None = None,
    window: Window = OFFICE,
    calendar: Calendar = BANGKOK,
    trigger: dict[str, Value] | None = None,
    **timing: Any,
) -> Planned | Late | NoDate:
    contact = a_contact(timezone=calendar.zone.key, fields={"trial_ends_on": ends})
    facts = facts_of(contact, now=at(now or anchor, calendar), trigger=trigger or {})
    step = StepTiming(date=date_rule, window=window, **timing)
    return plan(step, anchor=at(anchor, calendar), facts=facts, calendar=calendar, spread_key="1/hello")


def wall(found: Planned | Late | NoDate, calendar: Calendar = BANGKOK) -> str:
    assert isinstance(found, Planned), found
    return wall_of(found.at, calendar.zone).isoformat(" ", "minutes")


def test_it_goes_on_its_date_when_the_window_opens() -> None:
    found = plans(on("2026-03-05"))
    assert wall(found) == "2026-03-05 09:00"
    assert isinstance(found, Planned)
    assert found.day == date(2026, 3, 5)
    assert found.because == "its day, Thu 5 Mar 2026: Thu 5 Mar 2026 09:00 Asia/Bangkok"


def test_three_days_before_a_date_of_the_contact() -> None:
    found = plans(rule(Duration(days=3)), ends=date(2026, 3, 13))
    assert wall(found) == "2026-03-10 09:00"
    assert isinstance(found, Planned)
    assert found.because == ("3d before contact.trial_ends_on is Tue 10 Mar 2026: Tue 10 Mar 2026 09:00 Asia/Bangkok")


def test_after_a_date_and_by_business_days() -> None:
    assert wall(plans(rule(Duration(days=3), is_before=False), ends=date(2026, 3, 13))) == "2026-03-16 09:00"
    assert wall(plans(rule(Duration(business_days=2)), ends=date(2026, 3, 16))) == "2026-03-12 09:00"
    assert wall(plans(rule(Duration(business_days=1), is_before=False), ends=date(2026, 4, 10))) == "2026-04-16 09:00"


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 3, 13), "2026-03-13"),
        (datetime.fromisoformat("2026-03-12T18:00+00:00"), "2026-03-13"),
        (datetime.fromisoformat("2026-03-13T03:00"), "2026-03-13"),
        ("2026-03-13", "2026-03-13"),
        (" 2026-03-12T18:00:00Z ", "2026-03-13"),
        ("2026-03-12T18:00:00.000001+00:00", "2026-03-13"),
    ],
)
def test_dates_datetimes_and_their_iso_texts_are_read_on_the_contacts_wall(value: Value, day: str) -> None:
    assert wall(plans(rule(), ends=value)) == f"{day} 09:00"


@pytest.mark.parametrize("value", [None, "", "soon", "2026-13-01", "13.03.2026", 20260313, 1.5, True, ("2026-03-13",)])
def test_what_is_no_date_is_said_to_be_none(value: Value) -> None:
    assert plans(rule(), ends=value) == NoDate(because="no date: 0m before contact.trial_ends_on is not set")


def test_a_date_of_the_event_that_enrolled() -> None:
    of_event = DateRule(field=TriggerField("ends_at"), offset=Duration(days=1), is_before=True)
    assert wall(plans(of_event, trigger={"ends_at": at("2026-03-13 20:00")})) == "2026-03-12 09:00"
    assert isinstance(plans(of_event), NoDate)


@pytest.mark.parametrize(
    "never", [date.max, date.min, NEVER, NEVER.replace(tzinfo=None), "9999-12-31", "0001-01-01T00:00:00Z"]
)
def test_a_date_that_means_never_does_not_raise(never: Value) -> None:
    assert isinstance(plans(rule(Duration(days=3)), ends=never), Planned | Late)


def test_on_a_closed_day_it_goes_on_the_last_open_day_before_it() -> None:
    found = plans(on("2026-04-14"))
    assert wall(found) == "2026-04-10 09:00"
    assert isinstance(found, Planned)
    assert found.because == (
        "its day, Tue 14 Apr 2026 (public holiday (Songkran)), so the open day before it, Fri 10 Apr 2026: "
        "Fri 10 Apr 2026 09:00 Asia/Bangkok"
    )
    assert wall(plans(on("2026-03-08"), days=frozenset({2}))) == "2026-03-04 09:00"


def test_when_the_open_day_before_it_is_over_already_it_is_late() -> None:
    found = plans(on("2026-04-14"), anchor="2026-04-11 10:00")
    assert isinstance(found, Late)
    assert found.because.endswith("the open day before it, Fri 10 Apr 2026, is over in Asia/Bangkok")


def test_reached_in_the_middle_of_its_day_it_goes_at_once() -> None:
    assert wall(plans(on("2026-03-05"), anchor="2026-03-05 11:15")) == "2026-03-05 11:15"


def test_reached_after_its_window_has_closed_it_is_late() -> None:
    found = plans(on("2026-03-05"), anchor="2026-03-05 17:30")
    assert found == Late(because="late: its day, Thu 5 Mar 2026, has no open hour left in Asia/Bangkok")


def test_its_day_is_over_when_it_is_over_on_the_contacts_wall() -> None:
    any_hour = Window()
    assert isinstance(plans(on("2026-03-05"), now="2026-03-05 23:59:59", window=any_hour), Planned)
    found = plans(on("2026-03-05"), now="2026-03-06 00:00", window=any_hour)
    assert found == Late(because="late: its day, Thu 5 Mar 2026, is over in Asia/Bangkok")
    in_honolulu = Calendar(zone=ZoneInfo("Pacific/Honolulu"))
    assert isinstance(plans(on("2026-03-05"), now="2026-03-05 23:59", window=any_hour, calendar=in_honolulu), Planned)


def test_held_until_its_day_was_over_it_is_late_though_it_was_planned_in_time() -> None:
    assert isinstance(plans(on("2026-03-05"), now="2026-03-05 20:00"), Planned)
    assert isinstance(plans(on("2026-03-05"), now="2026-03-06 00:00"), Late)


def test_sent_late_it_keeps_its_plan_or_goes_when_the_window_next_opens() -> None:
    held = plans(on("2026-03-05"), now="2026-03-07 10:00", is_sent_late=True)
    assert wall(held) == "2026-03-05 09:00"
    missed = plans(on("2026-03-05"), anchor="2026-03-07 10:00", is_sent_late=True)
    assert wall(missed) == "2026-03-09 09:00"
    assert isinstance(missed, Planned)
    assert missed.day is None
    assert missed.because == "late: its day, Thu 5 Mar 2026; window opens Mon 9 Mar 2026 09:00 Asia/Bangkok"


def test_a_dated_step_opens_on_its_own_day_only() -> None:
    timing = StepTiming(date=on("2026-03-05"), window=OFFICE, at=time(9, 30))
    day = date(2026, 3, 5)
    assert open_at(timing, at("2026-03-05 12:00"), BANGKOK, day=day) == at("2026-03-05 12:00")
    assert open_at(timing, at("2026-03-05 08:00"), BANGKOK, day=day) == at("2026-03-05 09:30")
    assert open_at(timing, at("2026-03-05 17:30"), BANGKOK, day=day) is None
    late = StepTiming(date=on("2026-03-05"), window=OFFICE, is_sent_late=True)
    assert open_at(late, at("2026-03-05 17:30"), BANGKOK, day=day) == at("2026-03-06 09:00")


def test_at_gives_its_hour_and_where_that_is_past_the_rest_of_the_day_serves() -> None:
    assert wall(plans(on("2026-03-05"), at=time(11))) == "2026-03-05 11:00"
    assert wall(plans(on("2026-03-05"), at=time(11), anchor="2026-03-05 14:00")) == "2026-03-05 14:00"


def test_after_a_step_holds_it_back_too() -> None:
    assert wall(plans(on("2026-03-05"), after=Duration(days=3), anchor="2026-03-02 14:00")) == "2026-03-05 14:00"
    assert isinstance(plans(on("2026-03-05"), after=Duration(days=4), anchor="2026-03-02 14:00"), Late)


def test_spread_stays_inside_the_day() -> None:
    found = wall(plans(on("2026-03-05"), timing="spread", anchor="2026-03-05 17:00"))
    assert "2026-03-05 17:00" <= found < "2026-03-05 17:30"


def test_hours_before_a_moment_name_the_moment() -> None:
    before = rule(Duration(seconds=2 * 3600))
    assert wall(plans(before, ends=at("2026-03-13 15:00"))) == "2026-03-13 13:00"
    assert wall(plans(before, ends=at("2026-03-13 09:30"))) == "2026-03-13 09:00"
    assert wall(plans(before, ends=at("2026-03-13 20:00"))) == "2026-03-13 09:00", "18:00 is closed: better early"
    assert wall(plans(before, ends=at("2026-03-14 15:00"))) == "2026-03-13 09:00", "Saturday is closed: better early"
    assert wall(plans(before, ends=date(2026, 3, 13))) == "2026-03-12 09:00", "22:00 on the day before is closed"


def test_a_window_that_never_opens_has_no_day() -> None:
    found = plans(on("2026-03-05"), days=frozenset({6}))
    assert found == Late(because="its window does not open for more than a year")


def test_a_leap_day_is_a_date_like_any_other() -> None:
    assert wall(plans(on("2028-02-29"))) == "2028-02-29 09:00"
    assert wall(plans(rule(Duration(days=1)), ends=date(2028, 3, 1))) == "2028-02-29 09:00"
