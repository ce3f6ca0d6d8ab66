"""Bringing contacts in by the thousand: a batch a transaction, each change logged, nobody enrolled unasked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from nurture.domain.campaign import Campaign
from nurture.domain.contact import ContactDraft
from nurture.domain.event import Event
from nurture.engine.enroll import enroll, refusals_of
from nurture.engine.rules import Rules
from nurture.store import contacts, enrollments, events, owners
from nurture.store.connection import Connection
from nurture.store.database import Database

BATCH = 500


@dataclass(slots=True)
class Imported:
    """What came of an import. `entered` counts by campaign who was enrolled, or who would be had it been asked."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    entered: Counter[str] = field(default_factory=Counter)


def import_contacts(
    database: Database,
    drafts: Iterable[ContactDraft],
    *,
    campaigns: Mapping[str, Campaign],
    rules: Rules,
    now: datetime,
    is_enrolling: bool,
    is_dry: bool = False,
) -> Imported:
    """Add and update contacts. Repeating an import changes nothing; a suppression stays whatever a file says.

    A dry run does the same and takes every batch back.
    """
    found = Imported()
    ask_in = _ask_in if is_enrolling else _count_who_would
    opened = [each for each in campaigns.values() if "contact_created" in each.enroll.events and each.is_enabled]
    for batch in _batched(drafts, BATCH):
        with database.write() as conn, conn.begin_nested() as trial:
            added = _take(conn, batch, found, now)
            owners.assign(conn, added, rules.owners)
            ask_in(conn, opened, added, found, rules, now)
            if is_dry:
                trial.rollback()
    return found


def _take(conn: Connection, drafts: Sequence[ContactDraft], found: Imported, now: datetime) -> list[int]:
    """Write one batch with its events; the ids of those who are new."""
    came = contacts.upsert(conn, drafts, now)
    names = {"added": "contact_created", "updated": "contact_changed"}
    events.append(
        conn,
        [
            Event(name=names[each.change], at=now, contact_id=each.contact_id, because="import")
            for each in came
            if each.change in names
        ],
    )
    for each in came:
        if each.change == "updated":
            enrollments.wake(conn, contact_id=each.contact_id, now=now)
    found.added += sum(each.change == "added" for each in came)
    found.updated += sum(each.change == "updated" for each in came)
    found.unchanged += sum(each.change == "unchanged" for each in came)
    return [each.contact_id for each in came if each.change == "added"]


def _ask_in(
    conn: Connection,
    opened: Sequence[Campaign],
    added: Sequence[int],
    found: Imported,
    rules: Rules,
    now: datetime,
) -> None:
    for campaign in opened:
        came = enroll(conn, campaign, added, rules=rules, now=now, because="on contact_created, import")
        found.entered[campaign.name] += sum(each.refusal is None for each in came)


def _count_who_would(
    conn: Connection,
    opened: Sequence[Campaign],
    added: Sequence[int],
    found: Imported,
    rules: Rules,
    now: datetime,
) -> None:
    for campaign in opened:
        refusals = refusals_of(conn, campaign, added, rules=rules, now=now)
        found.entered[campaign.name] += sum(refusal is None for refusal in refusals.values())


def _batched(drafts: Iterable[ContactDraft], size: int) -> Iterator[list[ContactDraft]]:
    rest = iter(drafts)
    while batch := list(islice(rest, size)):
        yield batch
