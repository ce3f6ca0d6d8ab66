"""Reads the scenarios of a project and checks that what they name is in its campaigns and templates."""

from pathlib import Path

from nurture.domain.campaign import Campaign
from nurture.loader.library import load_campaign_file
from nurture.loader.scenario_file import ScenarioFile, read_scenario_file, scenario_files
from nurture.rendering.renderer import Renderer

SCENARIOS = Path("campaigns/tests")


def read_scenarios(root: Path, renderer: Renderer, where: Path) -> list[ScenarioFile]:
    """The scenario files at `where`, a file or a folder, with their problems; a campaign is read where one names it."""
    known: dict[str, Campaign | None] = {}

    def find(name: str) -> Campaign | None:
        if name not in known:
            paths = (root / "campaigns" / f"{name}{ending}" for ending in (".yaml", ".yml"))
            path = next(filter(Path.is_file, paths), None)
            loaded = load_campaign_file(path, renderer.vocabulary, renderer.links_of) if path else None
            known[name] = loaded.draft if loaded else None
        return known[name]

    return [
        read_scenario_file(
            path, _shown(path, root), vocabulary=renderer.vocabulary, find=find, links_of=renderer.links_of
        )
        for path in scenario_files(where)
    ]


def _shown(path: Path, root: Path) -> str:
    """The file as problems call it: inside the project from its root, else as it was named."""
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)
