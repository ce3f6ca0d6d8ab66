"""Random conditions of the audience's scope, and random people to ask them of, both as nasty as data gets."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from nurture.domain.condition import (
    And,
    Arithmetic,
    Compare,
    Condition,
    ContactField,
    Enrolled,
    Fact,
    Filtered,
    Happened,
    In,
    Literally,
    Node,
    Not,
    Or,
)
from nurture.domain.duration import Duration
from nurture.domain.score import ScoreRules
from nurture.domain.value import FieldSpec, FieldType

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
Draw = st.DrawFn

FIELDS: dict[str, FieldSpec] = {
    name: FieldSpec(name=name, type=type_, choices=("free", "pro") if type_ == "choice" else ())
    for name, type_ in {
        "note": "text",
        "ชื่อเล่น": "text",
        "plan": "choice",
        "size": "number",
        "rate": "number",
        "is_vip": "bool",
        "born_on": "date",
        "ends_on": "date",
        "seen_at": "datetime",
        "left_at": "datetime",
        "interests": "list",
    }.items()
}
EVENTS = ("trial_started", "link_clicked", "message_opened", "reply_received", "form_submitted")
CAMPAIGNS = ("cycle", "trial-follow-up", "it's")

TEXTS = [
    *("", " ", "a", "A", "ab", "aB", "b", "free", "pro", "TH", "th", "กข", "ก", "ขก", "สมชาย", "É", "é", "e\u0301"),
    *("ß", "SS", "İ", "i̇", "Σ", "ς", "σ", "ﬀ", "Ǆ", "ǆ", "😀", "x😀", "\U0001e900", "\uffff", "\U00010000"),
    *("'", '"', "''", "\\", "\\n", "%", "_", "a%b", "a_b", "--", ";", ":x", "$1", "?", "{a}", "[1]", '["a"]'),
    *("5", "5.0", "05", "-1", "1e3", "true", "null", "2026-03-02", "2026-02-30", "2026-03-02T02:00:00Z", "NaN"),
    *("\n", "\t x\u00a0", "\u3000", "\u2003a", "\x1f", "\x7f", "\x85", "a ", " a", "~", "{", "a\u200b"),
]
texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
NUMBERS: list[int | float] = [
    *(0, -0.0, 1, -1, 2, 0.1, 0.2, 0.3, 0.1 + 0.2, 1 / 3, 0.5, -2.5, 49, 50, 2**53, 2**53 + 1, -(2**63), 2**64),
    *(1e15, 1e22, 1e23, 123456789.123456789, 1e150, 1e-150, 1e-149, 10**150, 10**75, 1.7e75, 7.1e-76),
]
numbers = (
    st.sampled_from(NUMBERS)
    | st.integers(-100, 100)
    | st.floats(min_value=-1e150, max_value=1e150).filter(lambda x: x == 0 or abs(x) >= 1e-150)
)
wild_numbers = numbers | st.sampled_from([1e151, 1e308, -1.7e308, 5e-324, 1e-151, 10**150 + 1, 10**400])


def _wall(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)  # the bounds of st.datetimes have no zone


_offsets = st.sampled_from([0, 1, -1, 60, 86_399, 86_400, 604_800, -604_800, 2_592_000]) | st.integers(-(10**7), 10**7)
_micros = st.sampled_from([0, 1, -1, 500_000, 999_999])
moments = st.builds(lambda s, us: NOW - timedelta(seconds=s, microseconds=us), _offsets, _micros) | st.datetimes(
    min_value=_wall(1, 1, 2),
    max_value=_wall(9999, 12, 30),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
)
dates = (
    st.sampled_from([NOW.date(), NOW.date() + timedelta(days=1), date(2024, 2, 29), date.min, date.max]) | st.dates()
)
lists = st.lists(texts, max_size=3).map(lambda items: tuple(sorted(set(items))))

_OF_TYPE: dict[FieldType, st.SearchStrategy[Any]] = {
    "text": texts,
    "choice": texts,
    "number": wild_numbers,
    "bool": st.booleans(),
    "date": dates,
    "datetime": moments,
    "list": lists,
}


@st.composite
def field_values(draw: Draw) -> dict[str, Any]:
    """Values of declared fields: missing, fitting, or of another type, as a new declaration leaves them behind."""
    values = {}
    for name, spec in FIELDS.items():
        match draw(st.sampled_from(["fits", "fits", "fits", "missing", "other"])):
            case "fits":
                values[name] = draw(_OF_TYPE[spec.type])
            case "other":
                values[name] = draw(st.one_of(*_OF_TYPE.values()))
    return values


def _field(*types: FieldType) -> st.SearchStrategy[Node]:
    fields = [ContactField(name, spec.type) for name, spec in FIELDS.items() if spec.type in types]
    if "text" in types:
        fields += [ContactField(name, "text") for name in ("email", "country", "first_name", "owner")]
    if "datetime" in types:
        fields += [ContactField("created_at", "datetime"), ContactField("consent_at", "datetime")]
    if "list" in types:
        fields.append(ContactField("tags", "list"))
    return st.sampled_from(fields)


def _either(type_: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """`and`, `or` as values: they give one of their operands."""
    parts = st.lists(type_, min_size=2, max_size=3).map(tuple)
    return st.builds(And, parts) | st.builds(Or, parts)


def _filtered(names: list[str], operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(Filtered, st.sampled_from(names), operand)


def _default(operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(lambda one, other: Filtered("default", one, (other,)), operand, operand)


def _reckoned(ops: str, left: st.SearchStrategy[Node], right: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(Arithmetic, st.sampled_from(list(ops)), left, right)  # type: ignore[arg-type]


def text_nodes(depth: int) -> st.SearchStrategy[Node]:
    leaf = texts.map(Literally) | _field("text", "choice")
    if depth == 0:
        return leaf
    inner = text_nodes(depth - 1)
    case_and_blanks = _filtered(["lower", "upper", "trim"], inner)
    return leaf | case_and_blanks | _default(inner) | _reckoned("+", inner, inner) | _either(inner)


def number_nodes(depth: int, *, has_score: bool) -> st.SearchStrategy[Node]:
    leaf: st.SearchStrategy[Node] = numbers.map(Literally) | _field("number")
    if has_score:
        leaf = leaf | st.just(Fact("score"))
    if depth == 0:
        return leaf
    inner = number_nodes(depth - 1, has_score=has_score)
    lengths = _filtered(["length"], text_nodes(depth - 1) | _field("list"))
    spans = _reckoned("-", date_nodes(0), date_nodes(0)) | _reckoned("-", moment_nodes(0), moment_nodes(0))
    sums = _reckoned("+-*/", inner, inner)
    return leaf | lengths | spans | sums | _filtered(["abs", "int"], inner) | _default(inner) | _either(inner)


def date_nodes(depth: int) -> st.SearchStrategy[Node]:
    leaf = dates.map(Literally) | _field("date")
    return leaf if depth == 0 else leaf | _default(leaf) | _either(leaf)


def moment_nodes(depth: int) -> st.SearchStrategy[Node]:
    leaf = moments.map(Literally) | _field("datetime")
    return leaf if depth == 0 else leaf | _default(leaf) | _either(leaf)


def _compared(ops: tuple[str, ...], side: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(Compare, st.sampled_from(ops), side, side)  # type: ignore[arg-type]


def truth_nodes(depth: int, *, has_score: bool = True) -> st.SearchStrategy[Node]:
    """Conditions: comparisons, memberships, bare values, history, and what logic makes of them."""
    some_text, some_number = text_nodes(min(depth, 2)), number_nodes(min(depth, 2), has_score=has_score)
    some_list = _field("list") | _either(_field("list"))
    anything = some_text | some_number | date_nodes(1) | moment_nodes(1) | some_list | _field("bool")
    literals = st.lists(texts, min_size=1, max_size=3).map(lambda items: Literally(tuple(items)))
    orders = ("==", "!=", "<", "<=", ">", ">=")
    within = st.sampled_from([None, Duration(days=7), Duration(seconds=1), Duration(seconds=0), Duration(days=99999)])
    leaf = st.one_of(
        _compared(orders, some_text),
        _compared(orders, some_number),
        _compared(orders, date_nodes(1)),
        _compared(orders, moment_nodes(1)),
        _compared(("==", "!="), _field("bool") | st.booleans().map(Literally)),
        st.builds(Compare, st.sampled_from(["==", "!="]), anything, st.just(Literally(None))),
        st.builds(In, some_text, some_list | literals | some_text),
        st.builds(In, some_number, st.lists(numbers, min_size=1, max_size=3).map(lambda n: Literally(tuple(n)))),
        st.builds(In, date_nodes(0), st.lists(dates, min_size=1, max_size=3).map(lambda d: Literally(tuple(d)))),
        anything,
        st.builds(Happened, st.sampled_from(EVENTS), within),
        st.builds(Enrolled, st.sampled_from(CAMPAIGNS)),
        st.just(Fact("ordered")),
    )
    if depth == 0:
        return leaf
    inner = truth_nodes(depth - 1, has_score=has_score)
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    logic = st.builds(Not, inner) | st.builds(And, parts) | st.builds(Or, parts)
    return leaf | logic | _compared(("==", "!="), st.builds(Not, inner) | st.booleans().map(Literally))


def conditions(*, has_score: bool = True) -> st.SearchStrategy[Condition]:
    trees = truth_nodes(2, has_score=has_score)
    return trees.map(lambda tree: Condition(tree=tree, source="random"))


points = st.sampled_from([5, 20, 0.1, -3, 0.0004, 1e9, -0.5]) | st.floats(-100, 100)
score_rules = st.builds(
    ScoreRules,
    points=st.dictionaries(st.sampled_from(("opened", "clicked", "replied", *EVENTS)), points, max_size=4),
    fade=st.sampled_from([None, Duration(days=30), Duration(seconds=60), Duration(days=99999)]),
    rules=st.lists(st.tuples(conditions(has_score=False), points), max_size=2).map(tuple),
)


@st.composite
def people(draw: Draw, id_: int) -> dict[str, Any]:
    """One contact's rows as plain values: the contact, its events, orders and runs."""
    maybe_text = st.none() | texts
    return {
        "contact": {
            "id": id_,
            "address": f"c{id_}@example.com",
            "email": f"c{id_}@example.com" + draw(st.sampled_from(["", "É", "'%"])),
            "first_name": draw(maybe_text),
            "country": draw(maybe_text),
            "owner": draw(maybe_text),
            "tags": draw(lists),
            "created_at": draw(moments),
            "consent_at": draw(st.none() | moments),
            "fields": draw(field_values()),
        },
        "events": draw(st.lists(st.tuples(st.sampled_from(EVENTS), moments, st.booleans()), max_size=4)),
        "orders": draw(st.sampled_from([0, 0, 1])),
        "runs": draw(st.dictionaries(st.sampled_from(CAMPAIGNS), st.sampled_from(["active", "paused", "finished"]))),
    }
