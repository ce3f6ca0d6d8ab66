"""`nurture inbox`: fetch, judge and look at what came back."""

import click

from nurture.app import build_collector
from nurture.cli.group import Group
from nurture.cli.inbox_classify import classify_files
from nurture.cli.inbox_mend import attach, correct
from nurture.cli.inbox_show import list_, show
from nurture.cli.output import json_option, print_json
from nurture.cli.project import opened, project_of
from nurture.cli.trouble import tell
from nurture.clock import SystemChance, SystemClock
from nurture.engine.collect import Folder
from nurture.errors import MailboxUnavailable
from nurture.store import mailboxes


@click.group("inbox", cls=Group)
def command() -> None:
    """Fetch, judge, list and mend what came back."""


for _each in (classify_files, list_, show, correct, attach):
    command.add_command(_each)


@command.command("collect")
@json_option
@click.pass_context
def collect(ctx: click.Context, is_json: bool) -> None:
    """Look into every mailbox now and take in what is new; flags and messages there stay as they are."""
    project = project_of(ctx)
    taken: dict[str, int] = {}
    first: set[str] = set()
    away: dict[str, MailboxUnavailable] = {}
    with opened(project) as database:
        collector = build_collector(project, database, clock=SystemClock(), chance=SystemChance())
        for folder in collector.folders:
            with database.read() as conn:
                is_first = mailboxes.get(conn, folder.name) is None
            try:
                taken[folder.name] = collector.collect(folder)
            except MailboxUnavailable as trouble:
                away[folder.name] = trouble
            else:
                first |= {folder.name} if is_first else set()
    if is_json:
        print_json(
            {"taken_in": taken, "first_look": sorted(first), "away": {name: str(why) for name, why in away.items()}}
        )
    else:
        for folder in collector.folders:
            if folder.name in taken:
                _tell_of(folder, taken[folder.name], is_first=folder.name in first)
        if not collector.folders:
            click.echo("No sender has an inbox.")
    for name, why in away.items():
        tell(MailboxUnavailable(why.message, where=f"{name}, {why.where}", hint=why.hint))
    ctx.exit(3 if away else 0)


def _tell_of(folder: Folder, number: int, *, is_first: bool) -> None:
    if is_first:
        click.echo(f"{folder.name}: looked for the first time; what is there already is history.")
    elif folder.is_sent:
        click.echo(f"{folder.name}: {number} written by hand to contacts.")
    else:
        click.echo(f"{folder.name}: {number} new.")
