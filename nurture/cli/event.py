"""`nurture event NAME EMAIL`: something happened to a contact."""

import click

from nurture.app import enabled_of, rules_of
from nurture.cli.fields import read_pairs
from nurture.cli.output import json_option, print_json
from nurture.cli.project import contact_by, opened, project_of
from nurture.clock import SystemClock
from nurture.domain.event import BUILT_IN_EVENTS, Event
from nurture.domain.value import FieldSpec, Value
from nurture.engine.occur import occur
from nurture.errors import InvalidInput
from nurture.loader.nearest import did_you_mean
from nurture.settings import Project


@click.command("event")
@click.argument("name")
@click.argument("email")
@click.option("--field", "fields", metavar="NAME=VALUE", multiple=True, help="A field of the event; may be repeated.")
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, email: str, fields: tuple[str, ...], is_json: bool) -> None:
    """Record that something happened to a contact: trials begun, forms filled in, and whatever config.yaml declares."""
    project = project_of(ctx)
    values = _values(project, name, fields)
    now = SystemClock().now()
    with opened(project) as database, database.write() as conn:
        contact = contact_by(conn, email)
        event = Event(name=name, at=now, contact_id=contact.id, fields=values)
        entered = occur(conn, event, enabled_of(project, conn), rules=rules_of(project), now=now)
    enrolled = [each.campaign for each in entered if each.refusal is None]
    if is_json:
        print_json({"contact": contact.email, "event": name, "enrolled": enrolled})
        return
    click.echo(f"Recorded {name} of {contact.email}.")
    for campaign in enrolled:
        click.echo(f"Enrolled in {campaign}.")


def _values(project: Project, name: str, given: tuple[str, ...]) -> dict[str, Value]:
    known = project.vocabulary.event_names()
    if name not in known:
        raise InvalidInput(f"no event {name!r} is declared", hint=did_you_mean(name, known))
    spec = project.vocabulary.events.get(name)
    declared = {field.name: field for field in spec.fields} if spec else {}
    built_in = {each: FieldSpec(name=each, type="text") for each in BUILT_IN_EVENTS.get(name, ())}
    return read_pairs(given, {**built_in, **declared}, project)
