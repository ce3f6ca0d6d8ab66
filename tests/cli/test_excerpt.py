from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from nurture.cli.excerpt import excerpt
from nurture.errors import Problem


def shown(root: Path, file: str, text: str, *, line: int = 1, column: int = 1, width: int = 80) -> list[str]:
    (root / file).parent.mkdir(exist_ok=True, parents=True)
    (root / file).write_text(text, encoding="utf-8")
    problem = Problem(file=file, line=line, column=column, code="syntax", message="wrong")
    return Text.from_markup(excerpt(root, problem, width=width)).plain.split("\n")


def test_the_mark_stands_under_the_column(tmp_path: Path) -> None:
    assert shown(tmp_path, "campaigns/a.yaml", "stages:\n  one: [two]\n", line=2, column=8) == [
        "       2 │   one: [two]",
        "         │        ^",
    ]


def test_the_mark_stands_under_its_letter_where_signs_take_no_room_or_two(tmp_path: Path) -> None:
    line, mark = shown(tmp_path, "campaigns/a.yaml", "subject: ที่นี่ 你好 x\n", column=20)

    assert cell_len(mark.partition("^")[0]) == cell_len(line.partition("x")[0])


def test_a_long_line_is_cut_about_the_column_to_the_width(tmp_path: Path) -> None:
    line, mark = shown(tmp_path, "templates/emails/a.md", f"{'a' * 300}X{'b' * 300}\n", column=301, width=60)

    assert line.index("X") == mark.index("^")
    assert cell_len(line) <= 60


def test_of_the_config_nothing_is_shown_for_it_may_hold_secrets(tmp_path: Path) -> None:
    assert shown(tmp_path, "config.yaml", "password: hunter2\n") == [""]


def test_a_line_that_says_nothing_is_not_shown(tmp_path: Path) -> None:
    assert shown(tmp_path, "templates/emails/a.md", "---\nsubject: x\n---\n") == [""]
    assert shown(tmp_path, "campaigns/b.yaml", "a\n", line=7) == [""]
