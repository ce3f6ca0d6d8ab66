"""`nurture db`: look after the database."""

import click

from nurture.cli.group import Group
from nurture.cli.project import project_of
from nurture.store import migrate
from nurture.store.database import Database


@click.group("db", cls=Group)
def command() -> None:
    """Look after the database."""


@command.command("upgrade")
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Bring the database to this release's tables; safe to repeat."""
    project = project_of(ctx)
    database = Database(project.database_url)
    try:
        before = database.revision()
        migrate.upgrade(database)
        after = database.revision()
    finally:
        database.close()
    click.echo(
        f"{database.name} is at {after}." if before == after else f"{database.name}: {before or 'new'} → {after}."
    )
