"""`nurture worker`: the engine alone."""

import asyncio

import click

from nurture.app import build_engine
from nurture.cli.first_sends import confirm_first_sends
from nurture.cli.logging import log_to_terminal
from nurture.cli.process import on_signals
from nurture.cli.project import opened, project_of
from nurture.clock import SystemChance, SystemClock
from nurture.scheduler import start_heartbeat
from nurture.settings import Project
from nurture.store.database import Database


@click.command("worker")
@click.option("--yes", is_flag=True, help="Do not ask before the first mails leave this machine.")
@click.pass_context
def command(ctx: click.Context, yes: bool) -> None:
    """Run the engine alone until SIGTERM; any number of them may share a PostgreSQL database."""
    project = project_of(ctx)
    log_to_terminal()
    with opened(project) as database:
        confirm_first_sends(project, database, is_agreed=yes)
        asyncio.run(_work(project, database))


async def _work(project: Project, database: Database) -> None:
    engine = build_engine(project, database, clock=SystemClock(), chance=SystemChance())
    heartbeat = start_heartbeat(engine.pulse.wake)
    on_signals(engine.pulse.stop)
    try:
        await engine.pulse.live()
    finally:
        heartbeat.shutdown(wait=False)
        await engine.close()
