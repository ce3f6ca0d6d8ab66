"""`nurture resume`: go on with what was paused."""

import click

from nurture.cli.pause import scope_of
from nurture.cli.project import opened, project_of
from nurture.cli.runs import campaign_argument, unfinished_runs
from nurture.clock import SystemClock
from nurture.engine import by_hand
from nurture.errors import UsageError
from nurture.store import holds


@click.command("resume")
@click.argument("email", required=False)
@campaign_argument
@click.option("--all", "is_all", is_flag=True, help="Everything that `pause --all` held.")
@click.option("--campaign", "whole_campaign", metavar="NAME", default=None, help="A whole campaign.")
@click.option("--sender", metavar="NAME", default=None, help="A sender.")
@click.pass_context
def command(
    ctx: click.Context,
    email: str | None,
    campaign: str | None,
    is_all: bool,
    whole_campaign: str | None,
    sender: str | None,
) -> None:
    """Go on with EMAIL (in CAMPAIGN, or in all), a campaign, a sender, or everything."""
    project = project_of(ctx)
    scope = scope_of(project, is_all=is_all, campaign=whole_campaign, sender=sender)
    if (scope is None) == (email is None):
        raise UsageError("name one thing to resume", hint="An address, --campaign NAME, --sender NAME or --all.")
    with opened(project) as database, database.write() as conn:
        if scope:
            was_held = holds.lift(conn, scope)
            click.echo(f"Resumed: {scope}." if was_held else f"{scope} was not paused.")
            return
        for run in unfinished_runs(conn, email or "", campaign):
            lifted = by_hand.resume(conn, run, because="resumed by hand", now=SystemClock().now())
            click.echo(f"{email} {'goes on' if lifted else 'was not paused'} in {run.campaign}.")
