"""Where an edit leaves a person: each place of the old version has one in the new, and what is lost there has a reason.

Nobody goes back. A step that is gone is left for the one after it; what stands before a place now is not done any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nurture.domain.campaign import Campaign, ChooseAction, Stage, Step, first_step, step_after, walk_steps
from nurture.domain.change import Change

Way = Literal["stays", "goes_on", "stage", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A step, by its old name, that the person will not have, and why."""

    step: str
    because: str
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A person's place in the new version.

    `way`: stays where it was (though perhaps under another name), goes on to the next step, goes to another stage, or
    the run is over. `is_counted_anew`: the step counts from entering the stage, not from the step before.
    """

    stage: str
    step: str | None
    way: Way = "stays"
    because: str = ""
    is_counted_anew: bool = False
    lost: tuple[Lost, ...] = ()


def place(change: Change, stage: str, step: str | None, *, is_done: bool = False) -> Placed | None:
    """Where who stood at `step` of `stage` (None: at its end) stands now; None for a place the old version has not.

    `is_done`: what the step does has been done already, so that its successor under another name is not owed.
    """
    old_stage = change.old.stage(stage)
    if old_stage is None or (step is not None and old_stage.find(step) is None):
        return None
    placed = _place(change, old_stage, step, is_done=is_done)
    return Placed(
        stage=placed.stage,
        step=placed.step,
        way=placed.way,
        because=placed.because,
        is_counted_anew=placed.is_counted_anew,
        lost=tuple(_lost(change, old_stage, step, placed, is_done=is_done)),
    )


def watched(change: Change, stage: str, *, is_new: bool) -> tuple[tuple[str, str], ...]:
    """What may move those who are in `stage`, named as in `old`, in the words of either version: to compare."""
    campaign = change.new if is_new else change.old
    here = campaign.stage(change.stages.get(stage, "") if is_new else stage)
    if here is None:
        return ()
    index = campaign.stage_index(here.name)
    named = {} if is_new else change.stages
    entered = [
        (named.get(each.name, each.name), str(each.enter)) for each in campaign.stages[index + 1 :] if each.enter
    ]
    exits = [] if here.outcome else [(rule.outcome, str(rule.condition)) for rule in campaign.exits]
    return (*entered, *exits, ("then", here.then))


def ahead(campaign: Campaign, stage: str, step: str | None) -> frozenset[str]:
    """The steps that may still come for who stands at `step` of `stage`, this one included."""
    here = campaign.stage(stage)
    if here is None:
        return frozenset()
    later = campaign.stages[campaign.stage_index(stage) + 1 :]
    found = {each.id for one in later for each in walk_steps(one.steps)}
    return frozenset(found | set(_ahead_in(here.steps, step) or ()))


def _place(change: Change, old_stage: Stage, step: str | None, *, is_done: bool) -> Placed:
    name = change.stages.get(old_stage.name)
    new_stage = change.new.stage(name) if name else None
    if new_stage is None:
        return _out_of_stage(change, old_stage, step)
    if step is None:
        return Placed(stage=new_stage.name, step=None)
    to = change.steps.get(step)
    if to is not None and new_stage.find(to):
        if is_done and to != step:
            because = f"`{step}`, done already, is called `{to}` now"
            return Placed(stage=new_stage.name, step=step_after(new_stage, to), way="goes_on", because=because)
        because = f"`{step}` is called `{to}` now" if to != step else ""
        return Placed(stage=new_stage.name, step=to, because=because)
    reason = "is in another stage now" if to else "is no longer in the campaign"
    following = _following(change, old_stage, new_stage, step)
    onwards = f"goes on to `{following}`" if following else "goes on at the end of the stage"
    return Placed(stage=new_stage.name, step=following, way="goes_on", because=f"`{step}` {reason}: {onwards}")


def _following(change: Change, old_stage: Stage, new_stage: Stage, step: str) -> str | None:
    """The step after one that is gone: what was put in its place, else the next that is still there."""
    chain = [each for each in _chain(old_stage, step) if each != step]
    put = _put_in_place(change, old_stage, new_stage, step)
    if put is not None:
        return put
    inside = _inside(old_stage, step)
    targets = {change.steps.get(each) for each in inside}
    for each in walk_steps(new_stage.steps):
        if each.id in targets:
            return each.id
    return next((to for each in chain if (to := change.steps.get(each)) and new_stage.find(to)), None)


def _put_in_place(change: Change, old_stage: Stage, new_stage: Stage, step: str) -> str | None:
    """The first new step right after what stood before the one that is gone."""
    before = next((row[: row.index(step)] for row in _rows(old_stage.steps) if step in row), [])
    known = set(change.steps.values())
    for each in reversed(before):
        to = change.steps.get(each)
        row = next((row for row in _rows(new_stage.steps) if to in row), None) if to else None
        if row is not None and to is not None:
            return next((one for one in row[row.index(to) + 1 :][:1] if one not in known), None)
    top = [each.id for each in new_stage.steps]
    is_top = any(each.id == step for each in old_stage.steps)
    return next((one for one in top[:1] if is_top and one not in known), None)


def _out_of_stage(change: Change, old_stage: Stage, step: str | None) -> Placed:
    """The stage is gone: along with the steps where those went, else to the next stage that is no outcome."""
    gone = f"the stage `{old_stage.name}` is no longer in the campaign"
    for each in _chain(old_stage, step) if step else ():
        found = change.new.step(change.steps.get(each, ""))
        if found and found[0].outcome == old_stage.outcome:
            because = f"{gone}: goes on with `{found[1].id}` in `{found[0].name}`"
            return Placed(stage=found[0].name, step=found[1].id, way="stage", because=because)
    index = change.old.stage_index(old_stage.name)
    if old_stage.outcome is None:
        for later in _still_there(change, change.old.stages[index + 1 :]):
            if later.outcome is None:
                because = f"{gone}: goes on to `{later.name}`"
                first = first_step(later.steps)
                return Placed(stage=later.name, step=first, way="stage", because=because, is_counted_anew=True)
        for earlier in reversed(list(_still_there(change, change.old.stages[:index]))):
            if earlier.outcome is None:
                because = f"{gone}: waits at the end of `{earlier.name}`"
                return Placed(stage=earlier.name, step=None, way="stage", because=because, is_counted_anew=True)
    return Placed(stage=old_stage.name, step=None, way="over", because=f"{gone}, and none follows")


def _still_there(change: Change, stages: tuple[Stage, ...]) -> Iterator[Stage]:
    for each in stages:
        found = change.new.stage(change.stages.get(each.name, ""))
        if found:
            yield found


def _lost(change: Change, old_stage: Stage, step: str | None, placed: Placed, *, is_done: bool) -> Iterator[Lost]:
    """What was still to come in the stage and does not come any more, and what was moved from later to before."""
    to_come = set() if placed.way == "over" else ahead(change.new, placed.stage, placed.step)
    here = set(_ahead_in(old_stage.steps, step) or ())
    for stage, each in change.old.all_steps():
        if each.id not in here and change.old.stage_index(stage.name) <= change.old.stage_index(old_stage.name):
            continue
        if each.id == step and is_done:
            continue
        to = change.steps.get(each.id)
        if to is None and each.id in here:
            because = (
                placed.because if each.id == step and placed.because else f"`{each.id}` is no longer in the campaign"
            )
            yield Lost(step=each.id, because=because, is_gone=True)
        elif to is not None and to not in to_come:
            because = placed.because if placed.way == "over" else f"`{to}` now stands before where this person is"
            yield Lost(step=each.id, because=because, is_gone=False)


def _ahead_in(steps: tuple[Step, ...], step: str | None) -> list[str] | None:
    """From `step` on, with all that choices hold; None where it is not here."""
    for index, each in enumerate(steps):
        if each.id == step:
            return [one.id for one in walk_steps(steps[index:])]
        if isinstance(each.action, ChooseAction):
            for branch in each.action.branches:
                found = _ahead_in(branch.steps, step)
                if found is not None:
                    return [*found, *(one.id for one in walk_steps(steps[index + 1 :]))]
    return None


def _chain(stage: Stage, step: str | None) -> list[str]:
    """`step` and what follows it on its way to the stage's end."""
    found: list[str] = []
    while step is not None:
        found.append(step)
        step = step_after(stage, step)
    return found


def _inside(stage: Stage, step: str) -> list[str]:
    found = stage.find(step)
    if found is None or not isinstance(found.action, ChooseAction):
        return []
    return [each.id for branch in found.action.branches for each in walk_steps(branch.steps)]


def _rows(steps: tuple[Step, ...]) -> Iterator[list[str]]:
    """The ids of each list of steps: the stage's own, and those of the ways in its choices."""
    yield [each.id for each in steps]
    for each in steps:
        if isinstance(each.action, ChooseAction):
            for branch in each.action.branches:
                yield from _rows(branch.steps)
