"""When a step's time comes, in all zones, over all clock changes, and against an oracle that looks at every minute."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nurture.domain.calendar import Calendar, add, moment_of, wall_of
from nurture.domain.campaign import DateRule, StepTiming, Window
from nurture.domain.duration import Duration
from nurture.domain.timing import Late, Planned, open_at, plan
from nurture.domain.window import first_open, open_spans, window_never_opens
from tests.support.builders import facts_of
from tests.support.clock_changes import ClockChange, clock_changes, one_zone_of_each_kind

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def plan_in(timing: StepTiming, anchor: datetime, calendar: Calendar, key: str = "1/hello") -> Planned:
    found = plan(timing, anchor=anchor, facts=facts_of(now=anchor), calendar=calendar, spread_key=key)
    assert isinstance(found, Planned)
    return found


def is_allowed(timing: StepTiming, moment: datetime, calendar: Calendar) -> bool:
    """What the wall shows is inside the window; `at` is left out."""
    wall = wall_of(moment, calendar.zone)
    if wall.weekday() not in timing.window.days or (timing.days is not None and wall.weekday() not in timing.days):
        return False
    if timing.window.keeps_holidays and (wall.date() in calendar.holidays or wall.date() in calendar.closed_days):
        return False
    return any(
        begin <= wall.time() < end or (begin <= wall.time() and end == time.max) for begin, end in timing.window.hours
    )


def anchors_around(change: ClockChange) -> Iterator[datetime]:
    for hours in (-26, -3, -0.5, 0, 0.5, 3, 22):
        yield change.at + timedelta(hours=hours, seconds=7)


NIGHT = StepTiming(after=Duration(days=1), window=Window(hours=((time(1, 45), time(2, 15)), (time(23, 40), time.max))))
MORNING = StepTiming(after=Duration(days=1), window=Window(hours=((time(0), time(3)),)), timing="spread")


def test_in_every_zone_over_every_clock_change_the_moment_is_in_its_window_and_not_before_its_delay() -> None:
    for change in clock_changes():
        calendar = Calendar(zone=change.zone)
        for anchor in anchors_around(change):
            for timing in (NIGHT, MORNING):
                found = plan_in(timing, anchor, calendar).at
                assert found >= add(anchor, timing.after, calendar), (change, anchor)
                assert is_allowed(timing, found, calendar), (change, anchor)
                assert found - anchor < timedelta(days=3), (change, anchor)


def test_in_every_zone_over_every_clock_change_a_later_anchor_never_gives_an_earlier_moment() -> None:
    at_once = StepTiming(window=NIGHT.window)
    for change in clock_changes():
        calendar = Calendar(zone=change.zone)
        moments = [first_open(at_once, anchor, calendar) for anchor in anchors_around(change)]
        assert all(one is not None and other is not None and one <= other for one, other in pairwise(moments))
        delayed = [
            (wall_of(anchor, change.zone), plan_in(NIGHT, anchor, calendar).at) for anchor in anchors_around(change)
        ]
        # a day is counted on the wall: who came in the second of two equal hours came earlier on the wall
        assert all(one[1] <= other[1] for one, other in pairwise(sorted(delayed)))


def test_in_every_zone_over_every_clock_change_at_comes_once_a_day_at_its_time_or_when_the_gap_ends() -> None:
    for change in clock_changes():
        calendar = Calendar(zone=change.zone)
        turned = min(wall_of(change.at, change.zone), wall_of(change.at, change.zone) - change.by) + 10 * MINUTE
        timing = StepTiming(at=turned.time())
        moment = change.at - DAY - timedelta(hours=4)
        found: list[datetime] = []
        while len(found) < 4:
            found.append(plan_in(timing, moment, calendar).at)
            moment = found[-1] + MINUTE
        days = [wall_of(each, change.zone).date() for each in found]
        ends_in_gap = change.by > timedelta(0) and wall_of(change.at, change.zone).time() == time.min
        left_out = {wall_of(change.at, change.zone).date() - DAY} if ends_in_gap else set()
        assert {days[0] + n * DAY for n in range((days[-1] - days[0]).days + 1)} == {*days, *left_out}, change
        assert len(set(days)) == len(days)
        for each, day in zip(found, days, strict=True):
            wanted = datetime.combine(day, turned.time())
            assert each == moment_of(wanted, change.zone)
            assert wall_of(each, change.zone) == wanted or each == change.at


def test_in_every_zone_over_every_clock_change_a_dated_step_goes_on_its_day() -> None:
    for change in clock_changes():
        calendar = Calendar(zone=change.zone)
        for day in {wall_of(change.at + timedelta(hours=hours), change.zone).date() for hours in (-3, 3)}:
            timing = StepTiming(date=DateRule(day=day), timing="spread")
            found = plan_in(timing, change.at - 3 * DAY, calendar)
            assert found.day == wall_of(found.at, change.zone).date() == day
            last = open_spans(timing, day, calendar)[-1][1]
            over = plan(timing, anchor=last, facts=facts_of(now=last), calendar=calendar, spread_key="k")
            assert isinstance(over, Late)


def test_in_every_zone_over_every_clock_change_the_spans_of_three_days_fill_them_without_a_hole() -> None:
    for change in clock_changes():
        calendar = Calendar(zone=change.zone)
        middle = wall_of(change.at, change.zone).date()
        spans = [span for n in (-1, 0, 1) for span in open_spans(StepTiming(), middle + n * DAY, calendar)]
        assert all(one[1] == other[0] for one, other in pairwise(sorted(spans))), change
        assert spans[-1][1] - spans[0][0] == 3 * DAY - change.by


ZONES = st.deferred(lambda: st.sampled_from(one_zone_of_each_kind()))
CHANGES = st.deferred(lambda: st.sampled_from(clock_changes()))
TIMES = st.integers(0, 287).map(lambda n: time(n // 12, n % 12 * 5))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    edges = sorted(draw(st.lists(TIMES, min_size=2, max_size=6, unique=True)))
    hours = tuple(zip(edges[::2], edges[1::2], strict=False))
    if draw(st.booleans()):
        hours = (*hours[:-1], (hours[-1][0], time.max))
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return Window(days=days, hours=hours, keeps_holidays=draw(st.booleans()))


@st.composite
def moments_near_changes(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    change = draw(CHANGES)
    away = draw(st.timedeltas(-4 * DAY, 2 * DAY) | st.timedeltas(-3 * timedelta(hours=1), 3 * timedelta(hours=1)))
    return change.zone, change.at + away


def oracle(timing: StepTiming, at: datetime, calendar: Calendar) -> datetime | None:
    """Looks at `at` itself and then at every minute of ten days."""
    if is_allowed(timing, at, calendar):
        return at
    minute = at.replace(second=0, microsecond=0) + MINUTE
    minutes = (minute + n * MINUTE for n in range(10 * 24 * 60))
    return next((each for each in minutes if is_allowed(timing, each, calendar)), None)


@settings(max_examples=150, deadline=None)
@given(moments_near_changes(), windows(), st.frozensets(st.integers(0, 3)))
def test_the_first_open_moment_is_what_looking_at_every_minute_finds(
    place: tuple[ZoneInfo, datetime], window: Window, off: frozenset[int]
) -> None:
    zone, at = place
    today = wall_of(at, zone).date()
    calendar = Calendar(zone=zone, holidays={today + n * DAY: "off" for n in off}, closed_days={today + 2 * DAY})
    timing = StepTiming(window=window)
    seen = oracle(timing, at, calendar)
    found = first_open(timing, at, calendar)
    if seen is None:
        assert found is None or found > at + 9 * DAY
    else:
        assert found == seen
        assert open_at(timing, at, calendar) == seen


@given(
    moments_near_changes(), windows(), st.integers(0, 9), st.sampled_from(["earliest", "spread"]), st.text(max_size=9)
)
def test_any_window_and_delay_gives_one_answer_that_keeps_both(
    place: tuple[ZoneInfo, datetime], window: Window, days: int, timing: str, key: str
) -> None:
    zone, anchor = place
    calendar = Calendar(zone=zone)
    for after in (Duration(days=days), Duration(business_days=days), Duration(seconds=days * 5000)):
        step = StepTiming(after=after, window=window, timing="spread" if timing == "spread" else "earliest")
        found = plan_in(step, anchor, calendar, key)
        assert found == plan_in(step, anchor, calendar, key)
        assert found.at >= add(anchor, after, calendar)
        assert is_allowed(step, found.at, calendar)
        first = first_open(step, add(anchor, after, calendar), calendar)
        assert first is not None
        assert wall_of(first, zone).date() == wall_of(found.at, zone).date()
        assert step.timing == "spread" or found.at == first


@given(moments_near_changes(), windows(), TIMES, st.none() | st.frozensets(st.integers(0, 6)))
def test_at_with_any_window_is_inside_it_or_known_never_to_come(
    place: tuple[ZoneInfo, datetime], window: Window, at: time, days: frozenset[int] | None
) -> None:
    zone, anchor = place
    calendar = Calendar(zone=zone)
    timing = StepTiming(window=window, at=at, days=days)
    found = plan(timing, anchor=anchor, facts=facts_of(now=anchor), calendar=calendar, spread_key="k")
    assert isinstance(found, Late) == window_never_opens(timing)
    if isinstance(found, Planned):
        assert found.at >= anchor
        assert is_allowed(timing, found.at, calendar)
        later = open_at(timing, found.at, calendar)
        assert later == found.at, "what is planned may go when it is due"


@given(ZONES, st.dates(date(2020, 1, 8), date(2035, 12, 20)), windows(), st.integers(-4, 4))
@example(ZoneInfo("Pacific/Apia"), date(2020, 2, 29), Window(), 0)
def test_a_dated_step_goes_on_the_last_open_day_up_to_its_date_or_is_late(
    zone: ZoneInfo, day: date, window: Window, lead: int
) -> None:
    calendar = Calendar(zone=zone, holidays={day})
    timing = StepTiming(date=DateRule(day=day), window=window)
    anchor = moment_of(datetime.combine(day - lead * DAY, time(10)), zone)
    open_days = [day - n * DAY for n in range(9) if open_spans(timing, day - n * DAY, calendar)]
    found = plan(timing, anchor=anchor, facts=facts_of(now=anchor), calendar=calendar, spread_key="k")
    if isinstance(found, Planned):
        assert found.day == wall_of(found.at, zone).date() == open_days[0]
        assert found.at >= anchor
        assert is_allowed(timing, found.at, calendar)
    else:
        assert isinstance(found, Late)
        assert open_spans(timing, open_days[0], calendar)[-1][1] <= anchor
