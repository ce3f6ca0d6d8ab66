"""`nurture send-test STEP --to ADDRESS`: one step's mail to oneself, really sent and recorded nowhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import click

from nurture.app import library_of, renderer_of, signers_of, transports_of
from nurture.cli.project import address_of, campaign_by, contact_by, opened, project_of
from nurture.clock import SystemChance, SystemClock
from nurture.delivery.compose import compose, new_message_id
from nurture.delivery.transport import Parcel
from nurture.domain.admission import sender_of
from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.content import Content, MailUrls
from nurture.domain.facts import Facts
from nurture.domain.message import Accepted, Deferred, Outcome, Rejected, Unknown
from nurture.domain.sender import Sender
from nurture.errors import InvalidInput, RelayUnavailable
from nurture.loader.nearest import did_you_mean
from nurture.preview.people import facts_of_contact, sample_facts
from nurture.settings import Project

_NO_TOKEN = "a-test-has-no-token"  # noqa: S105  it opens nothing: the web answers it by 404


@click.command("send-test")
@click.argument("step")
@click.option("--to", "recipient", metavar="ADDRESS", required=True, help="Where it goes.")
@click.option("--campaign", "campaign_name", metavar="NAME", default=None, help="Whose step, where several have it.")
@click.option("--contact", "email", metavar="EMAIL", default=None, help="Whose data fill it; made-up ones by default.")
@click.option("--language", default=None, metavar="TAG", help="As it reads in that language, such as th.")
@click.pass_context
def command(
    ctx: click.Context, step: str, recipient: str, campaign_name: str | None, email: str | None, language: str | None
) -> None:
    """Mail one email STEP (its id, or its template) to ADDRESS over the sender's real way out.

    The subject begins with [test], links lead where they will lead but are not counted, the unsubscribe link is an
    example, and nothing is recorded of it.
    """
    project = project_of(ctx)
    address = address_of(recipient)
    campaign, action = _step(library_of(project).campaigns, step, campaign_name)
    facts = _facts(project, campaign, email)
    if language:
        facts = replace(facts, contact=replace(facts.contact, language=language))
    sender = project.senders[action.from_ or sender_of(campaign, facts.contact.address)].sender
    content = _content(project, campaign, action, facts, sender)
    data = _letter(project, campaign, content, sender, address.email)
    parcel = Parcel(sender=sender.name, mail_from=sender.email, rcpt_to=address.email, data=data)
    reply = _accepted(asyncio.run(_deliver(project, parcel)), sender.name)
    click.echo(f"Sent “{content.subject}” ({content.language}) to {address.email} by {sender.name}: {reply}")


def _step(campaigns: Mapping[str, Campaign], name: str, campaign_name: str | None) -> tuple[Campaign, EmailAction]:
    chosen = [campaign_by(campaigns, campaign_name)] if campaign_name else list(campaigns.values())
    mails = [
        (campaign, step.id, step.action)
        for campaign in chosen
        for _, step in campaign.all_steps()
        if isinstance(step.action, EmailAction)
    ]
    found = [(campaign, action) for campaign, step_id, action in mails if name in (step_id, action.template)]
    if not found:
        raise InvalidInput(
            f"no email step is called {name!r}", hint=did_you_mean(name, [step_id for _, step_id, _ in mails])
        )
    among = list(dict.fromkeys(campaign.name for campaign, _ in found))
    if len(among) > 1:
        raise InvalidInput(f"several campaigns have {name!r}: {', '.join(among)}", hint="Say which by --campaign.")
    return found[0]


def _facts(project: Project, campaign: Campaign, email: str | None) -> Facts:
    now = SystemClock().now()
    if email is None:
        return sample_facts(
            "full",
            language=project.languages[0],
            campaign=campaign,
            vocabulary=project.vocabulary,
            now=now,
            zone=project.zone,
        )
    with opened(project) as database, database.read() as conn:
        contact = contact_by(conn, email)
        return facts_of_contact(conn, contact, campaign, now=now, zone=project.zone, score_rules=project.score_rules)


def _content(project: Project, campaign: Campaign, action: EmailAction, facts: Facts, sender: Sender) -> Content:
    renderer = renderer_of(project)
    try:
        content = renderer.render(action, facts, urls=_urls(project), sender=sender, campaign=campaign.name)
    except InvalidInput as wrong:
        hint = wrong.hint or "`nurture check` says everything that is wrong with the templates."
        raise InvalidInput(wrong.message, where=wrong.where, hint=hint) from wrong
    return replace(content, subject=f"[test] {content.subject}")


def _urls(project: Project) -> MailUrls:
    return MailUrls(unsubscribe=f"{project.base_url}/u/{_NO_TOKEN}")


def _letter(project: Project, campaign: Campaign, content: Content, sender: Sender, recipient: str) -> bytes:
    data = compose(
        content=content,
        sender=sender,
        recipient=recipient,
        recipient_name="",
        message_id=new_message_id(SystemChance(), sender.email),
        date=SystemClock().now(),
        list_id=f"{campaign.name}.{sender.email.rpartition('@')[2]}",
        urls=_urls(project),
        reply_to=campaign.reply_to,
    )
    signer = signers_of(project).get(sender.name)
    return signer.sign(data) if signer else data


async def _deliver(project: Project, parcel: Parcel) -> Outcome:
    transport = transports_of(project)[parcel.sender]
    try:
        return await transport.deliver(parcel, may_write=_always)
    finally:
        await transport.close()


async def _always() -> bool:
    return True


def _accepted(outcome: Outcome, sender: str) -> str:
    where = f"sender {sender}"
    match outcome:
        case Accepted(reply=reply):
            return reply
        case Deferred(reason=reason):
            raise RelayUnavailable(f"not sent: {reason}.", where=where, hint="Try again in a while.")
        case Unknown(reason=reason):
            raise RelayUnavailable(f"it may have been sent: {reason}.", where=where, hint="Look whether it came.")
        case Rejected(reason=reason):
            raise InvalidInput(f"refused: {reason}", where=where)
