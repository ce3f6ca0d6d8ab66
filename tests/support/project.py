"""A small real project in a folder: config, two campaigns' worth of stages and templates, a database and a Maildir."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from nurture.app import build_engine, library_of, open_database, renderer_of, rules_of
from nurture.clock import HandClock, SeededChance
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact, ContactDraft
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.message import Message
from nurture.domain.order import Order, OrderItem
from nurture.domain.value import Value
from nurture.engine.claim import Lease, claim
from nurture.engine.occur import occur
from nurture.engine.perform import Desk
from nurture.engine.rules import Rules
from nurture.engine.sell import place_order
from nurture.settings import Project, load_project
from nurture.store import contacts, enrollments, events, tables
from nurture.store.database import Database
from nurture.store.messages import mark_dot, message_of_row
from tests.support.builders import MONDAY_NINE
from tests.support.mail_server import Mail

CAMPAIGN = """
description: From hello to thanks.
audience: contact.country == "TH"
enroll: {when: [contact_created], again: never}
sender: mali
window: {days: mon-fri, hours: "09:00-17:30", holidays: true}
stages:
  awareness:
    steps:
      - email: hello
        subject: Your sales cycle, {{ contact.first_name or 'friend' }}
      - email: guide
        subject: The guide
        after: 3d
        unless: clicked("demo")
  intent:
    enter: happened("trial_started")
    steps:
      - email: trial
        subject: How is the trial?
        thread: reply
  purchase:
    enter: ordered
    outcome: won
    window: any
    steps:
      - tag: customer
      - email: thanks
        subject: Thank you
        after: 10m
      - notify: team
replies:
  other: {move: next, notify: owner}
exit:
  lost: days_in_campaign > 120
"""

CONFIG = """
project: acme
database: {database}
base_url: http://127.0.0.1:8025
timezone: Asia/Bangkok
country: TH
languages: [en, th]
company: {{name: Acme Co. Ltd., address: "99 Rama I Rd, Bangkok 10330"}}
senders:
  mali:
    from: Mali Srisuk <mali@acme.example>
    smtp: {{host: 127.0.0.1, port: {port}, security: none}}
    inbox: {{kind: maildir, path: {maildir}, plus_addresses: true}}
contact_fields:
  company_size: {{type: number}}
  trial_ends_on: {{type: date}}
events:
  trial_started: {{fields: {{ends_at: datetime}}, sets: {{trial_ends_on: ends_at}}}}
team:
  owners: {{assign: round_robin, members: [owner@acme.example]}}
  members: [team@acme.example]
"""

BODY = """\
---
subject: A subject
---
Hello {{ contact.first_name or 'there' }},

