"""The runs that a command is about: one person's, in one campaign or in all."""

import click
from sqlalchemy import Connection

from nurture.cli.project import contact_by
from nurture.domain.enrollment import Enrollment
from nurture.errors import InvalidInput
from nurture.store import enrollments

campaign_argument = click.argument("campaign", required=False)


def unfinished_runs(conn: Connection, email: str, campaign: str | None) -> list[Enrollment]:
    """The contact's unfinished runs; raises InvalidInput where there is none."""
    contact = contact_by(conn, email)
    runs = [run for run in enrollments.unfinished_of(conn, contact.id) if campaign in (None, run.campaign)]
    if not runs:
        where = f"in {campaign}" if campaign else "in any campaign"
        raise InvalidInput(f"{email} is not {where}", hint="`nurture why` tells their story.")
    return runs


def one_run(conn: Connection, email: str, campaign: str | None) -> Enrollment:
    """The only unfinished run; raises InvalidInput where there are several and none is named."""
    runs = unfinished_runs(conn, email, campaign)
    if len(runs) > 1:
        names = ", ".join(run.campaign for run in runs)
        raise InvalidInput(f"{email} is in several campaigns: {names}", hint="Name one of them.")
    return runs[0]
