"""The scenarios of the campaigns that come with nurture, and those of the cookbook, hold; and each of ten ways to break
a campaign is seen by at least one of them, save two."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from nurture.app import house_of, library_of
from nurture.checks.scenarios import SCENARIOS, read_scenarios
from nurture.domain.campaign import Campaign
from nurture.loader.campaign_file import load_campaign
from nurture.loader.scenario_file import ScenarioFile
from nurture.settings import Project, load_project
from nurture.simulation.scenario_run import run_scenario
from nurture.simulation.scenario_stage import House

ROOT = Path(__file__).parents[2]
WAYS = 10
WAYS_OF_RECIPES = int(os.environ.get("NURTURE_WAYS", "5"))  # ten by hand: they take minutes
CAUGHT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    project: Project
    house: House
    campaigns: dict[str, Campaign]
    files: tuple[ScenarioFile, ...]


def projects() -> list[Path]:
    """The shipped project, and every campaign of the cookbook that has scenarios."""
    cookbook = ROOT / "docs" / "cookbook"
    return [ROOT, *sorted(path.parents[2] for path in cookbook.glob("*/campaigns/tests/*.yaml"))]


@cache
def opened(root: Path) -> Opened:
    project = load_project(root, None, {})
    house = house_of(project)
    files = tuple(read_scenarios(root, house.renderer, root / SCENARIOS))
    return Opened(project=project, house=house, campaigns=dict(library_of(project).campaigns), files=files)


def cases() -> Iterator[tuple[Path, str]]:
    for root in dict.fromkeys(projects()):
        for path in sorted((root / "campaigns").glob("*.yaml")):
            yield root, path.stem


def named(root: Path) -> str:
    return "shipped" if root == ROOT else root.name


CASES = list(cases())
IDS = [f"{named(root)}/{campaign}" for root, campaign in CASES]


def mutations(text: str) -> list[tuple[str, str]]:
    """Ways to change one line of a campaign that still loads and means something else, of every kind in turn."""
    found: dict[str, list[tuple[str, str]]] = {}
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        for kind, changed in changes(line):
            made = "".join([*lines[:number], changed, *lines[number + 1 :]])
            found.setdefault(kind, []).append((f"{kind}, line {number + 1}: {changed.strip()}", made))
    taken: list[tuple[str, str]] = []
    while any(found.values()):
        # From the middle of each kind outwards, so that no kind and no end of the file decides alone.
        taken += [each.pop(len(each) // 2) for each in found.values() if each]
    return taken


WAYS_TO_BREAK: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    ("another delay", r"(\s+(?:- )?after: )(\d+)(m|h|d|w|bd)\b", lambda f: f"{f[1]}{int(f[2]) * 3 + 40}{f[3]}"),
    ("the other side of a date", r"(\s+(?:- )?date: \d+d )before", r"\1after"),
    ("the other side of a date", r"(\s+(?:- )?date: \d+d )after", r"\1before"),
    ("a stage that nobody enters", r"(\s+enter: ).*", r'\1contact.country == "XX"'),
    ("a condition turned round", r"(\s+(?:- )?if: )(contact\.|clicked|happened|ordered|score)(.*)", r"\1not (\2\3)"),
    ("another audience", r"(audience: ).*", r'\1contact.country == "XX"'),
    ("another outcome", r"(\s+outcome: )(\w+)", lambda f: f"{f[1]}{'lost' if f[2] == 'won' else 'won'}"),
    ("a no that is not heard", r"(\s+not_interested: )\{.*\}", r"\1{}"),
    ("an answer that stops nothing", r"(\s+(?:not_now|question): .*)pause: \w+", r"\1notify: team"),
    ("another wait", r"(\s+for: )(\d+)d", lambda f: f"{f[1]}{int(f[2]) + 25}d"),
    ("another end", r"(\s+\w+: days_in_campaign > )\d+", r"\g<1>20"),
    ("another window", r"(window: )\{.*\}", r'\1{days: sat-sun, hours: "20:00-21:00"}'),
    ("a cap on what is awaited", r"(\s+limits: )off", r"\1on"),
    ("another tag", r"(\s+- tag: ).*", r"\1somebody"),
    ("another kind of task", r"(\s+kind: )(call|chat)", r"\1meeting"),
)
"""A kind, what its line looks like, and what becomes of it."""


def changes(line: str) -> Iterator[tuple[str, str]]:
    for kind, pattern, other in WAYS_TO_BREAK:
        changed = re.sub(f"^{pattern}", other, line, count=1)
        if changed != line:
            yield kind, changed


def broken(case: Opened, name: str, path: Path) -> list[tuple[str, Campaign]]:
    """The first ten changes that make another campaign which loads."""
    found = []
    original = case.campaigns[name]
    links_of, vocabulary = case.house.renderer.links_of, case.project.vocabulary
    for what, text in mutations(path.read_text(encoding="utf-8")):
        loaded = load_campaign(text.encode(), name=name, file=path.name, vocabulary=vocabulary, links_of=links_of)
        if loaded.campaign and replace(loaded.campaign, digest=original.digest) != original:
            found.append((what, loaded.campaign))
    return found[:WAYS]


@pytest.mark.parametrize("root", dict.fromkeys(projects()), ids=named)
def test_every_scenario_holds(root: Path) -> None:
    case = opened(root)
    assert [str(problem) for each in case.files for problem in each.problems] == []
    for source in case.files:
        for scenario in source.scenarios:
            result = run_scenario(case.house, source, scenario, case.campaigns)
            first = result.comparison and result.comparison.first_difference
            assert result.is_met, f"{source.file}: {scenario.name}: {result.trouble or first}"


@pytest.mark.parametrize(("root", "name"), CASES, ids=IDS)
def test_scenarios_see_that_a_campaign_is_broken(root: Path, name: str) -> None:
    case = opened(root)
    mine = [(source, each) for source in case.files for each in source.scenarios if each.campaign == name]
    assert mine, f"no scenario plays {name}"
    ways = broken(case, name, root / "campaigns" / f"{name}.yaml")[: WAYS if root == ROOT else WAYS_OF_RECIPES]
    assert len(ways) >= min(WAYS, 3), "too few ways to break it were found"
    missed = [
        what
        for what, campaign in ways
        if all(run_scenario(case.house, *each, {**case.campaigns, name: campaign}).is_met for each in mine)
    ]
    # Of the first five of ten ways the same two may go unseen.
    most = WAYS - CAUGHT if len(ways) == WAYS_OF_RECIPES else len(ways) * (WAYS - CAUGHT) / WAYS
    assert len(missed) <= most, "\n".join(["not seen:", *missed])
