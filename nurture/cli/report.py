"""`nurture report`: numbers, each a count of events."""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import click

from nurture.app import campaigns_of
from nurture.cli.group import Group
from nurture.cli.output import console, json_option, print_json, table
from nurture.cli.project import campaign_by, opened, project_of
from nurture.cli.report_replies import replies
from nurture.domain.campaign import Campaign, EmailAction
from nurture.store import reports
from nurture.store.connection import Connection

_csv_option = click.option("--csv", "is_csv", is_flag=True, help="Comma-separated values.")
_campaign_argument = click.argument("campaign", required=False)


@click.group("report", cls=Group)
def command() -> None:
    """Print a report on one campaign, or on each."""


command.add_command(replies)


@command.command("funnel")
@_campaign_argument
@json_option
@_csv_option
@click.pass_context
def funnel(ctx: click.Context, campaign: str | None, is_json: bool, is_csv: bool) -> None:
    """How many entered each stage, are in it, have left it, and the median of their days there."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        chosen = _chosen(campaigns_of(project, conn), campaign)
        found = [
            {
                "campaign": each.name,
                "funnel": [
                    asdict(row) for row in reports.funnel(conn, each.name, [stage.name for stage in each.stages])
                ],
                "outcomes": reports.outcomes(conn, each.name),
            }
            for each in chosen
        ]
    if is_json:
        print_json(found)
        return
    for part in found:
        _show(str(part["campaign"]), part["funnel"], is_csv=is_csv)  # type: ignore[arg-type]
        if not is_csv and part["outcomes"]:
            counted = ", ".join(f"{name} {number}" for name, number in part["outcomes"].items())  # type: ignore[attr-defined]
            console().print(f"Outcomes: {counted}\n", markup=False)


@command.command("emails")
@_campaign_argument
@json_option
@_csv_option
@click.pass_context
def emails(ctx: click.Context, campaign: str | None, is_json: bool, is_csv: bool) -> None:
    """Each step's mails: sent, opened and clicked by people, replied to, bounced, failed, unknown, skipped."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        chosen = _chosen(campaigns_of(project, conn), campaign)
        found = {each.name: _email_rows(conn, each) for each in chosen}
    if is_json:
        print_json([{"campaign": name, "emails": rows} for name, rows in found.items()])
        return
    for name, rows in found.items():
        _show(name, rows, is_csv=is_csv)


def _chosen(campaigns: Mapping[str, Campaign], name: str | None) -> list[Campaign]:
    return [campaign_by(campaigns, name)] if name else list(campaigns.values())


def _email_rows(conn: Connection, campaign: Campaign) -> list[dict[str, object]]:
    """One row a step; those of which nothing was sent yet have their stage from the campaign."""
    stages = {step.id: stage.name for stage, step in campaign.all_steps() if isinstance(step.action, EmailAction)}
    found = reports.emails(conn, campaign.name, list(stages))
    return [asdict(replace(row, stage=row.stage or stages.get(row.step))) for row in found]


def _show(title: str, rows: Sequence[dict[str, object]], *, is_csv: bool) -> None:
    if not rows:
        return
    columns = list(rows[0])
    if is_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(["campaign", *columns])
        writer.writerows([title, *row.values()] for row in rows)
        return
    shown_columns = [name for name in columns if name not in _WHEN_ANY or any(row[name] for row in rows)]
    titles = [name.replace("_", " ") for name in shown_columns]
    shown = table(*titles, title=title, numbers=[each for each in titles if each not in _NAMES], narrow=_NAMES)
    for row in rows:
        shown.add_row(*("" if row[name] is None else str(row[name]) for name in shown_columns))
    console().print(shown)


_NAMES = ("stage", "step")
_WHEN_ANY = ("bounced", "failed", "unknown", "skipped")
"""Columns that are shown to people only where there is something in them."""
