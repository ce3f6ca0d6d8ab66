"""`nurture pause`: hold a person, a campaign, a sender or everything."""

from datetime import datetime

import click
from sqlalchemy import Connection

from nurture.app import library_of
from nurture.cli.project import campaign_by, opened, project_of
from nurture.cli.runs import campaign_argument, unfinished_runs
from nurture.clock import SystemClock
from nurture.domain.calendar import Calendar, add
from nurture.domain.duration import parse_duration
from nurture.engine import by_hand
from nurture.errors import InvalidInput, UsageError
from nurture.loader.nearest import did_you_mean
from nurture.settings import Project
from nurture.store import holds


@click.command("pause")
@click.argument("email", required=False)
@campaign_argument
@click.option("--all", "is_all", is_flag=True, help="Everything: the kill switch.")
@click.option("--campaign", "whole_campaign", metavar="NAME", default=None, help="A whole campaign.")
@click.option("--sender", metavar="NAME", default=None, help="A sender.")
@click.option("--for", "span", metavar="SPAN", default=None, help="For so long (2h, 3d, 1w); else until `resume`.")
@click.option("--because", default="paused by hand", help="The reason, for `why` and `status`.")
@click.pass_context
def command(
    ctx: click.Context,
    email: str | None,
    campaign: str | None,
    is_all: bool,
    whole_campaign: str | None,
    sender: str | None,
    span: str | None,
    because: str,
) -> None:
    """Hold EMAIL (in CAMPAIGN, or in all), a campaign, a sender, or everything. Replies still move people."""
    project = project_of(ctx)
    now = SystemClock().now()
    until = until_of(project, span, now)
    scope = scope_of(project, is_all=is_all, campaign=whole_campaign, sender=sender)
    if (scope is None) == (email is None):
        raise UsageError("name one thing to pause", hint="An address, --campaign NAME, --sender NAME or --all.")
    with opened(project) as database, database.write() as conn:
        if scope:
            holds.put(conn, scope=scope, because=because, now=now, until_at=until)
            click.echo(f"Paused: {scope}.")
        elif email:
            _pause_person(conn, email, campaign, until, because, now)


def _pause_person(
    conn: Connection, email: str, campaign: str | None, until: datetime | None, because: str, now: datetime
) -> None:
    for run in unfinished_runs(conn, email, campaign):
        by_hand.pause(conn, run, until=until, because=because, now=now)
        click.echo(f"Paused: {email} in {run.campaign}.")


def until_of(project: Project, span: str | None, now: datetime) -> datetime | None:
    """The end of a span that begins now, on the project's wall."""
    if span is None:
        return None
    duration = parse_duration(span)
    if not duration:
        raise InvalidInput(f"{span!r} is no span of time", hint="Write it like 30m, 2h, 3d or 1w.")
    return add(now, duration, Calendar(zone=project.zone))


def scope_of(project: Project, *, is_all: bool, campaign: str | None, sender: str | None) -> str | None:
    """The hold's scope that the options name; None where they name none. Raises where they name several."""
    if sum((is_all, campaign is not None, sender is not None)) > 1:
        raise UsageError("--all, --campaign and --sender exclude each other", hint="Say them one by one.")
    if is_all:
        return "all"
    if campaign:
        return f"campaign:{campaign_by(library_of(project).campaigns, campaign).name}"
    if sender:
        if sender not in project.senders:
            raise InvalidInput(f"no sender {sender!r} in the config", hint=did_you_mean(sender, project.senders))
        return f"sender:{sender}"
    return None
