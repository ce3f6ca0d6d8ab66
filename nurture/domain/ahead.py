"""What is still to come for one run if nothing happens: the steps after the one where it stands, while one knows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from nurture.domain.calendar import Calendar, add
from nurture.domain.campaign import Campaign, ChooseAction, Stage, Step, WaitAction, first_step, step_after
from nurture.domain.enrollment import Enrollment
from nurture.domain.facts import Facts
from nurture.domain.timing import Planned, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A step to come. `at` is None where nobody can say yet, and the latest moment where `is_at_most`.

    `only` is the condition that is asked when its time has come; the time itself is as limits and windows allow then.
    """

    step: str
    at: datetime | None
    because: str
    only: str = ""
    is_at_most: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """What moves the person on at any moment: to a stage, or out of the campaign with an outcome."""

    to: str
    condition: str
    is_outcome: bool = False


def steps_ahead(campaign: Campaign, run: Enrollment, facts: Facts, calendar: Calendar) -> tuple[Coming, ...]:
    """The steps after the one that the run stands at, up to where the ways part or the stage ends."""
    stage = campaign.stage(run.stage)
    step = stage.find(run.step) if stage and run.step else None
    if stage is None or step is None or (run.held_by == "pause" and run.planned_at is None):
        return ()
    return tuple(_from(stage, step, run, facts, calendar))


def _from(stage: Stage, step: Step, run: Enrollment, facts: Facts, calendar: Calendar) -> Iterator[Coming]:
    done_at: datetime | None = max(run.planned_at or run.due_at or facts.now, facts.now)
    is_at_most = _may_end_earlier(step)
    if run.planned_at is None and isinstance(step.action, WaitAction) and step.action.for_ is None:
        done_at = None
    while True:
        if isinstance(step.action, ChooseAction):
            yield from _ways(step.action)
            return
        following = step_after(stage, step.id)
        found = stage.find(following) if following else None
        if found is None:
            return
        before, step = step, found
        coming, done_at = _next(before, step, done_at, run, facts, calendar)
        is_at_most = is_at_most or _may_end_earlier(step)
        yield replace(coming, is_at_most=is_at_most and coming.at is not None)


def _next(
    before: Step, step: Step, done_at: datetime | None, run: Enrollment, facts: Facts, calendar: Calendar
) -> tuple[Coming, datetime | None]:
    """The step with its time, and when it will be complete."""
    only = _only(step)
    if done_at is None:
        return Coming(step=step.id, at=None, because=f"after {before.id}", only=only), None
    planned = plan(
        step.timing,
        anchor=done_at,
        facts=replace(facts, now=done_at),
        calendar=calendar,
        spread_key=f"{run.id}/{step.id}",
        since=before.id,
    )
    if not isinstance(planned, Planned):
        return Coming(step=step.id, at=None, because=f"will be skipped: {planned.because}", only=only), done_at
    at = max(planned.at, done_at)
    if not isinstance(step.action, WaitAction):
        return Coming(step=step.id, at=at, because=planned.because, only=only), at
    until = f"until {step.action.until}" if step.action.until else ""
    over_at = add(at, step.action.for_, calendar) if step.action.for_ else None
    return Coming(step=step.id, at=over_at, because=until, only=only), over_at


def _may_end_earlier(step: Step) -> bool:
    return isinstance(step.action, WaitAction) and step.action.until is not None


def _ways(choice: ChooseAction) -> Iterator[Coming]:
    for branch in choice.branches:
        first = first_step(branch.steps)
        if first:
            only = f"if {branch.condition}" if branch.condition else "else"
            yield Coming(step=first, at=None, because="one of these", only=only)


def _only(step: Step) -> str:
    said = (f"if {step.if_}" if step.if_ else "", f"unless {step.unless}" if step.unless else "")
    return ", ".join(each for each in said if each)


def ways_out(campaign: Campaign, run: Enrollment) -> tuple[WayOut, ...]:
    """The stages ahead that are entered by a condition, and the campaign's exits, in the file's order."""
    here = campaign.stage_index(run.stage)
    if here < 0:
        return ()
    entered = [
        WayOut(to=stage.name, condition=str(stage.enter))
        for stage in campaign.stages[here + 1 :]
        if stage.enter is not None
    ]
    if campaign.stages[here].outcome:
        return tuple(entered)
    return (
        *entered,
        *(WayOut(to=rule.outcome, condition=str(rule.condition), is_outcome=True) for rule in campaign.exits),
    )


def after_last_step(campaign: Campaign, run: Enrollment) -> str:
    """What follows the stage's last step, in words."""
    here = campaign.stage_index(run.stage)
    if here < 0:
        return ""
    match campaign.stages[here].then:
        case "wait":
            return "waits for what moves on"
        case "advance":
            is_last = here + 1 == len(campaign.stages)
            return "ends: completed" if is_last else f"enters {campaign.stages[here + 1].name}"
        case outcome:
            return f"ends: {outcome}"
