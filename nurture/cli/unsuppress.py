"""`nurture unsuppress ADDRESS`: take a suppression back."""

import click

from nurture.cli.project import address_of, opened, project_of
from nurture.cli.suppress import check_scope, scope_option
from nurture.clock import SystemClock
from nurture.domain.event import Event
from nurture.store import contacts, events, suppressions


@click.command("unsuppress")
@click.argument("address")
@scope_option
@click.option("--reason", required=True, help="Why it is right to write again: it is kept in the log.")
@click.pass_context
def command(ctx: click.Context, address: str, scope: str, reason: str) -> None:
    """Take a suppression back, for somebody who asks to be written to again. It begins no run by itself."""
    check_scope(scope)
    canonical = address_of(address).canonical
    with opened(project_of(ctx)) as database, database.write() as conn:
        was_there = suppressions.remove(conn, canonical, scope)
        contact = contacts.find(conn, canonical)
        if was_there and contact:
            now = SystemClock().now()
            fields = {"scope": scope}
            event = Event(name="unsuppressed", at=now, contact_id=contact.id, because=reason, fields=fields)
            events.append(conn, [event])
    click.echo(
        f"{canonical} may be written to again in scope {scope}."
        if was_there
        else f"{canonical} was not suppressed in scope {scope}."
    )
