"""`nurture retry EMAIL...`: try again now what waits for another try, and send once more what is unknown."""

import click

from nurture.cli.people import Choice, change_each, confirm_many, people_options, yes_option
from nurture.cli.project import contact_by, opened, project_of
from nurture.cli.where import condition_of
from nurture.clock import SystemClock
from nurture.domain.enrollment import Enrollment
from nurture.engine import by_hand
from nurture.store import selection
from nurture.store.connection import Connection


@click.command("retry")
@people_options
@yes_option
@click.pass_context
def command(ctx: click.Context, emails: tuple[str, ...], where: str | None, campaign: str | None, yes: bool) -> None:
    """Try again now what waits for another try; what is unknown goes once more, under the Message-ID it had."""
    project = project_of(ctx)
    choice = Choice(emails=emails, where=where, campaign=campaign)
    choice.refuse_nobody()

    def act(conn: Connection, run: Enrollment) -> bool:
        return by_hand.retry(conn, run, now=SystemClock().now()) > 0

    with opened(project) as database:
        with database.read() as conn:
            ids = {contact_by(conn, email).id for email in emails} if emails else None
            condition = condition_of(project, conn, where)
            found = selection.runs_with_open_messages(conn, where=condition, campaign=campaign, contact_ids=ids)
        confirm_many(choice, found, "Try {runs} again", is_agreed=yes)
        changed = change_each(database, found, act)
    if not changed.done:
        click.echo("Nothing of theirs waits for another try.")
    changed.tell(choice, "To be tried again now: {who} in {campaign}.", "Nothing to try again: {who} in {campaign}.")
