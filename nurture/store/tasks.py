"""What a person must do: calls, chats, meetings, to-dos."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nurture.store.insertion import insert_once
from nurture.store.tables import tasks
from nurture.store.values import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """A task to be made once per `key`, which is `RUN/STEP` or `reply/ID`."""

    key: str
    kind: str
    title: str
    created_at: datetime
    contact_id: int | None = None
    enrollment_id: int | None = None
    campaign: str | None = None
    stage: str | None = None
    step: str | None = None
    owner: str | None = None
    playbook: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as it stands; open while `done_at` is None."""

    id: int
    key: str
    kind: str
    title: str
    created_at: datetime
    contact_id: int | None
    enrollment_id: int | None
    campaign: str | None
    stage: str | None
    step: str | None
    owner: str | None
    playbook: str | None
    due_at: datetime | None
    done_at: datetime | None
    note: str


def add(conn: Connection, draft: TaskDraft) -> int | None:
    """The new task's id; None where the key has one already."""
    row = {
        "key": draft.key,
        "kind": draft.kind,
        "title": storable(draft.title),
        "created_at": draft.created_at,
        "contact_id": draft.contact_id,
        "enrollment_id": draft.enrollment_id,
        "campaign": draft.campaign,
        "stage": draft.stage,
        "step": draft.step,
        "owner": draft.owner,
        "playbook": draft.playbook,
        "due_at": draft.due_at,
    }
    return insert_once(conn, tasks, row, unique=["key"])


def get(conn: Connection, task_id: int) -> Task | None:
    row = conn.execute(select(tasks).where(tasks.c.id == task_id)).one_or_none()
    return _task(row) if row else None


def by_key(conn: Connection, key: str) -> Task | None:
    row = conn.execute(select(tasks).where(tasks.c.key == key)).one_or_none()
    return _task(row) if row else None


def open_tasks(conn: Connection) -> list[Task]:
    """Those not done, the most urgent first; those without a date last."""
    order = (tasks.c.due_at.is_(None), tasks.c.due_at, tasks.c.id)
    return [_task(row) for row in conn.execute(select(tasks).where(tasks.c.done_at.is_(None)).order_by(*order))]


def close(conn: Connection, task_id: int, *, now: datetime, note: str = "") -> Task | None:
    """The task, now done; None where there is no such task or it was done before. Pauses are lifted by the caller."""
    done = (
        update(tasks)
        .where(tasks.c.id == task_id, tasks.c.done_at.is_(None))
        .values(done_at=now, note=storable(note))
        .returning(*tasks.c)
    )
    row = conn.execute(done).one_or_none()
    return _task(row) if row else None


def _task(row: Row[Any]) -> Task:
    return Task(**row._mapping)
