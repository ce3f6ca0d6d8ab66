"""The made-up world around a real engine: it does what people mean to do, by mail, over HTTP and at the till."""

import http.client
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection

from nurture.clock import Chance, Clock
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Consent, Contact, ContactDraft
from nurture.domain.event import Event
from nurture.domain.order import OrderItem
from nurture.domain.value import Value
from nurture.engine import by_hand
from nurture.engine.close_task import close_task
from nurture.engine.occur import occur
from nurture.engine.rules import Rules
from nurture.engine.sell import place_order
from nurture.simulation import replies
from nurture.simulation.acts import (
    Act,
    Answer,
    Arrive,
    AutoReply,
    Bounce,
    Buy,
    Look,
    StartTrial,
    TeamRound,
    Unsubscribe,
)
from nurture.simulation.agenda import Agenda
from nurture.simulation.letter import Letter
from nurture.simulation.people import Person
from nurture.simulation.prospects import TRIAL_FOR, Prospect
from nurture.store import contacts, enrollments, tasks
from nurture.store.database import Database

_PRICE_A_SEAT = Decimal(490)
_PEACE_FOR = timedelta(days=30)
_TASK_WAITS_FOR = timedelta(minutes=30)
_ANSWERS_WITHIN = 30.0  # seconds for our own web listener on this machine


