"""`nurture enroll CAMPAIGN`: ask people in."""

import click

from nurture.app import library_of, rules_of
from nurture.cli.output import json_option, print_json
from nurture.cli.project import campaign_by, contact_by, opened, project_of
from nurture.clock import SystemClock
from nurture.engine.daily import enroll_audience
from nurture.engine.enroll import enroll
from nurture.errors import InvalidInput, UsageError


@click.command("enroll")
@click.argument("campaign")
@click.argument("emails", nargs=-1)
@click.option("--audience", "is_audience", is_flag=True, help="Everybody whom the campaign's audience finds.")
@json_option
@click.pass_context
def command(ctx: click.Context, campaign: str, emails: tuple[str, ...], is_audience: bool, is_json: bool) -> None:
    """Ask people in, by address or by the campaign's audience. By hand `again` is overruled, a suppression never."""
    if bool(emails) == is_audience:
        raise UsageError("say who", hint="Addresses, or --audience for everybody whom it finds.")
    project = project_of(ctx)
    found = campaign_by(library_of(project).campaigns, campaign)
    rules, now = rules_of(project), SystemClock().now()
    refused: dict[str, str] = {}
    with opened(project) as database:
        if is_audience:
            new = enroll_audience(database, found, rules=rules, now=now, because="audience, by hand")
        else:
            with database.write() as conn:
                people = {contact.id: contact for contact in (contact_by(conn, email) for email in emails)}
                came = enroll(conn, found, list(people), rules=rules, now=now, because="by hand", is_by_hand=True)
            refused = {people[each.contact_id].email: each.refusal for each in came if each.refusal}
            new = len(came) - len(refused)
    if is_json:
        print_json({"campaign": campaign, "enrolled": new, "refused": refused})
    else:
        click.echo(f"Enrolled {new} in {campaign}.")
        for email, why in refused.items():
            click.echo(f"Not {email}: {why}.")
    if refused and not new:
        raise InvalidInput("nobody was enrolled", hint="The reasons stand above.")
