"""Which conditions can hold and which can fail, by the rules of the evaluator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.checks.truth import World, can_fail, can_hold
from nurture.domain.condition import And, Compare, CompareOp, ContactField, In, Literally, Node, Not, Or
from nurture.domain.evaluate import evaluate
from nurture.domain.portable import is_true
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.expression import parse_condition
from tests.support.builders import a_contact, facts_of

WORDS = Vocabulary(
    contact_fields={
        "size": FieldSpec(name="size", type="number"),
        "plan": FieldSpec(name="plan", type="choice", choices=("free", "pro")),
        "ends": FieldSpec(name="ends", type="date"),
        "is_partner": FieldSpec(name="is_partner", type="bool"),
    },
    events={"trial": EventSpec(name="trial")},
)
WORLD = World(vocabulary=WORDS, stages=("first", "second"))


def verdict(source: str) -> str:
    condition = parse_condition(source, WORDS).condition
    assert condition is not None, source
    if not can_hold(condition.tree, WORLD):
        return "never"
    return "sometimes" if can_fail(condition.tree, WORLD) else "always"


@pytest.mark.parametrize(
    "source",
    [
        'contact.country == "TH" and contact.country == "SG"',
        'contact.country in ["TH", "SG"] and contact.country == "DE"',
        "contact.size > 50 and contact.size < 20",
        "contact.size > 50 and contact.size <= 50",
        "contact.size == none and contact.size > 3",
        'contact.plan != "free" and contact.plan != "pro" and contact.plan != none',
        'contact.ends > "2026-03-01" and contact.ends < "2026-03-02"',
        "replied and not replied",
        'clicked("demo") and not clicked("demo")',
        "days_in_stage < 0",
        'stage == "first" and stage == "second"',
        'stage != "first" and stage != "second"',
        'reply.intent == "question" and reply.intent == "other"',
        "contact.is_partner and not contact.is_partner",
        "false",
        'contact.company < ""',
        "contact.size + 1 > 5 and contact.size + 1 < 4",
    ],
)
def test_a_condition_that_nobody_can_meet_is_found(source: str) -> None:
    assert verdict(source) == "never"


@pytest.mark.parametrize(
    "source",
    [
        "contact.size > 20 or contact.size <= 20 or contact.size == none",
        'contact.country != "TH" or contact.country != "SG" or contact.country == none',
        "days_in_stage >= 0",
        "replied or not replied",
        'not (contact.country == "TH" and contact.country == "SG")',
        'stage == "first" or stage == "second"',
    ],
)
def test_a_condition_that_everybody_meets_is_found(source: str) -> None:
    assert verdict(source) == "always"


@pytest.mark.parametrize(
    "source",
    [
        "contact.size > 20 or contact.size <= 20",
        'contact.country != "TH" or contact.country != "SG"',
        "contact.size > 20 and contact.size < 21",
        "contact.size >= 20 and contact.size <= 20",
        'contact.ends > "2026-03-01" and contact.ends < "2026-03-03"',
        'not contact.country == "TH"',
        '"customer" in contact.tags and "partner" not in contact.tags',
        'happened("trial", within="7d") or not happened("trial")',
        'contact.company > "A" and contact.company < "B"',
        "score < 0",
        "contact.size",
        "not contact.size",
        "ordered and order.total > 1000",
        'today > "2026-01-01" and today < contact.ends',
    ],
)
def test_a_condition_that_some_meet_is_let_be(source: str) -> None:
    assert verdict(source) == "sometimes"


OPS: tuple[CompareOp, ...] = ("==", "!=", "<", "<=", ">", ">=")
SIZES = (None, 0, 1, 2, 3)
COUNTRIES = (None, "DE", "SG", "TH")
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        Compare,
        st.sampled_from(OPS),
        st.just(ContactField("size", "number")),
        st.builds(Literally, st.sampled_from(SIZES[1:])),
    ),
    st.builds(
        Compare,
        st.sampled_from(("==", "!=")),
        st.just(ContactField("country", "text")),
        st.builds(Literally, st.sampled_from(COUNTRIES)),
    ),
    st.builds(
        In,
        st.just(ContactField("country", "text")),
        st.builds(Literally, st.lists(st.sampled_from(COUNTRIES[1:])).map(tuple)),
    ),
    st.just(ContactField("size", "number")),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(And, st.tuples(inner, inner)), st.builds(Or, st.tuples(inner, inner)), st.builds(Not, inner)
    ),
    max_leaves=5,
)


@given(tree=TREES, size=st.sampled_from(SIZES), country=st.sampled_from(COUNTRIES))
def test_what_one_person_answers_is_never_called_impossible(tree: Node, size: int | None, country: str | None) -> None:
    contact = a_contact(country=country, fields={} if size is None else {"size": size})
    facts = facts_of(contact)

    assert can_hold(tree, WORLD) if is_true(evaluate(tree, facts)) else can_fail(tree, WORLD)
