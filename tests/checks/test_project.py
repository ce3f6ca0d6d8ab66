"""`check` over a project: its shape for scripts, and what it does without a usable config."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from nurture.checks.project import check_project
from nurture.errors import Problem
from nurture.rendering.renderer import Renderer
from nurture.settings import read_config

PROJECT = Path(__file__).parent.parent / "golden" / "wrong" / "project"


def renderer(root: Path) -> Renderer:
    draft = read_config(root, None, {}).draft
    assert draft is not None
    return Renderer(
        root,
        languages=draft.languages,
        company=draft.company,
        project_name=draft.name,
        vocabulary=draft.vocabulary,
    )


def test_the_answer_for_scripts_has_stable_keys(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    (tmp_path / "campaigns" / "bad.yaml").write_text("stages: 5\n")

    answer = check_project(tmp_path, config_problems=(), renderer=renderer(tmp_path)).as_json()

    assert json.loads(json.dumps(answer)) == answer
    assert answer["campaigns"] == 2
    assert answer["warnings"] == []
    (error,) = answer["errors"]  # type: ignore[misc]
    assert error.keys() == {"file", "line", "column", "code", "message", "hint"}
    assert (error["file"], error["line"], error["column"], error["code"]) == ("campaigns/bad.yaml", 1, 9, "wrong_type")


def test_without_a_config_campaigns_are_counted_and_not_blamed(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "campaigns", tmp_path / "campaigns")
    problem = Problem(file="config.yaml", code="no_config", message="there is none")

    report = check_project(tmp_path, config_problems=[problem], renderer=None)

    assert [(found.code, found.line) for found in report.errors] == [("no_config", 1)]
    assert report.campaigns == 1


def test_problems_come_in_the_order_of_files_and_lines_each_once(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    first = Problem(file="a.yaml", line=2, column=1, code="syntax", message="one")
    second = Problem(file="a.yaml", line=10, column=1, code="syntax", message="two")

    report = check_project(tmp_path, config_problems=[second, first, second], renderer=renderer(tmp_path))

    assert report.errors == (first, second)


def test_checking_needs_neither_the_database_nor_the_web() -> None:
    program = (
        "import sys, nurture.checks.project, nurture.settings;"
        "print([name for name in ('sqlalchemy', 'alembic', 'fastapi') if name in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert shown.stdout == "[]\n"
