"""Every wrong file of `tests/golden/wrong/` gives exactly the problems written beside it, each with place and hint."""

import shutil
from pathlib import Path

import pytest

from nurture.checks.project import check_project
from nurture.checks.report import Report
from nurture.rendering.renderer import Renderer
from nurture.settings import read_config

WRONG = Path(__file__).parent.parent / "golden" / "wrong"


def wrong_files() -> list[Path]:
    folders = [WRONG / name for name in ("campaigns", "configs", "templates")]
    return [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix != ".expected"]


def project_with(wrong: Path, folder: Path) -> Path:
    """The good project with the wrong file in its place."""
    shutil.copytree(WRONG / "project", folder, dirs_exist_ok=True)
    match wrong.parent.name:
        case "campaigns":
            shutil.copy(wrong, folder / "campaigns" / wrong.name)
        case "configs":
            shutil.rmtree(folder / "campaigns")
            shutil.copy(wrong, folder / "config.yaml")
        case _:
            shutil.copy(wrong, folder / "templates" / "emails" / f"mail{wrong.suffix}")
            (folder / "campaigns" / "good.yaml").write_text("stages: {first: {steps: [{email: mail}]}}\n")
    return folder


def checked(root: Path) -> Report:
    read = read_config(root, None, {})
    renderer = read.draft and Renderer(
        root,
        languages=read.draft.languages,
        company=read.draft.company,
        project_name=read.draft.name,
        vocabulary=read.draft.vocabulary,
    )
    return check_project(root, config_problems=read.problems, renderer=renderer)


def told(report: Report) -> str:
    lines = [
        f"{problem.file}:{problem.line}:{problem.column} {problem.severity} {problem.code} | {problem.hint}\n"
        for problem in sorted((*report.errors, *report.warnings))
        if problem.code != "no_campaign"
    ]
    return "".join(lines)


@pytest.mark.parametrize("wrong", wrong_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_wrong_file_gives_every_problem_with_its_place_and_hint(wrong: Path, tmp_path: Path) -> None:
    report = checked(project_with(wrong, tmp_path))

    assert told(report) == wrong.with_suffix(".expected").read_text()
    assert all(problem.hint for problem in (*report.errors, *report.warnings))


def test_there_are_at_least_thirty_wrong_files() -> None:
    assert len(wrong_files()) >= 30


def test_the_project_around_them_is_right(tmp_path: Path) -> None:
    report = checked(shutil.copytree(WRONG / "project", tmp_path, dirs_exist_ok=True))

    assert report.errors == ()
    assert report.warnings == ()
    assert report.campaigns == 1
