"""Where a contact's clock hangs."""

import zoneinfo
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.country_zones import MAIN_ZONES
from nurture.domain.zone import known_zone, zone_of
from tests.support.builders import a_contact

PROJECT = ZoneInfo("Asia/Singapore")


def test_the_contacts_own_zone_comes_first() -> None:
    assert zone_of(a_contact(timezone="Europe/Berlin", country="TH"), PROJECT).key == "Europe/Berlin"


@pytest.mark.parametrize(
    ("country", "zone"), [("TH", "Asia/Bangkok"), ("us", "America/New_York"), (" DE ", "Europe/Berlin")]
)
def test_without_a_zone_the_countrys_most_populous_one_is_taken(country: str, zone: str) -> None:
    assert zone_of(a_contact(timezone=None, country=country), PROJECT).key == zone


def test_with_neither_the_projects_zone_is_taken() -> None:
    assert zone_of(a_contact(timezone=None, country=None), PROJECT) is PROJECT
    assert zone_of(a_contact(timezone="Mars/Olympus", country="ZZ"), PROJECT) is PROJECT


RUBBISH = [
    "",
    " ",
    ".",
    "..",
    "../etc",
    "/etc/passwd",
    "Asia",
    "America/Argentina",
    "Mars/Olympus",
    "zone.tab",
    "tzdata.zi",
]
RUBBISH += [
    "leapseconds",
    "right/UTC",
    "posix/UTC",
    "posixrules",
    "localtime",
    "Factory",
    "a\0b",
    "ก",
    "x" * 9999,
]


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_falls_back_to_the_country(name: str) -> None:
    assert known_zone(name) is None
    assert zone_of(a_contact(timezone=name, country="JP"), PROJECT).key == "Asia/Tokyo"


@given(st.text() | st.from_regex(r"[A-Za-z./_]{1,40}"), st.text(max_size=4))
def test_no_text_makes_it_raise(timezone: str, country: str) -> None:
    assert isinstance(zone_of(a_contact(timezone=timezone, country=country), PROJECT), ZoneInfo)


def test_every_zone_of_tzdata_is_known() -> None:
    names = zoneinfo.available_timezones() - {"Factory", "localtime"}
    assert [name for name in sorted(names) if known_zone(name) is None] == []


def test_every_country_of_iso_3166_has_a_zone_and_tzdata_knows_each() -> None:
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    countries = {line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#")}
    assert len(countries) == 249
    assert countries == MAIN_ZONES.keys() - {"XK"}
    assert [name for name in MAIN_ZONES.values() if known_zone(name) is None] == []


def test_a_countrys_main_zone_lies_in_that_country() -> None:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    places = {(row[0], row[2]) for row in rows}
    elsewhere = {country for country, zone in MAIN_ZONES.items() if (country, zone) not in places}
    assert elsewhere == {"BV", "HM", "XK"}, "nobody lives on the first two; ISO does not have the third"
