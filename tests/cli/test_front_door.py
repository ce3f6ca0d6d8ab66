"""The front door: what help costs, how commands are named, and how a fault of the caller's is told."""

import subprocess
import sys

import pytest

from nurture.cli.main import COMMANDS
from tests.cli.commands import call, spawn
from tests.cli.conftest import Nurture

_IMPORTED = """
import sys
from nurture.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("imported:", *sorted({"sqlalchemy", "fastapi", "alembic", "uvicorn"} & set(sys.modules)))
"""


def imported_by(*arguments: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", _IMPORTED, *arguments], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[-1].removeprefix("imported:").split()


def test_help_imports_nothing_heavy() -> None:
    assert imported_by("--help") == []


def test_check_needs_neither_database_nor_web() -> None:
    assert imported_by("check") == []


def test_help_names_every_command_under_a_heading() -> None:
    told = call("--help").out

    assert all(f"\n  {name} " in told for name in COMMANDS)
    assert told.index("Begin:") < told.index("Run:") < told.index("People in campaigns:")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_it_begins_with_a_sentence(name: str) -> None:
    answer = call(name, "--help")

    assert answer.code == 0
    assert answer.out.startswith(f"Usage: nurture {name}")
    assert "." in answer.out


@pytest.mark.parametrize("name", ["contacts", "db", "inbox", "report", "task"])
def test_what_a_command_has_below_it_is_told_in_whole_sentences(name: str) -> None:
    told = call(name, "--help").out.partition("Commands:")[2]

    assert "..." not in told
    assert told.rstrip().endswith(".")


def test_a_slip_of_the_pen_is_answered_with_the_nearest_command() -> None:
    answer = call("staus")

    assert answer.code == 2
    assert "did you mean 'status'?" in answer.err


def test_an_unknown_option_is_a_fault_of_usage(nurture: Nurture) -> None:
    assert nurture("status", "--jsn").code == 2


def test_the_version_is_said() -> None:
    assert call("--version").out.startswith("nurture, version ")


def test_a_process_leaves_with_the_code_of_its_command() -> None:
    assert spawn("-C", "nowhere", "status").code == 2
