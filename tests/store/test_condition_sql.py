"""SQL and the evaluator give the same answer to every condition about every contact."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text

from nurture.domain.condition import Compare, Condition, ContactField, Did, Fact, Literally
from nurture.domain.duration import Duration
from nurture.domain.evaluate import holds
from nurture.domain.score import ScoreRules
from nurture.domain.typecheck import type_problems
from nurture.domain.value import EventSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import InvalidInput
from nurture.loader.expression import parse_condition
from nurture.store import migrate
from nurture.store.condition import to_sql
from nurture.store.database import Database
from nurture.store.facts import load_for_contacts
from nurture.store.tables import contacts, enrollments, events, inbound, orders
from nurture.store.values import pack
from tests.support.condition_strategies import (
    CAMPAIGNS,
    EVENTS,
    FIELDS,
    NOW,
    NUMBERS,
    TEXTS,
    conditions,
    people,
    score_rules,
)


def _write(conn: Connection, everybody: list[dict[str, Any]]) -> None:
    for table in (events, inbound, orders, enrollments, contacts):
        conn.execute(delete(table))
    for person in everybody:
        row = person["contact"]
        packed = {**row, "tags": list(row["tags"]), "fields": pack(row["fields"]), "changed_at": NOW}
        conn.execute(insert(contacts), [packed])
        for number, (name, at, is_human) in enumerate(person["events"]):
            conn.execute(insert(events).values(name=name, at=at, is_human=is_human, contact_id=row["id"]))
            if name == "reply_received":
                mail = {
                    "mailbox": "mali",
                    "key": f"{row['id']}-{number}",
                    "kind": "reply" if is_human else "auto_reply",
                }
                conn.execute(insert(inbound).values(received_at=at, contact_id=row["id"], **mail))
        for number in range(person["orders"]):
            order = {"number": f"{row['id']}-{number}", "total": "1", "currency": "THB", "items": []}
            conn.execute(insert(orders).values(contact_id=row["id"], placed_at=NOW, **order))
        for campaign, state in person["runs"].items():
            run = {"campaign": campaign, "digest": "d", "stage": "s", "state": state, "sender": "mali"}
            moments = {"entered_at": NOW, "stage_entered_at": NOW, "anchor_at": NOW}
            conn.execute(insert(enrollments).values(contact_id=row["id"], **run, **moments))


def _check(conn: Connection, everybody: list[dict[str, Any]], asked: list[Condition], rules: ScoreRules) -> None:
    """Each condition, and the exact score of each person, selects the same people in both ways."""
    _write(conn, everybody)
    ids = [person["contact"]["id"] for person in everybody]
    all_facts = load_for_contacts(conn, ids, now=NOW, zone=ZoneInfo("UTC"), score_rules=rules)
    scores = [Compare("==", Fact("score"), Literally(facts.score)) for facts in all_facts.values()]
    for tree in (*(condition.tree for condition in asked), *scores):
        assert not type_problems(tree)
        condition = Condition(tree=tree, source="random")
        clause = to_sql(condition, now=NOW, dialect_name=conn.dialect.name, score_rules=rules)
        chosen = set(conn.execute(select(contacts.c.id).where(clause)).scalars())
        meant = {id_ for id_, facts in all_facts.items() if holds(condition, facts)}
        assert chosen == meant, tree


@pytest.fixture(scope="module")
def memory() -> Iterator[Database]:
    database = Database("sqlite://")
    migrate.upgrade(database)
    yield database
    database.close()


everybody = st.integers(3, 6).flatmap(lambda count: st.tuples(*(people(id_ + 1) for id_ in range(count))).map(list))
asked = st.lists(conditions(), min_size=3, max_size=6)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(everybody=everybody, asked=asked, rules=score_rules)
def test_sqlite_selects_exactly_those_for_whom_the_condition_holds(
    memory: Database, everybody: list[dict[str, Any]], asked: list[Condition], rules: ScoreRules
) -> None:
    with memory.write() as conn:
        _check(conn, everybody, asked, rules)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(everybody=everybody, asked=asked, rules=score_rules)
def _postgres_agrees(
    database: Database, everybody: list[dict[str, Any]], asked: list[Condition], rules: ScoreRules
) -> None:
    with database.write() as conn:
        _check(conn, everybody, asked, rules)


def _sort_as_people_do(conn: Connection) -> None:
    """Give columns the order of a language, as most databases have it: `a` before `B`."""
    if conn.execute(text("SELECT 1 FROM pg_collation WHERE collname = 'en-x-icu'")).first():
        for column in ("first_name", "country", "owner"):
            conn.execute(text(f'ALTER TABLE contacts ALTER {column} TYPE text COLLATE "en-x-icu"'))


def test_postgresql_selects_exactly_those_for_whom_the_condition_holds(postgres_url: str) -> None:
    database = Database(postgres_url)
    try:
        with database.write() as conn:
            _sort_as_people_do(conn)
        _postgres_agrees(database)
    finally:
        database.close()


SOURCES = [
    "contact.note",
    "not contact.note",
    "contact.note and contact.country",
    '(contact.note and "b") == "b"',
    '(contact.note or contact.country or "x") == "x"',
    "(contact.is_vip and contact.is_vip) == false",
    "(contact.size and contact.rate) is none",
    "contact.is_vip == false or contact.is_vip == true",
    "not (contact.size > 0)",
    "contact.size / contact.rate > 1",
    "(contact.size * contact.rate) is none",
    "contact.rate - 0.1 == 0.2",
    "contact.size == 9007199254740992",
    "contact.size | abs | int > 2",
    'contact.first_name < "a"',
    "contact.first_name >= contact.country",
    "contact.first_name | lower == contact.first_name",
    "contact.first_name | upper != contact.first_name",
    "contact.note | trim | length < contact.note | length",
    'contact.note | default("none") == "none"',
    'contact.first_name ~ contact.country == "กขก"',
    '"%" in contact.note or "_" in contact.note',
    '"" in contact.note',
    '"a" in contact.tags',
    "contact.note in contact.interests",
    "contact.note not in contact.interests",
    "contact.interests is none",
    "contact.interests | length > 1 or contact.tags",
    'contact.country in ["TH", "th", ""]',
    'contact.born_on > "2024-02-28"',
    "contact.ends_on - contact.born_on > 1",
    "contact.seen_at - contact.left_at < 0.5",
    'contact.seen_at >= "2026-03-02T09:00+07:00"',
    "contact.created_at < contact.consent_at",
    "contact.consent_at",
    'happened("link_clicked", within="7d")',
    'not happened("trial_started")',
    'enrolled("it\'s") or ordered',
    "score > 0",
    "(score > 1) == ordered",
]


RULES = ScoreRules(points={"replied": 3, "clicked": 0.5}, fade=Duration(days=30))


def _one_of_many(number: int) -> dict[str, Any]:
    """A person with the text, number and event of that place in the lists, so that each is asked about."""
    text, size = TEXTS[number], NUMBERS[number % len(NUMBERS)]
    fields = {"note": text, "size": size, "rate": NUMBERS[number % 7], "is_vip": number % 3 == 0}
    address = f"c{number}@example.com"
    contact = {"address": address, "email": address, "first_name": f"a{text}", "country": TEXTS[number - 1]}
    return {
        "contact": {"id": number + 1, **contact, "tags": (text,), "created_at": NOW, "fields": fields},
        "events": [(EVENTS[number % len(EVENTS)], NOW - timedelta(days=number - 3), number % 2 == 0)],
        "orders": number % 2,
        "runs": {CAMPAIGNS[number % 3]: ("active", "paused", "finished")[number // 3 % 3]},
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_each_part_of_the_language_selects_the_same_people_in_sql(
    kind: str, memory: Database, request: pytest.FixtureRequest
) -> None:
    database = memory if kind == "sqlite" else Database(request.getfixturevalue("postgres_url"))
    vocabulary = Vocabulary(
        contact_fields=FIELDS, events={name: EventSpec(name=name) for name in EVENTS}, campaigns=CAMPAIGNS
    )
    parsed = [parse_condition(source, vocabulary, scope="audience") for source in SOURCES]
    asked = [each.condition for each in parsed if each.condition is not None]
    assert len(asked) == len(SOURCES), [each.problems for each in parsed if each.problems]

    with database.write() as conn:
        if kind == "postgresql":
            _sort_as_people_do(conn)
        _check(conn, [_one_of_many(number) for number in range(len(TEXTS))], asked, RULES)

    @settings(
        max_examples=8, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(everybody=st.tuples(*(people(id_) for id_ in range(1, 9))).map(list), rules=score_rules)
    def select_the_same(everybody: list[dict[str, Any]], rules: ScoreRules) -> None:
        with database.write() as conn:
            _check(conn, everybody, asked, rules)

    select_the_same()
    if kind == "postgresql":
        database.close()


@pytest.mark.parametrize("tree", [Fact("days_in_stage"), Did("clicked"), Fact("now"), Fact("replied")])
def test_what_only_one_enrollment_can_answer_is_refused(tree: Any) -> None:
    with pytest.raises(InvalidInput, match="one person"):
        to_sql(Condition(tree=tree, source="x"), now=NOW, dialect_name="sqlite")


def test_a_field_of_unknown_type_is_refused() -> None:
    condition = Condition(tree=Compare("==", ContactField("size"), Literally(5)), source="contact.size == 5")
    with pytest.raises(InvalidInput, match="size"):
        to_sql(condition, now=NOW, dialect_name="postgresql")
