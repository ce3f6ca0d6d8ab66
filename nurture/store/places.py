"""Where the people of a campaign stand, by number, by example and a slice at a time: what an edit is planned with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update

from nurture.domain.enrollment import Enrollment
from nurture.domain.plan import Group, Place
from nurture.store.enrollments import UNFINISHED, enrollment_of_row
from nurture.store.tables import contacts, enrollments


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One of the people at a place; `planned_at` is when the step is due for them, where that is known."""

    email: str
    stage: str
    step: str | None
    planned_at: datetime | None


def groups(conn: Connection, campaign: str) -> list[Group]:
    """All unfinished runs of the campaign, counted by place and version."""
    columns = (enrollments.c.stage, enrollments.c.step, enrollments.c.digest)
    query = select(*columns, func.count()).where(enrollments.c.campaign == campaign, UNFINISHED).group_by(*columns)
    rows = conn.execute(query.order_by(*columns)).all()
    return [Group(stage=stage, step=step, digest=digest, number=number) for stage, step, digest, number in rows]


def examples(conn: Connection, campaign: str, places: Sequence[Place], *, limit: int) -> list[Example]:
    """A few of those who stand there, the longest in the campaign first."""
    columns = (contacts.c.email, enrollments.c.stage, enrollments.c.step, enrollments.c.planned_at)
    query = select(*columns).join(contacts, contacts.c.id == enrollments.c.contact_id)
    query = query.where(_standing(campaign, places)).order_by(enrollments.c.id).limit(limit)
    return [Example(**row._mapping) for row in conn.execute(query)]


def slice_at(
    conn: Connection, campaign: str, places: Sequence[Place], *, after_id: int, limit: int
) -> list[Enrollment]:
    """The next runs that stand there, by id, kept from everybody else until the transaction ends."""
    where = and_(_standing(campaign, places), enrollments.c.id > after_id)
    query = select(enrollments).where(where).order_by(enrollments.c.id).limit(limit)
    return [enrollment_of_row(row) for row in conn.execute(query.with_for_update(key_share=True))]


def go_by(conn: Connection, campaign: str, digest: str) -> None:
    """Have all who are in the campaign go by that version: for who came in before any was kept."""
    there = update(enrollments).where(enrollments.c.campaign == campaign, UNFINISHED)
    conn.execute(there.values(digest=digest))


def wake(conn: Connection, ids: Sequence[int], *, now: datetime) -> None:
    """Have these runs looked at now; under a lease, once their worker is done with them."""
    if ids:
        woken = update(enrollments).where(enrollments.c.id.in_(list(ids)))
        conn.execute(woken.values(wake=enrollments.c.wake + 1, due_at=now))


_WRITE = (
    update(enrollments)
    .where(enrollments.c.id == bindparam("this"))
    .values(
        digest=bindparam("digest_"),
        stage=bindparam("stage_"),
        step=bindparam("step_"),
        state=bindparam("state_"),
        stage_entered_at=bindparam("stage_entered_at_"),
        anchor_at=bindparam("anchor_at_"),
        due_at=bindparam("due_at_"),
        planned_at=bindparam("planned_at_"),
        outcome=bindparam("outcome_"),
        finished_at=bindparam("finished_at_"),
        attempts=bindparam("attempts_"),
        retry_at=bindparam("retry_at_"),
        because=bindparam("because_"),
        held_by=bindparam("held_by_"),
        timed_by=bindparam("timed_by_"),
        will_send=bindparam("will_send_"),
        priority=bindparam("priority_"),
        revision=enrollments.c.revision + 1,
    )
)
_NAMES = [str(name)[:-1] for name in _WRITE.compile().params if str(name).endswith("_")]


def write(conn: Connection, runs: Sequence[Enrollment]) -> None:
    """Put runs of a `slice_at` that nobody has leased where they stand now."""
    if runs:
        conn.execute(_WRITE, [{"this": run.id} | {f"{name}_": getattr(run, name) for name in _NAMES} for run in runs])


def _standing(campaign: str, places: Sequence[Place]) -> ColumnElement[bool]:
    there = [
        and_(enrollments.c.stage == stage, enrollments.c.step.is_(None) if step is None else enrollments.c.step == step)
        for stage, step in places
    ]
    # coalesce hides the column: by the campaign's index each slice would sort all who stand there, by id it reads on.
    is_theirs = func.coalesce(enrollments.c.campaign, "") == campaign
    return and_(is_theirs, UNFINISHED, or_(*there))
