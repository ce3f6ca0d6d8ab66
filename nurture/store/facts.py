"""What conditions, decisions and templates may know about people: a batch at a time, by a handful of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from nurture.domain.contact import Contact
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import BUILT_IN_EVENTS, Event
from nurture.domain.facts import Deed, EventFact, Facts
from nurture.domain.score import ScoreRules, scored
from nurture.domain.value import Value
from nurture.domain.zone import zone_of
from nurture.store.enrollments import enrollment_of_row
from nurture.store.fact_rows import FactRows, gather
from nurture.store.tables import enrollments

_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})
_IN_COLUMNS = ("stage", "step", "link")

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whom facts are for: the run it stands in, the runs whose deeds count (None: all), and since when."""

    contact_id: int
    run: Enrollment | None
    run_ids: frozenset[int] | None
    since: datetime | None

    def counts(self, run_id: int | None) -> bool:
        return self.run_ids is None or run_id in self.run_ids

    def counts_at(self, at: datetime) -> bool:
        return self.since is None or at >= self.since

    def counted(self, found: Iterable[tuple[int | None, Kept]]) -> tuple[Kept, ...]:
        return tuple(each for run_id, each in found if self.counts(run_id))


def load_for_enrollments(
    conn: Connection,
    runs: Sequence[Enrollment],
    *,
    now: datetime,
    zone: ZoneInfo,
    score_rules: ScoreRules | None = None,
) -> dict[int, Facts]:
    """Facts by enrollment id, as each run sees them: what happened since it began, deeds and replies in it alone.

    `zone` is the project's, for contacts that have none. As many queries for a thousand runs as for one.
    """
    if not runs:
        return {}
    rows = gather(
        conn,
        {run.contact_id for run in runs},
        now=now,
        since=None if score_rules else min(run.entered_at for run in runs),
        run_ids=None if score_rules else [run.id for run in runs],
        trigger_ids=[run.trigger_event_id for run in runs if run.trigger_event_id],
    )
    found: dict[int, Facts] = {}
    for run in runs:
        subject = _Subject(contact_id=run.contact_id, run=run, run_ids=frozenset({run.id}), since=run.entered_at)
        if facts := _facts(subject, rows, now=now, zone=zone, score_rules=score_rules):
            found[run.id] = facts
    return found


def load_for_contacts(
    conn: Connection,
    contact_ids: Collection[int],
    *,
    now: datetime,
    zone: ZoneInfo,
    score_rules: ScoreRules | None = None,
    campaign: str | None = None,
) -> dict[int, Facts]:
    """Facts by contact id over the whole history, for audiences and templates.

    With a campaign, stage, deeds and replies are those of the contact's runs through it; else those of all runs.
    """
    if not contact_ids:
        return {}
    runs = _runs_through(conn, contact_ids, campaign) if campaign is not None else {}
    newest = {contact_id: theirs[-1] for contact_id, theirs in runs.items()}
    rows = gather(
        conn,
        contact_ids,
        now=now,
        run_ids=None if campaign is None else [run.id for theirs in runs.values() for run in theirs],
        trigger_ids=[run.trigger_event_id for run in newest.values() if run.trigger_event_id],
    )
    found: dict[int, Facts] = {}
    for contact_id in contact_ids:
        run_ids = None if campaign is None else frozenset(run.id for run in runs.get(contact_id, ()))
        subject = _Subject(contact_id=contact_id, run=newest.get(contact_id), run_ids=run_ids, since=None)
        if facts := _facts(subject, rows, now=now, zone=zone, score_rules=score_rules):
            found[contact_id] = facts
    return found


def _runs_through(conn: Connection, contact_ids: Collection[int], campaign: str) -> dict[int, list[Enrollment]]:
    """Every contact's runs through the campaign, oldest first."""
    mine = enrollments.c.contact_id.in_(list(contact_ids)), enrollments.c.campaign == campaign
    runs: dict[int, list[Enrollment]] = defaultdict(list)
    for row in conn.execute(select(enrollments).where(*mine).order_by(enrollments.c.id)):
        runs[row.contact_id].append(enrollment_of_row(row))
    return runs


def _facts(
    subject: _Subject, rows: FactRows, *, now: datetime, zone: ZoneInfo, score_rules: ScoreRules | None
) -> Facts | None:
    """None where the contact was erased meanwhile."""
    contact = rows.contacts.get(subject.contact_id)
    if contact is None:
        return None
    facts = _unscored(subject, contact, rows, now, zone)
    if score_rules is None:
        return facts
    person = _Subject(contact_id=contact.id, run=None, run_ids=None, since=None)
    return scored(score_rules, facts, _unscored(person, contact, rows, now, zone))


def _unscored(subject: _Subject, contact: Contact, rows: FactRows, now: datetime, zone: ZoneInfo) -> Facts:
    run = subject.run
    happened = [event for event in rows.events.get(contact.id, []) if subject.counts_at(event.at)]
    ours = [event for event in happened if subject.counts(event.enrollment_id)]
    trigger_id = run.trigger_event_id if run else None
    return Facts(
        contact=contact,
        now=now,
        zone=zone_of(contact, zone),
        stage=run.stage if run else None,
        entered_at=run.entered_at if run else None,
        stage_entered_at=run.stage_entered_at if run else None,
        pauses=tuple(
            pause
            for run_id, pause in rows.pauses.get(contact.id, [])
            if run_id is None or (run is not None and run_id == run.id)
        ),
        sent=subject.counted(rows.sent.get(contact.id, [])),
        opened=tuple(_deed(event) for event in ours if event.name == "message_opened"),
        clicked=tuple(_deed(event) for event in ours if event.name == "link_clicked"),
        replies=subject.counted(rows.replies.get(contact.id, [])),
        events=_by_name(happened),
        orders=tuple(order for order in rows.orders.get(contact.id, []) if subject.counts_at(order.placed_at)),
        enrolled=rows.enrolled.get(contact.id, frozenset()),
        trigger=rows.triggers.get(trigger_id, _NO_FIELDS) if trigger_id else _NO_FIELDS,
        suppressed_scopes=rows.scopes.get(contact.address, ()),
        sent_at=tuple(rows.mailed_at.get(contact.id, ())),
    )


def _deed(event: Event) -> Deed:
    return Deed(step=event.step or "", at=event.at, link=event.link)


def _by_name(happened: Iterable[Event]) -> Mapping[str, tuple[EventFact, ...]]:
    groups: dict[str, list[EventFact]] = defaultdict(list)
    for event in happened:
        groups[event.name].append(EventFact(at=event.at, fields=_fields(event)))
    return MappingProxyType({name: tuple(facts) for name, facts in groups.items()})


def _fields(event: Event) -> Mapping[str, Value]:
    """Its own fields, and of a built-in event those that the log keeps in columns."""
    known = BUILT_IN_EVENTS.get(event.name, ())
    in_columns = {name: getattr(event, name) for name in _IN_COLUMNS if name in known}
    return {**in_columns, **event.fields} if in_columns else event.fields
