"""Made-up people: the same for the same seed, each with an address of their own, of all sorts however few there are."""

import pytest

from nurture.intake.address import parse_address
from nurture.simulation.people import make_people

DAYS = 126


def test_the_same_seed_brings_the_same_people_and_another_one_others() -> None:
    assert make_people(3, 60, days=DAYS) == make_people(3, 60, days=DAYS)
    assert make_people(3, 60, days=DAYS) != make_people(4, 60, days=DAYS)


@pytest.mark.parametrize("seed", range(20))
def test_everybody_has_an_address_of_their_own_in_canonical_form_and_in_a_reserved_domain(seed: int) -> None:
    addresses = [person.email for person in make_people(seed, 60, days=DAYS)]
    assert len(set(addresses)) == 60
    assert all(parse_address(address).canonical == address for address in addresses)
    assert all(address.endswith(".example") for address in addresses)


@pytest.mark.parametrize("seed", range(20))
def test_a_few_people_are_of_all_sorts_already(seed: int) -> None:
    people = make_people(seed, 30, days=DAYS)
    moods = {person.temperament.name for person in people}
    assert {"keen", "returner", "unknown", "gone", "leaver", "scanner", "decliner", "silent", "customer"} <= moods
    assert {person.language for person in people} == {"th", "en"}
    assert {"TH", "SG"} < {person.country for person in people}


def test_the_last_ones_come_shortly_before_the_end_so_that_the_first_stage_is_not_empty() -> None:
    people = make_people(1, 60, days=DAYS)
    assert sum(person.arrives_after.days > DAYS - 7 for person in people) >= 5
    assert all(person.arrives_after.days < DAYS for person in people)
