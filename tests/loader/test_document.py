"""YAML is read as 1.2 has it, with places, and nothing that is written makes the reader fall over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.loader.document import MAX_BYTES, Document, Mark, load_yaml


def read(text: str | bytes) -> Document:
    return load_yaml(text, "file.yaml")


def codes(text: str | bytes) -> list[str]:
    return [problem.code for problem in read(text).problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("9:30", "9:30"),
        ("012", "012"),
        ("0105536000315", "0105536000315"),
        ("2026-04-01", "2026-04-01"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("9" * 40, "9" * 40),
        ("1e999", "1e999"),
        ("true", True),
        ("~", None),
        ("-12", -12),
        ("0x1f", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ('"12"', "12"),
        ("!!str 12", "12"),
    ],
)
def test_scalars_are_those_of_yaml_1_2_and_numbers_that_begin_with_0_stay_text(written: str, meant: object) -> None:
    document = read(f"key: {written}")

    assert document.value == {"key": meant}
    assert document.problems == ()


def test_every_key_and_value_has_its_place_counted_from_1() -> None:
    document = read("stages:\n  first:\n    - email: hello\n      at: '9:30'\n")

    assert document.key_mark(("stages", "first")) == Mark(2, 3)
    assert document.mark(("stages", "first", 0, "at")) == Mark(4, 11)
    assert document.mark(("stages", "first", 0, "nowhere")) == Mark(3, 7)


def test_a_place_inside_a_text_on_one_line_is_found_behind_its_quote() -> None:
    document = read("plain: abc def\nquoted: 'abc def'\nfolded: >\n  abc\n  def\n")

    columns = [document.problem((key,), "code", "message", offset=4).column for key in ("plain", "quoted", "folded")]

    assert columns == [12, 14, 9]


def test_a_byte_order_mark_and_utf_16_are_read() -> None:
    assert read("\ufeffkey: ผ".encode()).value == {"key": "ผ"}
    assert read("key: ผ".encode("utf-16")).value == {"key": "ผ"}


def test_an_alias_stands_for_its_value_and_its_problems_show_where_it_is_used() -> None:
    document = read("a: &x {b: 1}\nc: *x\n")

    assert document.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.mark(("c", "b")) == Mark(2, 4)


def test_a_value_that_contains_itself_is_refused() -> None:
    assert codes("a: &x {b: *x}") == ["syntax"]


def test_what_cannot_be_read_is_one_clear_problem() -> None:
    assert codes(b"") == ["empty"]
    assert codes(b"# only a comment\n") == ["empty"]
    assert codes(b"- a\n") == ["not_a_mapping"]
    assert codes(b"text") == ["not_a_mapping"]
    assert codes("key: ผ".encode("cp874")) == ["encoding"]
    assert codes(b"key: " + b"x" * MAX_BYTES) == ["too_large"]
    assert codes("a: " + "[" * 100_000) == ["too_deep"]
    assert codes("? [a]\n: b\n") == ["syntax"]


def test_several_faults_of_one_file_are_told_together() -> None:
    assert codes("a: 1\na: 2\nb: !x 3\n<<: {c: 4}\n") == ["duplicate_key", "tag", "merge_key"]


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet="a1:-[]{}&*!|>#'\" \n\t%@,?<~", max_size=80)))
def test_nothing_makes_the_reader_raise(source: bytes | str) -> None:
    document = read(source)

    assert document.value is not None or document.problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in document.problems)
