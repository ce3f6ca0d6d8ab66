"""The scenarios of the campaigns that come with nurture, and those of the cookbook, hold; and each of ten ways to break
a campaign is seen by at least one of them, save two."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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


def changes(line: str) -> Iterator[tuple[str, str]]:
    code, hash_, comment = line.partition("  #")
    rest = hash_ + comment
    if found := re.match(r"(\s+after: )(\d+)(m|h|d|w|bd)\b", code):
        yield "another delay", code.replace(found[0], f"{found[1]}{int(found[2]) * 3 + 40}{found[3]}") + rest
    if found := re.match(r"(\s+(?:- )?date: )(\d+)d (before|after)", code):
        other = "after" if found[3] == "before" else "before"
        yield "the other side of a date", code.replace(f"d {found[3]}", f"d {other}") + rest
    if re.match(r"\s+enter: ", code):
        yield "a stage that nobody enters", re.sub(r"enter: .*", 'enter: contact.country == "XX"', code) + rest
    if re.match(r"\s+if: ", code):
        yield "a condition turned round", re.sub(r"if: (.*)", r"if: not (\1)", code.rstrip("\n")) + "\n"
    if re.match(r"audience: ", code):
        yield "another audience", 'audience: contact.country == "XX"\n'
    if re.match(r"\s+outcome: ", code):
        yield "another outcome", code.replace("won", "lost") if "won" in code else re.sub(r": .*", ": won", code) + rest
    if re.match(r"\s+not_interested: ", code):
        yield "a no that is not heard", re.sub(r"\{.*\}", "{}", code) + rest
    if re.match(r"\s+(not_now|question): ", code):
        yield "an answer that stops nothing", re.sub(r"pause: [\w]+", "notify: team", code) + rest
    if found := re.match(r"(\s+)for: (\d+)d", code):
        yield "another wait", f"{found[1]}for: {int(found[2]) + 25}d{rest.rstrip()}\n"
    if re.match(r"\s+lost: days", code):
        yield "another end", re.sub(r"> (\d+)", "> 20", code)
    if re.match(r"window: ", code):
        yield "another window", 'window: {days: sat-sun, hours: "20:00-21:00"}\n'
    if re.match(r"\s+limits: off", code):
        yield "a cap on what is awaited", code.replace("off", "on") + rest
    if re.match(r"\s+- tag: ", code):
        yield "another tag", re.sub(r"tag: .*", "tag: somebody", code)


def broken(case: Opened, name: str, path: Path) -> list[tuple[str, Campaign]]:
    """The first ten changes that make another campaign which loads."""
    found = []
    original = case.campaigns[name]
    for what, text in mutations(path.read_text(encoding="utf-8")):
        loaded = load_campaign(
            text.encode(), name=name, file=path.name, vocabulary=case.project.vocabulary,
            links_of=case.house.renderer.links_of,
        )  # fmt: skip
        if (
            loaded.campaign
            and loaded.campaign.stages != original.stages
            or (
                loaded.campaign
                and (loaded.campaign.audience, loaded.campaign.exits) != (original.audience, original.exits)
            )
        ):
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
    ways = broken(case, name, root / "campaigns" / f"{name}.yaml")
    assert len(ways) >= min(WAYS, 3), "too few ways to break it were found"
    missed = [
        what
        for what, campaign in ways
        if all(run_scenario(case.house, *each, {**case.campaigns, name: campaign}).is_met for each in mine)
    ]
    assert len(missed) <= len(ways) * (WAYS - CAUGHT) / WAYS, "\n".join(["not seen:", *missed])
