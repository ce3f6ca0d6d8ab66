"""`nurture web`: the web listener alone."""

import asyncio

import click

from nurture.cli.listener import WebServer, build_web
from nurture.cli.logging import log_to_terminal
from nurture.cli.process import on_signals
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.settings import Project
from nurture.store.database import Database


@click.command("web")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Answer the links in mails: unsubscribing, clicks, opens. The engine runs elsewhere."""
    project = project_of(ctx)
    log_to_terminal()
    with opened(project) as database:
        asyncio.run(_serve(project, database))


async def _serve(project: Project, database: Database) -> None:
    web = WebServer(build_web(project, database, clock=SystemClock()), host=project.web_host, port=project.web_port)
    stopping = asyncio.Event()
    on_signals(stopping.set)
    await web.start()
    click.echo(f"Listening on {project.web_host}:{project.web_port}; Ctrl-C stops it.")
    await stopping.wait()
    await web.stop()
