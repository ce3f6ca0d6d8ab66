"""`nurture retry EMAIL`: try again now what waits for another try, and send once more what is unknown."""

import click

from nurture.cli.project import contact_by, opened, project_of
from nurture.cli.runs import campaign_argument
from nurture.clock import SystemClock
from nurture.engine import by_hand
from nurture.store import enrollments


@click.command("retry")
@click.argument("email")
@campaign_argument
@click.pass_context
def command(ctx: click.Context, email: str, campaign: str | None) -> None:
    """Try again now what waits for another try; what is unknown goes once more, under the Message-ID it had."""
    now = SystemClock().now()
    with opened(project_of(ctx)) as database, database.write() as conn:
        contact = contact_by(conn, email)
        runs = [run for run in enrollments.of_contact(conn, contact.id) if campaign in (None, run.campaign)]
        tried = sum(by_hand.retry(conn, run, now=now) for run in runs)
    click.echo(f"{tried} to be tried again for {email}." if tried else f"Nothing of {email} waits for another try.")
