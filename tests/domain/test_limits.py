"""The frequency caps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nurture.domain.limits import Cap, earliest_under_caps, parse_cap

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE_PER_20H = Cap(count=1, span=20 * HOUR)
THREE_PER_WEEK = Cap(count=3, span=timedelta(days=7))


@pytest.mark.parametrize(
    ("text", "cap"),
    [
        ("1 per 20h", ONE_PER_20H),
        ("3 per 7d", THREE_PER_WEEK),
        (" 3  per 1w ", THREE_PER_WEEK),
        ("2 per PT90M", Cap(count=2, span=timedelta(minutes=90))),
    ],
)
def test_a_cap_is_read_as_written(text: str, cap: Cap) -> None:
    assert parse_cap(text) == cap


@pytest.mark.parametrize(
    "text", ["", "1", "1 per", "per 7d", "0 per 7d", "1 per 0h", "1 per 2bd", "-1 per 7d", "1 pro 7d"]
)
def test_what_is_no_cap_is_refused(text: str) -> None:
    assert parse_cap(text) is None


@pytest.mark.parametrize("text", ["1 per 20h", "3 per 7d", "2 per 1h 30m"])
def test_a_cap_is_shown_as_it_is_written(text: str) -> None:
    cap = parse_cap(text.replace("1h 30m", "PT90M"))
    assert str(cap) == text


def test_without_mail_or_caps_nothing_holds() -> None:
    assert earliest_under_caps([], [ONE_PER_20H], NOON) == (NOON, None)
    assert earliest_under_caps([NOON], [], NOON) == (NOON, None)


def test_the_next_mail_waits_until_the_span_is_over_to_the_second() -> None:
    assert earliest_under_caps([NOON], [ONE_PER_20H], NOON + HOUR) == (NOON + 20 * HOUR, ONE_PER_20H)
    assert earliest_under_caps([NOON], [ONE_PER_20H], NOON + 20 * HOUR) == (NOON + 20 * HOUR, None)


def test_of_several_caps_the_one_that_holds_longest_is_named() -> None:
    sent = [NOON, NOON + 24 * HOUR, NOON + 48 * HOUR]
    caps = [ONE_PER_20H, THREE_PER_WEEK]
    assert earliest_under_caps(sent, caps, NOON + 50 * HOUR) == (NOON + timedelta(days=7), THREE_PER_WEEK)


def test_the_span_slides_and_does_not_follow_days_or_weeks() -> None:
    two_a_day = Cap(count=2, span=timedelta(days=1))
    sent = [NOON + 10 * HOUR, NOON + 14 * HOUR]
    assert earliest_under_caps(sent, [two_a_day], NOON + 20 * HOUR)[0] == NOON + 34 * HOUR


def test_mail_from_after_now_counts_when_the_clock_was_set_back() -> None:
    assert earliest_under_caps([NOON], [ONE_PER_20H], NOON - 24 * HOUR) == (NOON - 24 * HOUR, None)
    assert earliest_under_caps([NOON], [ONE_PER_20H], NOON - HOUR) == (NOON + 20 * HOUR, ONE_PER_20H)


def test_what_one_cap_puts_off_may_run_into_another_whatever_their_order() -> None:
    four_hours, two_a_half_day = Cap(count=1, span=4 * HOUR), Cap(count=2, span=12 * HOUR)
    for caps in ([four_hours, two_a_half_day], [two_a_half_day, four_hours]):
        found = earliest_under_caps([NOON, NOON + 10 * HOUR], caps, NOON + 5 * HOUR)
        assert found == (NOON + 14 * HOUR, four_hours)


def keeps(times: list[datetime], cap: Cap) -> bool:
    return all(sum(begin <= other < begin + cap.span for other in times) <= cap.count for begin in times)


MOMENTS = st.integers(min_value=-60, max_value=60).map(lambda hours: NOON + hours * HOUR)
CAPS = st.builds(Cap, count=st.integers(1, 4), span=st.integers(1, 50).map(lambda hours: hours * HOUR))


@settings(deadline=None)
@example([NOON - HOUR, NOON, NOON + HOUR], [Cap(count=3, span=2 * HOUR)], NOON)
@given(st.lists(MOMENTS, max_size=8), st.lists(CAPS, max_size=3), MOMENTS)
def test_it_is_the_first_hour_at_which_no_sliding_span_holds_too_many(
    tried: list[datetime], caps: list[Cap], at: datetime
) -> None:
    sent: list[datetime] = []
    for moment in tried:
        if all(keeps([*sent, moment], cap) for cap in caps):
            sent.append(moment)
    found, held_by = earliest_under_caps(sent, caps, at)
    hours = (at + hour * HOUR for hour in range(1000))
    assert found == next(hour for hour in hours if all(keeps([*sent, hour], cap) for cap in caps))
    assert (held_by is None) == (found == at)
    assert held_by is None or not keeps([*sent, found - timedelta(seconds=1)], held_by)
