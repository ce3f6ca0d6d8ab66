"""Those of the demo who are out of office: nothing reaches them till the day they named is over, and then the next."""

import asyncio
import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import Connection, select

from nurture.cli.demo import play
from nurture.cli.demo_project import lay_out
from nurture.cli.project import opened
from nurture.domain.zone import zone_of
from nurture.simulation.people import make_people
from nurture.store import contacts, events, inbound, messages, tables

WEEKS = 7


def test_who_is_out_of_office_is_mailed_next_after_the_day_that_they_named(tmp_path: Path) -> None:
    project = lay_out(tmp_path / "project")
    everybody = make_people(1, 60, days=7 * WEEKS)
    people = [person for person in everybody if person.temperament.away_at][:3]
    with opened(project) as database, Path(os.devnull).open("w") as nowhere:
        asyncio.run(play(project, database, Console(file=nowhere), people, weeks=WEEKS, seconds=1, seed=1))
        with database.read() as conn:
            away = [mail for mail in inbound.listed(conn) if mail.kind == "auto_reply"]
            assert len(away) >= 2
            for mail in away:
                contact = contacts.get(conn, mail.contact_id or 0)
                back_on = mail.detail["return_on"]
                assert isinstance(back_on, date)
                zone = zone_of(contact, project.zone)
                sent = ledger_days(conn, contact.id, zone)
                told_at = next(
                    event.at for event in events.of_contact(conn, contact.id) if event.name == "auto_reply_received"
                )
                after = [at for at in sent if at > told_at]
                assert after, f"{contact.email} got no mail after coming back"
                assert min(after).date() > back_on
                answered = messages.get(conn, mail.answers_id or 0)
                assert answered is not None
                assert max(at for at in sent if at <= told_at) == answered.sent_at


def ledger_days(conn: Connection, contact_id: int, zone: ZoneInfo) -> list[datetime]:
    """When the ledger has mails to the contact as sent, on their wall."""
    mine = tables.messages.c.contact_id == contact_id, tables.messages.c.purpose != "notify"
    query = select(tables.messages.c.sent_at).where(*mine, tables.messages.c.sent_at.is_not(None))
    return sorted(at.astimezone(zone) for at in conn.execute(query).scalars())
