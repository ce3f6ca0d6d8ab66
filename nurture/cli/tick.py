"""`nurture tick`: one pass over everything that is due."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from nurture.app import build_engine
from nurture.cli.first_sends import confirm_first_sends
from nurture.cli.logging import log_to_terminal
from nurture.cli.output import json_option, print_json
from nurture.cli.process import on_signals
from nurture.cli.project import opened, project_of
from nurture.clock import SystemChance, SystemClock
from nurture.errors import ServiceUnavailable
from nurture.settings import Project
from nurture.store import reports
from nurture.store.database import Database


@click.command("tick")
@click.option("--yes", is_flag=True, help="Do not ask before the first mails leave this machine.")
@click.option("--outbox", metavar="DIR", default=None, help="Write every mail to DIR as a file instead of sending it.")
@json_option
@click.pass_context
def command(ctx: click.Context, yes: bool, outbox: str | None, is_json: bool) -> None:
    """Make one pass: collect what came back, ask people in, send what is due; for those who would rather use cron."""
    project = project_of(ctx)
    log_to_terminal()
    with opened(project) as database:
        confirm_first_sends(project, database, is_agreed=yes or outbox is not None)
        began = SystemClock().now()
        looked_at, troubles = asyncio.run(_tick(project, database, Path(outbox) if outbox else None))
        with database.read() as conn:
            sent = sum(reports.sent_since(conn, began).values())
    if is_json:
        print_json({"looked_at": looked_at, "sent": sent})
    else:
        were_due = f"{looked_at} that {'was' if looked_at == 1 else 'were'} due"
        click.echo(f"Sent {sent} {'mail' if sent == 1 else 'mails'}; looked at {were_due}.")
    _tell(troubles)


def _tell(troubles: Sequence[str]) -> None:
    """End with 3 where a relay or mailbox was away: what was due is put off, nothing is lost."""
    if troubles:
        raise ServiceUnavailable("; ".join(troubles), hint="What was due is put off and goes at a later tick.")


async def _tick(project: Project, database: Database, outbox: Path | None) -> tuple[int, tuple[str, ...]]:
    engine = build_engine(project, database, clock=SystemClock(), chance=SystemChance(), outbox=outbox)
    on_signals(engine.pulse.stop)
    try:
        looked_at = await engine.pulse.one_pass()
        return looked_at, (*engine.collector.troubles.values(), *engine.courier.troubles.values())
    finally:
        await engine.close()
