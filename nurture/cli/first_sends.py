"""Before a project's first mails leave this machine, how many there will be is said and a yes is asked for once."""

import sys
from datetime import timedelta

import click
from sqlalchemy import Connection

from nurture.app import campaigns_of
from nurture.clock import SystemClock
from nurture.delivery.settings import SmtpSettings
from nurture.domain.loopback import is_loopback
from nurture.errors import UsageError
from nurture.settings import Project
from nurture.store import project as single_values
from nurture.store import reports
from nurture.store.database import Database

_AGREED = "first sends agreed"


def confirm_first_sends(project: Project, database: Database, *, is_agreed: bool) -> None:
    """Ask once per database where a relay is off loopback. Raises UsageError where nobody is there to answer."""
    far = sorted(name for name, settings in project.senders.items() if _is_far(settings.transport))
    if not far:
        return
    with database.read() as conn:
        if single_values.get(conn, _AGREED):
            return
        waiting = _waiting(conn, project)
    click.echo(
        f"Mails of {', '.join(far)} leave this machine. {waiting} runs are due within a day, more as people enroll.",
        err=True,
    )
    if not is_agreed:
        if not sys.stdin.isatty():
            raise UsageError("the first sends off this machine want a yes", hint="Say --yes if that is meant.")
        click.confirm("Send them?", abort=True, err=True)
    with database.write() as conn:
        single_values.put(conn, _AGREED, SystemClock().now().isoformat())


def _waiting(conn: Connection, project: Project) -> int:
    tomorrow = SystemClock().now() + timedelta(days=1)
    return sum(each.due for each in reports.campaign_status(conn, list(campaigns_of(project, conn)), tomorrow))


def _is_far(transport: object) -> bool:
    return isinstance(transport, SmtpSettings) and not is_loopback(transport.host)
