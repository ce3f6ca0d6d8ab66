"""Cells become values: numbers, days, countries and lists as people write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.value import FieldSpec
from nurture.errors import InvalidInput
from nurture.intake.convert import converter, parse_bool, parse_number, parse_tags
from nurture.intake.country import country_code
from nurture.intake.dates import parse_date, parse_datetime

BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("+12", 12),
        ("-12.50", -12.5),
        ("1,234,567.89", 1234567.89),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1'234", 1234),
        ("๑,๒๓๔", 1234),
        ("−5", -5),
        ("1E+05", 100000.0),
        (".5", 0.5),
    ],
)
def test_numbers_are_read_with_separators_and_thai_digits(text: str, number: float) -> None:
    assert parse_number(text) == number
    assert type(parse_number(text)) is type(number)


@pytest.mark.parametrize(
    "text", ["", "12,5", "1,23,4", "12 THB", "1.2.3", "nan", "inf", "1e999", "9" * 5000, "0x10", "1_000"]
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_number(text)


@given(st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_out_is_read_back(number: float) -> None:
    assert parse_number(repr(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026/3/2",
        "20260302",
        "2569-03-02",
        "2/3/2026",
        "02.03.2026",
        "2-3-2569",
        "2 Mar 2026",
        "2 March 2026",
        "2 มี.ค. 2569",
        "2 มีนาคม 2569",
        "2 มีนาคม พ.ศ. 2569",
        "02/03/2026 00:00:00",
    ],
)
def test_one_day_is_read_however_it_is_written(text: str) -> None:
    assert parse_date(text) == date(2026, 3, 2)


def test_the_leap_day_of_a_buddhist_year_exists() -> None:
    assert parse_date("29/02/2567") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "13/13/2026", "1/2/26", "2 Foo 2026", "2026", "2026-03/02", "0000-01-01"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"31/03/2026|date"):
        parse_date(text)


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2399, 12, 31)))
def test_a_day_written_out_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day:02}/{day.month:02}/{day.year + 543 if day.year > 1857 else day.year}") == day


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T02:30:00Z",
        "2026-03-02 02:30 UTC",
        "2026-03-02T09:30+07:00",
        "2026-03-02T09:30:00+0700",
        "2/3/2569 9:30",
        "2 Mar 2026, 09.30",
    ],
)
def test_one_moment_is_read_however_it_is_written(text: str) -> None:
    assert parse_datetime(text, BANGKOK) == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


def test_a_day_alone_is_its_midnight_on_the_wall() -> None:
    assert parse_datetime("2026-03-02", BANGKOK) == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["09:30", "2026-03-02 24:30", "2026-03-02 9", "2026-03-02T09:30+99:00", "2026-03-02x"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_datetime(text, BANGKOK)


@given(st.datetimes(datetime(1000, 1, 2), datetime(2399, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_written_out_is_read_back(moment: datetime) -> None:
    assert parse_datetime(moment.isoformat(), BANGKOK) == moment


@pytest.mark.parametrize(("text", "yes"), [("YES", True), ("ใช่", True), ("1", True), ("ไม่", False), ("off", False)])
def test_yes_and_no_are_words_in_english_and_thai(text: str, yes: bool) -> None:
    assert parse_bool(text) is yes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("th", "TH"),
        ("Thailand", "TH"),
        ("ประเทศไทย", "TH"),
        ("U.S.A.", "US"),
        ("united  kingdom", "GB"),
        ("Britain (UK)", "GB"),
        ("Korea", "KR"),
        ("Trinidad and Tobago", "TT"),
        ("Trinidad & Tobago", "TT"),
        ("Côte d'Ivoire", "CI"),
        ("ลาว", "LA"),
    ],
)
def test_countries_are_known_by_code_and_name(text: str, code: str) -> None:
    assert country_code(text) == code


def test_tags_are_parted_cleaned_and_said_once() -> None:
    assert parse_tags(" vip; lead |vip,  new   customer ;; ") == ("vip", "lead", "new customer")


def test_too_many_tags_are_refused() -> None:
    with pytest.raises(InvalidInput, match="101 words"):
        parse_tags(";".join(str(number) for number in range(101)))


def test_text_of_a_standard_field_is_one_line_in_one_spelling() -> None:
    assert converter(FieldSpec(name="company", type="text"), BANGKOK)("Cafe\u0301\r\n  Ltd\u00a0Co") == "Café Ltd Co"


def test_text_of_a_projects_own_field_keeps_its_lines() -> None:
    assert converter(FieldSpec(name="notes", type="text"), BANGKOK)("a\r\n b\rc") == "a\n b\nc"
