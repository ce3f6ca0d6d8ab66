"""The real engine over SMTP and a moved clock, among the same made-up people as a simulation of the same days."""

import asyncio
import heapq
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from nurture.app import Engine, build_engine, library_of, renderer_of, rules_of
from nurture.cli.demo_project import MAILDIR, on_loopback
from nurture.clock import HandClock, SeededChance
from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.contact import WRITABLE_STANDARD_FIELDS, Contact, ContactDraft
from nurture.domain.event import Event
from nurture.domain.judgement import JUDGED_AFTER
from nurture.domain.message import Message
from nurture.domain.order import OrderItem
from nurture.domain.verdict import Intent
from nurture.engine.breaker import Breaker
from nurture.engine.close_task import close_task
from nurture.engine.judge import judge_hits
from nurture.engine.occur import occur
from nurture.engine.perform import Desk
from nurture.engine.sell import place_order
from nurture.engine.unsubscribe import unsubscribe
from nurture.settings import Project
from nurture.simulation import deeds, replies
from nurture.simulation.crowd import Made
from nurture.simulation.letter import Letter
from nurture.simulation.mail_server import MailServer
from nurture.simulation.people import SILENT, Person
from nurture.simulation.reader import Reader, Readers
from nurture.store import contacts, enrollments, hits, holds, messages, storms, tables, tasks
from nurture.store.database import Database

SAID: dict[Intent, str] = {
    "interested": "Yes, I am interested. Please show me a demo.",
    "question": "Does it work on a phone?",
    "not_now": "Not now, we are in the middle of stocktaking.",
    "not_interested": "No thanks, we are not interested.",
    "wrong_person": "I am not the right person for this.",
    "other": "Ok.",
}
_COMPLAINT = """\
From: <feedback@{domain}>
To: {to}
Subject: FW: {subject}
Date: {date}
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_report"

--=_report
Content-Type: text/plain; charset=us-ascii

This is an email abuse report for an email message received from you.

--=_report
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Somebody/1.0
Version: 1
Original-Rcpt-To: {recipient}

--=_report
Content-Type: text/rfc822-headers

Message-ID: {answered}
To: {recipient}

--=_report--
"""

Act = Callable[[datetime], None]


