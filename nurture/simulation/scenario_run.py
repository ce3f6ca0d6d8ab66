"""A project's scenarios one after the other, each played and held against what it expects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nurture.domain.campaign import Campaign
from nurture.domain.scenario import Scenario
from nurture.errors import InvalidInput
from nurture.loader.scenario_file import ScenarioFile
from nurture.simulation.scenario_compare import Comparison, compare
from nurture.simulation.scenario_play import play
from nurture.simulation.scenario_stage import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario's; `trouble` says why it could not be played, `comparison` is None then."""

    source: ScenarioFile
    scenario: Scenario
    comparison: Comparison | None = None
    trouble: str = ""

    @property
    def is_met(self) -> bool:
        return self.comparison is not None and self.comparison.is_met


def run_scenarios(
    house: House, files: Sequence[ScenarioFile], campaigns: Mapping[str, Campaign], *, words: str = ""
) -> Iterator[Result]:
    """The results in file order, of those whose name, campaign or file has all of `words`."""
    for source in files:
        for scenario in source.scenarios:
            if _has(words, scenario, source):
                yield run_scenario(house, source, scenario, campaigns)


def run_scenario(house: House, source: ScenarioFile, scenario: Scenario, campaigns: Mapping[str, Campaign]) -> Result:
    """Play one; a campaign that cannot run is its trouble, not an error."""
    try:
        comparison = compare(play(house, scenario, campaigns))
    except InvalidInput as problem:
        return Result(source=source, scenario=scenario, trouble=str(problem))
    return Result(source=source, scenario=scenario, comparison=comparison)


def _has(words: str, scenario: Scenario, source: ScenarioFile) -> bool:
    named = f"{scenario.name} {scenario.campaign} {source.file}".casefold()
    return all(word in named for word in words.casefold().split())
