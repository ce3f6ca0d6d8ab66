"""`nurture remove EMAIL...`: end people's runs."""

import click

from nurture.cli.people import Choice, because_option, change_each, confirm_many, people_options, runs_of, yes_option
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.domain.enrollment import Enrollment
from nurture.engine import by_hand
from nurture.store.connection import Connection


@click.command("remove")
@people_options
@because_option
@yes_option
@click.pass_context
def command(
    ctx: click.Context,
    emails: tuple[str, ...],
    where: str | None,
    campaign: str | None,
    because: str | None,
    yes: bool,
) -> None:
    """End people's runs, in one campaign or in all, with the outcome `removed`."""
    project = project_of(ctx)
    choice = Choice(emails=emails, where=where, campaign=campaign)

    def act(conn: Connection, run: Enrollment) -> bool:
        return by_hand.remove(conn, run, because=because or "removed by hand", now=SystemClock().now())

    with opened(project) as database:
        found = runs_of(database, project, choice)
        confirm_many(choice, found, "End {runs}", is_agreed=yes)
        changed = change_each(database, found, act)
    changed.tell(choice, "Removed {who} from {campaign}.", "{who} had left {campaign} already.")
