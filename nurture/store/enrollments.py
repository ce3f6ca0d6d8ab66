"""The queue: one row per run of a person through a campaign; where it stands and when to look at it again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.rates import share_out
from nurture.store.insertion import insert_into
from nurture.store.tables import contacts, enrollments
from nurture.store.values import storable

UNFINISHED = enrollments.c.state != literal("finished", literal_execute=True)
"""A constant in the statement, not a parameter: else neither database sees that a partial index fits."""

# Built once: SQLAlchemy takes longer to put a statement together than SQLite to execute it.
_SAVE = update(enrollments).where(
    enrollments.c.id == bindparam("this"),
    enrollments.c.revision == bindparam("this_revision"),
    enrollments.c.lease_token.is_not_distinct_from(bindparam("this_token")),
)
_WAS_WOKEN = enrollments.c.wake > bindparam("known_wake")
# Inside CASE a value has no column beside it from which its type would be known.
_PRESENT, _PLANNED = (bindparam(name, type_=enrollments.c.due_at.type) for name in ("present", "planned"))
_SAVE_UNFINISHED = _SAVE.values(
    due_at=case((_WAS_WOKEN, _PRESENT), else_=_PLANNED),
    # What rose stays risen, so that the claim lets the row pass however little room its sender has.
    wake=case((_WAS_WOKEN, enrollments.c.wake - bindparam("known_wake")), else_=0),
)
_BY_ID = select(enrollments).where(enrollments.c.id == bindparam("this"))
_RELEASED: Mapping[str, None] = MappingProxyType({"lease_token": None, "lease_until": None})


def enroll(
    conn: Connection,
    *,
    contact_id: int,
    campaign: str,
    digest: str,
    stage: str,
    step: str | None,
    sender: str,
    now: datetime,
    trigger_event_id: int | None = None,
    will_send: bool = False,
    priority: int = 1,
) -> Enrollment | None:
    """The new run, due now; None where the contact has an unfinished one in that campaign."""
    new = insert_into(conn, enrollments).values(
        contact_id=contact_id,
        campaign=campaign,
        digest=digest,
        stage=stage,
        step=step,
        state=EnrollmentState.ACTIVE.value,
        entered_at=now,
        stage_entered_at=now,
        anchor_at=now,
        sender=sender,
        due_at=now,
        trigger_event_id=trigger_event_id,
        will_send=will_send,
        priority=priority,
    )
    once = new.on_conflict_do_nothing(index_elements=["contact_id", "campaign"], index_where=UNFINISHED)
    row = conn.execute(once.returning(*enrollments.c)).one_or_none()
    return enrollment_of_row(row) if row else None


def get(conn: Connection, enrollment_id: int) -> Enrollment | None:
    row = conn.execute(_BY_ID, {"this": enrollment_id}).one_or_none()
    return enrollment_of_row(row) if row else None


def latest_run(conn: Connection, contact_id: int, campaign: str) -> Enrollment | None:
    """The contact's newest run through the campaign, finished or not."""
    mine = enrollments.c.contact_id == contact_id, enrollments.c.campaign == campaign
    row = conn.execute(select(enrollments).where(*mine).order_by(enrollments.c.id.desc()).limit(1)).one_or_none()
    return enrollment_of_row(row) if row else None


def of_contact(conn: Connection, contact_id: int) -> list[Enrollment]:
    """All runs of a person, oldest first."""
    return _listed(conn, select(enrollments).where(enrollments.c.contact_id == contact_id))


def unfinished_of(conn: Connection, contact_id: int) -> list[Enrollment]:
    """The runs of a person that go on, oldest first."""
    return _listed(conn, select(enrollments).where(enrollments.c.contact_id == contact_id, UNFINISHED))


