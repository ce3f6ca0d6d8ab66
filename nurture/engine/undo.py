"""Undoing what a wrongly judged mail did, as far as it can be undone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.event import Event
from nurture.engine.log import happened
from nurture.engine.reading import mail_key
from nurture.store import contacts, enrollments, events, pauses, suppressions, tasks
from nurture.store.connection import Connection
from nurture.store.inbound import Inbound


def undo(
    conn: Connection, campaigns: Mapping[str, Campaign], mail: Inbound, *, because: str, now: datetime
) -> list[str]:
    """Lift its pauses and suppressions, close its open task, and have the runs go on that it ended; what, in words."""
    undone = []
    if pauses.lift(conn, now=now, inbound_id=mail.id):
        undone.append("its pause is lifted")
    for address, scope in suppressions.remove_of_mail(conn, mail.id):
        contact = contacts.find(conn, address)
        event = Event(
            name="unsuppressed",
            at=now,
            contact_id=contact.id if contact else None,
            because=because,
            fields={"scope": scope},
        )
        events.append(conn, [event])
        undone.append(f"{address} is no longer suppressed in scope {scope}")
    task = tasks.by_key(conn, mail_key(mail.id, mail.corrections or 0))
    # Closed without the event of a task that was done: nobody did it.
    if task and tasks.close(conn, task.id, now=now, note=because):
        pauses.lift(conn, now=now, task_id=task.id)
        undone.append(f"its task is closed: {task.title}")
    undone += [
        f"the run through {run.campaign} goes on in {run.stage}"
        for run in _ended_by(conn, mail)
        if _reopen(conn, campaigns, run, because, now)
    ]
    if undone and mail.contact_id:
        enrollments.wake(conn, contact_id=mail.contact_id, now=now)
    return undone


def _ended_by(conn: Connection, mail: Inbound) -> list[Enrollment]:
    """The runs that ended at the very moment at which the mail took effect, where no later one has begun since."""
    if mail.contact_id is None or mail.reacted_at is None:
        return []
    runs = enrollments.of_contact(conn, mail.contact_id)
    unfinished = {run.campaign for run in runs if run.state is not EnrollmentState.FINISHED}
    return [run for run in runs if run.finished_at == mail.reacted_at and run.campaign not in unfinished]


def _reopen(conn: Connection, campaigns: Mapping[str, Campaign], run: Enrollment, because: str, now: datetime) -> bool:
    campaign = campaigns.get(run.campaign)
    stage = campaign.stage(run.stage) if campaign else None
    goes_on = replace(
        run,
        state=EnrollmentState.ACTIVE,
        outcome=stage.outcome if stage else None,
        finished_at=None,
        due_at=now,
        because="",
    )
    if not enrollments.save(conn, run, goes_on, now=now):
        return False
    events.append(conn, [happened(run, "reopened", now, because=because)])
    return True
