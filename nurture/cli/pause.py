"""`nurture pause`: hold people, a campaign, a sender or everything."""

from datetime import datetime

import click

from nurture.app import campaigns_of
from nurture.cli.people import Choice, because_option, change_each, people_options, runs_of
from nurture.cli.project import campaign_by, opened, project_of
from nurture.clock import SystemClock
from nurture.domain.calendar import Calendar, add
from nurture.domain.duration import parse_duration
from nurture.domain.enrollment import Enrollment
from nurture.engine import by_hand
from nurture.errors import InvalidInput, UsageError
from nurture.loader.nearest import did_you_mean
from nurture.settings import Project
from nurture.store import holds
from nurture.store.connection import Connection
from nurture.store.database import Database


@click.command("pause")
@people_options
@click.option("--sender", metavar="NAME", default=None, help="A sender.")
@click.option("--all", "is_all", is_flag=True, help="Everything: the kill switch.")
@click.option("--for", "span", metavar="SPAN", default=None, help="For so long (2h, 3d, 1w); else until `resume`.")
@because_option
@click.pass_context
def command(
    ctx: click.Context,
    emails: tuple[str, ...],
    where: str | None,
    campaign: str | None,
    sender: str | None,
    is_all: bool,
    span: str | None,
    because: str | None,
) -> None:
    """Hold people, or as a whole: --campaign NAME, --sender NAME, or --all, the kill switch.

    A pause holds what would be sent, never reactions: replies still move people on.
    """
    project = project_of(ctx)
    now = SystemClock().now()
    reason = because or "paused by hand"
    until = _until(project, span, now)
    choice = Choice(emails=emails, where=where, campaign=campaign)

    def act(conn: Connection, run: Enrollment) -> bool:
        by_hand.pause(conn, run, until=until, because=reason, now=now)
        return True

    with opened(project) as database:
        scope = scope_of(project, database, choice, sender=sender, is_all=is_all)
        if scope is not None:
            with database.write() as conn:
                holds.put(conn, scope=scope, because=reason, now=now, until_at=until)
            click.echo(f"Paused: {scope}.")
            return
        changed = change_each(database, runs_of(database, project, choice), act)
    changed.tell(choice, "Paused {who} in {campaign}.")


def _until(project: Project, span: str | None, now: datetime) -> datetime | None:
    """The end of a span that begins now, on the project's wall."""
    if span is None:
        return None
    duration = parse_duration(span)
    if not duration:
        raise InvalidInput(f"--for: {span!r} is no span of time", hint="Write it like 30m, 2h, 3d or 1w.")
    return add(now, duration, Calendar(zone=project.zone))


def scope_of(project: Project, database: Database, choice: Choice, *, sender: str | None, is_all: bool) -> str | None:
    """The hold's scope; None where people are meant. Raises UsageError where nothing or two things are named."""
    is_campaign = choice.is_empty and choice.campaign is not None
    named = [not choice.is_empty, is_campaign, sender is not None, is_all]
    if sum(named) != 1:
        hint = "Addresses, --where CONDITION, --campaign NAME, --sender NAME or --all."
        raise UsageError("name one thing" if any(named) else "say who or what", hint=hint)
    if is_all:
        return "all"
    if sender is not None:
        if sender not in project.senders:
            raise InvalidInput(f"no sender {sender!r} in the config", hint=did_you_mean(sender, project.senders))
        return f"sender:{sender}"
    if is_campaign:
        with database.read() as conn:
            return f"campaign:{campaign_by(campaigns_of(project, conn), choice.campaign or '').name}"
    return None
