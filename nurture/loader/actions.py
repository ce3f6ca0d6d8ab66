"""What each kind of step does, from its keys to the domain's action."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from nurture.domain.campaign import (
    Action,
    EmailAction,
    NotifyAction,
    SetAction,
    TagAction,
    TaskAction,
    WaitAction,
    WebhookAction,
)
from nurture.domain.condition import Node
from nurture.domain.duration import Duration, parse_duration
from nurture.loader.campaign_shape import StepShape, TrackShape, WebhookShape
from nurture.loader.document import Place
from nurture.loader.reading import Reading
from nurture.loader.set_values import read_set_value
from nurture.loader.words import show

KINDS_OF_KEY: Mapping[str, tuple[str, ...]] = {
    "subject": ("email", "notify"),
    "text": ("notify",),
    "preheader": ("email",),
    "from": ("email",),
    "attach": ("email",),
    "offer": ("email",),
    "variants": ("email",),
    "optimise": ("email",),
    "keep_winner": ("email",),
    "thread": ("email",),
    "track": ("email",),
    "kind": ("task",),
    "due": ("task",),
    "playbook": ("task",),
    "for": ("wait",),
}
"""Keys that only some kinds of steps have."""

_LATER = {"offer": "an offer", "variants": "an experiment", "optimise": "an experiment", "keep_winner": "an experiment"}


def read_action(shape: StepShape, kind: str, place: Place, reading: Reading, playbook: str | None) -> Action | None:
    """The action of a step of this kind, without choices; None where it is wrong, which is then noted."""
    match kind:
        case "email":
            return _email(shape, place, reading)
        case "task" if shape.task:
            return TaskAction(
                title=shape.task, kind=shape.kind or "todo", due=shape.due, playbook=shape.playbook or playbook
            )
        case "notify" if shape.notify:
            to = reading.addressee(shape.notify, (*place, "notify"))
            return NotifyAction(to=to, subject=shape.subject, text=shape.text)
        case "wait":
            return _wait(shape, place, reading)
        case "set":
            return _set(shape, place, reading)
        case "tag" if shape.tag:
            return TagAction(tags=shape.tag)
        case "untag" if shape.untag:
            return TagAction(tags=shape.untag, is_removed=True)
        case "webhook":
            return _webhook(shape, place, reading)
        case _:
            return None


def _email(shape: StepShape, place: Place, reading: Reading) -> EmailAction | None:
    for key, what in _LATER.items():
        if key in shape.model_fields_set:
            reading.later((*place, key), what)
    if "invoice" in (shape.attach or ()):
        reading.checked.add((*place, "attach"), "later", "an invoice is not available yet", "take it out for now")
    if shape.from_ is not None:
        reading.sender(shape.from_, (*place, "from"))
    if shape.email is None:
        return None
    track = shape.track or TrackShape()
    return EmailAction(
        template=shape.email,
        subject=shape.subject,
        preheader=shape.preheader,
        from_=shape.from_,
        attach=shape.attach or (),
        is_thread_reply=shape.thread == "reply",
        tracks_opens=track.opens is not False,
        tracks_clicks=track.clicks is not False,
    )


def _wait(shape: StepShape, place: Place, reading: Reading) -> WaitAction | None:
    """A wait for a condition, for a time, or both; `wait: 5d` is a time alone."""
    span = parse_duration(shape.wait) if shape.wait else None
    if span is not None:
        if shape.for_ is not None:
            reading.checked.add((*place, "for"), "conflict", "the wait has two lengths", "keep one", on_key=True)
        return _timed(span, place, reading)
    if shape.wait is None:
        if shape.for_ is None:
            hint = 'write a condition, as happened("trial_started"), or a time, as 5d'
            reading.checked.add((*place, "wait"), "empty_value", "wait has no value", hint, on_key=True)
            return None
        return WaitAction(for_=shape.for_)
    return WaitAction(until=reading.condition(shape.wait, (*place, "wait")), for_=shape.for_)


def _timed(span: Duration, place: Place, reading: Reading) -> WaitAction | None:
    if not span:
        reading.checked.add((*place, "wait"), "bad_duration", "the span is empty", "write more than 0")
        return None
    return WaitAction(for_=span)


def _set(shape: StepShape, place: Place, reading: Reading) -> SetAction | None:
    values: list[tuple[str, Node]] = []
    for field, written in (shape.set or {}).items():
        node = read_set_value(field, written, (*place, "set", field), reading)
        if node is not None:
            values.append((field, node))
    if not shape.set:
        reading.checked.add((*place, "set"), "empty_value", "set names no field", "write `set: {FIELD: VALUE}`")
        return None
    return SetAction(values=tuple(values))


def _webhook(shape: StepShape, place: Place, reading: Reading) -> WebhookAction | None:
    is_mapping = isinstance(shape.webhook, WebhookShape)
    url = shape.webhook.url if isinstance(shape.webhook, WebhookShape) else shape.webhook
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in url
    except ValueError:
        is_address = False
    if not is_address:
        where = (*place, "webhook", "url") if is_mapping else (*place, "webhook")
        reading.checked.add(where, "bad_url", f"{show(url)} is no web address", "write it as https://example.com/hook")
        return None
    return WebhookAction(url=url)