@dataclass(slots=True, kw_only=True)
class RealRun:
    """`sent` are the mails in the ledger afterwards. Only the campaign under test may ask people in."""

    project: Project
    database: Database
    campaign: Campaign
    readers: Readers
    resumes_after: timedelta | None
    clock: HandClock
    breaker: Breaker
    agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    readers_of: dict[str, Reader] = field(default_factory=dict)
    tasks_of: Counter[int] = field(default_factory=Counter)
    tasks_seen: set[int] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    newest_return: datetime | None = None
    noted: int = 0
    mails: int = 0

    def note(self, at: datetime, act: Act) -> None:
        self.noted += 1
        heapq.heappush(self.agenda, (at, self.noted, act))

    async def play(self, crowd: Sequence[Made], end: datetime) -> None:
        server = MailServer(base_url=self.project.base_url, is_unknown=lambda _: False, receive=self._receive)
        await server.start()
        project = on_loopback(self.project, smtp_port=server.port, web_port=8025)
        engine = build_engine(project, self.database, clock=self.clock, chance=SeededChance(1))
        assert self.campaign.name in engine.running.campaigns
        for made in crowd:
            self.note(made.at, partial(self._arrive, made.contact))
        try:
            await asyncio.to_thread(engine.collector.collect_all)
            while (moment := self._next_moment()) is not None and moment < end:
                self.clock.move_to(moment)
                await self._play_moment(engine, moment)
        finally:
            await engine.close()
            await server.stop()

    async def _play_moment(self, engine: Engine, now: datetime) -> None:
        while self.agenda and self.agenda[0][0] <= now:
            heapq.heappop(self.agenda)[2](now)
        await asyncio.to_thread(engine.collector.collect_all)
        judged = 1
        while judged:
            with self.database.write() as conn:
                judged = judge_hits(conn, engine.desk, engine.running.campaigns, now=now)
        self._look_for_storms(now)
        await engine.worker.drain()
        await engine.worker.finish()
        self._note_tasks(now)
        self._note_storms(now)

    def _next_moment(self) -> datetime | None:
        now = self.clock.now()
        with self.database.read() as conn:
            due = [enrollments.next_due_at(conn), messages.next_due_at(conn)]
            column = tables.messages.c.attempted_at
            rates = [
                conn.execute(select(func.min(column)).where(column > now - span)).scalar()
                for span in (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
            ]
        moments = [moment for moment in due if moment]
        if any(moment <= now for moment in moments):
            spans = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
            moments += [begun + span for begun, span in zip(rates, spans, strict=True) if begun]
        moments += [self.agenda[0][0]] if self.agenda else []
        return min((moment for moment in moments if moment > now), default=None)

    def _arrive(self, contact: Contact, now: datetime) -> None:
        values = {name: contact.value(name) for name in WRITABLE_STANDARD_FIELDS} | dict(contact.fields)
        draft = ContactDraft(address=contact.address, email=contact.email, values=values)
        with self.database.write() as conn:
            added = contacts.add(conn, draft, now)
        assert added.id == contact.id
        self._occur("contact_created", added.id, now)
        events = self.campaign.enroll.events
        if events and "contact_created" not in events:
            self._occur(events[0], added.id, now, self.readers.made_up_fields(events[0], contact.address, now))

    def _receive(self, letter: Letter) -> None:
        if not letter.is_marketing:
            return
        with self.database.read() as conn:
            message = messages.by_message_ids(conn, [letter.message_id])[letter.message_id]
            contact = contacts.get(conn, message.contact_id or 0)
        now = self.clock.now()
        zone = rules_of(self.project).calendar_of(contact, now).zone
        reader = self.readers_of.get(contact.address)
        if reader is None:
            reader = self.readers_of[contact.address] = self.readers.reader(contact.address, zone)
        links = self._links(message.step or "")
        for at, deed in self.readers.receive(reader, message.step or "", message.stage or "", links, now):
            self.note(at, partial(self._do, contact, letter, message, deed))

    def _links(self, step_id: str) -> tuple[str, ...]:
        if step_id not in self.links:
            found = self.campaign.step(step_id)
            assert found is not None and isinstance(found[1].action, EmailAction)
            self.links[step_id] = tuple(sorted(renderer_of(self.project).links_of(found[1].action.template)))
        return self.links[step_id]

    def _do(self, contact: Contact, letter: Letter, message: Message, deed: deeds.Deed, now: datetime) -> None:
        person = Person(
            email=contact.email,
            first_name=contact.first_name or "Somebody",
            last_name=contact.last_name or "",
            company="",
            country="TH",
            language="en",
            temperament=SILENT,
            arrives_after=timedelta(),
        )
        with self.database.read() as conn:
            known = messages.get(conn, message.id)
        assert known is not None
        self.mails += 1
        message_id = f"<{self.mails}@{contact.email.rpartition('@')[2]}>"
        match deed:
            case deeds.Opened():
                self._hit(known, letter, now, (None,))
            case deeds.Clicked(link=link):
                self._hit(known, letter, now, [[each.name for each in known.links].index(link)] if known.links else [])
            case deeds.Scanned():
                self._hit(known, letter, now, (None, *range(len(known.links))))
            case deeds.Replied(intent=intent):
                self._drop(replies.answer(person, letter, SAID[intent], message_id=message_id, at=now), now)
            case deeds.WentAway(back_on=back_on):
                self._drop(replies.auto_reply(person, letter, back_on, message_id=message_id, at=now), now)
            case deeds.Bounced(is_hard=is_hard):
                report = replies.delivery_report(letter, message_id=message_id, at=now)
                if not is_hard:
                    report = report.replace(b"5.1.1", b"5.2.2").replace(b"User unknown", b"Mailbox full")
                    report = report.replace(b"there is no such mailbox any more", b"the mailbox is full")
                self._drop(report, now)
            case deeds.Complained():
                self._drop(_complaint(letter, message_id, now), now)
            case deeds.Unsubscribed():
                with self.database.write() as conn:
                    unsubscribe(conn, known, scope="marketing", asked_by="one-click", now=now)
            case deeds.Occurred(event=event, fields=fields):
                self._occur(event, contact.id, now, fields)
            case deeds.Bought(total=total, currency=currency):
                with self.database.write() as conn:
                    place_order(
                        conn,
                        contact_id=contact.id,
                        number=str(self.mails),
                        items=[OrderItem(product="pro", price=total)],
                        total=total,
                        currency=currency,
                        campaigns=self._campaigns(),
                        rules=rules_of(self.project),
                        now=now,
                    )

    def _hit(self, message: Message, letter: Letter, now: datetime, indices: Sequence[int | None]) -> None:
        """Only what is in the mail can be asked for."""
        with self.database.write() as conn:
            for index in indices:
                if letter.pixel if index is None else letter.links:
                    kind = "open" if index is None else "click"
                    hits.add(
                        conn, message_id=message.id, kind=kind, link_index=index, at=now, method="GET", agent="Mozilla"
                    )
        self.note(now + JUDGED_AFTER, lambda _: None)

    def _occur(self, name: str, contact_id: int, now: datetime, fields: object = None) -> None:
        event = Event(name=name, at=now, contact_id=contact_id, fields=dict(fields or {}))  # type: ignore[call-overload]
        with self.database.write() as conn:
            occur(conn, event, self._campaigns(), rules=rules_of(self.project), now=now)

    def _campaigns(self) -> dict[str, Campaign]:
        return {self.campaign.name: self.campaign}

    def _note_tasks(self, now: datetime) -> None:
        with self.database.read() as conn:
            new = [task for task in tasks.open_tasks(conn) if task.id not in self.tasks_seen]
        for task in sorted(new, key=lambda each: each.id):
            self.tasks_seen.add(task.id)
            contact_id = task.contact_id or 0
            self.tasks_of[contact_id] += 1
            with self.database.read() as conn:
                address = contacts.get(conn, contact_id).address
            zone = self.project.zone
            at = self.readers.task_done_at(address, self.tasks_of[contact_id], now, zone)
            self.note(at, partial(self._close, task.id))

    def _close(self, task_id: int, now: datetime) -> None:
        with self.database.write() as conn:
            rules = rules_of(self.project)
            close_task(conn, task_id, note="", campaigns=self._campaigns(), rules=rules, now=now)

    def _look_for_storms(self, now: datetime) -> None:
        """Once for all that came back: a week's mails grow fewer, so that a second look could see another thing."""
        with self.database.read() as conn:
            newest = storms.newest_at(conn)
        if newest is not None and newest != self.newest_return:
            self.newest_return = newest
            self.breaker.look(now)

    def _note_storms(self, now: datetime) -> None:
        with self.database.read() as conn:
            held = holds.present(conn, now)
        for scope in held.keys() - self.stopped:
            if self.resumes_after is not None:
                self.stopped.add(scope)
                self.note(now + self.resumes_after, partial(self._resume, scope))

    def _resume(self, scope: str, _now: datetime) -> None:
        self.stopped.discard(scope)
        with self.database.write() as conn:
            holds.lift(conn, scope)

    def _drop(self, raw: bytes, now: datetime) -> None:
        folder = self.project.root / MAILDIR
        name = f"{self.mails:06d}.test"
        path: Path = folder / "tmp" / name
        path.write_bytes(raw)
        os.utime(path, (now.timestamp(), now.timestamp()))
        path.rename(folder / "new" / name)

    def sent(self) -> list[tuple[datetime, str, str]]:
        """When, to whom and which step, in the order of time."""
        table = tables.messages
        query = select(table.c.sent_at, table.c.recipient, table.c.step).where(
            table.c.purpose == "marketing", table.c.sent_at.is_not(None)
        )
        with self.database.read() as conn:
            return sorted((row.sent_at, row.recipient, row.step) for row in conn.execute(query))


def real_run(
    project: Project, database: Database, name: str, readers: Readers, resumes_after: timedelta | None, start: datetime
) -> RealRun:
    """A real run of one campaign of the project, in which no other is."""
    campaign = library_of(project).campaigns[name]
    desk = Desk(rules=rules_of(project), renderer=renderer_of(project), chance=SeededChance(2))
    return RealRun(
        project=project,
        database=database,
        campaign=campaign,
        readers=readers,
        resumes_after=resumes_after,
        clock=HandClock(start),
        breaker=Breaker(database, desk),
    )


def _complaint(letter: Letter, message_id: str, now: datetime) -> bytes:
    text = _COMPLAINT.format(
        domain=letter.recipient.rpartition("@")[2],
        to=letter.reply_to.rpartition("<")[2].rstrip(">"),
        subject=letter.subject.encode("ascii", "ignore").decode(),
        date=now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        message_id=message_id,
        recipient=letter.recipient,
        answered=letter.message_id,
    )
    return text.replace("\n", "\r\n").encode()
