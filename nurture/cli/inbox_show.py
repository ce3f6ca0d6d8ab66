"""`nurture inbox list` and `show`: what came, what it was judged to be, whose it is, and what it did."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import click
from rich.console import Console
from rich.markup import escape

from nurture.cli.output import console, in_zone, json_option, print_json, table
from nurture.cli.project import contact_by, opened, project_of
from nurture.domain.contact import Contact
from nurture.domain.event import Event
from nurture.domain.message import Message
from nurture.domain.verdict import INTENTS, Intent, VerdictKind
from nurture.engine.kept import verdict_of
from nurture.engine.story import what
from nurture.errors import InvalidInput
from nurture.settings import Project
from nurture.store import contacts, enrollments, events, inbound, messages
from nurture.store.connection import Connection
from nurture.store.inbound import Inbound

KINDS: tuple[VerdictKind, ...] = (
    "bounce",
    "delayed",
    "complaint",
    "unsubscribe",
    "auto_reply",
    "challenge",
    "reply",
    "unreadable",
)
_HOW = {
    "message_id": "it names our mail",
    "token": "it came to the address of our mail",
    "link": "it quotes a link of our mail",
    "subject": "writer and subject",
    "sender": "its writer alone",
    "colleague": "a colleague, by the subject",
    "by_hand": "a person said so",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A mail with what surrounds it: whose it is, what it answers, what was done at the moment it took effect."""

    mail: Inbound
    contact: Contact | None
    answered: Message | None
    campaign: str | None
    did: tuple[Event, ...]


def mail_by(conn: Connection, mail_id: int) -> Inbound:
    """The mail of that id. Raises InvalidInput where there is none."""
    found = inbound.get(conn, mail_id)
    if found is None:
        raise InvalidInput(f"no mail has the id {mail_id}", hint="`nurture inbox list` shows them.")
    return found


@click.command("list")
@click.option("--tray", "is_tray", is_flag=True, help="Only mails of which nobody knows whose they are.")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only what was judged to be this.")
@click.option("--intent", type=click.Choice(INTENTS), default=None, help="Only replies of this intent.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Only what came on this day or later.")
@click.option("--contact", "email", metavar="EMAIL", default=None, help="Only what is this contact's.")
@click.option("--limit", type=click.IntRange(0, 1_000_000), default=50, show_default=True, help="0 for all.")
@json_option
@click.pass_context
def list_(
    ctx: click.Context,
    is_tray: bool,
    kind: VerdictKind | None,
    intent: Intent | None,
    since: datetime | None,
    email: str | None,
    limit: int,
    is_json: bool,
) -> None:
    """List what came, newest first, with what it was judged to be and whose it is."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        found = inbound.listed(
            conn,
            limit or None,
            is_in_tray=is_tray,
            kind=kind,
            intent=intent,
            since=datetime.combine(since.date(), time.min, project.zone).astimezone(UTC) if since else None,
            contact_id=contact_by(conn, email).id if email else None,
        )
        people = contacts.get_many(conn, {mail.contact_id for mail in found if mail.contact_id})
    if is_json:
        print_json([as_document(mail, people.get(mail.contact_id or 0)) for mail in found])
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
            escape(_judged(mail)),
            escape(_whose(mail, people.get(mail.contact_id or 0))),
        )
    console().print(shown)


@click.command("show")
@click.argument("mail_id", metavar="ID", type=int)
@json_option
@click.pass_context
def show(ctx: click.Context, mail_id: int, is_json: bool) -> None:
    """Everything about one mail: who wrote it, how it was matched and judged and why, what it did, and its text."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        seen = see(conn, mail_by(conn, mail_id))
    if is_json:
        print_json(_whole_document(seen))
    else:
        _print(console(), seen, project)


def see(conn: Connection, mail: Inbound) -> Seen:
    """The mail with what surrounds it."""
    contact = contacts.get_many(conn, [mail.contact_id]).get(mail.contact_id) if mail.contact_id else None
    run = enrollments.get(conn, mail.enrollment_id) if mail.enrollment_id else None
    did = [event for event in events.of_contact(conn, contact.id) if event.at == mail.reacted_at] if contact else []
    return Seen(
        mail=mail,
        contact=contact,
        answered=messages.get(conn, mail.answers_id) if mail.answers_id else None,
        campaign=run.campaign if run else None,
        did=tuple(did),
    )


