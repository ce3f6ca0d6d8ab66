"""What an event sets on its contact: in the type that the field is declared with, on the contact's wall."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from nurture.store import contacts
from tests.support.project import Workshop, make_workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=1)
    yield made
    made.database.close()


def test_the_moment_at_which_a_trial_ends_becomes_the_day_on_the_contacts_wall(workshop: Workshop) -> None:
    person = workshop.add_contact(timezone="Asia/Bangkok")
    workshop.happen("trial_started", person, ends_at=datetime(2026, 4, 1, 20, 0, tzinfo=UTC))
    with workshop.database.read() as conn:
        assert contacts.get(conn, person).value("trial_ends_on") == date(2026, 4, 2)


def test_an_event_without_the_field_empties_what_it_sets(workshop: Workshop) -> None:
    person = workshop.add_contact(trial_ends_on=date(2026, 3, 9))
    workshop.happen("trial_started", person)
    with workshop.database.read() as conn:
        assert contacts.get(conn, person).value("trial_ends_on") is None
