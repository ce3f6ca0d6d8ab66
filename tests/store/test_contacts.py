"""People in the store: one per address, merged by imports, read back as they were written."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from nurture.domain.contact import Consent, ContactDraft
from nurture.errors import InvalidInput
from nurture.store import contacts
from nurture.store.database import Database
from nurture.store.tables import contacts as contact_table
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import a_person

LATER = NOW + timedelta(days=1)
DRAFT = ContactDraft(
    address="somchai@example.com",
    email="Somchai@Example.com",
    values={"first_name": "สมชาย", "country": "TH", "born_on": date(1990, 5, 1), "size": 3, "seen_at": NOW},
    tags=("vip", "thai"),
    consent=Consent(at=NOW, source="form", wording="Yes, write to me"),
)


def test_a_contact_comes_back_as_it_was_added(database: Database) -> None:
    with database.write() as conn:
        added = contacts.add(conn, DRAFT, NOW)
        assert contacts.find(conn, DRAFT.address) == added
        assert (added.email, added.first_name, added.tags) == ("Somchai@Example.com", "สมชาย", ("thai", "vip"))
        assert added.fields == {"born_on": date(1990, 5, 1), "size": 3, "seen_at": NOW}
        assert (added.consent, added.created_at) == (DRAFT.consent, NOW)
        assert contacts.find(conn, "nobody@example.com") is None
        assert contacts.get_many(conn, [added.id, 999]) == {added.id: added}
        with pytest.raises(InvalidInput, match="already"):
            contacts.add(conn, DRAFT, NOW)
        with pytest.raises(KeyError):
            contacts.get(conn, 999)


def test_an_import_adds_merges_and_leaves_alone(database: Database) -> None:
    more = ContactDraft(address=DRAFT.address, email=DRAFT.email, values={"size": 4, "country": None}, tags=("new",))
    other = ContactDraft(address="a@example.com", email="a@example.com")
    with database.write() as conn:
        assert [one.change for one in contacts.upsert(conn, [DRAFT, other, DRAFT, more], NOW)] == [
            "added",
            "added",
            "unchanged",
            "updated",
        ]
        merged = contacts.find(conn, DRAFT.address)
        assert merged is not None
        assert (merged.country, merged.fields["size"], merged.tags) == ("TH", 4, ("new", "thai", "vip"))
        again = contacts.upsert(conn, [more, other], LATER)
        assert [one.change for one in again] == ["unchanged", "unchanged"]
        assert again[0].contact_id == merged.id
        renewed = replace(more, consent=Consent(at=LATER, source="call"), values={"size": 5})
        assert [one.change for one in contacts.upsert(conn, [renewed, DRAFT], LATER)] == ["updated", "updated"]
        found = contacts.find(conn, DRAFT.address)
        assert found is not None
        assert (found.consent, found.fields["size"]) == (Consent(at=LATER, source="call"), 3)


def test_setting_what_is_set_already_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        person = contacts.add(conn, DRAFT, NOW)
        assert contacts.set_values(conn, person.id, {"owner": "anan@example.com", "size": None}, LATER)
        assert not contacts.set_values(conn, person.id, {"owner": "anan@example.com", "size": None}, LATER)
        assert contacts.add_tags(conn, person.id, ["hot", "vip"], LATER)
        assert not contacts.add_tags(conn, person.id, ["hot"], LATER)
        assert contacts.remove_tags(conn, person.id, ["vip", "none"], LATER)
        assert not contacts.remove_tags(conn, person.id, ["vip"], LATER)
        assert not contacts.set_values(conn, 999, {"owner": "x"}, LATER)
        found = contacts.get(conn, person.id)
        assert (found.owner, found.value("size"), found.tags) == ("anan@example.com", None, ("hot", "thai"))


def test_contacts_are_streamed_in_order_page_by_page_from_where_one_stopped(database: Database) -> None:
    with database.write() as conn:
        drafts = [ContactDraft(address=f"p{n:04}@x.example", email=f"p{n:04}@x.example") for n in range(1100)]
        ids = [one.contact_id for one in contacts.upsert(conn, drafts, NOW)]
        a_person(conn)
        assert [person.id for person in contacts.stream(conn)][:-1] == sorted(ids)
        of_x = contact_table.c.address.like("%@x.example")
        assert sum(1 for _ in contacts.stream(conn, of_x, after_id=sorted(ids)[999])) == 100
        assert (contacts.count(conn), contacts.count(conn, of_x)) == (1101, 1100)


def test_the_id_of_an_erased_contact_is_never_given_again(database: Database) -> None:
    with database.write() as conn:
        erased = a_person(conn)
        conn.execute(contact_table.delete().where(contact_table.c.id == erased.id))
        assert a_person(conn, "another").id > erased.id
