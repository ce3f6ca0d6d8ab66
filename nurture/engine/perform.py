"""Steps that are not emails: tasks, notices, fields and tags, done in the transaction that decided them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nurture.clock import Chance
from nurture.domain.calendar import add
from nurture.domain.campaign import Campaign, NotifyAction, SetAction, Step, TagAction, TaskAction
from nurture.domain.enrollment import Enrollment
from nurture.domain.evaluate import evaluate
from nurture.domain.event import Event
from nurture.domain.facts import Facts
from nurture.domain.value import Value
from nurture.engine.log import happened
from nurture.engine.notify import queue_notice, recipients_of
from nurture.engine.occur import occur
from nurture.engine.rules import Rules
from nurture.errors import InvalidInput
from nurture.rendering.renderer import Renderer
from nurture.store import contacts, events, tasks
from nurture.store.connection import Connection
from nurture.store.tasks import TaskDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What performing needs besides the person: passed as one because it is the same for every step of a batch.

    `kept` renders by the files of a version, by its digest.
    """

    rules: Rules
    renderer: Renderer
    chance: Chance
    kept: Mapping[str, Renderer] = field(default_factory=dict)

    def renderer_of(self, digest: str) -> Renderer:
        """What renders by the files of that version; by those on disk where none is kept of it."""
        return self.kept.get(digest, self.renderer)


def perform(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    enrollment: Enrollment,
    step: Step,
    facts: Facts,
    *,
    because: str,
    now: datetime,
) -> Event:
    """Do the step and log it. A title or text that cannot be rendered fails the step with the reason, not the run."""
    try:
        fields = _do(conn, desk, campaigns, enrollment, step, facts, now)
    except InvalidInput as problem:
        event = happened(enrollment, "step_failed", now, step=step.id, because=str(problem))
    else:
        event = happened(enrollment, "step_done", now, step=step.id, because=because, fields=fields)
    events.append(conn, [event])
    return event


def _do(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    enrollment: Enrollment,
    step: Step,
    facts: Facts,
    now: datetime,
) -> Mapping[str, str]:
    match step.action:
        case TaskAction() as action:
            due_at = add(now, action.due, desk.rules.calendar_of(facts.contact, now)) if action.due else None
            title = one_line(desk.renderer_of(enrollment.digest).text(action.title, facts))
            add_task(
                conn,
                enrollment,
                facts,
                key=f"{enrollment.id}/{step.id}",
                kind=action.kind,
                title=title,
                step=step.id,
                playbook=action.playbook,
                due_at=due_at,
                now=now,
            )
            return {"task": title}
        case NotifyAction() as action:
            return {"to": notify(conn, desk, enrollment, step, action, facts, now)}
        case SetAction(values=values):
            found: dict[str, Value] = {name: evaluate(node, facts) for name, node in values}
            if contacts.set_values(conn, enrollment.contact_id, found, now):
                _tell_of_change(conn, desk, campaigns, enrollment, ", ".join(found), now)
            return {"set": ", ".join(found)}
        case TagAction(tags=names, is_removed=is_removed):
            change = contacts.remove_tags if is_removed else contacts.add_tags
            if change(conn, enrollment.contact_id, names, now):
                _tell_of_change(conn, desk, campaigns, enrollment, "tags", now)
            return {"untag" if is_removed else "tag": ", ".join(names)}
        case action:
            raise AssertionError(f"{type(action).__name__} is not performed in the transaction")


def add_task(
    conn: Connection,
    enrollment: Enrollment,
    facts: Facts,
    *,
    key: str,
    kind: str,
    title: str,
    now: datetime,
    due_at: datetime | None = None,
    step: str | None = None,
    playbook: str | None = None,
) -> int | None:
    """A task for the contact's owner, once per key, with its event; None where it is there already."""
    task_id = tasks.add(
        conn,
        TaskDraft(
            key=key,
            contact_id=enrollment.contact_id,
            enrollment_id=enrollment.id,
            campaign=enrollment.campaign,
            stage=enrollment.stage,
            step=step,
            kind=kind,
            title=title,
            owner=facts.contact.owner,
            playbook=playbook,
            created_at=now,
            due_at=due_at,
        ),
    )
    if task_id is not None:
        events.append(
            conn, [happened(enrollment, "task_created", now, step=step, fields={"title": title, "task": task_id})]
        )
    return task_id


def notify(
    conn: Connection,
    desk: Desk,
    enrollment: Enrollment,
    step: Step,
    action: NotifyAction,
    facts: Facts,
    now: datetime,
) -> str:
    """Queue the notice of a step; the addresses it goes to."""
    contact = facts.contact
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part) or contact.email
    subject = one_line(desk.renderer_of(enrollment.digest).text(action.subject, facts)) if action.subject else ""
    text = desk.renderer_of(enrollment.digest).text(action.text, facts) if action.text else ""
    to = recipients_of(action.to, contact, desk.rules)
    queue_notice(
        conn,
        key=f"{enrollment.id}/{step.id}",
        to=to,
        subject=subject or f"{name}: {enrollment.stage} of {enrollment.campaign}",
        text=text or _plain_notice(name, enrollment, facts),
        sender=enrollment.sender,
        rules=desk.rules,
        chance=desk.chance,
        now=now,
        contact_id=contact.id,
    )
    return ", ".join(to)


def _plain_notice(name: str, enrollment: Enrollment, facts: Facts) -> str:
    lines = [
        f"{name} <{facts.contact.email}>"
        + (f" of {facts.contact.company}" if facts.contact.company else "")
        + f" is in stage {enrollment.stage} of {enrollment.campaign}.",
    ]
    if facts.order:
        lines.append(f"Newest order: {facts.order.number}, {facts.order.total} {facts.order.currency}.")
    if facts.reply:
        lines += ["", f"They wrote ({facts.reply.intent}):", facts.reply.text]
    lines += ["", f"The whole story: nurture why {facts.contact.email}"]
    return "\n".join(lines)


def _tell_of_change(
    conn: Connection, desk: Desk, campaigns: Mapping[str, Campaign], enrollment: Enrollment, what: str, now: datetime
) -> None:
    """Log the change and have the person's runs through all campaigns look at it, as at one from outside."""
    changed = happened(enrollment, "contact_changed", now, fields={"changed": what})
    occur(conn, changed, campaigns, rules=desk.rules, now=now)


def one_line(text: str) -> str:
    """The text without line breaks or runs of blanks, for titles and subjects."""
    return " ".join(text.split())
