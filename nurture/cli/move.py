"""`nurture move EMAIL... STAGE`: put people elsewhere in a campaign."""

import click

from nurture.app import campaigns_of
from nurture.cli.people import Choice, because_option, change_each, confirm_many, people_options, runs_of, yes_option
from nurture.cli.project import campaign_by, opened, project_of
from nurture.clock import SystemClock
from nurture.domain.enrollment import Enrollment
from nurture.engine import by_hand
from nurture.errors import InvalidInput
from nurture.loader.nearest import did_you_mean
from nurture.store.connection import Connection


@click.command("move")
@people_options
@click.argument("stage")
@because_option
@yes_option
@click.pass_context
def command(
    ctx: click.Context,
    emails: tuple[str, ...],
    where: str | None,
    campaign: str | None,
    stage: str,
    because: str | None,
    yes: bool,
) -> None:
    """Put people into STAGE, also backwards. What was sent in this run is not sent again.

    Who is in several campaigns needs --campaign.
    """
    project = project_of(ctx)
    choice = Choice(emails=emails, where=where, campaign=campaign)
    with opened(project) as database:
        found = runs_of(database, project, choice)
        names = sorted({each.campaign for each in found})
        if len(names) > 1:
            raise InvalidInput(f"they are in several campaigns: {', '.join(names)}", hint="Name one by --campaign.")
        with database.read() as conn:
            target = campaign_by(campaigns_of(project, conn), names[0])
        stages = [each.name for each in target.stages]
        if stage not in stages:
            raise InvalidInput(f"campaign {target.name} has no stage {stage!r}", hint=did_you_mean(stage, stages))
        confirm_many(choice, found, f"Move {{runs}} to {stage}", is_agreed=yes)

        def act(conn: Connection, run: Enrollment) -> bool:
            now = SystemClock().now()
            by_hand.move(conn, target, run, stage=stage, because=because or "moved by hand", now=now)
            return True

        changed = change_each(database, found, act)
    changed.tell(choice, f"Moved {{who}} to {stage} in {{campaign}}.")
