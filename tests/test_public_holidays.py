"""Public holidays as plain values."""

import subprocess
import sys
from datetime import date
from importlib.resources import files
from string import ascii_uppercase

import pytest

from nurture.public_holidays import holidays_of, weekend_of

YEARS = range(2020, 2036)


def test_thailand_keeps_songkran() -> None:
    found = holidays_of("TH", [2026])
    assert {date(2026, 4, 13), date(2026, 4, 14), date(2026, 4, 15)} <= found.keys()
    assert found[date(2026, 4, 13)] == "Songkran Festival"


def test_a_holiday_that_falls_on_a_weekend_is_kept_when_it_is_observed() -> None:
    found = holidays_of("US", [2026])
    assert date(2026, 7, 3) in found
    assert date(2027, 12, 31) in holidays_of("US", [2027]), "New Year's Day 2028 is a Saturday"


def test_only_public_holidays_count() -> None:
    assert date(2026, 12, 24) not in holidays_of("DE", [2026])
    assert date(2026, 12, 25) in holidays_of("DE", [2026])


@pytest.mark.parametrize("country", [None, "", "ZZ", "TH1", "list", "HolidayBase", "public", "../TH", "ก", "TH-10"])
def test_an_unknown_country_has_no_holidays_and_the_usual_weekend(country: str | None) -> None:
    assert holidays_of(country, [2026]) == {}
    assert weekend_of(country) == {5, 6}


def test_case_and_blanks_of_a_country_do_not_matter() -> None:
    assert holidays_of(" th ", [2026]) == holidays_of("TH", [2026])


def test_only_the_years_asked_for_are_answered_and_the_answer_is_kept() -> None:
    found = holidays_of("SG", [2026, 2025, 2026])
    assert {day.year for day in found} == {2025, 2026}
    assert holidays_of("SG", (2025, 2026)) is found
    assert holidays_of("SG", []) == {}


@pytest.mark.parametrize(
    ("country", "weekend"), [("TH", {5, 6}), ("SA", {4, 5}), ("AE", {5, 6}), ("IR", {4}), ("BN", {4, 6})]
)
def test_weekends_are_those_of_the_country(country: str, weekend: set[int]) -> None:
    assert weekend_of(country) == weekend


def test_every_country_answers_for_every_year_without_a_warning() -> None:
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    countries = [line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#")]
    known = [country for country in countries if len(holidays_of(country, YEARS)) >= len(YEARS)]
    assert len(known) > 200
    assert all(weekend_of(country) < frozenset(range(7)) for country in countries)


def test_no_two_letters_make_it_raise() -> None:
    assert all(holidays_of(one + other, [2026]) is not None for one in ascii_uppercase for other in ascii_uppercase)


def test_names_do_not_depend_on_the_locale_of_the_machine() -> None:
    program = "from nurture.public_holidays import holidays_of; print(sorted(holidays_of('TH', [2026]).values())[0])"
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={"LANGUAGE": language}, capture_output=True, text=True, check=True
        ).stdout
        for language in ("th", "uk", "C")
    }
    assert len(said) == 1
