"""What conditions answer: two-valued, none-safe, and without a way to fail."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
    Condition,
    ContactField,
    Did,
    Enrolled,
    Fact,
    Filtered,
    Happened,
    In,
    LastEventField,
    Literally,
    Node,
    Not,
    Or,
    TriggerField,
)
from nurture.domain.contact import Consent
from nurture.domain.duration import Duration
from nurture.domain.evaluate import evaluate, holds
from nurture.domain.facts import Deed, EventFact, Pause, Reply
from nurture.domain.order import Order, OrderItem
from nurture.domain.typecheck import type_of, type_problems
from tests.support.builders import MONDAY_NINE, a_contact, facts_of

NONE = Literally(None)
SIZE = ContactField("company_size", "number")
COMPANY = ContactField("company", "text")
DAY = timedelta(days=1)


def _holds(tree: Node, **facts: Any) -> bool:
    return holds(Condition(tree=tree, source="x"), facts_of(**facts))


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
def test_every_comparison_with_none_is_false_and_its_opposite_true(op: Any) -> None:
    for tree in (Compare(op, SIZE, Literally(5)), Compare(op, Literally(5), SIZE), Compare(op, SIZE, SIZE)):
        assert not _holds(tree)
        assert _holds(Not(tree))


def test_asking_for_none_itself_is_answered() -> None:
    assert _holds(Compare("==", SIZE, NONE))
    assert not _holds(Compare("!=", SIZE, NONE))
    with_size = a_contact(fields={"company_size": 0})
    assert _holds(Compare("!=", SIZE, NONE), contact=with_size)
    assert not _holds(Compare("==", SIZE, NONE), contact=with_size)


def test_without_a_condition_everybody_is_meant() -> None:
    assert holds(None, facts_of())


@pytest.mark.parametrize(
    ("less", "more"), [("A", "a"), ("Z", "a"), ("a", "ab"), ("z", "é"), ("\uffff", "😀"), ("ก", "ข"), ("10", "9")]
)
def test_texts_compare_by_code_point_and_case(less: str, more: str) -> None:
    assert _holds(Compare("<", Literally(less), Literally(more)))
    assert not _holds(Compare("==", Literally(less), Literally(more)))


def test_bare_values_hold_when_there_is_something_in_them() -> None:
    assert not _holds(COMPANY)
    assert not _holds(COMPANY, contact=a_contact(company=""))
    assert _holds(COMPANY, contact=a_contact(company=" "))
    assert not _holds(SIZE, contact=a_contact(fields={"company_size": 0}))
    assert _holds(SIZE, contact=a_contact(fields={"company_size": -0.5}))
    assert not _holds(ContactField("tags", "list"))
    assert _holds(ContactField("consent_at", "datetime"), contact=a_contact(consent=Consent(at=MONDAY_NINE)))


def test_a_value_of_another_type_than_declared_is_none() -> None:
    contact = a_contact(fields={"company_size": "many", "is_vip": 1, "born_on": "2026-02-30", "interests": "x"})
    for name, type_ in (("company_size", "number"), ("is_vip", "bool"), ("born_on", "date"), ("interests", "list")):
        assert _holds(Compare("==", ContactField(name, type_), NONE), contact=contact)


def test_a_date_is_a_date_however_it_was_kept() -> None:
    day = ContactField("born_on", "date")
    for kept in ("2024-02-29", date(2024, 2, 29)):
        assert _holds(Compare("==", day, Literally(date(2024, 2, 29))), contact=a_contact(fields={"born_on": kept}))


def test_numbers_compare_as_doubles() -> None:
    contact = a_contact(fields={"company_size": 2**53 + 1})
    assert _holds(Compare("==", SIZE, Literally(2**53)), contact=contact)


def test_moments_compare_on_the_world_s_clock_not_on_the_wall() -> None:
    paris = ZoneInfo("Europe/Paris")
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=fold) for fold in (0, 1))
    assert _holds(Compare("<", Literally(first), Literally(second)))


@pytest.mark.parametrize(
    ("op", "left", "right", "result"),
    [
        ("/", 1, 0, None),
        ("*", 1e150, 1e150, None),
        ("*", 1e-150, 0.1, None),
        ("+", 1, None, None),
        ("-", 0.3, 0.1, 0.3 - 0.1),
        ("/", 6, 3, 2),
        ("+", "a", "b", "ab"),
        ("-", date(2026, 3, 31), date(2026, 3, 2), 29),
        ("+", date(2026, 3, 2), 14, date(2026, 3, 16)),
        ("+", date(9999, 12, 31), 1, None),
        ("-", date(2026, 3, 2), 1e100, None),
        ("-", MONDAY_NINE, MONDAY_NINE - DAY / 2, 0.5),
    ],
)
def test_arithmetic_gives_a_value_or_none_and_never_fails(op: Any, left: Any, right: Any, result: Any) -> None:
    assert evaluate(Arithmetic(op, Literally(left), Literally(right)), facts_of()) == result


def test_a_whole_result_is_an_int_for_who_writes_it_into_a_field() -> None:
    value = evaluate(Arithmetic("+", SIZE, Literally(1)), facts_of(a_contact(fields={"company_size": 50})))
    assert (value, type(value)) == (51, int)


@pytest.mark.parametrize(
    ("name", "operand", "result"),
    [
        ("lower", "ÉSomchaiΣ", "ésomchaiσ"),
        ("upper", "straße", "STRAßE"),
        ("trim", "\u3000 a\xa0\n", "a"),
        ("length", "😀ก", 2),
        ("length", ("a", "b"), 2),
        ("abs", -2.5, 2.5),
        ("int", -2.9, -2),
        ("round", 2.6, 3),
        ("lower", None, None),
        ("length", None, None),
        ("abs", None, None),
    ],
)
def test_filters(name: str, operand: Any, result: Any) -> None:
    assert evaluate(Filtered(name, Literally(operand)), facts_of()) == result


def test_default_stands_in_for_none_and_for_an_empty_text() -> None:
    greeting = Filtered("default", COMPANY, (Literally("you"),))
    assert evaluate(greeting, facts_of()) == "you"
    assert evaluate(greeting, facts_of(a_contact(company=""))) == "you"
    assert evaluate(greeting, facts_of(a_contact(company="Acme"))) == "Acme"


def test_and_and_or_give_one_of_their_operands() -> None:
    assert evaluate(Or((COMPANY, Literally("you"))), facts_of()) == "you"
    assert evaluate(And((Literally("a"), Literally("b"))), facts_of()) == "b"
    assert evaluate(And((COMPANY, Literally("b"))), facts_of()) is None


def test_in_looks_into_lists_and_texts() -> None:
    contact = a_contact(tags=("customer",), company="Acme Co")
    tags = ContactField("tags", "list")
    assert _holds(In(Literally("customer"), tags), contact=contact)
    assert not _holds(In(Literally("custom"), tags), contact=contact)
    assert _holds(In(Literally("cme"), COMPANY), contact=contact)
    assert _holds(In(Literally(""), COMPANY), contact=contact)
    assert _holds(Not(In(Literally("x"), COMPANY)))
    assert _holds(In(ContactField("country", "text"), Literally(("TH", "SG"))), contact=contact)
    assert not _holds(In(COMPANY, Literally(("TH", "SG"))))


def test_deeds_are_asked_by_step_by_link_or_at_all() -> None:
    clicked = (Deed(step="hello", at=MONDAY_NINE, link="demo"),)
    for target in ("hello", "demo", None):
        assert _holds(Did("clicked", target), clicked=clicked)
    assert not _holds(Did("clicked", "other"), clicked=clicked)
    assert not _holds(Did("opened"), clicked=clicked)
    assert not _holds(Did("clicked", None))


def test_within_ends_exactly_when_the_span_is_over() -> None:
    events = {"trial_started": (EventFact(at=MONDAY_NINE - 7 * DAY),)}
    node = Happened("trial_started", Duration(days=7))
    assert not _holds(node, events=events)
    assert _holds(node, events=events, now=MONDAY_NINE - timedelta(microseconds=1))
    assert _holds(Happened("trial_started"), events=events, now=MONDAY_NINE + 900 * DAY)


def test_the_newest_event_reply_and_order_are_meant() -> None:
    started = tuple(EventFact(at=MONDAY_NINE - DAY * n, fields={"seats": n, "total": f"{n}.50"}) for n in (2, 1))
    replies = tuple(Reply(id=n, at=MONDAY_NINE, intent=i) for n, i in enumerate(("question", "interested")))
    orders = tuple(
        Order(id=n, contact_id=1, number=str(n), placed_at=MONDAY_NINE, total=Decimal(n), currency="THB", items=items)
        for n, items in enumerate([(), (OrderItem(product="mug"),)])
    )
    facts = facts_of(events={"started": started}, replies=replies, orders=orders, trigger={"form": "demo"})
    assert evaluate(LastEventField("started", "seats", "number"), facts) == 1
    assert evaluate(LastEventField("started", "total", "number"), facts) == 1.5
    assert evaluate(LastEventField("never", "seats", "number"), facts) is None
    assert evaluate(Fact("reply.intent"), facts) == "interested"
    assert evaluate(Fact("order.total"), facts) == 1
    assert evaluate(Fact("order.items"), facts) == ("mug",)
    assert evaluate(TriggerField("form", "text"), facts) == "demo"


@pytest.mark.parametrize("name", ["reply.intent", "reply.text", "order.total", "order.items", "offer.code"])
def test_without_reply_order_or_offer_their_parts_are_none(name: Any) -> None:
    assert evaluate(Fact(name), facts_of()) is None


@pytest.mark.parametrize("total", ["NaN", "sNaN", "Infinity", "1e400"])
def test_a_total_that_is_no_number_is_none(total: str) -> None:
    order = Order(id=1, contact_id=1, number="1", placed_at=MONDAY_NINE, total=Decimal(total), currency="THB")
    assert evaluate(Fact("order.total"), facts_of(orders=(order,))) is None


def test_enrolled_asks_for_an_unfinished_run() -> None:
    assert _holds(Enrolled("cycle"), enrolled=frozenset({"cycle"}))
    assert not _holds(Enrolled("other"), enrolled=frozenset({"cycle"}))


def test_now_and_today_are_on_the_contact_s_wall() -> None:
    facts = facts_of(now=datetime(2026, 3, 2, 20, 0, tzinfo=UTC))
    assert evaluate(Fact("today"), facts) == date(2026, 3, 3)
    assert str(evaluate(Fact("now"), facts)) == "2026-03-03 03:00:00+07:00"


def _pause(start: float, end: float | None, lifted: float | None = None) -> Pause:
    def at(days: float | None) -> Any:
        return None if days is None else MONDAY_NINE + days * DAY

    return Pause(id=1, kind="reply", from_at=at(start), until_at=at(end), because="x", lifted_at=at(lifted))


@pytest.mark.parametrize(
    ("pauses", "days"),
    [
        ((), 10),
        ((_pause(2, 4),), 8),
        ((_pause(2, 4), _pause(3, 6)), 6),
        ((_pause(3, 6), _pause(4, 5)), 7),
        ((_pause(-5, 1),), 9),
        ((_pause(8, 20),), 8),
        ((_pause(8, None),), 8),
        ((_pause(2, None, 3),), 9),
        ((_pause(11, 12),), 10),
    ],
)
def test_days_in_a_stage_stand_still_during_pauses(pauses: tuple[Pause, ...], days: float) -> None:
    facts = facts_of(now=MONDAY_NINE + 10 * DAY, pauses=pauses)
    assert evaluate(Fact("days_in_stage"), facts) == days
    assert evaluate(Fact("days_in_campaign"), facts) == days


def test_outside_of_a_campaign_there_are_no_days_in_it() -> None:
    facts = facts_of(stage=None, entered_at=None, stage_entered_at=None)
    assert evaluate(Fact("days_in_stage"), facts) is None
    assert not holds(Condition(tree=Compare("<", Fact("days_in_campaign"), Literally(5)), source="x"), facts)


@pytest.mark.parametrize(
    ("tree", "is_wrong"),
    [
        (Compare("==", COMPANY, Literally(5)), True),
        (Compare("<", SIZE, NONE), True),
        (Compare("<", ContactField("is_vip", "bool"), Literally(True)), True),
        (Compare("==", ContactField("tags", "list"), Literally("x")), True),
        (Compare("<", ContactField("born_on", "date"), Fact("now")), True),
        (Compare("==", Or((COMPANY, SIZE)), Literally("x")), True),
        (Arithmetic("+", SIZE, COMPANY), True),
        (Arithmetic("-", COMPANY, COMPANY), True),
        (In(SIZE, ContactField("tags", "list")), True),
        (In(COMPANY, SIZE), True),
        (Filtered("lower", SIZE), True),
        (Filtered("default", SIZE, (Literally("x"),)), True),
        (Compare("==", Or((COMPANY, Literally("you"))), Literally("x")), False),
        (Or((COMPANY, SIZE)), False),
        (Compare("<", Arithmetic("-", Fact("today"), ContactField("born_on", "date")), Literally(7)), False),
        (Compare("==", ContactField("unheard_of"), Literally(7)), False),
    ],
)
def test_what_cannot_mean_anything_is_told_by_its_types(tree: Node, is_wrong: bool) -> None:
    assert bool(type_problems(tree)) is is_wrong
    assert type_of(tree)
