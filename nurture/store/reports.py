"""Numbers: what happened is counted from the log, how things stand from the queue and the ledger."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, distinct, func, literal, select

from nurture.store.enrollments import UNFINISHED
from nurture.store.tables import enrollments, events, messages, senders

_SECONDS_A_DAY = 86_400
_CHUNK = 1000
_LONGEST_CONVERSATION = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """Runs that ever entered the stage, are in it now, have left it; the median of the days that those stayed."""

    stage: str
    entered: int = 0
    now: int = 0
    left: int = 0
    median_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailCounts:
    """One step's mails. Opened, clicked, replied and bounced count mails, however often it happened to one.

    Opens and clicks are those of people. `unknown` counts what is unknown still.
    """

    stage: str | None
    step: str
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    bounced: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatus:
    """How a campaign's runs stand: each of the `active` is either due, held (`held_by` counts by what) or pending."""

    campaign: str
    active: int = 0
    pending: int = 0
    due: int = 0
    held: int = 0
    held_by: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    failed: int = 0


def funnel(conn: Connection, campaign: str, stages: Sequence[str]) -> list[FunnelStage]:
    """The campaign's stages in the order given; after them those that only the log still knows, if any.

    Somebody who enters a stage again in the same run is counted once, and the spans add up.
    """
    entered: Counter[str] = Counter()
    now: Counter[str] = Counter()
    stays: dict[str, list[float]] = {}
    for _, story in groupby(_stage_events(conn, campaign), key=attrgetter("enrollment_id")):
        spans, standing_in = _stays(story)
        entered.update(list(spans))
        if standing_in is not None:
            now[standing_in] += 1
        for stage, seconds in spans.items():
            if stage != standing_in:
                stays.setdefault(stage, []).append(seconds)
    return [
        FunnelStage(
            stage=stage,
            entered=entered[stage],
            now=now[stage],
            left=len(stays.get(stage, ())),
            median_days=round(median(stays[stage]) / _SECONDS_A_DAY, 2) if stage in stays else None,
        )
        for stage in dict.fromkeys((*stages, *sorted(entered)))
    ]


def outcomes(conn: Connection, campaign: str) -> dict[str, int]:
    """How many runs finished with each outcome."""
    finished = select(events.c.fields).where(events.c.campaign == campaign, events.c.name == "finished")
    counted = Counter(str(row.fields.get("outcome", "")) for row in conn.execute(finished))
    return dict(sorted(counted.items()))


def _stage_events(conn: Connection, campaign: str) -> Iterator[Row[Any, Any, Any, Any]]:
    query = select(events.c.enrollment_id, events.c.name, events.c.stage, events.c.at).where(
        events.c.campaign == campaign,
        events.c.name.in_(["enrolled", "stage_entered", "finished"]),
        events.c.enrollment_id.is_not(None),
    )
    ordered = query.order_by(events.c.enrollment_id, events.c.at, events.c.id)
    yield from conn.execute(ordered.execution_options(yield_per=_CHUNK))


def _stays(story: Iterator[Row[Any, Any, Any, Any]]) -> tuple[dict[str, float], str | None]:
    """One run's seconds in each stage that it entered, and the stage it stands in, None where it is over."""
    spans: dict[str, float] = {}
    stage: str | None = None
    since: datetime | None = None
    for event in story:
        if stage is not None and since is not None:
            spans[stage] += (event.at - since).total_seconds()
        stage, since = (None, None) if event.name == "finished" else (event.stage, event.at)
        if stage is not None:
            spans.setdefault(stage, 0.0)
    return spans, stage


