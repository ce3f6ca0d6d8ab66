"""`nurture task list|show|done`: what people have to do."""

from pathlib import Path

import click
from rich.markdown import Markdown
from rich.markup import escape

from nurture.app import campaigns_of, rules_of
from nurture.cli.group import Group
from nurture.cli.output import console, in_zone, json_option, print_json, table
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.engine.close_task import close_task
from nurture.errors import InvalidInput
from nurture.store import contacts, tasks


@click.group("task", cls=Group)
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


@command.command("show")
@click.argument("task_id", type=int)
@json_option
@click.pass_context
def show(ctx: click.Context, task_id: int, is_json: bool) -> None:
    """One task with its playbook: how to go about it."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        task = tasks.get(conn, task_id)
        if task is None:
            raise InvalidInput(f"no task has the id {task_id}", hint="`nurture task list` shows them.")
        people = contacts.get_many(conn, [task.contact_id] if task.contact_id else [])
    if is_json:
        print_json(task)
        return
    out = console()
    out.print(f"[bold]{escape(task.title)}[/bold] ({task.kind})")
    for person in people.values():
        out.print(escape(" ".join(part for part in (person.first_name, person.last_name, person.phone) if part)))
        out.print(escape(person.email))
    if task.due_at:
        out.print(f"due {in_zone(task.due_at, project.zone)}")
    if task.done_at:
        out.print(f"done {in_zone(task.done_at, project.zone)} {escape(task.note)}")
    if task.playbook:
        out.print()
        out.print(_playbook(project.root, task.playbook))


def _playbook(root: Path, name: str) -> Markdown | str:
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        return f"The playbook {name} is not there."
    return Markdown(path.read_text(encoding="utf-8", errors="replace"))


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
            campaigns=campaigns_of(project, conn),
            rules=rules_of(project),
            now=SystemClock().now(),
        )
    if task is None:
        raise InvalidInput(f"no open task has the id {task_id}", hint="`nurture task list` shows them.")
    click.echo(f"Done: {task.title}")
