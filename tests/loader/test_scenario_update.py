"""Expectations are put into a file so that every other byte of it stays."""

import pytest

from nurture.errors import InvalidInput
from nurture.loader.scenario_update import NewLine, with_expectations

FILE = """\
# the head
scenario: A   # why
campaign: x
expect:
  # the first
  - {email: a}      # beside a

  - email: b
    date: 2026-03-02
  # the last
  - {email: c}
# the end
"""


def test_lines_that_stay_keep_every_byte_and_comment() -> None:
    assert with_expectations(FILE, 2, [NewLine(index=0), NewLine(index=1), NewLine(index=2)]) == FILE


def test_a_changed_line_keeps_the_comment_beside_it() -> None:
    changed = with_expectations(FILE, 2, [NewLine(index=0, text="{email: z}"), NewLine(index=1), NewLine(index=2)])
    assert changed == FILE.replace("- {email: a}", "- {email: z}")


def test_new_lines_come_between_and_old_ones_go_and_their_comments_stay() -> None:
    changed = with_expectations(
        FILE, 2, [NewLine(index=0), NewLine(text="{email: n}"), NewLine(index=2), NewLine(text="{email: m}")]
    )
    assert changed == FILE.replace("  - email: b\n    date: 2026-03-02\n", "  - {email: n}\n").replace(
        "- {email: c}\n", "- {email: c}\n  - {email: m}\n"
    )


@pytest.mark.parametrize("empty", ["expect: []\n", "expect:\n", "", "expect: [{email: a}]\n"])
def test_a_list_in_brackets_or_none_at_all_is_written_in_lines(empty: str) -> None:
    changed = with_expectations(f"scenario: A\n{empty}# after\n", 1, [NewLine(text="{email: n}")])
    assert changed == "scenario: A\nexpect:\n  - {email: n}\n# after\n"


def test_only_the_scenario_of_that_line_changes() -> None:
    text = "- scenario: A\n  expect: []\n- scenario: B\n  expect: []\n"
    assert with_expectations(text, 3, [NewLine(text="{email: n}")]) == (
        "- scenario: A\n  expect: []\n- scenario: B\n  expect:\n    - {email: n}\n"
    )
    documents = "scenario: A\n---\nscenario: B\nexpect:\n- {email: a}\n---\nscenario: C"
    other = documents.replace("{email: a}", "{email: n}")
    assert with_expectations(documents, 3, [NewLine(index=0, text="{email: n}")]) == other
    assert with_expectations(documents, 7, [NewLine(text="{email: n}")]) == f"{documents}\nexpect:\n  - {{email: n}}\n"


def test_ends_of_lines_stay_those_of_the_file() -> None:
    text = "scenario: A\r\nexpect:\r\n  - {email: a}\r\n"
    assert with_expectations(text, 1, [NewLine(index=0), NewLine(text="{email: n}")]) == f"{text}  - {{email: n}}\r\n"


def test_a_scenario_in_braces_is_refused_rather_than_spoilt() -> None:
    with pytest.raises(InvalidInput, match="braces"):
        with_expectations("{scenario: A, campaign: x}\n", 1, [NewLine(text="{email: n}")])
