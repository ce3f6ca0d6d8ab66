"""Checks a whole project: its config, every campaign, every template that they use."""

from collections.abc import Sequence
from pathlib import Path

from nurture.checks.campaign import check_campaign
from nurture.checks.report import Report, report_of
from nurture.errors import Problem
from nurture.loader.library import campaign_files
from nurture.rendering.renderer import Renderer


def check_project(root: Path, *, config_problems: Sequence[Problem], renderer: Renderer | None) -> Report:
    """Everything wrong in the project at `root`. `renderer` is made from what could be read of its config.

    Without one (a config that cannot be read at all) the campaigns are only counted: each would seem wrong.
    """
    problems = list(config_problems)
    files = campaign_files(root / "campaigns")
    if renderer is not None:
        for path in files:
            problems += check_campaign(path, root, renderer)
        if not files:
            hint = "write one, as campaigns/hello.yaml; `nurture init` makes an example"
            message = "there is no campaign"
            problems.append(
                Problem(file="campaigns", code="no_campaign", message=message, hint=hint, severity="warning")
            )
    return report_of(problems, campaigns=len(files))
