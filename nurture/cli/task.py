"""`nurture task list|done`: what people have to do."""

import click
from rich.markup import escape

from nurture.app import library_of, rules_of
from nurture.cli.output import console, in_zone, json_option, print_json, table
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.engine.close_task import close_task
from nurture.errors import InvalidInput
from nurture.store import contacts, tasks


@click.group("task")
def command() -> None:
    """List and close tasks."""


@command.command("list")
@click.option("--owner", default=None, help="Only this owner's.")
@json_option
@click.pass_context
def list_tasks(ctx: click.Context, owner: str | None, is_json: bool) -> None:
    """The open tasks, what is due first at the top."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        found = [task for task in tasks.open_tasks(conn) if owner in (None, task.owner)]
        people = contacts.get_many(conn, {task.contact_id for task in found if task.contact_id})
    if is_json:
        print_json(found)
        return
    if not found:
        click.echo("Nothing to do.")
        return
    shown = table("id", "kind", "what", "who", "owner", "due", numbers=["id"], narrow=["due"])
    for task in found:
        person = people.get(task.contact_id or 0)
        email = person.email if person else ""
        due = in_zone(task.due_at, project.zone)
        shown.add_row(str(task.id), task.kind, escape(task.title), escape(email), escape(task.owner or ""), due)
    console().print(shown)


@command.command("done")
@click.argument("task_id", type=int)
@click.option("--note", default="", help="How it went.")
@click.pass_context
def done(ctx: click.Context, task_id: int, note: str) -> None:
    """Close a task; a pause that waited for it ends."""
    project = project_of(ctx)
    with opened(project) as database, database.write() as conn:
        task = close_task(
            conn,
            task_id,
            note=note,
            campaigns=library_of(project).campaigns,
            rules=rules_of(project),
            now=SystemClock().now(),
        )
    if task is None:
        raise InvalidInput(f"no open task has the id {task_id}", hint="`nurture task list` shows them.")
    click.echo(f"Done: {task.title}")
