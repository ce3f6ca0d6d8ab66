"""`nurture test` and its twin in pytest: what they show, write and exit with."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli.main import cli

ROOT = Path(__file__).parents[2]
SCENARIO = """\
# yaml-language-server: $schema=../../scenario.schema.json
scenario: The first mail comes on Monday   # at nine
campaign: trial-follow-up
start: 2026-03-02T08:00+07:00
contact: {email: prem@example.com, first_name: Prem, country: TH}
expect:
  # the welcome
  - {date: 2026-03-02, at: "08:00", email: welcome}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped project with one scenario that holds."""
    shutil.copy(ROOT / "config.yaml", tmp_path)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copytree(ROOT / "campaigns", tmp_path / "campaigns", ignore=shutil.ignore_patterns("tests"))
    (tmp_path / "campaigns" / "tests").mkdir()
    the_file(tmp_path).write_text(SCENARIO)
    return tmp_path


def the_file(project: Path) -> Path:
    return project / "campaigns" / "tests" / "first.yaml"


def test_of(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(project), "test", *arguments])


test_of.__test__ = False  # type: ignore[attr-defined]


def test_a_scenario_that_holds_is_one_line_and_exits_with_0(project: Path) -> None:
    result = test_of(project)
    assert result.exit_code == 0
    assert "✓ The first mail comes on Monday" in result.output
    assert "All right: 1 scenario met." in result.output


def test_one_that_fails_shows_both_sides_with_reasons_and_exits_with_1(project: Path) -> None:
    the_file(project).write_text(SCENARIO.replace('08:00", email', '10:00", email'))
    result = test_of(project)
    assert result.exit_code == 1
    first = next(line for line in result.output.splitlines() if "→" in line)
    assert 'at: "10:00", email: welcome' in first
    assert "email welcome" in first
    assert "it was at 08:00" in first
    assert "campaigns/tests/first.yaml:2" in result.output
    assert "1 of 1 scenario not met." in result.output


def test_json_has_stable_keys(project: Path) -> None:
    the_file(project).write_text(SCENARIO + "  - {never: welcome}\n")
    result = test_of(project, "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 1
    assert (answer["passed"], answer["failed"], answer["problems"]) == (0, 1, [])
    only = answer["scenarios"][0]
    assert (only["file"], only["line"], only["passed"]) == ("campaigns/tests/first.yaml", 2, False)
    assert {line["standing"] for line in only["lines"]} >= {"met", "differs"}
    assert any(line["at"] == "2026-03-02T08:00:00+07:00" for line in only["lines"])


def test_update_rewrites_what_is_expected_and_nothing_else(project: Path) -> None:
    the_file(project).write_text(SCENARIO.replace("2026-03-02, at", "2026-03-03, at"))
    result = test_of(project, "--update")
    assert result.exit_code == 0, result.output
    assert the_file(project).read_text() == SCENARIO
    assert test_of(project).exit_code == 0


def test_only_the_scenarios_with_those_words_are_played(project: Path) -> None:
    assert "No scenario was played: none has thank." in test_of(project, "-k", "thank").output
    assert "1 scenario met" in test_of(project, "-k", "monday FIRST").output


def test_a_wrong_file_is_told_by_test_and_check_alike(project: Path) -> None:
    the_file(project).write_text(SCENARIO.replace("email: welcome", "email: welcom"))
    result = test_of(project)
    checked = CliRunner().invoke(cli, ["-C", str(project), "check"])
    for answer in (result, checked):
        assert answer.exit_code == 1
        assert "campaigns/tests/first.yaml:8:44" in answer.output
        assert "Did you mean welcome?" in answer.output


def test_a_campaign_that_cannot_run_fails_its_scenarios(project: Path) -> None:
    campaign = project / "campaigns" / "trial-follow-up.yaml"
    campaign.write_text(campaign.read_text().replace("then: lost", "then: [lost]"))
    result = test_of(project)
    assert result.exit_code == 1
    assert "campaign trial-follow-up cannot run" in result.output


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_pytest_collects_the_scenarios_of_a_project_and_no_other_yaml(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "other.yaml").write_text("a: b\n")
    (project / "campaigns" / "tests" / "second.yaml").write_text(
        SCENARIO.replace("email: welcome", "email: ending-soon")
    )
    result = run_pytest(project)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 failed, 1 passed" in result.stdout
    assert "First difference: email welcome on Mon 2026-03-02 08:00, which nobody expects" in result.stdout
    assert "Traceback" not in result.stdout


def test_where_there_is_nothing_to_collect_pytest_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "campaigns" / "tests").mkdir(parents=True)
    (tmp_path / "campaigns" / "tests" / "theirs.yaml").write_text("a: b\n")
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    assert 'nurture.cli.pytest_plugin' in sys.modules\n"
        "    assert not {'sqlalchemy', 'rich.console', 'nurture.app', 'yaml'} & sys.modules.keys()\n"
    )
    result = run_pytest(tmp_path)
    assert "1 passed" in result.stdout, result.stdout + result.stderr
