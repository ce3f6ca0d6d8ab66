"""People who are given to a simulation: rows of a file, or a database's own with all that is known of them, copied."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from nurture.domain.contact import Contact, ContactDraft
from nurture.domain.enrollment import Enrollment
from nurture.domain.facts import Facts
from nurture.domain.zone import zone_of
from nurture.simulation.person import HeldBy, Person, Record, with_tags, with_values
from nurture.simulation.simulate import Newcomer
from nurture.store import enrollments
from nurture.store import facts as fact_store
from nurture.store.connection import Connection

_BATCH = 500


def newcomer(contact: Contact, at: datetime, zone: ZoneInfo) -> Newcomer:
    """Somebody of whom nothing else is known."""
    return Newcomer(person=Person(contact=contact, zone=zone_of(contact, zone)), at=at)


def of_drafts(drafts: Iterable[ContactDraft], *, at: datetime, zone: ZoneInfo) -> Iterator[Newcomer]:
    """Everybody comes at once, as by an import; ids in the order of the rows."""
    for number, draft in enumerate(drafts, 1):
        bare = Contact(id=number, address=draft.address, email=draft.email, created_at=at, consent=draft.consent)
        contact = with_tags(with_values(bare, draft.values), draft.tags, is_removed=False)
        yield newcomer(contact, at, zone)


def of_database(
    conn: Connection, contacts: Iterable[Contact], *, campaign: str, at: datetime, zone: ZoneInfo
) -> Iterator[Newcomer]:
    """Who is in the campaign goes on from where they stand; the others are asked in at once."""
    batch: list[Contact] = []
    for contact in contacts:
        batch.append(contact)
        if len(batch) == _BATCH:
            yield from _copied(conn, batch, campaign, at, zone)
            batch = []
    yield from _copied(conn, batch, campaign, at, zone)


def _copied(conn: Connection, batch: list[Contact], campaign: str, at: datetime, zone: ZoneInfo) -> Iterator[Newcomer]:
    lives = fact_store.load_for_contacts(conn, [contact.id for contact in batch], now=at, zone=zone)
    runs = {contact.id: enrollments.latest_run(conn, contact.id, campaign) for contact in batch}
    going_on = [run for run in runs.values() if run and run.state != "finished"]
    facts = fact_store.load_for_enrollments(conn, going_on, now=at, zone=zone)
    for contact in batch:
        run = runs[contact.id]
        if contact.id in lives:
            yield _newcomer(lives[contact.id], run, facts.get(run.id) if run else None, at)


def _newcomer(life: Facts, run: Enrollment | None, facts: Facts | None, at: datetime) -> Newcomer:
    known = _record(life)
    person = Person(
        contact=life.contact,
        zone=life.zone,
        life=known,
        since=_record(facts) if facts else known,
        run=run,
        trigger=facts.trigger if facts else MappingProxyType({}),
        pauses=[
            HeldBy(pause=pause, run_id=run.id if run and pause.kind in ("reply", "by_hand") else None)
            for pause in (facts or life).pauses
        ],
        mailed_at=life.sent_at,
        scopes=life.suppressed_scopes,
        signs_of_life=sorted(deed.at for deed in (*life.opened, *life.clicked)),
    )
    goes_on = run if facts else None
    return Newcomer(person=person, at=at, run=goes_on, is_asked_in=goes_on is None)


def _record(facts: Facts) -> Record:
    return Record(
        sent=facts.sent,
        opened=facts.opened,
        clicked=facts.clicked,
        replies=facts.replies,
        orders=facts.orders,
        events=dict(facts.events),
    )
