"""Jinja expressions become condition trees, and every wrong one says where, what and what was meant."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
    ContactField,
    Did,
    Enrolled,
    Fact,
    Filtered,
    Happened,
    In,
    LastEventField,
    Literally,
    Not,
    Or,
    TriggerField,
)
from nurture.domain.duration import Duration
from nurture.domain.evaluate import holds
from nurture.domain.typecheck import type_problems
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.expression import parse_condition, parse_value
from nurture.loader.expression_names import ExpressionProblem, Known, Scope
from tests.support.builders import facts_of

SIZE = FieldSpec(name="company_size", type="number")
ENDS_ON = FieldSpec(name="trial_ends_on", type="date")
SEEN_AT = FieldSpec(name="seen_at", type="datetime")
PLAN = FieldSpec(name="plan", type="choice", choices=("free", "pro"))
THAI = FieldSpec(name="ชื่อเล่น", type="text")
VOCABULARY = Vocabulary(
    contact_fields={spec.name: spec for spec in (SIZE, ENDS_ON, SEEN_AT, PLAN, THAI)},
    events={
        "trial_started": EventSpec(name="trial_started", fields=(FieldSpec(name="ends_at", type="datetime"),)),
        "form_submitted": EventSpec(name="form_submitted", fields=(FieldSpec(name="form", type="text"),)),
        "seen": EventSpec(name="seen", fields=(FieldSpec(name="form", type="number"),)),
    },
    campaigns=("cycle", "trial-follow-up"),
)
KNOWN = Known(
    steps=frozenset({"hello", "guide"}),
    links=frozenset({"demo", "read-guide"}),
    stages=("awareness", "intent"),
    enrolled_by=("trial_started",),
)
COUNTRY = ContactField("country", "text")
COMPANY = ContactField("company", "text")
NONE = Literally(None)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        (
            'contact.country in ["TH", "SG"] and "customer" not in contact.tags',
            And((In(COUNTRY, Literally(("TH", "SG"))), Not(In(Literally("customer"), ContactField("tags", "list"))))),
        ),
        (
            'reply.intent == "interested" or clicked("demo") or score >= 20',
            Or(
                (
                    Compare("==", Fact("reply.intent"), Literally("interested")),
                    Did("clicked", "demo"),
                    Compare(">=", Fact("score"), Literally(20)),
                )
            ),
        ),
        ('happened("trial_started", within="7d")', Happened("trial_started", Duration(days=7))),
        (
            'last("trial_started").ends_at < now',
            Compare("<", LastEventField("trial_started", "ends_at", "datetime"), Fact("now")),
        ),
        ("event.ends_at", TriggerField("ends_at", "datetime")),
        ('enrolled("trial-follow-up")', Enrolled("trial-follow-up")),
        ("not replied", Not(Fact("replied"))),
        ("opened()", Did("opened")),
        ("contact.phone", ContactField("phone", "text")),
        ("contact.ชื่อเล่น", ContactField("ชื่อเล่น", "text")),
        ("contact.company is none", Compare("==", COMPANY, NONE)),
        ("contact.company is not none", Not(Compare("==", COMPANY, NONE))),
        ("contact.company != none", Compare("!=", COMPANY, NONE)),
        ("days_in_stage > -1.5", Compare(">", Fact("days_in_stage"), Literally(-1.5))),
        (
            'contact.trial_ends_on < "2026-04-01"',
            Compare("<", ContactField("trial_ends_on", "date"), Literally(date(2026, 4, 1))),
        ),
        (
            'contact.trial_ends_on in ["2026-04-01"]',
            In(ContactField("trial_ends_on", "date"), Literally((date(2026, 4, 1),))),
        ),
        (
            '"2026-04-01T09:00Z" <= contact.created_at',
            Compare("<=", Literally(datetime(2026, 4, 1, 9, tzinfo=UTC)), ContactField("created_at", "datetime")),
        ),
        (
            "contact.trial_ends_on - today <= 3",
            Compare("<=", Arithmetic("-", ContactField("trial_ends_on", "date"), Fact("today")), Literally(3)),
        ),
        (
            'contact.company | trim | lower == "acme"',
            Compare("==", Filtered("lower", Filtered("trim", COMPANY)), Literally("acme")),
        ),
        ('contact.company | default("you")', Filtered("default", COMPANY, (Literally("you"),))),
        ("-contact.company_size", Arithmetic("-", Literally(0), ContactField("company_size", "number"))),
        ('stage == "intent"', Compare("==", Fact("stage"), Literally("intent"))),
        ("ordered\n  and true", And((Fact("ordered"), Literally(True)))),
    ],
)  # fmt: skip
def test_expressions_become_trees(source: str, tree: Any) -> None:
    parsed = parse_condition(source, VOCABULARY, known=KNOWN)
    assert parsed.problems == ()
    assert parsed.condition is not None
    assert parsed.condition.tree == tree
    assert str(parsed.condition) == " ".join(source.split())


def _problems(source: str, scope: Scope = "campaign") -> tuple[ExpressionProblem, ...]:
    parsed = parse_condition(source, VOCABULARY, scope=scope, known=KNOWN)
    assert (parsed.condition is None) == bool(parsed.problems)
    return parsed.problems


@pytest.mark.parametrize(
    ("source", "code", "said", "at"),
    [
        ("contact.phon", "unknown-field", "did you mean `phone`?", "phon"),
        ("contact.__class__", "unknown-field", "no field", "__class__"),
        ("contct.phone", "unknown-name", "did you mean `contact`?", "contct"),
        ("company_size > 3", "unknown-name", "write `contact.company_size`", "company_size"),
        ("replied and trial_started", "unknown-name", 'write `happened("trial_started")`', "trial_started"),
        ("replid", "unknown-name", "did you mean `replied`?", "replid"),
        ("reply.intend", "unknown-field", "did you mean `intent`?", "intend"),
        ('happened("trial_startd")', "unknown-event", "did you mean `trial_started`?", '"trial_startd"'),
        ('happened("qqqq")', "unknown-event", "declare it", '"qqqq"'),
        ('happened("step_skipped")', "unknown-event", "no event", '"step_skipped"'),
        ('last("trial_started").end_at', "unknown-field", "did you mean `ends_at`?", "end_at"),
        ("event.end_at", "unknown-field", "did you mean `ends_at`?", "end_at"),
        ('opened("helo")', "unknown-step", "did you mean `hello`?", '"helo"'),
        ('opened("demo")', "unknown-step", "no step", '"demo"'),
        ('clicked("dmo")', "unknown-link", "did you mean `demo`?", '"dmo"'),
        ('enrolled("cycl")', "unknown-campaign", "did you mean `cycle`?", '"cycl"'),
        ('contact.plan == "por"', "unknown-choice", "did you mean `pro`?", "contact"),
        ('contact.plan in ["free", "x"]', "unknown-choice", "there are free, pro", "contact"),
        ('reply.intent == "interessted"', "unknown-choice", "did you mean `interested`?", "reply"),
        ('stage == "intnt"', "unknown-choice", "did you mean `intent`?", "stage"),
        ("contact.company | lowercase", "unknown-filter", "did you mean `lower`?", "lowercase"),
        ("contact.company is defined", "unknown-test", "is not none", "contact"),
        ("offer.code", "later", "not available yet", "offer"),
        ('contact.company_size > "5"', "type", "without quotes", "contact"),
        ('contact.trial_ends_on > "soon"', "type", "a date is written", "contact"),
        ('contact.seen_at > "2026-04-01"', "type", "+07:00", "contact"),
        ("contact.trial_ends_on < now", "type", "`today`", "contact"),
        ('contact.tags == "x"', "type", "in contact.tags", "contact"),
        ("contact.company > none", "type", "none has no order", "contact"),
        ("1 + contact.company", "type", "no meaning", "1"),
        ("contact.company ~ 5", "type", "no meaning", "contact"),
        ("contact.company_size | lower", "type", "takes a text", "contact"),
        ("3 in contact.tags", "type", "never in it", "3"),
        ("none", "type", "none is no condition", "none"),
        ("replied and none", "type", "none is no condition", "replied"),
        ("opened", "syntax", "write `opened()`", "opened"),
        ("happened", "syntax", 'write `happened("EVENT")`', "happened"),
        ("replied()", "syntax", "write `replied`", "replied"),
        ("reply", "syntax", "write `replied`", "reply"),
        ('last("trial_started")', "syntax", ".FIELD", "last"),
        ("happened(trial_started)", "syntax", 'happened("trial_started")', "("),
        ('happened("seen", within="soon")', "syntax", '"7d"', "("),
        ('happened("seen", within="2bd")', "syntax", '"7d"', "("),
        ('happened("seen", since="7d")', "syntax", "besides `within`", "("),
        ('opened("hello", "guide")', "syntax", "one text", "("),
        ("contact.company.upper()", "syntax", "can be called", "contact"),
        ("''.join(contact.tags)", "syntax", "can be called", "''"),
        ('contact["company"]', "syntax", "contact.NAME", "contact"),
        ("days_in_stage ** 9", "syntax", "`**`", "days_in_stage"),
        ("days_in_stage // 9", "syntax", "`| int`", "days_in_stage"),
        ("1 < days_in_stage < 3", "syntax", "`and`", "1"),
        ('"a" if replied else "b"', "syntax", "`choose`", '"a"'),
        ("contact.company == ['a']", "syntax", "right of `in`", "["),
        ("contact.country in [stage]", "syntax", "no names", "contact"),
        ("replied and", "syntax", "must still follow", "and"),
        ("(replied", "syntax", "expected", "replied"),
        ("replied ordered", "syntax", "goes on", "ordered"),
        ("replied }} {{ ordered", "syntax", "goes on", "}}"),
        ("replied & ordered", "syntax", "unexpected char", "&"),
        ("", "syntax", "no expression", ""),
        ("1e999 > 2", "syntax", "too large", "1e999"),
        (r'contact.company == "\x00"', "syntax", "no text can hold", '"'),
        (r'contact.company == "\ud800"', "syntax", "no text can hold", '"'),
    ],
)  # fmt: skip
def test_a_wrong_expression_says_what_and_where_and_what_was_meant(source: str, code: str, said: str, at: str) -> None:
    (problem,) = _problems(source)
    assert problem.code == code
    assert said in f"{problem.message} {problem.hint}"
    assert problem.offset == source.index(at)


def test_all_problems_of_an_expression_are_told_at_once() -> None:
    source = 'contact.phon == "x" and\n  happened("nothing") or (opened("helo") and scor > "5")'
    found = [(problem.code, source[problem.offset :][:5]) for problem in _problems(source)]
    assert found == [
        ("unknown-field", "phon "),
        ("unknown-event", '"noth'),
        ("unknown-step", '"helo'),
        ("unknown-name", "scor "),
    ]


@pytest.mark.parametrize(
    "source",
    ["days_in_stage > 3", "replied", 'clicked("demo")', "now > contact.seen_at", "contact.company_size|round > 3"],
)
def test_an_audience_asks_only_what_sql_can_answer(source: str) -> None:
    assert [problem.code for problem in _problems(source, "audience")] == ["scope"]
    assert not _problems(source, "template")


def test_dates_of_an_audience_are_compared_and_not_moved() -> None:
    assert not _problems("contact.trial_ends_on - contact.trial_ends_on > 3 and score > 1 or ordered", "audience")
    assert [problem.code for problem in _problems("contact.trial_ends_on + 3", "audience")] == ["scope"]


def test_the_rules_of_the_score_do_not_ask_for_the_score() -> None:
    assert not _problems("contact.company_size >= 50 and not ordered", "score")
    assert [problem.code for problem in _problems("score > 3", "score")] == ["scope"]


def test_words_that_are_not_known_yet_pass() -> None:
    for source in ('opened("x")', 'clicked("x")', 'stage == "x"', "event.ends_at < now"):
        assert parse_condition(source, VOCABULARY).condition is not None
    assert parse_condition('enrolled("x")', Vocabulary()).condition is not None


def test_a_field_of_the_enrolling_event_has_one_type() -> None:
    parsed = parse_condition("event.form", VOCABULARY)
    assert [problem.code for problem in parsed.problems] == ["type"]


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ('contact.first_name ~ " " ~ contact.last_name', "text"),
        ("contact.company_size + 1", "number"),
        ('contact.company or "you"', "text"),
        ("today + 14", "date"),
        ("true", "bool"),
        ("none", "none"),
        ('last("trial_started").ends_at', "datetime"),
    ],
)
def test_values_have_a_type(source: str, type_: str) -> None:
    parsed = parse_value(source, VOCABULARY)
    assert (parsed.type, parsed.problems) == (type_, ())
    assert parsed.node is not None


def test_a_value_of_several_types_is_refused() -> None:
    (problem,) = parse_value("contact.company or contact.company_size", VOCABULARY).problems
    assert problem.code == "type"
    assert parse_condition("contact.company or contact.company_size", VOCABULARY).condition is not None


def test_long_and_deep_expressions_are_refused_and_wide_ones_are_not() -> None:
    assert not _problems(" or ".join(["replied"] * 150))
    for source in ("(" * 200, "not " * 100 + "replied", "1+" * 150 + "1", "replied or " * 500, "-" * 390 + "1"):
        assert [problem.code for problem in _problems(source)] == ["syntax"]


_WORDS = st.sampled_from(
    [
        *("contact", ".", "company", "tags", "plan", "(", ")", "[", "]", "{", "}", "|", "or", "and", "not", "in", "is"),
        *(
            "none",
            "==",
            "!=",
            "<",
            ">=",
            "+",
            "-",
            "*",
            "/",
            "%",
            "~",
            ",",
            ":",
            "=",
            "'a'",
            '"TH"',
            "1",
            "2.5",
            "true",
        ),
        *("score", "happened", "'seen'", "within", "'7d'", "last", "opened", "reply", "intent", "default", "lower"),
        *("if", "else", "for", "}}", "{{", "%}", "#", "\\", "ก", "😀", "'"),
    ]
)


@settings(max_examples=300)
@given(st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=30))
@example("{% raw %}")
@example("{# x #}")
@example("'" + "\\N{DIGIT ONE}" + "'")
@example("'\\N{NOTHING OF THIS NAME}'")
@example("'\\x'")
@example("0b2")
@example("1_000 > 0x_f")
def test_whatever_is_written_is_a_condition_or_a_problem(source: str) -> None:
    for scope in ("campaign", "audience"):
        parsed = parse_condition(source, VOCABULARY, scope=scope)  # type: ignore[arg-type]
        assert (parsed.condition is None) == bool(parsed.problems)
        assert all(0 <= problem.offset <= len(source) for problem in parsed.problems)
        if parsed.condition is not None:
            assert type_problems(parsed.condition.tree) == ()
            assert holds(parsed.condition, facts_of()) in (True, False)