def emails(conn: Connection, campaign: str, steps: Sequence[str]) -> list[EmailCounts]:
    """The mails of `steps` in the order given; after them steps of which only the log knows that they were mailed."""
    counts = {name: _mails(event) for name, event in _MAILED.items()}
    counts["skipped"] = func.count(case((events.c.name == "step_skipped", 1)))
    query = (
        select(events.c.step, func.max(events.c.stage).label("stage"), *(each.label(n) for n, each in counts.items()))
        .where(
            events.c.campaign == campaign,
            events.c.step.is_not(None),
            events.c.name.in_([*_MAILED.values(), "step_skipped"]),
        )
        .group_by(events.c.step)
        .order_by(func.min(events.c.id))
    )
    unknown = _unknown_by_step(conn, campaign)
    found = {row.step: EmailCounts(**row._mapping, unknown=unknown.get(row.step, 0)) for row in conn.execute(query)}
    gone = [step for step, each in found.items() if any(getattr(each, name) for name in _MAILED)]
    return [
        found.get(step, EmailCounts(stage=None, step=step, unknown=unknown.get(step, 0)))
        for step in dict.fromkeys((*steps, *gone, *unknown))
    ]


_MAILED = {
    "sent": "message_sent",
    "opened": "message_opened",
    "clicked": "link_clicked",
    "replied": "reply_received",
    "bounced": "bounced",
    "failed": "message_failed",
}
"""The event behind each count of mails."""


def _mails(name: str) -> ColumnElement[int]:
    return func.count(distinct(case((and_(events.c.name == name, events.c.is_human), events.c.message_id))))


def _unknown_by_step(conn: Connection, campaign: str) -> dict[str, int]:
    query = select(messages.c.step, func.count()).where(messages.c.campaign == campaign, _IS_UNKNOWN)
    return {step: number for step, number in conn.execute(query.group_by(messages.c.step)) if step}


def campaign_status(conn: Connection, campaigns: Sequence[str], now: datetime) -> list[CampaignStatus]:
    """How `campaigns` stand, in that order; after them those whose file is gone and that somebody still is in."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    runs = (
        select(enrollments.c.campaign, enrollments.c.held_by, func.count(), func.count(case((_is_due(now), 1))))
        .where(UNFINISHED)
        .group_by(enrollments.c.campaign, enrollments.c.held_by)
    )
    for campaign, held_by, number, due in conn.execute(runs):
        tallies[campaign].add_runs(held_by, number, due)
    unknown = select(messages.c.campaign, func.count()).where(messages.c.campaign.is_not(None), _IS_UNKNOWN)
    for campaign, number in conn.execute(unknown.group_by(messages.c.campaign)):
        tallies[campaign].unknown = number
    names = list(dict.fromkeys((*campaigns, *sorted(tallies))))
    failed = select(events.c.campaign, _mails("message_failed")).where(
        events.c.campaign.in_(names), events.c.name == "message_failed"
    )
    for campaign, number in conn.execute(failed.group_by(events.c.campaign)):
        tallies[campaign].failed = number
    return [tallies[campaign].status(campaign) for campaign in names]


def sent_since(conn: Connection, since: datetime) -> dict[str, int]:
    """How many messages each sender's relay has accepted since then.

    From the ledger, where it is one range of an index; the log has one `message_sent` for each of these rows.
    """
    began = messages.c.attempted_at >= since - _LONGEST_CONVERSATION
    query = select(messages.c.sender, func.count()).where(
        messages.c.sender.in_(select(senders.c.name)), began, messages.c.sent_at >= since
    )
    return dict(conn.execute(query.group_by(messages.c.sender)).all())


_IS_UNKNOWN = messages.c.state == literal("unknown", literal_execute=True)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return enrollments.c.due_at <= now


@dataclass(slots=True)
class _Tally:
    active: int = 0
    due: int = 0
    held_by: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    failed: int = 0

    def add_runs(self, held_by: str, number: int, due: int) -> None:
        """What is due is no longer held: it is looked at by the next claim."""
        self.active += number
        self.due += due
        if held_by and number > due:
            self.held_by[held_by] += number - due

    def status(self, campaign: str) -> CampaignStatus:
        held = self.held_by.total()
        return CampaignStatus(
            campaign=campaign,
            active=self.active,
            pending=self.active - self.due - held,
            due=self.due,
            held=held,
            held_by=dict(sorted(self.held_by.items())),
            unknown=self.unknown,
            failed=self.failed,
        )
