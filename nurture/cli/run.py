"""`nurture run`: engine, inbox and web in one process."""

import asyncio
from pathlib import Path

import click

from nurture.app import Engine, build_engine
from nurture.cli.check import in_words
from nurture.cli.first_sends import confirm_first_sends
from nurture.cli.listener import WebServer, build_web
from nurture.cli.logging import log_to_terminal
from nurture.cli.output import console
from nurture.cli.process import on_signals, only_run
from nurture.cli.project import opened, project_of
from nurture.clock import SystemChance, SystemClock
from nurture.scheduler import start_heartbeat
from nurture.settings import Project
from nurture.store.database import Database


@click.command("run")
@click.option("--yes", is_flag=True, help="Do not ask before the first mails leave this machine.")
@click.option("--outbox", metavar="DIR", default=None, help="Write every mail to DIR as a file instead of sending it.")
@click.pass_context
def command(ctx: click.Context, yes: bool, outbox: str | None) -> None:
    """Run engine, inbox and web in one process until SIGTERM or Ctrl-C."""
    project = project_of(ctx)
    log_to_terminal()
    with opened(project) as database, only_run(database):
        confirm_first_sends(project, database, is_agreed=yes or outbox is not None)
        asyncio.run(_run(project, database, Path(outbox) if outbox else None))


async def _run(project: Project, database: Database, outbox: Path | None) -> None:
    clock = SystemClock()
    engine = build_engine(project, database, clock=clock, chance=SystemChance(), outbox=outbox)
    on_signals(engine.pulse.stop)
    web = WebServer(build_web(project, database, clock=clock), host=project.web_host, port=project.web_port)
    try:
        await web.start()
        _greet(project, engine)
        heartbeat = start_heartbeat(engine.pulse.wake)
        try:
            await engine.pulse.live()
        finally:
            heartbeat.shutdown(wait=False)
            await web.stop()
    finally:
        await engine.close()


def _greet(project: Project, engine: Engine) -> None:
    """Say what runs, and which campaigns do not and why."""
    number = len(engine.running.enabled)
    click.echo(
        f"Running {number} {'campaign' if number == 1 else 'campaigns'} of {project.name}; links are answered on "
        f"{project.web_host}:{project.web_port}. Ctrl-C stops it."
    )
    for problem in engine.running.problems:
        console(is_error=True).print(in_words(problem))
