"""SQL and the evaluator give the same answer to every condition about every contact."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text

from nurture.domain.condition import Compare, Condition, ContactField, Did, Fact, Literally
from nurture.domain.evaluate import holds
from nurture.domain.facts import Deed, EventFact, Facts, Reply
from nurture.domain.order import Order
from nurture.domain.score import ScoreRules, score
from nurture.domain.typecheck import type_problems
from nurture.errors import InvalidInput
from nurture.store import contacts as contact_rows
from nurture.store.condition import to_sql
from nurture.store.database import Database
from nurture.store.tables import contacts, enrollments, events, orders
from nurture.store.values import pack
from tests.support.condition_strategies import NOW, conditions, people, score_rules


def _write(conn: Connection, everybody: list[dict[str, Any]]) -> None:
    for table in (events, orders, enrollments, contacts):
        conn.execute(delete(table))
    for person in everybody:
        row = person["contact"]
        packed = {**row, "tags": list(row["tags"]), "fields": pack(row["fields"]), "changed_at": NOW}
        conn.execute(insert(contacts), [packed])
        for name, at, is_human in person["events"]:
            conn.execute(insert(events).values(name=name, at=at, is_human=is_human, contact_id=row["id"]))
        for number in range(person["orders"]):
            conn.execute(
                insert(orders).values(
                    contact_id=row["id"],
                    number=f"{row['id']}-{number}",
                    placed_at=NOW,
                    total="1",
                    currency="THB",
                    items=[],
                )
            )
        for campaign, state in person["runs"].items():
            moments = {"entered_at": NOW, "stage_entered_at": NOW, "anchor_at": NOW}
            conn.execute(
                insert(enrollments).values(
                    contact_id=row["id"],
                    campaign=campaign,
                    digest="d",
                    stage="s",
                    state=state,
                    sender="mali",
                    **moments,
                )
            )


def _facts(conn: Connection, person: dict[str, Any], rules: ScoreRules) -> Facts:
    """What the evaluator is asked with: the contact as the store reads it, the rest as it was written."""
    contact = contact_rows.get(conn, person["contact"]["id"])
    seen = sorted((at, name) for name, at, is_human in person["events"] if is_human)
    by_name = {name: tuple(EventFact(at=at) for at, other in seen if other == name) for _, name in seen}
    facts = Facts(
        contact=contact,
        now=NOW,
        zone=ZoneInfo("Asia/Bangkok"),
        events=by_name,
        opened=tuple(Deed(step="s", at=at) for at, name in seen if name == "message_opened"),
        clicked=tuple(Deed(step="s", at=at) for at, name in seen if name == "link_clicked"),
        replies=tuple(Reply(id=1, at=at, intent="other") for at, name in seen if name == "reply_received"),
        orders=tuple(
            Order(id=1, contact_id=contact.id, number="1", placed_at=NOW, total=1, currency="THB")  # type: ignore[arg-type]
            for _ in range(person["orders"])
        ),
        enrolled=frozenset(campaign for campaign, state in person["runs"].items() if state != "finished"),
    )
    return Facts(**{name: getattr(facts, name) for name in Facts.__slots__} | {"score": score(rules, facts)})


def _check(conn: Connection, everybody: list[dict[str, Any]], asked: list[Condition], rules: ScoreRules) -> None:
    _write(conn, everybody)
    all_facts = {person["contact"]["id"]: _facts(conn, person, rules) for person in everybody}
    for condition in asked:
        assert not type_problems(condition.tree)
        clause = to_sql(condition, now=NOW, dialect_name=conn.dialect.name, score_rules=rules)
        chosen = set(conn.execute(select(contacts.c.id).where(clause)).scalars())
        meant = {id_ for id_, facts in all_facts.items() if holds(condition, facts)}
        note(f"{condition.tree}\nscores {[facts.score for facts in all_facts.values()]}")
        assert chosen == meant


@pytest.fixture(scope="module")
def memory() -> Iterator[Database]:
    database = Database("sqlite://")
    database.upgrade()
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


@pytest.mark.parametrize("tree", [Fact("days_in_stage"), Did("clicked"), Fact("now"), Fact("replied")])
def test_what_only_one_enrollment_can_answer_is_refused(tree: Any) -> None:
    with pytest.raises(InvalidInput, match="one person"):
        to_sql(Condition(tree=tree, source="x"), now=NOW, dialect_name="sqlite")


def test_a_field_of_unknown_type_is_refused() -> None:
    condition = Condition(tree=Compare("==", ContactField("size"), Literally(5)), source="contact.size == 5")
    with pytest.raises(InvalidInput, match="size"):
        to_sql(condition, now=NOW, dialect_name="postgresql")
