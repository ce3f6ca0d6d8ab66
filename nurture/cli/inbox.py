"""`nurture inbox`: fetch, judge and look at what came back."""

import click
from rich.markup import escape

from nurture.app import build_collector
from nurture.cli.group import Group
from nurture.cli.inbox_classify import classify_files
from nurture.cli.output import console, in_zone, json_option, print_json, table
from nurture.cli.project import opened, project_of
from nurture.cli.trouble import tell
from nurture.clock import SystemChance, SystemClock
from nurture.domain.contact import Contact
from nurture.engine.collect import Folder
from nurture.errors import MailboxUnavailable
from nurture.store import contacts, inbound, mailboxes
from nurture.store.inbound import Inbound


@click.group("inbox", cls=Group)
def command() -> None:
    """Fetch, judge and list what came back."""


command.add_command(classify_files)


@command.command("collect")
@json_option
@click.pass_context
def collect(ctx: click.Context, is_json: bool) -> None:
    """Look into every mailbox now and take in what is new; flags and messages there stay as they are."""
    project = project_of(ctx)
    taken: dict[str, int] = {}
    first: set[str] = set()
    away: dict[str, MailboxUnavailable] = {}
    with opened(project) as database:
        collector = build_collector(project, database, clock=SystemClock(), chance=SystemChance())
        for folder in collector.folders:
            with database.read() as conn:
                is_first = mailboxes.get(conn, folder.name) is None
            try:
                taken[folder.name] = collector.collect(folder)
            except MailboxUnavailable as trouble:
                away[folder.name] = trouble
            else:
                first |= {folder.name} if is_first else set()
    if is_json:
        print_json(
            {"taken_in": taken, "first_look": sorted(first), "away": {name: str(why) for name, why in away.items()}}
        )
    else:
        for folder in collector.folders:
            if folder.name in taken:
                _tell_of(folder, taken[folder.name], is_first=folder.name in first)
        if not collector.folders:
            click.echo("No sender has an inbox.")
    for name, why in away.items():
        tell(MailboxUnavailable(why.message, where=f"{name}, {why.where}", hint=why.hint))
    ctx.exit(3 if away else 0)


def _tell_of(folder: Folder, number: int, *, is_first: bool) -> None:
    if is_first:
        click.echo(f"{folder.name}: looked for the first time; what is there already is history.")
    elif folder.is_sent:
        click.echo(f"{folder.name}: {number} written by hand to contacts.")
    else:
        click.echo(f"{folder.name}: {number} new.")


@command.command("list")
@click.option("--tray", "is_tray", is_flag=True, help="Only mails of which nobody knows whose they are.")
@click.option("--limit", default=50, show_default=True, help="0 for all.")
@json_option
@click.pass_context
def list_(ctx: click.Context, is_tray: bool, limit: int, is_json: bool) -> None:
    """List what came, newest first, with what it was judged to be and whose it is."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        found = inbound.listed(conn, limit or None, is_in_tray=is_tray)
        people = contacts.get_many(conn, {mail.contact_id for mail in found if mail.contact_id})
    if is_json:
        print_json([_document(mail, people.get(mail.contact_id or 0)) for mail in found])
        return
    if not found:
        click.echo("Nothing in the tray." if is_tray else "Nothing came yet.")
        return
    shown = table("id", "came", "from", "subject", "judged", "whose", numbers=["id"], narrow=["came"])
    for mail in found:
        shown.add_row(
            str(mail.id),
            in_zone(mail.received_at, project.zone),
            escape(mail.sender_address),
            escape(mail.subject),
            escape(mail.kind + (f" ({mail.intent})" if mail.intent else "")),
            escape(_whose(mail, people.get(mail.contact_id or 0))),
        )
    console().print(shown)


def _whose(mail: Inbound, person: Contact | None) -> str:
    """By our Message-ID or token it is sure; by the sender's address it may be forged."""
    if person is None:
        return "nobody's"
    return f"{person.email}{' (by its sender alone)' if mail.matched_by == 'sender' else ''}"


def _document(mail: Inbound, person: Contact | None) -> dict[str, object]:
    return {
        "id": mail.id,
        "mailbox": mail.mailbox,
        "received_at": mail.received_at,
        "from": mail.sender_address,
        "subject": mail.subject,
        "kind": mail.kind,
        "intent": mail.intent,
        "reason": mail.reason,
        "confidence": mail.confidence / 100,
        "text": mail.text,
        "detail": dict(mail.detail),
        "matched_by": mail.matched_by or None,
        "contact": person.email if person else None,
        "run": mail.enrollment_id,
    }
