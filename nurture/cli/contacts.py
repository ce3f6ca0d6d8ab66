"""`nurture contacts`: bring people in, write them out, look at and change them."""

import json
import sys
from pathlib import Path
from typing import TextIO

import click
from rich.markup import escape

from nurture.app import enabled_of, rules_of
from nurture.cli.contacts_import import import_
from nurture.cli.fields import field_values
from nurture.cli.group import Group
from nurture.cli.output import console, in_zone, json_option, print_json, table
from nurture.cli.project import address_of, contact_by, opened, project_of
from nurture.cli.where import condition_of, where_option
from nurture.clock import SystemClock
from nurture.domain.contact import Consent, Contact, ContactDraft
from nurture.domain.event import Event
from nurture.engine.occur import occur
from nurture.intake.write import EXPORT_ENCODING, write_contacts
from nurture.store import contacts as contact_store


@click.group("contacts", cls=Group)
def command() -> None:
    """Import, export, list, show and change contacts."""


command.add_command(import_)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@where_option
@click.pass_context
def export(ctx: click.Context, file: Path, where: str | None) -> None:
    """Write contacts to a CSV FILE (- for the terminal) that spreadsheets open right and `import` reads back."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        found = contact_store.stream(conn, condition_of(project, conn, where))
        if str(file) == "-":
            write_contacts(sys.stdout, found, project.vocabulary)
            return
        with _new_file(file) as stream:
            count = write_contacts(stream, found, project.vocabulary)
    click.echo(f"Wrote {_counted(count)} to {file}.")


def _new_file(path: Path) -> TextIO:
    return path.open("w", encoding=EXPORT_ENCODING, newline="")


@command.command("list")
@where_option
@click.option("--limit", default=50, show_default=True, help="0 for all.")
@json_option
@click.pass_context
def list_(ctx: click.Context, where: str | None, limit: int, is_json: bool) -> None:
    """List contacts, all or those for whom a condition holds."""
    project = project_of(ctx)
    shown = table("email", "name", "company", "country", "language", "owner", "tags", narrow=["email"])
    with opened(project) as database, database.read() as conn:
        condition = condition_of(project, conn, where)
        total = contact_store.count(conn, condition)
        for number, contact in enumerate(contact_store.stream(conn, condition)):
            if limit and number >= limit:
                break
            if is_json:
                click.echo(json.dumps(_document(contact), ensure_ascii=False, default=str))
                continue
            name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
            values = (contact.email, name, contact.company, contact.country, contact.language, contact.owner)
            shown.add_row(*(escape(value or "") for value in values), escape(", ".join(contact.tags)))
    if not is_json:
        if total:
            console().print(shown)
        more = f", the first {limit} shown" if limit and total > limit else ""
        click.echo(f"{_counted(total)}{more}.")


@command.command("show")
@click.argument("email")
@json_option
@click.pass_context
def show(ctx: click.Context, email: str, is_json: bool) -> None:
    """Show everything that is known of a contact; `nurture why` tells what happened to them."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        contact = contact_by(conn, email)
    if is_json:
        print_json(_document(contact))
        return
    shown = table("field", "value")
    for name, value in _document(contact).items():
        if value not in (None, [], ""):
            shown.add_row(name, escape(", ".join(value) if isinstance(value, list) else str(value)))
    shown.add_row("created", in_zone(contact.created_at, project.zone))
    console().print(shown)


@command.command("add")
@click.argument("email")
@click.argument("values", metavar="[FIELD=VALUE]...", nargs=-1)
@click.option("--tag", "tags", multiple=True, help="May be repeated.")
@click.option("--consent", default=None, metavar="WORDING", help="What they agreed to.")
@click.pass_context
def add(ctx: click.Context, email: str, values: tuple[str, ...], tags: tuple[str, ...], consent: str | None) -> None:
    """Add one contact and ask them into the campaigns that open on contact_created."""
    project = project_of(ctx)
    now = SystemClock().now()
    address = address_of(email)
    draft = ContactDraft(
        address=address.canonical,
        email=address.email,
        values=field_values(project, values),
        tags=tags,
        consent=Consent(at=now, source="command line", wording=consent) if consent else None,
    )
    rules = rules_of(project)
    with opened(project) as database, database.write() as conn:
        contact = contact_store.add(conn, draft, now)
        created = Event(name="contact_created", at=now, contact_id=contact.id, because="added by hand")
        came = occur(conn, created, enabled_of(project, conn), rules=rules, now=now)
    click.echo(f"Added {contact.email}.")
    for each in came:
        click.echo(
            f"Enrolled in {each.campaign}." if each.refusal is None else f"Not in {each.campaign}: {each.refusal}."
        )


@command.command("set")
@click.argument("email")
@click.argument("values", metavar="[FIELD=VALUE]...", nargs=-1)
@click.option("--tag", "tags", multiple=True, help="Put a tag on; may be repeated.")
@click.option("--untag", "untags", multiple=True, help="Take a tag off; may be repeated.")
@click.pass_context
def set_(
    ctx: click.Context, email: str, values: tuple[str, ...], tags: tuple[str, ...], untags: tuple[str, ...]
) -> None:
    """Change a contact's fields and tags; an empty VALUE clears a field."""
    project = project_of(ctx)
    now = SystemClock().now()
    with opened(project) as database, database.write() as conn:
        contact = contact_by(conn, email)
        changed = contact_store.set_values(conn, contact.id, field_values(project, values), now)
        changed |= bool(tags) and contact_store.add_tags(conn, contact.id, tags, now)
        changed |= bool(untags) and contact_store.remove_tags(conn, contact.id, untags, now)
        if changed:
            event = Event(name="contact_changed", at=now, contact_id=contact.id, because="by hand")
            occur(conn, event, enabled_of(project, conn), rules=rules_of(project), now=now)
    click.echo(f"Changed {contact.email}." if changed else f"Nothing to change in {contact.email}.")


def _counted(number: int) -> str:
    return "1 contact" if number == 1 else f"{number} contacts"


def _document(contact: Contact) -> dict[str, object]:
    return {
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "phone": contact.phone,
        "country": contact.country,
        "language": contact.language,
        "timezone": contact.timezone,
        "owner": contact.owner,
        "source": contact.source,
        "tags": list(contact.tags),
        **contact.fields,
        "consent_at": contact.consent.at if contact.consent else None,
    }
