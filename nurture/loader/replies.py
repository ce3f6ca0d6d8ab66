"""What human answers do: as the campaign says, else as nearly everybody would want it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nurture.domain.campaign import PauseRule, ReplyRule, TaskRule
from nurture.domain.duration import TWO_WEEKS, Duration, parse_duration
from nurture.domain.verdict import INTENTS
from nurture.loader.campaign_shape import RepliesShape, ReplyShape
from nurture.loader.document import Place
from nurture.loader.reading import Reading
from nurture.loader.words import show

_READ_IT = TaskRule(title="Read {{ contact.first_name or contact.email }}'s answer")

DEFAULT_REPLIES: Mapping[str, ReplyRule] = MappingProxyType(
    {
        "interested": ReplyRule(is_move_next=True, notify="owner"),
        "question": ReplyRule(
            pause=PauseRule(), task=TaskRule(title="Answer {{ contact.first_name or contact.email }}"), notify="owner"
        ),
        "not_now": ReplyRule(pause=PauseRule(for_=Duration(days=30))),
        "not_interested": ReplyRule(exit="lost"),
        "wrong_person": ReplyRule(
            exit="lost", task=TaskRule(title="Who decides at {{ contact.company or contact.email }}?")
        ),
        "other": ReplyRule(task=_READ_IT, notify="owner"),
    }
)


def default_replies(*, is_outcome: bool) -> Mapping[str, ReplyRule]:
    """The rules of a stage for which the campaign says nothing.

    In a stage with an outcome nobody is moved on or lost unasked: who bought and then writes is read by a person.
    """
    if not is_outcome:
        return DEFAULT_REPLIES
    return {
        intent: replace(rule, is_move_next=False, exit=None, task=rule.task or _READ_IT, notify=rule.notify or "owner")
        for intent, rule in DEFAULT_REPLIES.items()
    }


def read_replies(shape: RepliesShape | None, place: Place, reading: Reading) -> dict[str, ReplyRule]:
    """The rules that are written out, by intent."""
    if shape is None:
        return {}
    written = {intent: getattr(shape, intent) for intent in INTENTS}
    return {
        intent: _rule(rule, (*place, intent), reading)
        for intent, rule in written.items()
        if isinstance(rule, ReplyShape)
    }


def _rule(shape: ReplyShape, place: Place, reading: Reading) -> ReplyRule:
    checked = reading.checked
    if shape.move and shape.exit:
        checked.add((*place, "exit"), "conflict", "move and exit cannot both happen", "keep one of them", on_key=True)
    for key, value in (("kind", shape.kind), ("due", shape.due)):
        if value is not None and shape.task is None:
            checked.add((*place, key), "misplaced_key", f"{key} is said of a task", "write `task` too", on_key=True)
    pause = _pause(shape, place, reading)
    task = TaskRule(title=shape.task, kind=shape.kind or "todo", due=shape.due) if shape.task else None
    notify = reading.addressee(shape.notify, (*place, "notify")) if shape.notify else None
    return ReplyRule(is_move_next=shape.move == "next", pause=pause, exit=shape.exit, task=task, notify=notify)


def _pause(shape: ReplyShape, place: Place, reading: Reading) -> PauseRule | None:
    is_open = shape.pause == "until_resumed"
    if shape.at_most is not None and not is_open:
        hint = "write `pause: until_resumed` beside it"
        reading.checked.add((*place, "at_most"), "misplaced_key", "at_most limits until_resumed", hint, on_key=True)
    if shape.pause is None:
        return None
    if is_open:
        return PauseRule(at_most=shape.at_most or TWO_WEEKS)
    span = parse_duration(shape.pause)
    if not span:
        hint = "write 30d, 2w, or until_resumed"
        reading.checked.add((*place, "pause"), "bad_duration", f"{show(shape.pause)} is no pause", hint)
        return None
    return PauseRule(for_=span)
