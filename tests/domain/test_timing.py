"""When a step's time comes, by the examples that a marketer has in mind."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.calendar import Calendar, moment_of, wall_of
from nurture.domain.campaign import ANY_TIME, StepTiming, Window
from nurture.domain.duration import NO_TIME, Duration
from nurture.domain.timing import Late, NoDate, Planned, open_at, plan
from nurture.domain.window import open_spans, window_never_opens
from tests.support.builders import a_contact, facts_of

BANGKOK = Calendar(zone=ZoneInfo("Asia/Bangkok"))
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"))
OFFICE = Window(days=frozenset(range(5)), hours=((time(9), time(17, 30)),), keeps_holidays=True)
THREE_DAYS = Duration(days=3)


def at(wall: str, calendar: Calendar = BANGKOK) -> datetime:
    return moment_of(datetime.fromisoformat(wall), calendar.zone)


def planned(
    timing: StepTiming, anchor: str, calendar: Calendar = BANGKOK, key: str = "1/hello", since: str = ""
) -> Planned:
    moment = at(anchor, calendar)
    facts = facts_of(a_contact(timezone=calendar.zone.key), now=moment)
    found = plan(timing, anchor=moment, facts=facts, calendar=calendar, spread_key=key, since=since)
    assert isinstance(found, Planned)
    return found


def wall(timing: StepTiming, anchor: str, calendar: Calendar = BANGKOK, key: str = "1/hello") -> str:
    return wall_of(planned(timing, anchor, calendar, key).at, calendar.zone).isoformat(" ")


def test_without_delay_or_window_it_goes_at_once() -> None:
    found = planned(StepTiming(), "2026-03-02 09:00:07")
    assert (found.at, found.because, found.day) == (at("2026-03-02 09:00:07"), "at once", None)


def test_inside_the_window_the_moment_is_kept_to_the_second() -> None:
    assert wall(StepTiming(after=THREE_DAYS, window=OFFICE), "2026-03-02 10:11:12.345") == "2026-03-05 10:11:12.345000"


def test_before_the_window_it_waits_for_its_opening() -> None:
    assert wall(StepTiming(window=OFFICE), "2026-03-02 07:00") == "2026-03-02 09:00:00"


def test_the_end_of_a_window_is_outside() -> None:
    assert wall(StepTiming(window=OFFICE), "2026-03-02 17:29:59") == "2026-03-02 17:29:59"
    assert wall(StepTiming(window=OFFICE), "2026-03-02 17:30:00") == "2026-03-03 09:00:00"


def test_a_window_until_midnight_holds_the_last_second_of_the_day() -> None:
    evening = Window(hours=((time(20), time.max),))
    assert wall(StepTiming(window=evening), "2026-03-02 23:59:59.999999") == "2026-03-02 23:59:59.999999"
    assert wall(StepTiming(window=evening), "2026-03-03 00:00") == "2026-03-03 20:00:00"


def test_after_friday_evening_comes_monday_morning() -> None:
    found = planned(StepTiming(window=OFFICE), "2026-03-06 18:00")
    assert found.at == at("2026-03-09 09:00")
    assert found.because == "window opens Mon 9 Mar 2026 09:00 Asia/Bangkok"


def test_between_two_spans_of_a_day_it_waits_for_the_second() -> None:
    lunch = Window(hours=((time(9), time(12)), (time(13), time(17))))
    assert wall(StepTiming(window=lunch), "2026-03-02 12:00") == "2026-03-02 13:00:00"


def test_holidays_and_closed_days_are_kept_free_and_the_last_one_is_named() -> None:
    songkran = {date(2026, 4, 13): "Songkran", date(2026, 4, 14): "Songkran"}
    calendar = Calendar(zone=BANGKOK.zone, holidays=songkran, closed_days={date(2026, 4, 15)})
    found = planned(StepTiming(after=THREE_DAYS, window=OFFICE), "2026-04-10 09:30", calendar, since="hello was sent")
    assert found.at == at("2026-04-16 09:00")
    assert found.because == (
        "3 days after hello was sent, closed day on Wed 15 Apr 2026, window opens Thu 16 Apr 2026 09:00 Asia/Bangkok"
    )
    heedless = Window(days=OFFICE.days, hours=OFFICE.hours)
    assert wall(StepTiming(window=heedless), "2026-04-13 10:00", calendar) == "2026-04-13 10:00:00"


def test_a_delay_is_told_from_the_wall_time_it_counts_from() -> None:
    found = planned(StepTiming(after=Duration(seconds=5400)), "2026-03-02 09:00")
    assert found.because == "1 hour 30 minutes after Mon 2 Mar 2026 09:00 Asia/Bangkok"


def test_days_narrow_the_window_to_weekdays() -> None:
    assert wall(StepTiming(days=frozenset({1, 3}), window=OFFICE), "2026-03-04 10:00") == "2026-03-05 09:00:00"


def test_at_narrows_to_one_minute_of_the_day() -> None:
    timing = StepTiming(at=time(9, 30), window=OFFICE)
    assert wall(timing, "2026-03-02 08:00") == "2026-03-02 09:30:00"
    assert wall(timing, "2026-03-02 09:30:20") == "2026-03-02 09:30:20"
    assert wall(timing, "2026-03-02 09:31") == "2026-03-03 09:30:00"
    assert wall(timing, "2026-03-06 10:00") == "2026-03-09 09:30:00"


def test_at_stays_inside_a_window_that_ends_within_its_minute() -> None:
    narrow = StepTiming(at=time(9, 30), window=Window(hours=((time(9), time(9, 30, 20)),)))
    assert wall(narrow, "2026-03-02 09:30:19") == "2026-03-02 09:30:19"
    assert wall(narrow, "2026-03-02 09:30:20") == "2026-03-03 09:30:00"


def test_at_in_a_gap_is_the_next_minute_that_exists() -> None:
    assert wall(StepTiming(at=time(2, 30)), "2026-03-28 12:00", BERLIN) == "2026-03-29 03:00:00"


def test_at_in_a_gap_at_the_end_of_which_the_window_is_closed_waits_for_the_next_day() -> None:
    night = Window(hours=((time(2), time(3)),))
    assert wall(StepTiming(at=time(2, 30), window=night), "2026-03-28 12:00", BERLIN) == "2026-03-30 02:30:00"


def test_at_in_an_hour_that_comes_twice_happens_once_in_the_first() -> None:
    timing = StepTiming(at=time(2, 30))
    assert planned(timing, "2026-10-24 12:00", BERLIN).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    facts = facts_of(now=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
    again = plan(timing, anchor=facts.now, facts=facts, calendar=BERLIN, spread_key="k")
    assert isinstance(again, Planned)
    assert again.at == at("2026-10-26 02:30", BERLIN)


def test_in_an_hour_that_comes_twice_a_window_is_open_twice() -> None:
    timing = StepTiming(window=Window(hours=((time(2), time(2, 30)),)))
    assert open_at(timing, datetime(2026, 10, 25, 0, 45, tzinfo=UTC), BERLIN) == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_spread_is_stable_for_a_key_and_differs_between_keys() -> None:
    timing = StepTiming(window=OFFICE, timing="spread")
    assert wall(timing, "2026-03-01 10:00", key="1/hello") == wall(timing, "2026-03-01 12:00", key="1/hello")
    assert len({wall(timing, "2026-03-01 10:00", key=f"{n}/hello") for n in range(100)}) > 95


def test_spread_is_the_same_in_every_process_and_release() -> None:
    found = planned(StepTiming(window=OFFICE, timing="spread"), "2026-03-01 10:00", key="1/hello")
    assert (
        found.because == f"window opens Mon 2 Mar 2026 09:00 Asia/Bangkok, spread to {SPREAD_OF_1_HELLO} Asia/Bangkok"
    )


SPREAD_OF_1_HELLO = "Mon 2 Mar 2026 12:44"


def test_spread_is_even_over_the_open_minutes_of_the_first_open_day() -> None:
    halves = Window(hours=((time(9), time(10)), (time(15), time(17))))
    timing = StepTiming(window=halves, timing="spread")
    hours = Counter(wall(timing, "2026-03-02 01:00", key=f"{n}/hello")[:13] for n in range(3000))
    assert set(hours) == {"2026-03-02 09", "2026-03-02 15", "2026-03-02 16"}
    assert all(900 < count < 1100 for count in hours.values())


def test_spread_never_comes_before_the_delay_is_over() -> None:
    timing = StepTiming(window=OFFICE, timing="spread")
    found = sorted(wall(timing, "2026-03-02 17:00", key=f"{n}/hello") for n in range(200))
    assert "2026-03-02 17:00:00" <= found[0] < found[-1] < "2026-03-02 17:30:00"


def test_at_leaves_nothing_to_spread() -> None:
    assert wall(StepTiming(at=time(9, 30), timing="spread"), "2026-03-02 08:00") == "2026-03-02 09:30:00"


def test_a_step_whose_time_has_passed_goes_at_the_next_open_moment() -> None:
    timing = StepTiming(window=OFFICE, timing="spread")
    assert open_at(timing, at("2026-03-02 11:00:05"), BANGKOK) == at("2026-03-02 11:00:05")
    assert open_at(timing, at("2026-03-06 20:00"), BANGKOK) == at("2026-03-09 09:00")


def test_a_step_that_could_not_go_at_its_at_goes_later_that_day_not_before_it_on_the_next() -> None:
    timing = StepTiming(at=time(9, 30), window=OFFICE)
    assert open_at(timing, at("2026-03-02 11:00"), BANGKOK) == at("2026-03-02 11:00")
    assert open_at(timing, at("2026-03-02 18:00"), BANGKOK) == at("2026-03-03 09:30")


def test_a_queue_that_waits_for_room_at_its_at_is_never_put_off_to_the_next_day() -> None:
    timing = StepTiming(at=time(9, 30), window=OFFICE)
    moments = [at("2026-03-02 09:30") + minutes * timedelta(minutes=1) for minutes in range(400)]
    assert all(open_at(timing, moment, BANGKOK) == moment for moment in moments)


@pytest.mark.parametrize(
    ("timing", "never"),
    [
        (StepTiming(), False),
        (StepTiming(window=OFFICE, at=time(9)), False),
        (StepTiming(window=OFFICE, at=time(17, 30)), True),
        (StepTiming(window=Window(hours=((time(9), time.max),)), at=time(23, 59)), False),
        (StepTiming(window=OFFICE, days=frozenset({5})), True),
        (StepTiming(window=Window(days=frozenset())), True),
        (StepTiming(window=Window(hours=())), True),
        (StepTiming(window=Window(hours=((time(9), time(9)),))), True),
    ],
)
def test_a_window_that_never_opens_is_known_and_planned_as_late(timing: StepTiming, never: bool) -> None:
    assert window_never_opens(timing) is never
    now = at("2026-03-02 10:00")
    found = plan(timing, anchor=now, facts=facts_of(now=now), calendar=BANGKOK, spread_key="k")
    assert isinstance(found, Late) is never
    assert (open_at(timing, now, BANGKOK) is None) is never


class EveryDay:
    """A calendar on which the project is always closed."""

    def __contains__(self, day: object) -> bool:
        return True


def test_a_project_that_is_always_closed_is_late_and_not_searched_for_ever() -> None:
    closed = Calendar(zone=BANGKOK.zone, closed_days=EveryDay())
    now = at("2026-03-02 10:00")
    found = plan(StepTiming(window=OFFICE), anchor=now, facts=facts_of(now=now), calendar=closed, spread_key="k")
    assert found == Late(because="its window does not open for more than a year")


def test_a_window_open_on_leap_days_alone_is_found_within_its_year_only() -> None:
    leap_days = {date(2028, 2, 29)}
    closed = Calendar(
        zone=BANGKOK.zone, closed_days=frozenset(date(2027, 6, 1) + timedelta(days=n) for n in range(400)) - leap_days
    )
    assert wall(StepTiming(window=Window(keeps_holidays=True)), "2027-06-01 00:00", closed) == "2028-02-29 00:00:00"


def test_midnight_that_a_clock_skips_opens_the_day_an_hour_later() -> None:
    santiago = Calendar(zone=ZoneInfo("America/Santiago"))
    sunday = StepTiming(window=Window(days=frozenset({6})))
    assert wall(sunday, "2026-09-05 12:00", santiago) == "2026-09-06 01:00:00"


def test_where_a_clock_is_set_back_over_midnight_yesterday_comes_again() -> None:
    newfoundland = Calendar(zone=ZoneInfo("America/St_Johns"))
    saturday = StepTiming(window=Window(days=frozenset({5})))
    sunday_0000 = datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC)  # half a minute later it is Saturday 23:01 again
    assert open_at(saturday, sunday_0000, newfoundland) == datetime(2010, 11, 7, 2, 31, tzinfo=UTC)
    sunday = StepTiming(window=Window(days=frozenset({6})))
    assert open_at(sunday, sunday_0000, newfoundland) == sunday_0000


def test_every_wait_in_a_chain_is_counted_from_the_send_before() -> None:
    timing = StepTiming(after=Duration(days=1), window=OFFICE)
    walls = ["2026-03-04 16:00:05"]
    for _ in range(4):
        walls.append(wall(timing, walls[-1]))
    assert walls == [
        "2026-03-04 16:00:05",
        "2026-03-05 16:00:05",
        "2026-03-06 16:00:05",
        "2026-03-09 09:00:00",
        "2026-03-10 09:00:00",
    ]
    assert all(earlier < later for earlier, later in pairwise(walls))


def test_no_time_is_what_it_says() -> None:
    assert wall(StepTiming(after=NO_TIME, window=ANY_TIME), "2026-03-02 10:00") == "2026-03-02 10:00:00"
    assert not isinstance(planned(StepTiming(), "2026-03-02 10:00"), NoDate)


def test_a_daily_mail_at_a_fixed_time_comes_every_day_though_each_leaves_a_little_late() -> None:
    timing = StepTiming(after=Duration(days=1), at=time(9, 30))
    assert wall(timing, "2026-03-02 09:30:02") == "2026-03-03 09:30:00"
    assert wall(timing, "2026-03-02 18:00") == "2026-03-03 09:30:00"
    hours = StepTiming(after=Duration(seconds=24 * 3600), at=time(9, 30))
    assert wall(hours, "2026-03-02 18:00") == "2026-03-04 09:30:00"


def test_a_gap_does_not_carry_a_time_into_a_window_that_it_is_outside_of() -> None:
    timing = StepTiming(at=time(0), window=Window(hours=((time(1), time(5)),)))
    cairo = ZoneInfo("Africa/Cairo")
    assert window_never_opens(timing)
    assert open_spans(timing, date(2023, 4, 28), Calendar(zone=cairo)) == ()
