"""`nurture resume`: go on with what was paused."""

import click

from nurture.cli.pause import scope_of
from nurture.cli.people import Choice, because_option, change_each, people_options, runs_of
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.domain.enrollment import Enrollment
from nurture.engine import by_hand
from nurture.store import holds
from nurture.store.connection import Connection


@click.command("resume")
@people_options
@click.option("--sender", metavar="NAME", default=None, help="A sender.")
@click.option("--all", "is_all", is_flag=True, help="What `pause --all` held.")
@because_option
@click.pass_context
def command(
    ctx: click.Context,
    emails: tuple[str, ...],
    where: str | None,
    campaign: str | None,
    sender: str | None,
    is_all: bool,
    because: str | None,
) -> None:
    """Go on with people, or with what was paused as a whole: --campaign NAME, --sender NAME, --all."""
    project = project_of(ctx)
    choice = Choice(emails=emails, where=where, campaign=campaign)

    def act(conn: Connection, run: Enrollment) -> bool:
        return by_hand.resume(conn, run, because=because or "resumed by hand", now=SystemClock().now()) > 0

    with opened(project) as database:
        scope = scope_of(project, database, choice, sender=sender, is_all=is_all)
        if scope is not None:
            with database.write() as conn:
                was_held = holds.lift(conn, scope)
            click.echo(f"Resumed: {scope}." if was_held else f"{scope} was not paused.")
            return
        changed = change_each(database, runs_of(database, project, choice), act)
    changed.tell(choice, "Resumed {who} in {campaign}.", "Not paused: {who} in {campaign}.")