[see the demo](https://acme.example/demo){demo} when you have a minute.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A project with its open database and its mailbox folder; time stands still until the test moves it.

    Every pass is a new engine over the same database, as `nurture tick` makes one: nothing is carried in memory.
    """

    project: Project
    database: Database
    maildir: Path
    clock: HandClock
    chance: SeededChance

    @property
    def rules(self) -> Rules:
        return rules_of(self.project)

    def campaigns(self) -> Mapping[str, Campaign]:
        return library_of(self.project).enabled

    def add_contact(self, email: str = "somchai@example.com", **values: Value) -> int:
        """A new contact in Thailand who is asked in by `contact_created`; the row's id."""
        known: dict[str, Value] = {"country": "TH", "first_name": "Somchai", "owner": "owner@acme.example", **values}
        now = self.clock.now()
        with self.database.write() as conn:
            contact = contacts.add(conn, ContactDraft(address=email, email=email, values=known), now)
            created = Event(name="contact_created", at=now, contact_id=contact.id)
            occur(conn, created, self.campaigns(), rules=self.rules, now=now)
        return contact.id

    def happen(self, name: str, contact_id: int, **fields: Value) -> None:
        """Record an event of a contact, as `nurture event` does."""
        event = Event(name=name, at=self.clock.now(), contact_id=contact_id, fields=fields)
        with self.database.write() as conn:
            occur(conn, event, self.campaigns(), rules=self.rules, now=self.clock.now())

    def order(self, contact_id: int, *, number: str = "1", total: int = 990) -> Order | None:
        """Record an order of one piece, as `nurture order` does."""
        with self.database.write() as conn:
            return place_order(
                conn,
                contact_id=contact_id,
                number=number,
                items=[OrderItem(product="pro", price=Decimal(total))],
                total=Decimal(total),
                currency="THB",
                campaigns=self.campaigns(),
                rules=self.rules,
                now=self.clock.now(),
            )

    def contact(self, contact_id: int) -> Contact:
        with self.database.read() as conn:
            return contacts.get(conn, contact_id)

    def one_pass(self) -> int:
        """Collect, judge, ask in and send whatever is due now."""
        return asyncio.run(self._pass())

    async def _pass(self) -> int:
        engine = build_engine(self.project, self.database, clock=self.clock, chance=self.chance)
        try:
            return await engine.pulse.one_pass()
        finally:
            await engine.close()

    def die_while_sending(self, marked: Mapping[int, bool], campaigns: Mapping[str, Campaign] | None = None) -> None:
        """Leave what a killed worker leaves: claimed rows, for some of them (by contact) the mark before the dot.

        `campaigns` are what runs, where that is not what the files say.
        """
        now = self.clock.now()
        lease = Lease(token=self.chance.token(), until=now + self.rules.lease_for)
        desk = Desk(rules=self.rules, renderer=renderer_of(self.project), chance=self.chance)
        with self.database.write() as conn:
            claimed = claim(conn, desk, campaigns or self.campaigns(), now=now, limit=100, lease=lease)
        with self.database.write() as conn:
            for each in claimed.assignments:
                if marked[each.message.contact_id or 0]:
                    token = each.message.lease_token or ""
                    assert mark_dot(conn, each.message.id, lease_token=token, now=now, subject="x", links=())

    def pass_after(self, span: timedelta) -> int:
        self.clock.advance(span)
        return self.one_pass()

    def answer(self, to: Mail, text: str, **headers: str) -> None:
        """Drop an answer to a mail into the sender's Maildir, as their mail server would."""
        sent = to.message
        answer = EmailMessage()
        answer["From"] = str(sent["To"])
        answer["To"] = str(sent["Reply-To"] or sent["From"])
        answer["Subject"] = f"Re: {sent['Subject']}"
        answer["Message-ID"] = make_msgid(domain="example.com")
        answer["In-Reply-To"] = to.message_id
        for name, value in headers.items():
            del answer[name.replace("_", "-")]
            answer[name.replace("_", "-")] = value
        answer.set_content(text)
        self.drop(answer.as_bytes())

    def drop(self, raw: bytes) -> Path:
        """Put raw bytes into the Maildir as a new message."""
        path = self.maildir / "new" / f"{uuid4().hex}.host"
        path.write_bytes(raw)
        return path

    def events(self, contact_id: int) -> list[str]:
        """The names of what happened to a contact, oldest first."""
        with self.database.read() as conn:
            return [event.name for event in events.of_contact(conn, contact_id)]

    def all_events(self) -> list[str]:
        """The names of whatever happened, oldest first."""
        with self.database.read() as conn:
            return list(conn.execute(select(tables.events.c.name).order_by(tables.events.c.id)).scalars())

    def reasons(self, contact_id: int, name: str) -> list[str]:
        """Why each event of that name happened to a contact, oldest first."""
        with self.database.read() as conn:
            return [event.because for event in events.of_contact(conn, contact_id) if event.name == name]

    def run_of(self, contact_id: int, campaign: str = "cycle") -> Enrollment:
        with self.database.read() as conn:
            found = enrollments.latest_run(conn, contact_id, campaign)
        assert found is not None
        return found

    def messages_of(self, contact_id: int) -> list[Message]:
        """Every row of the ledger for a contact's runs, oldest first."""
        with self.database.read() as conn:
            query = select(tables.messages).where(tables.messages.c.contact_id == contact_id)
            return [message_of_row(row) for row in conn.execute(query.order_by(tables.messages.c.id))]


def make_workshop(
    folder: Path,
    *,
    port: int,
    database_url: str | None = None,
    campaign: str = CAMPAIGN,
    start: datetime = MONDAY_NINE,
    config: str = CONFIG,
) -> Workshop:
    """Lay the project out in `folder`; the relay listens on loopback at `port`."""
    maildir = folder / "maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    write_project(folder, campaigns={"cycle": campaign}, config=config.format(
        database=database_url or f"sqlite:///{folder / 'nurture.db'}", port=port, maildir=maildir
    ))  # fmt: skip
    project = load_project(folder, None, {})
    problems = [str(problem) for problem in library_of(project).problems]
    assert not problems, problems
    return Workshop(
        project=project,
        database=open_database(project),
        maildir=maildir,
        clock=HandClock(start),
        chance=SeededChance(7),
    )


def write_project(folder: Path, *, campaigns: Mapping[str, str], config: str) -> None:
    """Config, campaigns, and a template for every mail of the campaign above, with the layout that ships."""
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "campaigns").mkdir(exist_ok=True)
    for name, text in campaigns.items():
        (folder / "campaigns" / f"{name}.yaml").write_text(text, encoding="utf-8")
    templates = folder / "templates" / "emails"
    shutil.copytree(Path("templates/emails/layouts"), templates / "layouts")
    for name in ("hello", "guide", "trial", "thanks"):
        (templates / f"{name}.md").write_text(BODY, encoding="utf-8")
