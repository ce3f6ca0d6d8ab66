"""A person has done a task: logged, told to whoever waits for it, and the end of the pause that asked for it."""

from collections.abc import Mapping
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.engine.occur import occur
from nurture.engine.rules import Rules
from nurture.store import pauses, tasks
from nurture.store.connection import Connection
from nurture.store.tasks import Task


def close_task(
    conn: Connection, task_id: int, *, note: str, campaigns: Mapping[str, Campaign], rules: Rules, now: datetime
) -> Task | None:
    """The closed task; None where there is no open one of that id."""
    task = tasks.close(conn, task_id, now=now, note=note)
    if task is None:
        return None
    pauses.lift(conn, now=now, task_id=task.id)
    event = Event(
        name="task_done",
        at=now,
        contact_id=task.contact_id,
        enrollment_id=task.enrollment_id,
        campaign=task.campaign,
        stage=task.stage,
        step=task.step,
        because=note,
        fields={"title": task.title},
    )
    occur(conn, event, campaigns, rules=rules, now=now)
    return task
