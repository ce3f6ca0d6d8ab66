"""Having another version of a campaign run, and moving the people whom that moves, a few at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from nurture.domain.change import Change, former_names
from nurture.domain.decision import Finish
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.engine.carry_over import carry, settled_steps
from nurture.engine.past import Past
from nurture.engine.planning import CampaignPlan, Proposal
from nurture.engine.suppress import cancel_waiting, end_run
from nurture.store import events, messages, places, versions
from nurture.store.connection import Connection
from nurture.store.database import Database
from nurture.store.versions import Version

SLICE = 250  # runs a transaction: the engine is not kept waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The version that runs now, None where the campaign ends; `places` are where people stand whom that moves."""

    campaign: str
    version: Version | None
    places: tuple[tuple[str, str | None], ...] = ()


def take(
    conn: Connection, plan: CampaignPlan, proposal: Proposal | None, *, because: str, now: datetime
) -> Taken | None:
    """Have the plan's version run; None, and nothing done, where another runs than the plan was made for.

    Whoever waits at a step that is gone or timed otherwise is moved afterwards, by `move_people`.
    """
    running = versions.lock_running(conn, plan.name)
    if (running.id if running else None) != (plan.running.id if plan.running else None):
        return None
    moved = tuple({place: None for each in plan.effects if not each.is_safe for place in each.places})
    if proposal is None:
        versions.stop_running(conn, plan.name, now=now)
        _log(conn, plan, because, now, {"number": None})
        return Taken(campaign=plan.name, version=None, places=moved)
    formerly = running.formerly if running else {}
    if plan.change:
        formerly = former_names(formerly, plan.change)
    draft = replace(proposal.draft, formerly=formerly)
    taken = versions.take(conn, draft, because=because, now=now)
    if taken is None:
        return None
    if taken.number == 1:
        places.go_by(conn, plan.name, taken.digest)
    _log(conn, plan, because, now, {"number": taken.number, "digest": taken.digest})
    return Taken(campaign=plan.name, version=taken, places=moved)


def move_people(database: Database, past: Past, taken: Taken, *, now: datetime) -> Iterator[int]:
    """Move those whom the version moves, a transaction a slice; how many, slice by slice.

    Whoever is being worked on, or is missed where this ends early, is moved when the queue next comes to them.
    """
    last = 0
    while taken.places:
        with database.write() as conn:
            runs = places.slice_at(conn, taken.campaign, taken.places, after_id=last, limit=SLICE)
            if runs:
                _move(conn, past, taken, runs, now)
        if not runs:
            return
        last = runs[-1].id
        yield len(runs)


def _move(conn: Connection, past: Past, taken: Taken, runs: Sequence[Enrollment], now: datetime) -> None:
    if taken.version is None:
        for run in runs:
            end_run(conn, run.id, Finish(outcome="removed", because="the campaign's file is gone"), now=now)
        return
    campaign = past.built(conn, taken.version).campaign
    changes: dict[str, tuple[Change, ...]] = {}
    free = [run for run in runs if run.lease_until is None or run.lease_until <= now]
    places.wake(conn, [run.id for run in runs], now=now)
    settled = settled_steps(conn, free, campaign)
    moved: list[Enrollment] = []
    told: list[Event] = []
    for run in free:
        if run.digest not in changes:
            changes[run.digest] = past.changes(conn, campaign, run.digest)
        carried = carry(run, changes[run.digest], settled.get(run.id, ()), now=now)
        if carried.enrollment == run:
            continue
        # Looked at now, so that a time that came nearer is not slept through; no place in the queue is needed for that.
        moved.append(replace(carried.enrollment, due_at=now if carried.enrollment.state != "finished" else None))
        told += carried.events
        if carried.leaves_a_step:
            cancel_waiting(conn, run.id, reason="an edit took the person on", now=now)
        elif run.step and carried.enrollment.step and run.step != carried.enrollment.step:
            messages.call_step(conn, run.id, run.step, carried.enrollment.step)
    places.write(conn, moved)
    events.append(conn, told)


def _log(conn: Connection, plan: CampaignPlan, because: str, now: datetime, fields: Mapping[str, Any]) -> None:
    """The log has each version with the steps that it takes away."""
    gone = [each.id for each in plan.change.step_changes if each.change == "removed"] if plan.change else []
    said = {key: value for key, value in {**fields, "removed": ", ".join(gone)}.items() if value}
    events.append(conn, [Event(name="version_taken", at=now, campaign=plan.name, because=because, fields=said)])
