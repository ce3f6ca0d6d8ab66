"""Mail that a person has to look at: a task for the contact's owner, and a notice where nobody waits for it."""

from datetime import datetime, timedelta

from nurture.domain.calendar import add
from nurture.domain.contact import Contact
from nurture.domain.duration import TWO_WEEKS
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.event import Event
from nurture.engine.arrival import Arrival, not_theirs
from nurture.engine.notify import queue_notice, recipients_of
from nurture.engine.perform import Desk
from nurture.store import enrollments, events, pauses, tasks
from nurture.store.connection import Connection
from nurture.store.tasks import TaskDraft


def name_of(contact: Contact) -> str:
    """The contact's name, or the address of who has none."""
    return " ".join(part for part in (contact.first_name, contact.last_name) if part) or contact.email


def mail_key(inbound_id: int, corrections: int = 0) -> str:
    """The key of what a mail calls for, `reply/ID`: one of its own after each correction, for the first is spent."""
    return f"reply/{inbound_id}/{corrections}" if corrections else f"reply/{inbound_id}"


def with_others(title: str, *, stranger: str | None, colleague: str | None) -> str:
    """The title with the address that really wrote, and that of the colleague whom they named.

    >>> with_others("Answer Mali", stranger=None, colleague="krit@example.com")
    'Answer Mali (they name krit@example.com)'
    """
    said = [not_theirs(stranger)] if stranger else []
    said += [f"they name {colleague}"] if colleague else []
    return f"{title} ({'; '.join(said)})" if said else title


def ask_to_read(conn: Connection, desk: Desk, arrival: Arrival, run: Enrollment | None, *, now: datetime) -> None:
    """Have a person read an answer that no run can hear: the one it belongs to is over, or there never was one."""
    contact, verdict = arrival.contact, arrival.verdict
    name = name_of(contact)
    title = with_others(f"Read {name}'s answer", stranger=arrival.stranger, colleague=verdict.colleague)
    _add_task(conn, arrival, run, title, now)
    where = f"Their run through {run.campaign} is over ({run.outcome})." if run else "They are in no campaign."
    queue_notice(
        conn,
        key=mail_key(arrival.id, arrival.corrections).replace("/", "-"),
        to=recipients_of("owner", contact, desk.rules),
        subject=with_others(f"{name} answered", stranger=arrival.stranger, colleague=None),
        text=f"{name} <{contact.email}> wrote:\n\n{verdict.text}\n\n{where}\n"
        f"The whole mail: nurture inbox show {arrival.id}\nThe whole story: nurture why {contact.email}",
        sender=run.sender if run else arrival.mailbox,
        rules=desk.rules,
        chance=desk.chance,
        now=now,
        contact_id=contact.id,
    )


def ask_to_decide(
    conn: Connection, desk: Desk, arrival: Arrival, title: str, *, now: datetime, holds_run: bool = False
) -> None:
    """Have a person decide what a mail means; `holds_run`: until then, or for 14 days, the run is paused."""
    run = enrollments.get(conn, arrival.enrollment_id) if arrival.enrollment_id else None
    task_id = _add_task(conn, arrival, run, title, now)
    if not holds_run or task_id is None or run is None or run.state is EnrollmentState.FINISHED:
        return
    pauses.add(
        conn,
        contact_id=arrival.contact.id,
        enrollment_id=run.id,
        kind="reply",
        from_at=now,
        until_at=add(now, TWO_WEEKS, desk.rules.calendar_of(arrival.contact, now)),
        because=title,
        task_id=task_id,
        inbound_id=arrival.id,
    )
    enrollments.wake(conn, contact_id=arrival.contact.id, now=now)


def _add_task(conn: Connection, arrival: Arrival, run: Enrollment | None, title: str, now: datetime) -> int | None:
    contact = arrival.contact
    draft = TaskDraft(
        key=mail_key(arrival.id, arrival.corrections),
        contact_id=contact.id,
        enrollment_id=run.id if run else None,
        campaign=run.campaign if run else None,
        stage=run.stage if run else None,
        kind="todo",
        title=title,
        owner=contact.owner,
        created_at=now,
        due_at=now + timedelta(days=1),
    )
    task_id = tasks.add(conn, draft)
    if task_id is not None:
        event = Event(
            name="task_created",
            at=now,
            contact_id=contact.id,
            enrollment_id=draft.enrollment_id,
            campaign=draft.campaign,
            stage=draft.stage,
            fields={"title": title, "task": task_id},
        )
        events.append(conn, [event])
    return task_id
