"""What happened in a scenario, read back from the log and the ledger: the side that expectations are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nurture.domain.campaign import Campaign
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.simulation.scenario_mail import SentLetter
from nurture.store import enrollments, events, messages, tasks
from nurture.store.connection import Connection

FactKind = Literal[
    "email",
    "stage",
    "task",
    "notify",
    "outcome",
    "skipped",
    "done",
    "failed",
    "not_enrolled",
    "heard",
    "waits",
    "trouble",
]
"""`heard` is what came from outside, `waits` where the run stands at the end, `trouble` what could not be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened, with the reason of the decision; `name` as an expectation would call it."""

    kind: FactKind
    at: datetime
    name: str
    because: str = ""
    step: str | None = None
    task_kind: str | None = None
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What facts are read with. `main` is the campaign whose steps need no prefix; `reasons` are by run and step."""

    campaigns: Mapping[str, Campaign]
    main: str
    letters: Mapping[str, SentLetter]
    reasons: Mapping[tuple[int, str], str]


_HEARD = {
    "reply_received": "reply",
    "auto_reply_received": "out of office",
    "bounced": "bounce",
    "complained": "complaint",
    "unsubscribed": "unsubscribed",
    "mail_unmatched": "mail set aside",
    "message_opened": "opened",
    "link_clicked": "clicked",
    "order_placed": "order",
    "paused": "paused",
    "resumed": "resumed",
    "task_done": "task done",
    "owner_wrote": "we wrote",
    "contact_changed": "changed",
    "delivery_delayed": "delayed",
}


def facts_of(conn: Connection, contact_id: int, reading: Reading) -> list[Fact]:
    """Everything that happened to the contact, in order, and where each of their runs stands."""
    found: list[Fact] = []
    settled: set[int] = set()
    for event in events.of_contact(conn, contact_id):
        found += _facts_of_event(conn, event, settled, reading)
    found += _notices(conn, contact_id, reading)
    found += [_where(run, reading) for run in enrollments.unfinished_of(conn, contact_id)]
    return in_order(found)


def _facts_of_event(conn: Connection, event: Event, settled: set[int], reading: Reading) -> list[Fact]:
    step = _named(event.campaign, event.step, reading)
    match event.name:
        case "message_sent":
            return [_email(conn, event, step, reading)]
        case "stage_entered":
            return _entered(event, settled, reading)
        case "finished":
            if event.enrollment_id in settled:
                return [Fact(kind="done", at=event.at, name="the run is over", because=event.because)]
            outcome = _named(event.campaign, str(event.fields.get("outcome") or ""), reading)
            return [Fact(kind="outcome", at=event.at, name=outcome, because=event.because)]
        case "step_skipped":
            return [Fact(kind="skipped", at=event.at, name=step, because=event.because, step=step)]
        case "step_done":
            return [Fact(kind="done", at=event.at, name=step, because=event.because, step=step)]
        case "step_failed" | "message_failed" | "message_unknown" | "message_deferred":
            return [Fact(kind="failed", at=event.at, name=step, because=event.because, step=step)]
        case "task_created":
            return [_task(conn, event, step)]
        case "enrolled" | "contact_created":
            return []
        case name:
            return [Fact(kind="heard", at=event.at, name=_HEARD.get(name, name), because=_said(event))]


def _email(conn: Connection, event: Event, step: str, reading: Reading) -> Fact:
    letter = reading.letters.get(_message_id(conn, event))
    because = reading.reasons.get((event.enrollment_id or 0, event.step or ""), "at once")
    return Fact(
        kind="email",
        at=event.at,
        name=step,
        because=because,
        step=step,
        subject=letter.subject if letter else "",
        text=letter.text if letter else "",
    )


def _notices(conn: Connection, contact_id: int, reading: Reading) -> list[Fact]:
    ledger = messages.by_message_ids(conn, list(reading.letters))
    return [
        Fact(kind="notify", at=sent.sent_at, name=sent.recipient, subject=letter.subject, text=letter.text)
        for message_id, letter in reading.letters.items()
        if (sent := ledger.get(message_id)) and sent.purpose == "notify" and sent.sent_at
        if sent.contact_id in (None, contact_id)
    ]


def _entered(event: Event, settled: set[int], reading: Reading) -> list[Fact]:
    campaign = reading.campaigns.get(event.campaign or "")
    stage = campaign.stage(event.stage or "") if campaign else None
    name = _named(event.campaign, event.stage, reading)
    found = [Fact(kind="stage", at=event.at, name=name, because=event.because)]
    if stage and stage.outcome:
        settled.add(event.enrollment_id or 0)
        outcome = _named(event.campaign, stage.outcome, reading)
        found.append(Fact(kind="outcome", at=event.at, name=outcome, because=f"stage {name} was entered"))
    return found


def _task(conn: Connection, event: Event, step: str) -> Fact:
    number = event.fields.get("task")
    task = tasks.get(conn, number) if isinstance(number, int) else None
    because = "" if event.step else "a reply asks for it"
    return Fact(
        kind="task",
        at=event.at,
        name=str(event.fields.get("title") or ""),
        because=because,
        step=step if event.step else None,
        task_kind=task.kind if task else None,
    )


def _where(run: Enrollment, reading: Reading) -> Fact:
    at = run.planned_at or run.due_at or run.stage_entered_at
    standing = _named(run.campaign, run.step, reading) if run.step else f"the end of {run.stage}"
    return Fact(kind="waits", at=at, name=standing, because=run.because)


def _said(event: Event) -> str:
    words = [str(event.fields[key]) for key in ("intent", "link", "until", "changed", "hard") if event.fields.get(key)]
    return "; ".join(filter(None, (event.because, *words)))


def _named(campaign: str | None, name: str | None, reading: Reading) -> str:
    """The name as it is written in the scenario: with its campaign where that is another."""
    if not name or campaign in (None, reading.main):
        return name or ""
    return f"{campaign}/{name}"


def _message_id(conn: Connection, event: Event) -> str:
    from_ledger = messages.get(conn, event.message_id) if event.message_id else None
    return from_ledger.message_id if from_ledger else ""


def in_order(found: Sequence[Fact]) -> list[Fact]:
    """By time; what was read first stays first among those of one moment, and where the run stands comes last."""
    return sorted(found, key=lambda fact: (fact.kind == "waits", fact.at))
