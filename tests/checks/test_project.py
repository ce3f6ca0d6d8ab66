"""`check` over a project: its shape for scripts, and what it does without a usable config."""

import json
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

from nurture.checks.campaign import check_campaign
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


def told(root: Path, *, closed_days: frozenset[date] = frozenset()) -> list[str]:
    report = check_project(root, config_problems=(), renderer=renderer(root), closed_days=closed_days)
    return [f"{each.file}:{each.line} {each.severity} {each.code}" for each in (*report.errors, *report.warnings)]


def in_two_languages(root: Path) -> Path:
    """The project with Thai beside English, and every mail in both."""
    shutil.copytree(PROJECT, root, dirs_exist_ok=True)
    config = root / "config.yaml"
    config.write_text(config.read_text().replace("languages: [en]", "languages: [en, th]"))
    for template in (root / "templates" / "emails" / "cycle").glob("*.md"):
        shutil.copy(template, template.with_suffix(".th.md"))
    return root


def test_scenarios_are_checked_against_the_campaigns_that_they_play(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    (tmp_path / "campaigns" / "tests").mkdir()
    (tmp_path / "campaigns" / "tests" / "good.yaml").write_text(
        "scenario: A greeting\ncampaign: good\nstart: 2026-03-02T08:00+07:00\n"
        "contact: {email: a@example.com}\nexpect:\n  - email: helo\n  - email: hello\n"
    )

    assert told(tmp_path) == ["campaigns/tests/good.yaml:6 error unknown_step"]


def test_a_subject_on_the_step_is_told_where_there_are_several_languages(tmp_path: Path) -> None:
    root = in_two_languages(tmp_path)
    steps = "stages: {first: {steps: [{email: cycle/hello,\n  subject: Good day}, {email: cycle/guide,\n"
    asking = "  subject: '{% if contact.language == \"th\" %}สวัสดี{% else %}Good day{% endif %}'}]}}\n"
    (root / "campaigns" / "good.yaml").write_text(f"enroll: trial_started\n{steps}{asking}")

    assert told(root) == ["campaigns/good.yaml:3 warning subject_language"]


def test_keywords_are_wanted_in_each_language(tmp_path: Path) -> None:
    root = in_two_languages(tmp_path)
    campaign = root / "campaigns" / "good.yaml"
    mail = root / "templates" / "emails" / "cycle" / "hello.md"
    mail.write_text(mail.read_text().replace("subject: ", "subject: Trial "))
    campaign.write_text("keywords: [trial]\n" + campaign.read_text())

    assert told(root) == ["campaigns/good.yaml:1 warning keyword_language"]

    thai = mail.with_suffix(".th.md")
    thai.write_text(thai.read_text().replace("subject: ", "subject: ทดลองใช้ "))
    campaign.write_text(campaign.read_text().replace("[trial]", "[trial, ทดลองใช้]"))
    assert told(root) == []


def test_a_window_that_is_closed_all_year_never_opens(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    (tmp_path / "campaigns" / "good.yaml").write_text(
        "window: {days: sun, holidays: true}\nstages: {first: {steps: [{email: cycle/hello}]}}\n"
    )
    sundays = [date(2026, 1, 4) + timedelta(weeks=week) for week in range(60)]

    assert told(tmp_path, closed_days=frozenset(sundays)) == ["campaigns/good.yaml:1 error window_never_opens"]
    assert told(tmp_path, closed_days=frozenset(sundays[:50])) == []


def test_what_the_config_lacks_is_told_once_of_the_config(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text().replace(', address: "99 Rama I Rd, Bangkok 10330"', ""))

    assert told(tmp_path) == ["config.yaml:1 error address_missing"]


def test_a_comment_in_a_template_that_nobody_sends_is_let_be(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    unsent = tmp_path / "templates" / "emails" / "draft.md"
    unsent.write_text("---\n# nurture: allow subject_long\nsubject: Hello\n---\nHello\n")

    assert told(tmp_path) == []


def test_what_a_comment_allows_is_not_told_of_a_campaign_that_runs_either(tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "campaigns" / "good.yaml"
    path.write_text(path.read_text() + "keywords: [elephant]\n")
    (warning,) = check_campaign(path, tmp_path, renderer(tmp_path))
    path.write_text(path.read_text().replace("[elephant]", "[elephant]  # nurture: allow keyword_unused"))

    assert warning.code == "keyword_unused"
    assert check_campaign(path, tmp_path, renderer(tmp_path)) == []
