"""`nurture plan [CAMPAIGN]`: what the files would change in what runs, and for whom."""

import json
from pathlib import Path

import click

from nurture.app import running_of
from nurture.cli.output import console, json_option, print_json
from nurture.cli.plan_view import document_of, show
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.engine.planning import CampaignPlan
from nurture.engine.running import Running
from nurture.errors import InvalidInput
from nurture.loader.nearest import did_you_mean
from nurture.store.database import Database


@click.command("plan")
@click.argument("campaign", required=False)
@click.option("--out", "target", metavar="FILE", default=None, help="Keep the plan, for `nurture apply FILE`.")
@click.option("--exit-code", "has_exit_code", is_flag=True, help="End with 1 where anything waits for `nurture apply`.")
@json_option
@click.pass_context
def command(ctx: click.Context, campaign: str | None, target: str | None, has_exit_code: bool, is_json: bool) -> None:
    """Say what the files, as they are now, would change in what runs: per campaign and step, and whom that affects.

    Nothing is changed by it. What moves nobody `nurture run` takes from the files by itself.
    """
    project = project_of(ctx)
    with opened(project) as database:
        running = running_of(project, database, clock=SystemClock())
        plans = plans_of(running, database, campaign)
    document = document_of(plans)
    if target is not None:
        _keep(document, Path(target))
    if is_json:
        print_json(document)
    else:
        show(plans, console())
    if has_exit_code and not document["safe"]:
        ctx.exit(1)


def plans_of(running: Running, database: Database, campaign: str | None) -> list[CampaignPlan]:
    """The plans of all campaigns, or of one. Raises InvalidInput for a name that neither runs nor has a file."""
    running.look()
    with database.read() as conn:
        plans = running.plan(conn)
    if campaign is None:
        return plans
    names = {*running.versions, *running.proposals, *(plan.name for plan in plans)}
    if campaign not in names:
        near = did_you_mean(campaign, sorted(names))
        raise InvalidInput(f"there is no campaign {campaign!r}", hint=near or f"There are: {', '.join(sorted(names))}.")
    return [plan for plan in plans if plan.name == campaign]


def _keep(document: dict[str, object], path: Path) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}") from error
