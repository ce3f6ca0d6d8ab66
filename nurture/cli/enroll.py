"""`nurture enroll CAMPAIGN`: ask people in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from nurture.app import campaigns_of, rules_of
from nurture.cli.output import json_option, print_json
from nurture.cli.project import campaign_by, contact_by, opened, project_of
from nurture.cli.where import condition_of, where_option
from nurture.clock import SystemClock
from nurture.domain.campaign import Campaign
from nurture.engine.enroll import Enrolled, audience_batch, enroll
from nurture.errors import UsageError
from nurture.settings import Project
from nurture.store import audience
from nurture.store.database import Database

_SLICE = 200


@dataclass(slots=True)
class _Asked:
    """Who came in, by number, and why others did not: by address where they were named, else counted by reason."""

    enrolled: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    def note(self, came: Sequence[Enrolled], emails: dict[int, str]) -> None:
        for each in came:
            if each.refusal is None:
                self.enrolled += 1
                continue
            self.reasons[each.refusal] += 1
            if each.contact_id in emails:
                self.refused[emails[each.contact_id]] = each.refusal


@click.command("enroll")
@click.argument("campaign")
@click.argument("emails", metavar="[EMAIL]...", nargs=-1)
@where_option
@click.option("--audience", "is_audience", is_flag=True, help="Everybody whom the campaign's audience finds.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, campaign: str, emails: tuple[str, ...], where: str | None, is_audience: bool, is_json: bool
) -> None:
    """Ask people into CAMPAIGN, by address, by a condition, or all whom its audience finds.

    The audience always has its say, and a suppression. Addresses and --where overrule `again`, --audience does not.
    """
    if sum((bool(emails), where is not None, is_audience)) != 1:
        raise UsageError("say who", hint="Addresses, --where CONDITION, or --audience for all whom it finds.")
    project = project_of(ctx)
    with opened(project) as database:
        with database.read() as conn:
            found = campaign_by(campaigns_of(project, conn), campaign)
        asked = _ask_named(project, database, found, emails) if emails else _ask_many(project, database, found, where)
    if is_json:
        print_json(
            {
                "campaign": campaign,
                "enrolled": asked.enrolled,
                "refused": asked.refused,
                "reasons": dict(asked.reasons),
            }
        )
    else:
        _tell(campaign, asked)
    if emails and not asked.enrolled:
        ctx.exit(1)


def _ask_named(project: Project, database: Database, campaign: Campaign, emails: Sequence[str]) -> _Asked:
    asked = _Asked()
    with database.write() as conn:
        people = {contact.id: contact.email for contact in (contact_by(conn, email) for email in emails)}
        came = enroll(
            conn,
            campaign,
            list(people),
            rules=rules_of(project),
            now=SystemClock().now(),
            because="by hand",
            is_by_hand=True,
        )
    asked.note(came, people)
    return asked


def _ask_many(project: Project, database: Database, campaign: Campaign, where: str | None) -> _Asked:
    """A few in each transaction, so that the engine is not kept waiting."""
    asked = _Asked()
    rules, now, last = rules_of(project), SystemClock().now(), 0
    because = "audience, by hand" if where is None else f"by hand: {where}"
    with database.read() as conn:
        condition = condition_of(project, conn, where)
    while True:
        with database.write() as conn:
            ids = (
                audience_batch(conn, campaign, rules=rules, now=now, after_id=last, limit=_SLICE)
                if where is None
                else audience.ids_after(conn, condition, after_id=last, limit=_SLICE)
            )
            if not ids:
                return asked
            came = enroll(conn, campaign, ids, rules=rules, now=now, because=because, is_by_hand=where is not None)
        asked.note(came, {})
        last = ids[-1]


def _tell(campaign: str, asked: _Asked) -> None:
    click.echo(f"Enrolled {asked.enrolled} in {campaign}.")
    for email, why in asked.refused.items():
        click.echo(f"Not {email}: {why}.")
    if not asked.refused:
        for why, number in asked.reasons.items():
            click.echo(f"Not {number} more: {why}.")
