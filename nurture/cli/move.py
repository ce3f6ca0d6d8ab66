"""`nurture move EMAIL STAGE`: put a person elsewhere in a campaign."""

import click

from nurture.app import library_of
from nurture.cli.project import campaign_by, opened, project_of
from nurture.cli.runs import one_run
from nurture.clock import SystemClock
from nurture.engine import by_hand


@click.command("move")
@click.argument("email")
@click.argument("stage")
@click.option("--campaign", default=None, help="Where the person is in several.")
@click.option("--because", default="moved by hand", help="The reason, for `why`.")
@click.pass_context
def command(ctx: click.Context, email: str, stage: str, campaign: str | None, because: str) -> None:
    """Put a person into a stage, also backwards. What was sent in this run is not sent again."""
    project = project_of(ctx)
    with opened(project) as database, database.write() as conn:
        run = one_run(conn, email, campaign)
        found = campaign_by(library_of(project).campaigns, run.campaign)
        by_hand.move(conn, found, run, stage=stage, because=because, now=SystemClock().now())
    click.echo(f"{email} moved from {run.stage} to {stage} in {run.campaign}.")
