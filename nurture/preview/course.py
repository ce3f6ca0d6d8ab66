"""The steps of a campaign in the order of its file, each with words for what it does and when its time comes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nurture.domain.campaign import (
    Campaign,
    ChooseAction,
    EmailAction,
    NotifyAction,
    SetAction,
    Stage,
    Step,
    StepTiming,
    TagAction,
    TaskAction,
    WaitAction,
    WebhookAction,
    Window,
)
from nurture.domain.wording import in_words, on_day

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One step on the way. `depth` counts the choices around it, `branch` says in which of their ways it stands.

    `window` says in which hours it may go, `only` on which conditions; both empty where nothing is asked.
    """

    stage: Stage
    step: Step
    when: str
    what: str
    window: str
    only: str
    depth: int = 0
    branch: str = ""


def course_of(campaign: Campaign) -> tuple[Place, ...]:
    """Every step, those of a choice after it."""
    return tuple(place for stage in campaign.stages for place in _places(stage, stage.steps, f"entering {stage.name}"))


def _places(
    stage: Stage, steps: tuple[Step, ...], begins: str, depth: int = 0, branch: str = "", chosen: str = ""
) -> Iterator[Place]:
    """`chosen` is when the choice around them is made: the time of the first step of a way that asks for none."""
    before = begins
    for index, step in enumerate(steps):
        when = when_in_words(step.timing, before)
        if chosen and index == 0 and step.timing == replace(StepTiming(), window=step.timing.window):
            when = chosen
        yield Place(
            stage=stage,
            step=step,
            when=when,
            what=_what(step),
            window=window_in_words(step.timing.window),
            only=_only(step),
            depth=depth,
            branch=branch,
        )
        before = _done(step, before)
        if isinstance(step.action, ChooseAction):
            for each in step.action.branches:
                way = f"if {each.condition.source}" if each.condition else "else"
                yield from _places(stage, each.steps, "the choice", depth + 1, way, when)


def when_in_words(timing: StepTiming, before: str) -> str:
    """When the step's time comes, counted from what was `before` it.

    >>> from nurture.domain.duration import Duration
    >>> when_in_words(StepTiming(after=Duration(days=3)), "hello"), when_in_words(StepTiming(), "hello")
    ('3 days after hello', 'right after hello')
    """
    rule = timing.date
    if rule is None:
        words = f"{in_words(timing.after)} after {before}" if timing.after else f"right after {before}"
    elif rule.day is not None:
        words = f"on {on_day(rule.day)}"
    else:
        field = rule.source.rpartition(" ")[2] or "its date"
        side = "before" if rule.is_before else "after"
        words = f"{in_words(rule.offset)} {side} {field}" if rule.offset else f"on {field}"
    if timing.days is not None:
        words += f", on {_days_in_words(timing.days)}"
    return f"{words}, at {timing.at:%H:%M}" if timing.at else words


def window_in_words(window: Window) -> str:
    """In which hours something may happen; nothing where always.

    >>> from datetime import time
    >>> window_in_words(Window(days=frozenset(range(5)), hours=((time(9), time(17)),), keeps_holidays=True))
    'Mon-Fri, 09:00-17:00, not on holidays'
    """
    if window == Window():
        return ""
    hours = " and ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in window.hours)
    is_all_day = hours == "00:00-23:59"
    parts = [_days_in_words(window.days), "" if is_all_day else hours]
    return ", ".join([part for part in parts if part] + (["not on holidays"] if window.keeps_holidays else []))


def _days_in_words(days: frozenset[int]) -> str:
    found = sorted(days)
    if len(found) == len(_DAYS):
        return ""
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return f"{_DAYS[found[0]]}-{_DAYS[found[-1]]}"
    return ", ".join(_DAYS[day] for day in found)


def _done(step: Step, before: str) -> str:
    """What the next step counts from; what takes no time of its own is passed over."""
    match step.action:
        case EmailAction():
            return step.id
        case WaitAction():
            return "the wait"
        case TaskAction(kind=kind):
            return "the task" if kind == "todo" else f"the {kind} is asked for"
        case ChooseAction():
            return "the choice"
        case _ if not (step.timing.after or step.timing.date):
            return before
        case _:
            return step.id


def _only(step: Step) -> str:
    asked = [f"if {step.if_.source}"] if step.if_ else []
    return " and ".join([*asked, f"unless {step.unless.source}"] if step.unless else asked)


def _what(step: Step) -> str:
    match step.action:
        case EmailAction(template=template):
            return template
        case TaskAction(kind=kind, title=title):
            return f"{kind}: {title}"
        case NotifyAction(to=to):
            return f"mail to {to}"
        case WaitAction(until=until, for_=span):
            parts = [f"until {until.source}"] if until else []
            return f"wait {', '.join([*parts, f'at most {in_words(span)}'] if span else parts)}"
        case ChooseAction():
            return "choice"
        case SetAction(values=values):
            return f"set {', '.join(name for name, _ in values)}"
        case TagAction(tags=tags, is_removed=is_removed):
            return f"{'take off' if is_removed else 'tag'} {', '.join(tags)}"
        case WebhookAction(url=url):
            return f"call {url.partition('?')[0]}"
