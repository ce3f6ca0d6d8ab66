"""A project's scenarios opened once, to be played one at a time: what the pytest plugin asks for."""

from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

from rich.console import Console

from nurture.app import house_of, library_of
from nurture.checks.scenarios import read_scenarios
from nurture.cli.scenario_view import show_result
from nurture.domain.campaign import Campaign
from nurture.domain.scenario import Scenario
from nurture.loader.scenario_file import ScenarioFile
from nurture.settings import load_project
from nurture.simulation.scenario_run import run_scenario
from nurture.simulation.scenario_stage import House

_WIDE = 1000


class Theatre:
    """Plays scenarios of one project."""

    def __init__(self, root: Path, house: House, campaigns: Mapping[str, Campaign]) -> None:
        self._root = root
        self._house = house
        self._campaigns = campaigns

    def read(self, path: Path) -> tuple[ScenarioFile, Callable[[Scenario], str]]:
        """One file, and what plays a scenario of it: the report as plain text, empty where it is met."""
        source = read_scenarios(self._root, self._house.renderer, path)[0]

        def play(scenario: Scenario) -> str:
            result = run_scenario(self._house, source, scenario, self._campaigns)
            if result.is_met:
                return ""
            text = StringIO()
            show_result(Console(file=text, width=_WIDE, no_color=True, highlight=False, soft_wrap=True), result)
            return "\n".join(line.rstrip() for line in text.getvalue().splitlines())

        return source, play


def open_theatre(root: Path) -> Theatre:
    """The project at `root`. Raises ConfigError with every problem of its config."""
    project = load_project(root, None)
    return Theatre(project.root.resolve(), house_of(project), library_of(project).campaigns)
