"""Where a scenario is played: the real engine over a database in memory, with nothing of a network around it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from nurture.clock import HandClock, SeededChance
from nurture.delivery.journal import Journal
from nurture.domain.campaign import Campaign
from nurture.domain.judgement import JUDGED_AFTER
from nurture.domain.message import Message
from nurture.engine.claim import Lease, claim
from nurture.engine.collect import Collector, Folder
from nurture.engine.courier import Courier
from nurture.engine.daily import enroll_daily
from nurture.engine.judge import judge_hits
from nurture.engine.letter import LetterWriter
from nurture.engine.perform import Desk
from nurture.engine.rules import Rules
from nurture.errors import InvalidInput
from nurture.inbox.classify import Judge
from nurture.rendering.renderer import Renderer
from nurture.simulation.scenario_mail import SentLetter, read_sent_letter
from nurture.simulation.without_network import GivenCampaigns, InlineStore, MemoryMailbox, MemoryTransport, SilentCaller
from nurture.store import enrollments, link_keys, messages
from nurture.store.database import Database

_SEED = 7
_NEVER_WRITTEN = Path("/nonexistent/journal")  # a database in memory is never away, so no outcome is kept beside it
_AT_ONCE = 100
_LOOKS_AGAIN = timedelta(seconds=30)


class BlankDatabase:
    """An empty database of this release, made once and copied for each scenario."""

    def __init__(self) -> None:
        made = Database("sqlite://")
        made.create_tables()
        self._blank = sqlite3.connect(":memory:", check_same_thread=False)
        with made.read() as conn:
            _raw(conn.connection.driver_connection).backup(self._blank)
        made.close()

    def copy(self) -> Database:
        database = Database("sqlite://")
        with database.read() as conn:
            target = _raw(conn.connection.driver_connection)
            conn.rollback()
            target.execute("PRAGMA query_only=OFF")
            self._blank.backup(target)
        return database


def _raw(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101  a URL of SQLite gives no other
    return connection


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all scenarios of a project share: made once, since it takes longer than a scenario."""

    rules: Rules
    renderer: Renderer
    judge: Judge
    blank: BlankDatabase = field(default_factory=BlankDatabase)