def claim_due(
    conn: Connection,
    *,
    now: datetime,
    limit: int,
    lease_token: str,
    lease_until: datetime,
    campaigns: Collection[str],
    rooms: Mapping[str, int],
) -> list[Enrollment]:
    """Lease at most `limit` due runs of `campaigns` that nobody has, or has for too long; at most one per contact.

    A run that is about to send is taken only while its sender has room, by priority, follow-ups before first mails. All
    others pass freely, also what was woken (an event may move it elsewhere) and what has a sender that is in no config.
    The contacts stay locked to the end of the transaction, so that nobody else counts their caps meanwhile.
    """
    if limit <= 0 or not campaigns:
        return []
    due = _is_claimable(now, campaigns)
    will_send = and_(enrollments.c.will_send, enrollments.c.wake == 0, enrollments.c.sender.in_(list(rooms)))
    free = and_(due, not_(will_send))
    by_time = (enrollments.c.due_at, enrollments.c.id)
    # Half of the places for either kind: neither a flood of mails nor one of mere looks can keep the other waiting.
    picked = _lock(conn, free, by_time, limit=max(1, limit // 2), without={})
    picked |= _pick_senders(conn, and_(due, will_send), rooms, limit=limit - len(picked))
    picked |= _lock(conn, free, by_time, limit=limit - len(picked), without=picked)
    return _lease(conn, picked, lease_token, lease_until)


def _is_claimable(now: datetime, campaigns: Collection[str]) -> ColumnElement[bool]:
    is_free = or_(enrollments.c.lease_token.is_(None), enrollments.c.lease_until <= now)
    # coalesce hides the column: SQLite would prefer its index, and the cost follow what is stored, not what is due.
    is_running = func.coalesce(enrollments.c.campaign, "").in_(list(campaigns))
    return and_(UNFINISHED, enrollments.c.due_at <= now, is_free, is_running)


def _pick_senders(
    conn: Connection, due: ColumnElement[bool], rooms: Mapping[str, int], *, limit: int
) -> dict[int, int]:
    order = (enrollments.c.priority.desc(), enrollments.c.has_sent.desc(), enrollments.c.due_at, enrollments.c.id)
    picked: dict[int, int] = {}

    def take(sender: str, places: int) -> int:
        found = _lock(conn, and_(due, enrollments.c.sender == sender), order, limit=places, without=picked)
        picked.update(found)
        return len(found)

    share_out(rooms, limit, take)
    return picked


def _lock(
    conn: Connection,
    which: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
    *,
    limit: int,
    without: Mapping[int, int],
) -> dict[int, int]:
    """Contact by run of the first `limit` rows that nobody else has locked. PostgreSQL looks at each again, locked."""
    if limit <= 0:
        return {}
    query = select(enrollments.c.id, enrollments.c.contact_id).where(which).order_by(*order).limit(limit)
    if without:
        query = query.where(enrollments.c.id.not_in(list(without)))
    rows = conn.execute(query.with_for_update(skip_locked=True, key_share=True))
    return {row.id: row.contact_id for row in rows}


def _lease(conn: Connection, picked: Mapping[int, int], lease_token: str, lease_until: datetime) -> list[Enrollment]:
    first_of: dict[int, int] = {}
    for enrollment_id, contact_id in picked.items():
        first_of.setdefault(contact_id, enrollment_id)
    query = select(contacts.c.id).where(contacts.c.id.in_(list(first_of))).order_by(contacts.c.id)
    locked = conn.execute(query.with_for_update(skip_locked=True, key_share=True)).scalars()
    ids = [first_of[contact_id] for contact_id in locked]
    leased = update(enrollments).where(enrollments.c.id.in_(ids))
    leased = leased.values(lease_token=lease_token, lease_until=lease_until)
    rows = {row.id: row for row in conn.execute(leased.returning(*enrollments.c))}
    return [enrollment_of_row(rows[enrollment_id]) for enrollment_id in picked if enrollment_id in rows]


def save(conn: Connection, before: Enrollment, after: Enrollment, *, now: datetime) -> bool:
    """Write `after` over `before`; False, and nothing written, where the row is no longer as `before` knew it.

    Also False where another worker has claimed it since: that is what the lease token is for. Where something woke
    the run meanwhile, it stays due now, whatever `after` says, unless it is over.
    """
    values = _values(after)
    values |= {
        "this": before.id,
        "this_revision": before.revision,
        "this_token": before.lease_token,
        "revision": before.revision + 1,
    }
    if after.lease_token is None:
        values |= _RELEASED
    if after.state is EnrollmentState.FINISHED:
        return conn.execute(_SAVE, {**values, "wake": 0}).rowcount == 1
    del values["due_at"]
    moments = {"known_wake": before.wake, "present": now, "planned": after.due_at}
    return conn.execute(_SAVE_UNFINISHED, {**values, **moments}).rowcount == 1


def wake(conn: Connection, *, contact_id: int, now: datetime, campaign: str | None = None) -> int:
    """Have the contact's runs, or the one in `campaign`, looked at now; how many there are.

    To be called in the transaction that wrote the event. A lease stays: its worker learns of it by `save`.
    """
    theirs = [enrollments.c.contact_id == contact_id, UNFINISHED]
    if campaign is not None:
        theirs.append(enrollments.c.campaign == campaign)
    # The lock is taken in one order everywhere, else two that wake the same runs could wait for each other.
    locked = select(enrollments.c.id).where(*theirs).order_by(enrollments.c.id).with_for_update(key_share=True)
    ids = conn.execute(locked).scalars().all()
    if not ids:
        return 0
    woken = update(enrollments).where(enrollments.c.id.in_(ids))
    return conn.execute(woken.values(wake=enrollments.c.wake + 1, due_at=now)).rowcount


def extend_leases(conn: Connection, lease_token: str, until: datetime) -> int:
    """Keep what was claimed under the token for longer; how many rows that are still under it."""
    mine = update(enrollments).where(enrollments.c.lease_token == lease_token)
    return conn.execute(mine.values(lease_until=until)).rowcount


def release(conn: Connection, enrollment: Enrollment) -> bool:
    """Give a claimed row back unchanged; False where it is no longer ours."""
    mine = and_(
        enrollments.c.id == enrollment.id,
        enrollments.c.revision == enrollment.revision,
        enrollments.c.lease_token.is_not_distinct_from(enrollment.lease_token),
    )
    return conn.execute(update(enrollments).where(mine).values(**_RELEASED)).rowcount == 1


def next_due_at(conn: Connection) -> datetime | None:
    """When there will next be something to claim (in the past where there is now); None for never.

    Rows that somebody holds count from the end of their lease. Holds and rates are not looked at.
    """
    free = select(func.min(enrollments.c.due_at)).where(UNFINISHED, enrollments.c.lease_token.is_(None))
    leased = select(func.min(enrollments.c.lease_until)).where(enrollments.c.lease_token.is_not(None))
    moments = [moment for query in (free, leased) if (moment := conn.execute(query).scalar()) is not None]
    return min(moments, default=None)


def _listed(conn: Connection, query: Select[Any]) -> list[Enrollment]:
    return [enrollment_of_row(row) for row in conn.execute(query.order_by(enrollments.c.id))]


def enrollment_of_row(row: Row[Any]) -> Enrollment:
    """The enrollment of a whole row of `enrollments`."""
    values = dict(row._mapping)
    return Enrollment(**{**values, "state": EnrollmentState(values["state"])})


def _values(enrollment: Enrollment) -> dict[str, Any]:
    """What `save` writes besides `revision` and `wake`; who and in which campaign never changes."""
    return {
        "digest": enrollment.digest,
        "stage": enrollment.stage,
        "step": enrollment.step,
        "state": enrollment.state.value,
        "entered_at": enrollment.entered_at,
        "stage_entered_at": enrollment.stage_entered_at,
        "anchor_at": enrollment.anchor_at,
        "sender": enrollment.sender,
        "due_at": enrollment.due_at,
        "planned_at": enrollment.planned_at,
        "outcome": enrollment.outcome,
        "finished_at": enrollment.finished_at,
        "trigger_event_id": enrollment.trigger_event_id,
        "has_sent": enrollment.has_sent,
        "attempts": enrollment.attempts,
        "retry_at": enrollment.retry_at,
        "because": storable(enrollment.because),
        "held_by": enrollment.held_by,
        "timed_by": enrollment.timed_by,
        "will_send": enrollment.will_send,
        "priority": enrollment.priority,
        "lease_token": enrollment.lease_token,
        "lease_until": enrollment.lease_until,
    }
