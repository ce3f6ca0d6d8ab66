"""`nurture inbox correct` and `attach`: a person's word on what a mail is and whose it is."""

import getpass
from datetime import datetime

import click

from nurture.app import campaigns_of, renderer_of, rules_of
from nurture.cli.inbox_show import KINDS, as_document, mail_by
from nurture.cli.output import json_option, print_json
from nurture.cli.project import contact_by, opened, project_of
from nurture.clock import SystemChance, SystemClock
from nurture.domain.verdict import INTENTS, Intent, VerdictKind
from nurture.engine.mend import Correction
from nurture.engine.mend import attach as attach_mail
from nurture.engine.mend import correct as correct_mail
from nurture.engine.perform import Desk
from nurture.errors import UsageError
from nurture.settings import Project
from nurture.store import contacts

_SAID = tuple(kind for kind in KINDS if kind != "unreadable")


@click.command("correct")
@click.argument("mail_id", metavar="ID", type=int)
@click.option("--intent", type=click.Choice(INTENTS), default=None, help="What the reply means.")
@click.option("--kind", type=click.Choice(_SAID), default=None, help="What the mail is.")
@click.option("--return-on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="When they are back.")
@click.option("--by", default=None, metavar="NAME", help="Who says so; you by default.")
@json_option
@click.pass_context
def correct(
    ctx: click.Context,
    mail_id: int,
    intent: Intent | None,
    kind: VerdictKind | None,
    return_on: datetime | None,
    by: str | None,
    is_json: bool,
) -> None:
    """Say what a mail is: what it did wrongly is undone, what it should have done is done, and the rules are counted.

    Only a move to another stage stays: `nurture move` takes somebody back.
    """
    meant = _meant(intent, kind, return_on)
    project = project_of(ctx)
    correction = Correction(
        kind=meant, intent=intent, return_on=return_on.date() if return_on else None, by=by or _user()
    )
    with opened(project) as database, database.write() as conn:
        mail = mail_by(conn, mail_id)
        undone = correct_mail(
            conn, _desk(project), campaigns_of(project, conn), mail, correction, now=SystemClock().now()
        )
        after = mail_by(conn, mail_id)
        person = contacts.get_many(conn, [after.contact_id or 0]).get(after.contact_id or 0)
    if is_json:
        print_json({"changed": undone is not None, "undone": undone or [], "mail": as_document(after, person)})
        return
    named = f"{after.kind} ({after.intent})" if after.intent else after.kind
    click.echo(f"Mail {mail_id} was judged {named} already." if undone is None else f"Mail {mail_id} is now: {named}.")
    for each in undone or ():
        click.echo(f"  {each[0].upper()}{each[1:]}.")


def _meant(intent: str | None, kind: VerdictKind | None, return_on: datetime | None) -> VerdictKind:
    """The kind, which an intent or a day of return says too. Raises UsageError where they contradict each other."""
    implied: set[VerdictKind] = set()
    implied |= {"reply"} if intent else set()
    implied |= {"auto_reply"} if return_on else set()
    implied |= {kind} if kind else set()
    if not implied:
        raise UsageError("say what it is", hint="--intent INTENT, or --kind KIND, for example auto_reply.")
    if len(implied) > 1:
        hint = "--intent is of a reply, --return-on of an auto_reply."
        raise UsageError(f"a mail cannot be both {' and '.join(sorted(implied))}", hint=hint)
    return implied.pop()


@click.command("attach")
@click.argument("mail_id", metavar="ID", type=int)
@click.argument("email")
@click.option("--campaign", metavar="NAME", default=None, help="To their run through this campaign.")
@json_option
@click.pass_context
def attach(ctx: click.Context, mail_id: int, email: str, campaign: str | None, is_json: bool) -> None:
    """Say whose a mail of the tray is; it then does what it would have done, had that been known when it came."""
    project = project_of(ctx)
    with opened(project) as database, database.write() as conn:
        mail, contact = mail_by(conn, mail_id), contact_by(conn, email)
        is_new = attach_mail(
            conn,
            _desk(project),
            campaigns_of(project, conn),
            mail,
            contact,
            campaign=campaign,
            now=SystemClock().now(),
        )
        after = mail_by(conn, mail_id)
    if is_json:
        print_json({"changed": is_new, "mail": as_document(after, contact)})
        return
    click.echo(f"Mail {mail_id} is {contact.email}'s{'' if is_new else ' already'}.")
    if is_new and after.kind == "unreadable":
        click.echo(f"It could not be read. `nurture inbox correct {mail_id} --kind reply` has it count as an answer.")


def _desk(project: Project) -> Desk:
    return Desk(rules=rules_of(project), renderer=renderer_of(project), chance=SystemChance())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
