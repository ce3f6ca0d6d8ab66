"""Checks a whole project: its config, every campaign with the templates it uses, every scenario."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from nurture.checks.allow import with_vain_allows
from nurture.checks.campaign import looked_at
from nurture.checks.report import Report, report_of
from nurture.checks.scenarios import SCENARIOS, read_scenarios
from nurture.errors import Problem
from nurture.loader.library import campaign_files
from nurture.rendering.failure import FOLDER
from nurture.rendering.renderer import Renderer

_NO_ADDRESS = "config.yaml gives no postal address under `company`"


def check_project(
    root: Path,
    *,
    config_problems: Sequence[Problem],
    renderer: Renderer | None,
    closed_days: frozenset[date] = frozenset(),
) -> Report:
    """Everything wrong in the project at `root`. `renderer` is made from what could be read of its config.

    Without one (a config that cannot be read at all) the campaigns are only counted: each would seem wrong.
    """
    problems = list(config_problems)
    files = campaign_files(root / "campaigns")
    read = {problem.file for problem in config_problems} | {"config.yaml"}
    if renderer is None:
        return report_of(with_vain_allows(root, problems, read), campaigns=len(files))
    with renderer.folder.held():
        for path in files:
            problems += map(_told_once, looked_at(path, root, renderer, closed_days))
        if not files:
            problems.append(_no_campaign())
        scenarios = read_scenarios(root, renderer, root / SCENARIOS)
        problems += (problem for scenario in scenarios for problem in scenario.problems)
        read |= {path.relative_to(root).as_posix() for path in files} | {scenario.file for scenario in scenarios}
    read |= {FOLDER + name for name in renderer.folder.read_names}
    return report_of(with_vain_allows(root, problems, read), campaigns=len(files))


def _told_once(problem: Problem) -> Problem:
    """What the config lacks is lacking in every mail, and is told of the config alone."""
    if problem.code == "address_missing" and problem.message == _NO_ADDRESS:
        return replace(problem, file="config.yaml", line=0, column=0, hint="write company: {address: …}")
    return problem


def _no_campaign() -> Problem:
    hint = "write one, as campaigns/hello.yaml; `nurture init` makes an example"
    return Problem(file="campaigns", code="no_campaign", message="there is no campaign", hint=hint, severity="warning")