def as_document(mail: Inbound, person: Contact | None) -> dict[str, object]:
    """A mail in its JSON shape: what `inbox classify` says of it, whose it is, and by what."""
    verdict = verdict_of(mail)
    found: dict[str, object] = {
        "id": mail.id,
        "mailbox": mail.mailbox,
        "received_at": mail.received_at,
        "from": mail.sender_address,
        "subject": mail.subject,
        "kind": mail.kind,
        "reason": mail.reason,
        "confidence": mail.confidence / 100,
        "text": mail.text,
        "intent": mail.intent,
        "intent_words": list(verdict.intent_words),
        "until": verdict.until,
        "colleague": verdict.colleague,
        "return_on": verdict.return_on,
        "substitute": verdict.substitute,
        "feedback_type": verdict.feedback_type,
        "language": verdict.language,
        "failures": [
            {"recipient": each.recipient, "status": each.status, "hard": each.is_hard, "reason": each.reason}
            for each in verdict.failures
        ],
        "matched_by": mail.matched_by or None,
        "match_confidence": mail.match_confidence / 100 if mail.match_confidence is not None else None,
        "contact": person.email if person else None,
        "is_from_contact": "writer" not in mail.detail if person else None,
        "run": mail.enrollment_id,
        "corrected": None,
    }
    if mail.corrected_at and mail.first_verdict:
        was = {"kind": mail.first_verdict.get("kind"), "intent": mail.first_verdict.get("intent")}
        found["corrected"] = {"at": mail.corrected_at, "by": mail.corrected_by, "was": was}
    return found


def _whole_document(seen: Seen) -> dict[str, object]:
    answered = seen.answered
    return {
        **as_document(seen.mail, seen.contact),
        "campaign": seen.campaign,
        "answers": {"message_id": answered.message_id, "step": answered.step, "subject": answered.subject}
        if answered
        else None,
        "did": [{"at": each.at, "what": what(each), "reason": each.because} for each in seen.did],
    }


def _judged(mail: Inbound) -> str:
    corrected = ", corrected" if mail.corrected_at else ""
    return mail.kind + (f" ({mail.intent})" if mail.intent else "") + corrected


def _whose(mail: Inbound, person: Contact | None) -> str:
    """By what only who got our mail can know it is sure; by the writer's address it may be forged."""
    if person is None:
        return "nobody's"
    if "writer" in mail.detail:
        return f"{person.email} (not their address)"
    return f"{person.email}{' (by its sender alone)' if mail.matched_by == 'sender' else ''}"


def _print(out: Console, seen: Seen, project: Project) -> None:
    mail, person, verdict = seen.mail, seen.contact, verdict_of(seen.mail)
    out.print(f"[bold]{escape(mail.subject or '(no subject)')}[/bold]")
    not_theirs = " [yellow](not the contact's address)[/yellow]" if "writer" in mail.detail else ""
    _line(out, "from", escape(mail.sender_address or "nobody") + not_theirs)
    _line(out, "came", f"{in_zone(mail.received_at, project.zone)}, to {escape(mail.mailbox)}")
    if person:
        how = f"{_HOW.get(mail.matched_by, mail.matched_by)}, {mail.match_confidence or 100} %"
        _line(out, "whose", f"{escape(person.email)} ({how})")
    else:
        _line(out, "whose", f"nobody's; `nurture inbox attach {mail.id} EMAIL` says whose")
    if seen.answered:
        _line(out, "answers", escape(f"{seen.answered.subject} ({seen.answered.step or seen.answered.purpose})"))
    _line(out, "judged", f"[bold]{_judged(mail)}[/bold], {mail.confidence} %: {escape(mail.reason)}")
    if mail.corrected_at and mail.first_verdict:
        was = " ".join(str(mail.first_verdict[name]) for name in ("kind", "intent") if mail.first_verdict.get(name))
        _line(out, "was", escape(f"{was}; {mail.corrected_by}, {in_zone(mail.corrected_at, project.zone)}"))
    for each in verdict.failures:
        hardness = "for good" if each.is_hard else "for now"
        _line(out, "failed", escape(f"{each.recipient} {hardness}: {each.reason} {each.status}".strip()))
    said: dict[str, str | date | None] = {
        "words": ", ".join(verdict.intent_words),
        "until": verdict.until,
        "back on": verdict.return_on,
        "names": verdict.colleague,
        "stands in": verdict.substitute,
        "feedback": verdict.feedback_type,
        "language": verdict.language,
    }
    for name, value in said.items():
        if value:
            _line(out, name, escape(str(value)))
    for event in seen.did:
        detail = next((str(event.fields[key]) for key in ("outcome", "title", "scope") if event.fields.get(key)), "")
        place = " ".join(part for part in (event.stage if event.name == "stage_entered" else "", detail) if part)
        _line(out, "did", escape(f"{what(event)} {place}".strip() + (f" – {event.because}" if event.because else "")))
    if mail.text:
        out.print()
        out.print(escape(mail.text), markup=True)


def _line(out: Console, name: str, words: str) -> None:
    out.print(f"  [dim]{name:>9}[/dim]  {words}")