class Stage:
    """One play's own engine. Time stands still until `clock` is moved; `settle` does all that is due.

    `contact_id` is the person whom the play is about, once they are there.
    """

    def __init__(self, house: House, campaigns: Mapping[str, Campaign], start: datetime) -> None:
        self.rules = house.rules
        self.campaigns = campaigns
        self.clock = HandClock(start)
        self.chance = SeededChance(_SEED)
        self.desk = Desk(rules=house.rules, renderer=house.renderer, chance=self.chance)
        self.database = house.blank.copy()
        self._mailboxes = {name: MemoryMailbox(self.clock) for name in house.rules.senders}
        self.reasons: dict[tuple[int, str], str] = {}
        self.contact_id = 0
        self._transport = MemoryTransport()
        self._letters: dict[str, SentLetter] = {}
        self._has_mail = False
        self._judges_at: datetime | None = None
        self._asked_in_on: object = None
        with self.database.write() as conn:
            key = link_keys.ensure(conn, self.chance, start)[0]
        self._store = InlineStore(self.database)
        writer = LetterWriter(rules=house.rules, renderer=house.renderer, signers={}, signing_key=key)
        self._courier = Courier(
            desk=self.desk,
            store=self._store,
            transports=dict.fromkeys(house.rules.senders, self._transport),
            writer=writer,
            journal=Journal(_NEVER_WRITTEN),
            clock=self.clock,
        )
        self._caller = SilentCaller(rules=house.rules, store=self._store, clock=self.clock)
        self._collector = Collector(
            database=self.database,
            desk=self.desk,
            running=GivenCampaigns(campaigns),
            folders=[Folder(name=name, sender=name, mailbox=box) for name, box in self._mailboxes.items()],
            judge=house.judge,
            clock=self.clock,
        )
        self._collector.collect_all()  # what is in a mailbox before the first look is history

    async def settle(self) -> None:
        """Take in what came, judge what was opened, ask in who is to be asked daily, and do what is due."""
        now = self.clock.now()
        if self._has_mail:
            self._has_mail = False
            self._collector.collect_all()
        if self._judges_at and self._judges_at <= now:
            self._judges_at = None
            with self.database.write() as conn:
                judge_hits(conn, self.desk, self.campaigns, now=now)
        self._ask_in(now)
        if self._is_anything_due(now):
            await self._drain(now)
            self._note_reasons()

    def next_moment(self) -> datetime | None:
        """When there is something to do by itself; None for never, unless something comes from outside."""
        now = self.clock.now()
        with self.database.read() as conn:
            known = [
                enrollments.next_due_at(conn),
                messages.next_due_at(conn),
                self._judges_at,
                self._next_midnight(now),
            ]
        moments = [moment for moment in known if moment]
        # What is due and could not be taken (a rate) is looked at again, as the engine does.
        return max(min(moments), now + _LOOKS_AGAIN) if moments and min(moments) <= now else min(moments, default=None)

    def deliver(self, sender: str, raw: bytes) -> None:
        """Put a mail into a sender's mailbox, to be taken in with what is done next."""
        self._mailboxes[sender].put(raw)
        self._has_mail = True

    async def _drain(self, now: datetime) -> None:
        """The worker's loop one thing after another, so that every play is alike and none claims in vain."""
        looked_at = 1
        while looked_at and self._is_anything_due(now):
            lease = Lease(token=self.chance.token(), until=now + self.rules.lease_for)
            with self.database.write() as conn:
                claimed = claim(conn, self.desk, self.campaigns, now=now, limit=_AT_ONCE, lease=lease)
            for assignment in claimed.assignments:
                await self._courier.send(assignment)
            for call in claimed.calls:
                await self._caller.make(call)
            looked_at = claimed.looked_at

    def _is_anything_due(self, now: datetime) -> bool:
        with self.database.read() as conn:
            due = [at for at in (enrollments.next_due_at(conn), messages.next_due_at(conn)) if at]
        return any(at <= now for at in due)

    def judge_later(self) -> None:
        """An open or a click came: it is judged with what comes beside it."""
        self._judges_at = self._judges_at or self.clock.now() + JUDGED_AFTER

    def letters(self) -> dict[str, SentLetter]:
        """Everything that went out, by Message-ID, in the order in which it went."""
        for parcel in self._transport.parcels[len(self._letters) :]:
            letter = read_sent_letter(parcel.data, parcel.rcpt_to)
            self._letters[letter.message_id] = letter
        return self._letters

    def messages_to(self, contact_id: int) -> list[Message]:
        """The mails that the contact got, the newest first."""
        with self.database.read() as conn:
            ledger = messages.by_message_ids(conn, list(self.letters()))
        found = [ledger[message_id] for message_id in reversed(self.letters()) if message_id in ledger]
        return [each for each in found if each.contact_id == contact_id and each.purpose != "notify"]

    def newest_message(self, contact_id: int, step: str | None = None) -> Message:
        """The newest mail that the contact got, of a step where one is named. Raises InvalidInput."""
        for each in self.messages_to(contact_id):
            if step in (None, each.step, f"{each.campaign}/{each.step}"):
                return each
        raise InvalidInput(f"no mail of {step} was sent before" if step else "no mail was sent before")

    def close(self) -> None:
        self._store.close()
        self.database.close()

    def _ask_in(self, now: datetime) -> None:
        today = now.astimezone(self.rules.zone).date()
        if self._asked_in_on == today:
            return
        self._asked_in_on = today
        for campaign in self.campaigns.values():
            if campaign.enroll.is_daily and campaign.is_enabled:
                enroll_daily(self.database, campaign, rules=self.rules, now=now)

    def _next_midnight(self, now: datetime) -> datetime | None:
        if not any(campaign.enroll.is_daily for campaign in self.campaigns.values()):
            return None
        tomorrow = now.astimezone(self.rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return (tomorrow + timedelta(days=1)).astimezone(now.tzinfo)

    def _note_reasons(self) -> None:
        """Why each run's next step waits, as its row says until the step is done: the reason of its time."""
        with self.database.read() as conn:
            for run in enrollments.unfinished_of(conn, self.contact_id):
                if run.step and run.because:
                    self.reasons[run.id, run.step] = run.because
