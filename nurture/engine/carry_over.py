"""Taking a run from the version that it last went by into the one that runs: where it stands now, and what is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from nurture.domain import transition
from nurture.domain.campaign import Campaign
from nurture.domain.carry_over import Placed, place
from nurture.domain.change import Change, with_times_of
from nurture.domain.decision import Finish
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.event import Event
from nurture.domain.facts import Deed, Facts
from nurture.domain.message import MessageState
from nurture.engine.log import happened
from nurture.engine.past import Past
from nurture.engine.suppress import cancel_waiting
from nurture.store import events, messages
from nurture.store.connection import Connection

_OPEN = (MessageState.DEFERRED, MessageState.SENDING)
_OUTCOME = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The run in the version that runs, and what happened to it on the way."""

    enrollment: Enrollment
    events: tuple[Event, ...] = ()
    leaves_a_step: bool = False


def carry(enrollment: Enrollment, changes: Sequence[Change], done: Collection[str], *, now: datetime) -> Carried:
    """`enrollment` after each edit in turn. `done` are steps, by the names in the ledger, that need no doing again."""
    told: list[Event] = []
    leaves = False
    for change in changes:
        placed = place(change, enrollment.stage, enrollment.step, is_done=enrollment.step in done)
        if placed is None:
            enrollment = replace(enrollment, digest=change.new.digest)
            continue
        told += _told(enrollment, placed, done, now)
        leaves = leaves or placed.way != "stays"
        enrollment = _placed(enrollment, change, placed, now)
        if enrollment.state is EnrollmentState.FINISHED:
            break
    return Carried(enrollment=enrollment, events=tuple(told), leaves_a_step=leaves)


def carry_over(conn: Connection, past: Past, campaign: Campaign, row: Enrollment, *, now: datetime) -> Enrollment:
    """The claimed run in `campaign`, which runs, with what that means for the ledger and the log written."""
    changes = past.changes(conn, campaign, row.digest)
    if not changes:
        return row
    carried = carry(row, changes, settled_steps(conn, [row], campaign).get(row.id, ()), now=now)
    after = carried.enrollment
    if row.step and after.step and row.step != after.step and not carried.leaves_a_step:
        messages.call_step(conn, row.id, row.step, after.step)
    if carried.leaves_a_step:
        cancel_waiting(conn, row.id, reason="an edit took the person on", now=now)
    events.append(conn, list(carried.events))
    return after


def settled_steps(conn: Connection, rows: Sequence[Enrollment], campaign: Campaign) -> Mapping[int, set[str]]:
    """By run, the steps that are in the ledger for good: sent, failed, given up, or of unknown fate."""
    found: dict[int, set[str]] = {}
    for message in messages.of_enrollments(conn, [row.id for row in rows]):
        is_open = message.state in _OPEN or (message.state is MessageState.UNKNOWN and campaign.on_unknown == "resend")
        if message.step and message.enrollment_id and not is_open:
            found.setdefault(message.enrollment_id, set()).add(message.step)
    return found


def in_present_words(facts: Facts, campaign: Campaign, enrollment: Enrollment) -> Facts:
    """The facts as the running version calls stages and steps: a deed at a step counts under the step's name now."""
    facts = replace(facts, stage=enrollment.stage, stage_entered_at=enrollment.stage_entered_at)
    if not campaign.formerly:
        return facts
    called = present_names(campaign)
    return replace(
        facts,
        sent=_called(facts.sent, called),
        opened=_called(facts.opened, called),
        clicked=_called(facts.clicked, called),
    )


def present_names(campaign: Campaign) -> Mapping[str, str]:
    """How the campaign calls each step that had another name in an earlier version."""
    present = {then: now for now, names in campaign.formerly.items() for then in names if not campaign.step(then)}
    return MappingProxyType(present)


def timed(conn: Connection, past: Past, campaign: Campaign, enrollment: Enrollment) -> Campaign:
    """The campaign as it is timed for this run: an edit may have kept the time of the step it stands at."""
    if enrollment.timed_by is None or enrollment.step is None:
        return campaign
    then = past.campaign_at(conn, campaign.name, enrollment.timed_by)
    for name in (enrollment.step, *campaign.formerly.get(enrollment.step, ())):
        found = then.step(name) if then else None
        if found:
            return with_times_of(campaign, enrollment.step, found[1])
    return campaign


def _called(deeds: tuple[Deed, ...], present: Mapping[str, str]) -> tuple[Deed, ...]:
    return tuple(replace(deed, step=present.get(deed.step or "", deed.step)) for deed in deeds)


def _placed(enrollment: Enrollment, change: Change, placed: Placed, now: datetime) -> Enrollment:
    after = replace(enrollment, digest=change.new.digest)
    if placed.way == "over":
        return transition.finish(after, Finish(outcome=_OUTCOME, because=placed.because), now)
    if placed.way == "stays":
        keeps = change.new.on_change == "keep" and enrollment.timed_by is None
        is_replanned = enrollment.step is not None and change.is_replanned(enrollment.step)
        timed_by = enrollment.digest if keeps and is_replanned else enrollment.timed_by
        if is_replanned and change.new.on_change != "keep":
            timed_by = None
        return replace(after, stage=placed.stage, step=placed.step, timed_by=timed_by)
    found = change.new.step(placed.step) if placed.step else None
    is_other_stage = placed.way == "stage"
    return replace(
        after,
        stage=placed.stage,
        step=placed.step,
        state=EnrollmentState.ACTIVE,
        stage_entered_at=now if is_other_stage else enrollment.stage_entered_at,
        anchor_at=now if placed.is_counted_anew else enrollment.anchor_at,
        due_at=now,
        planned_at=None,
        attempts=0,
        retry_at=None,
        because=placed.because,
        held_by="",
        timed_by=None,
        will_send=found is not None and transition.sends_at_once(found[1]),
        priority=transition.rank_of(found[1]) if found else enrollment.priority,
    )


def _told(enrollment: Enrollment, placed: Placed, done: Collection[str], now: datetime) -> list[Event]:
    told = [
        happened(enrollment, "step_skipped", now, step=each.step, because=each.because)
        for each in placed.lost
        if each.step not in done
    ]
    if placed.way == "over":
        told.append(
            happened(
                enrollment, "finished", now, because=placed.because, fields={"outcome": enrollment.outcome or _OUTCOME}
            )
        )
    elif placed.stage != enrollment.stage:
        because = (
            placed.because
            if placed.way == "stage"
            else f"the stage `{enrollment.stage}` is called `{placed.stage}` now"
        )
        fields = {"from": enrollment.stage}
        told.append(happened(enrollment, "stage_entered", now, stage=placed.stage, because=because, fields=fields))
    return told
