"""`nurture remove EMAIL`: end a person's run."""

import click

from nurture.cli.project import opened, project_of
from nurture.cli.runs import campaign_argument, unfinished_runs
from nurture.clock import SystemClock
from nurture.engine import by_hand


@click.command("remove")
@click.argument("email")
@campaign_argument
@click.option("--because", default="removed by hand", help="The reason, for `why`.")
@click.pass_context
def command(ctx: click.Context, email: str, campaign: str | None, because: str) -> None:
    """End a person's runs, in CAMPAIGN or in all of them, with the outcome `removed`."""
    with opened(project_of(ctx)) as database, database.write() as conn:
        runs = unfinished_runs(conn, email, campaign)
        for run in runs:
            by_hand.remove(conn, run, because=because, now=SystemClock().now())
    for run in runs:
        click.echo(f"{email} is out of {run.campaign}.")
