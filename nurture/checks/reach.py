"""Checks which stages and steps anybody can come to."""

from collections.abc import Iterator, Sequence
from math import inf

from nurture.checks.truth import World, can_hold
from nurture.domain.campaign import Campaign, ChooseAction, Stage, Step, StepTiming, WaitAction
from nurture.domain.condition import Compare, Condition, Fact, Literally
from nurture.domain.duration import Duration
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.document import Place

_HOUR = 3600
_CLOCK_CHANGE = 2 * _HOUR
"""By so much at most do clocks go forward: the shortest days have 22 hours."""


def reach_problems(loaded: Loaded, campaign: Campaign, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Warnings about what nobody comes to; of several in a row only the first is told, which is where to mend."""
    for index, stage in enumerate(campaign.stages):
        yield from _unreachable_stage(loaded, campaign, index, vocabulary)
        if stage.outcome is None and loaded.campaign is not None:
            yield from _too_late(loaded, campaign, stage)
        yield from _behind_a_wait(loaded, stage.steps, World(vocabulary=vocabulary, stages=(stage.name,)))


def _unreachable_stage(loaded: Loaded, campaign: Campaign, index: int, vocabulary: Vocabulary) -> Iterator[Problem]:
    stages = campaign.stages
    if not index or _is_entered(stages, index, vocabulary) or not _is_reached(stages, index - 1, vocabulary):
        return
    stage, before = stages[index], stages[index - 1]
    message = f"nothing leads into {stage.name}"
    hint = f"give it an `enter`, or write `then: advance` in {before.name}"
    if stage.enter is not None:
        message, hint = f"nothing leads into {stage.name}: its `enter` can never hold", "mend its `enter`"
    place: Place = ("stages", stage.name)
    yield loaded.document.problem(place, "unreachable_stage", message, hint, on_key=True, severity="warning")


def _is_reached(stages: Sequence[Stage], index: int, vocabulary: Vocabulary) -> bool:
    """Whether somebody can come into the stage, from the first one on."""
    return not index or _is_entered(stages, index, vocabulary)


def _is_entered(stages: Sequence[Stage], index: int, vocabulary: Vocabulary) -> bool:
    """By its own `enter` from any stage before it, else from the one before it, where that is reached itself."""
    stage, before = stages[index], stages[index - 1]
    earlier = tuple(each.name for each in stages[:index])
    if stage.enter is not None and can_hold(stage.enter.tree, World(vocabulary=vocabulary, stages=earlier)):
        return True
    moves = stage.outcome is None and any(rule.is_move_next for rule in before.replies.values())
    return (before.then == "advance" or moves) and _is_reached(stages, index - 1, vocabulary)


def _behind_a_wait(loaded: Loaded, steps: Sequence[Step], world: World) -> Iterator[Problem]:
    """The step after a wait that has no end."""
    for index, step in enumerate(steps):
        match step.action:
            case WaitAction(until=Condition() as until, for_=None) if not can_hold(until.tree, world):
                if index + 1 < len(steps):
                    hint = f"give `{step.id}` a `for`, or a condition that can hold"
                    yield from _unreached(loaded, steps[index + 1], f"nobody comes past `{step.id}`", hint)
            case ChooseAction():
                for branch in step.action.branches:
                    yield from _behind_a_wait(loaded, branch.steps, world)
            case _:
                pass


def _too_late(loaded: Loaded, campaign: Campaign, stage: Stage) -> Iterator[Problem]:
    """The first step whose delays alone are longer than `exit` lets anybody stay in the stage or the campaign."""
    limit = min((days * 24 * _HOUR for rule in campaign.exits for days in _most_days(rule.condition)), default=inf)
    late, _ = _first_later(stage.steps, 0, limit)
    if late is not None:
        message = f"the way to `{late.id}` takes longer than `exit` lets anybody stay"
        yield from _unreached(loaded, late, message, "shorten the delays before it, or let `exit` come later")


def _most_days(condition: Condition) -> Iterator[float]:
    """The days after which the condition holds whatever else is so, where it says just that."""
    match condition.tree:
        case Compare(
            op=(">" | ">="), left=Fact(name=("days_in_stage" | "days_in_campaign")), right=Literally(value=days)
        ):
            if isinstance(days, int | float):
                yield days
        case _:
            return


def _first_later(steps: Sequence[Step], begun: float, limit: float) -> tuple[Step | None, float]:
    """The first step that comes more than `limit` seconds after the stage began, and the soonest end of `steps`."""
    now = begun
    for step in steps:
        now += _least_seconds(step.timing.after, step.timing)
        if now > limit:
            return step, now
        match step.action:
            case WaitAction(until=None, for_=Duration() as span):
                now += _least_seconds(span, StepTiming())
            case ChooseAction(branches=branches):
                ends = [] if any(branch.condition is None for branch in branches) else [now]
                for branch in branches:
                    late, end = _first_later(branch.steps, now, limit)
                    if late is not None:
                        return late, end
                    ends.append(end)
                now = min(ends)
            case _:
                pass
    return None, now


def _least_seconds(span: Duration, timing: StepTiming) -> float:
    """The shortest that the span can be: with `at`, whole days are counted by the calendar."""
    days = span.days + span.business_days
    if days and timing.at is not None:
        days -= 1
    return (days * 24 * _HOUR - _CLOCK_CHANGE if days else 0) + span.seconds


def _unreached(loaded: Loaded, step: Step, message: str, hint: str) -> Iterator[Problem]:
    place = loaded.step_places.get(step.id)
    if place is not None:
        yield loaded.document.problem(place, "unreachable_step", message, hint, severity="warning")
