"""The benchmark runs and keeps its rows in the shape that others read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Goal, at_least, at_most, row, shown
from tests.benchmarks.place import ROOT
from tests.benchmarks.wire import tool


def test_the_quick_form_keeps_every_row(tmp_path: Path) -> None:
    if not tool("smtp-sink") or not tool("smtp-source"):
        assert os.environ.get("CI") != "true", "smtp-sink and smtp-source are to be installed"
        pytest.skip("smtp-sink and smtp-source are not installed (Debian: apt install postfix)")
    kept = tmp_path / "bench.json"
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--json", str(kept)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(kept.read_text(encoding="utf-8"))
    assert {"cpu", "cores", "python"} <= set(document["machine"])
    rows = {each["name"]: each for each in document["rows"]}
    assert len(rows) == len(document["rows"]) >= 10
    for name, each in rows.items():
        assert set(each) == {"name", "value", "unit", "goal", "holds", "spread"}
        assert each["spread"][0] <= each["value"] <= each["spread"][1]
        assert (each["goal"] is None) == (each["holds"] is None)
        assert name in done.stdout


@pytest.mark.parametrize(
    ("goal", "value", "holds"), [(at_least(2), 2.0, True), (at_least(2), 1.9, False), (at_most(2), 2.1, False)]
)
def test_a_row_says_honestly_whether_its_goal_holds(goal: Goal, value: float, holds: bool) -> None:
    measured = row("a figure", [value, value, value], "x", goal)
    assert measured.holds is holds
    assert shown([measured]).splitlines()[1].split()[-1] == ("yes" if holds else "no")