@dataclass(slots=True, kw_only=True)
class World:
    """`tell` hears in one line each what happens that is worth seeing. Nothing here leaves this machine."""

    database: Database
    clock: Clock
    chance: Chance
    rules: Rules
    campaigns: Mapping[str, Campaign]
    maildir: Path
    prospects: Mapping[str, Prospect]
    tell: Callable[[datetime, str], None]
    agenda: Agenda = field(default_factory=Agenda)
    _orders: int = 0
    _mails: int = 0

    def is_unknown(self, address: str) -> bool:
        """Whether the mail server of that address knows nobody of that name."""
        prospect = self.prospects.get(address)
        return prospect is not None and prospect.person.temperament.refused_by == "relay"

    def receive(self, letter: Letter) -> None:
        """A mail has come: its reader will do something about it, or nothing."""
        prospect = self.prospects.get(letter.recipient)
        if prospect:
            for at, act in prospect.receive(letter, self.clock.now()):
                self.agenda.note(at, act)

    def perform(self, act: Act) -> None:
        """Do it now, and wait until it is done."""
        match act:
            case Arrive(person=person):
                self._arrive(person)
            case Look(person=person, urls=urls):
                for url in urls:
                    self._ask("GET", url, person)
            case Answer(person=person, letter=letter, text=text):
                raw = replies.answer(person, letter, text, message_id=self._message_id(person), at=self.clock.now())
                self._drop(raw)
                self._tell(f"{person.name}: “{text}”")
            case AutoReply(person=person, letter=letter, back_on=back_on):
                raw = replies.auto_reply(
                    person, letter, back_on, message_id=self._message_id(person), at=self.clock.now()
                )
                self._drop(raw)
                self._tell(f"{person.name} is out of office until {back_on:%a} {back_on.day} {back_on:%b}")
            case Bounce(person=person, letter=letter):
                self._drop(replies.delivery_report(letter, message_id=self._message_id(person), at=self.clock.now()))
                self._tell(f"{person.email} bounces: there is no such mailbox any more")
            case Unsubscribe(person=person, url=url):
                self._ask("POST", url, person, body="List-Unsubscribe=One-Click")
                self._tell(f"{person.name} unsubscribes with one click")
            case StartTrial(person=person, ends_at=ends_at):
                self._start_trial(person, ends_at)
            case Buy(person=person):
                self._buy(person)
            case TeamRound():
                self._work_tasks()

    def _arrive(self, person: Person) -> None:
        now = self.clock.now()
        values: dict[str, Value] = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "company": person.company,
            "country": person.country,
            "language": person.language,
            "source": "demo",
            "company_size": person.company_size,
            "owner": self._owner(),
        }
        values |= {"timezone": person.timezone} if person.timezone else {}
        values |= {"phone": person.phone} if person.phone else {}
        known = {name: value for name, value in values.items() if name in self.rules.vocabulary.field_names()}
        consent = Consent(at=now, source="demo", wording="Keep me posted.")
        with self.database.write() as conn:
            draft = ContactDraft(address=person.email, email=person.email, values=known, consent=consent)
            contact = contacts.add(conn, draft, now)
            self._occur(conn, "contact_created", contact.id)
            if person.fills_in_form:
                fields: dict[str, Value] = {"form": "demo", "follows_up_with": person.follows_up_with}
                self._occur(conn, "form_submitted", contact.id, **fields)
        for at, act in self.prospects[person.email].arrived(now):
            self.agenda.note(at, act)
        if person.starts_with_trial:
            self._start_trial(person, now + TRIAL_FOR)

    def _owner(self) -> str | None:
        if not self.rules.owners:
            return None
        self._mails += 1
        return self.rules.owners[self._mails % len(self.rules.owners)]

    def _start_trial(self, person: Person, ends_at: datetime) -> None:
        with self.database.write() as conn:
            self._occur(conn, "trial_started", self._contact(conn, person).id, ends_at=ends_at)
        self._tell(f"{person.name} starts a trial")

    def _buy(self, person: Person) -> None:
        self._orders += 1
        total = _PRICE_A_SEAT * person.company_size
        with self.database.write() as conn:
            place_order(
                conn,
                contact_id=self._contact(conn, person).id,
                number=f"D-{self._orders:03d}",
                items=[OrderItem(product="pro", quantity=person.company_size, price=_PRICE_A_SEAT)],
                total=total,
                currency="THB",
                campaigns=self.campaigns,
                rules=self.rules,
                now=self.clock.now(),
            )
        self._tell(f"{person.name} buys for {total:,} THB")

    def _work_tasks(self) -> None:
        """The team does what is open: rings, answers, and lets go of those who said no."""
        now = self.clock.now()
        with self.database.write() as conn:
            for task in tasks.open_tasks(conn):
                if now - task.created_at < _TASK_WAITS_FOR or task.contact_id is None:
                    continue
                note = "rang them" if task.kind == "call" else "done"
                close_task(conn, task.id, note=note, campaigns=self.campaigns, rules=self.rules, now=now)
                prospect = self.prospects.get(contacts.get(conn, task.contact_id).address)
                run = enrollments.get(conn, task.enrollment_id) if task.enrollment_id else None
                if prospect is None or run is None or run.finished_at is not None:
                    continue
                if prospect.has_declined:
                    by_hand.remove(conn, run, because="they said no, kindly", now=now)
                elif prospect.wants_peace:
                    prospect.wants_peace = False
                    by_hand.pause(conn, run, until=now + _PEACE_FOR, because="they asked for a month's peace", now=now)

    def _contact(self, conn: Connection, person: Person) -> Contact:
        found = contacts.find(conn, person.email)
        if found is None:
            raise KeyError(person.email)
        return found

    def _occur(self, conn: Connection, name: str, contact_id: int, **fields: Value) -> None:
        event = Event(name=name, at=self.clock.now(), contact_id=contact_id, fields=fields)
        occur(conn, event, self.campaigns, rules=self.rules, now=self.clock.now())

    def _ask(self, method: str, url: str, person: Person, *, body: str | None = None) -> None:
        """One request to our own listener; where a redirect leads nobody goes, since that is not this machine."""
        parts = urlsplit(url)
        agent = "LinkScanner/2.1" if person.temperament.is_scanner else "Mozilla/5.0"
        headers = {"User-Agent": agent}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=_ANSWERS_WITHIN)
        try:
            connection.request(method, parts.path, body=body, headers=headers)
            connection.getresponse().read()
        finally:
            connection.close()

    def _drop(self, raw: bytes) -> None:
        """Deliver into the Maildir, dated by the clock of this world."""
        self._mails += 1
        name = f"{self._mails:06d}.demo"
        path = self.maildir / "tmp" / name
        path.write_bytes(raw)
        seconds = self.clock.now().timestamp()
        os.utime(path, (seconds, seconds))
        path.rename(self.maildir / "new" / name)

    def _message_id(self, person: Person) -> str:
        return f"<{self.chance.token()}@{person.email.rpartition('@')[2]}>"

    def _tell(self, words: str) -> None:
        self.tell(self.clock.now(), words)
