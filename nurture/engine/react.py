"""What decisions do besides moving the person: pauses, tasks and notices of a reply, what a move leaves behind."""

from collections.abc import Iterable
from datetime import datetime

from nurture.domain.calendar import add
from nurture.domain.campaign import Campaign
from nurture.domain.decision import Finish, Move, React, Skip
from nurture.domain.enrollment import Enrollment
from nurture.domain.facts import Facts, Reply
from nurture.domain.message import MessageState
from nurture.domain.transition import LIFTED_BY_OUTCOME
from nurture.domain.walk import Taken
from nurture.engine.log import events_of
from nurture.engine.notify import queue_notice, recipients_of
from nurture.engine.perform import Desk, add_task, one_line
from nurture.engine.reading import mail_key, name_of, with_others
from nurture.engine.suppress import cancel_waiting
from nurture.errors import InvalidInput
from nurture.store import events, inbound, messages, pauses
from nurture.store.connection import Connection


def write_decisions(
    conn: Connection,
    desk: Desk,
    campaign: Campaign,
    before: Enrollment,
    after: Enrollment,
    taken: Iterable[Taken],
    facts: Facts,
) -> None:
    """Log what was decided on the way from `before` to `after` and write what follows from it."""
    taken = tuple(taken)
    events.append(conn, events_of(before, after, taken, facts.now))
    for each in taken:
        match each.decision:
            case Move(stage=name, because=because):
                cancel_waiting(conn, before.id, reason=because, now=facts.now)
                stage = campaign.stage(name)
                if stage and stage.outcome:
                    pauses.lift(conn, now=facts.now, enrollment_id=before.id)
                    for kind in LIFTED_BY_OUTCOME:
                        pauses.lift(conn, now=facts.now, contact_id=before.contact_id, kind=kind)
            case Finish(because=because):
                cancel_waiting(conn, before.id, reason=because, now=facts.now)
            case Skip(step_id=step, because=because):
                _cancel_step(conn, before, step, because, facts.now)
            case React() as reaction:
                _react(conn, desk, campaign, after, reaction, facts)
            case _:
                pass


def _cancel_step(conn: Connection, enrollment: Enrollment, step: str, because: str, now: datetime) -> None:
    message = messages.by_key(conn, f"{enrollment.id}/{step}")
    if message and message.state is MessageState.DEFERRED:
        messages.settle(conn, message, MessageState.CANCELLED, reason=because, now=now)


def _react(
    conn: Connection, desk: Desk, campaign: Campaign, enrollment: Enrollment, reaction: React, facts: Facts
) -> None:
    now = facts.now
    stage = campaign.stage(enrollment.stage)
    reply = next((reply for reply in facts.replies if reply.id == reaction.reply_id), None)
    inbound.mark_reacted(conn, [reaction.reply_id], now)
    task_id = None
    if reaction.task:
        due = reaction.task.due
        task_id = add_task(
            conn,
            enrollment,
            facts,
            key=mail_key(reaction.reply_id, reply.corrections if reply else 0),
            kind=reaction.task.kind,
            title=_title(desk, campaign, reaction.task.title, facts, reply),
            playbook=stage.playbook if stage else None,
            due_at=add(now, due, desk.rules.calendar_of(facts.contact, now)) if due else None,
            now=now,
        )
    if reaction.pauses_until:
        pauses.add(
            conn,
            contact_id=enrollment.contact_id,
            enrollment_id=enrollment.id,
            kind="reply",
            from_at=now,
            until_at=reaction.pauses_until,
            because=f"paused by {reaction.because}",
            task_id=task_id if reaction.is_until_resumed else None,
            inbound_id=reaction.reply_id,
        )
    if reaction.notify:
        _notify_of_reply(conn, desk, enrollment, reaction, facts, reply)


def _title(desk: Desk, campaign: Campaign, source: str, facts: Facts, reply: Reply | None) -> str:
    """The title filled in; as it is written where it cannot be, since a task with an odd title is better than none."""
    try:
        title = one_line(desk.renderer_of(campaign.digest).text(source, facts))
    except InvalidInput as problem:
        title = one_line(f"{source} ({problem})")
    return with_others(title, stranger=reply.stranger, colleague=reply.colleague) if reply else title


def _notify_of_reply(
    conn: Connection, desk: Desk, enrollment: Enrollment, reaction: React, facts: Facts, reply: Reply | None
) -> None:
    contact = facts.contact
    name = name_of(contact)
    who = f"{name} <{contact.email}> wrote"
    if reply and reply.stranger:
        who = f"{reply.stranger} wrote, which is not the address of {name} <{contact.email}>"
    named = f"They name {reply.colleague}.\n" if reply and reply.colleague else ""
    queue_notice(
        conn,
        key=mail_key(reaction.reply_id, reply.corrections if reply else 0).replace("/", "-"),
        to=recipients_of(reaction.notify or "team", contact, desk.rules),
        subject=f"{name} answered ({reaction.intent})",
        text=f"{who}:\n\n{reply.text if reply else ''}\n\n{named}"
        f"They stand in stage {enrollment.stage} of {enrollment.campaign}.\n"
        f"The whole story: nurture why {contact.email}",
        sender=enrollment.sender,
        rules=desk.rules,
        chance=desk.chance,
        now=facts.now,
        contact_id=contact.id,
    )
