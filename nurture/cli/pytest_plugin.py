"""pytest collects the scenarios of a nurture project as it collects tests, each as one test.

pytest loads this in every run of every project on the machine, so what plays scenarios is imported only once there is
a scenario to play.
"""

import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_ENDINGS = (".yaml", ".yml")


class ScenarioFailed(Exception):
    """A scenario is not met; its text is the whole report."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file under `campaigns/tests` of a folder that has a config.yaml, and no other."""
    if file_path.suffix not in _ENDINGS or project_of(file_path) is None:
        return None
    return ScenarioCollector.from_parent(parent, path=file_path)


def project_of(path: Path) -> Path | None:
    """The nurture project whose scenario file this is; None for any other file."""
    for folder in path.parents:
        if folder.name == "tests" and folder.parent.name == "campaigns":
            root = folder.parent.parent
            return root if (root / "config.yaml").is_file() else None
    return None


class ScenarioCollector(pytest.File):
    """One file of scenarios. A file with problems fails as a whole, with each of them."""

    def collect(self) -> Iterator[pytest.Item]:
        root = project_of(self.path)
        try:
            source, play = _opened(root).read(self.path)
        except Exception as trouble:
            if type(trouble).__module__ != "nurture.errors":
                raise
            raise self.CollectError(str(trouble)) from None
        if source.problems:
            raise self.CollectError("\n".join(str(problem) for problem in source.problems))
        for scenario in source.scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario, play=play)


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Any, play: Any, **more: Any) -> None:
        super().__init__(**more)
        self._scenario = scenario
        self._play = play

    def runtest(self) -> None:
        report = self._play(self._scenario)
        if report:
            raise ScenarioFailed(report)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report alone: where in nurture's code it was noticed says nothing to who writes campaigns."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._scenario.line - 1, self.name


@cache
def _opened(root: Path | None) -> Any:
    """What plays the project's scenarios, made once."""
    return importlib.import_module("nurture.cli.scenario_theatre").open_theatre(root)
