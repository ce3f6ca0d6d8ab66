"""What an edit does to a campaign: which step and stage of the new version is which of the old one.

Steps are known by id. A step whose id is only its kind (`wait`, `task-2`) is known by what it says and where it stands,
since another of its kind put in before it numbers it anew. One removed and one added step of the same kind at one place
are one step with a new name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from nurture.domain.campaign import Campaign, ChooseAction, EmailAction, Stage, Step, WaitAction, walk_steps

Kind = Literal["email", "task", "notify", "wait", "choose", "set", "tag", "untag", "webhook"]
_MADE_UP = re.compile(r"(task|notify|wait|choose|set|tag|untag|webhook)(-\d+)?")
_NO_STEPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """One step that is not as it was. `id` is its name now, or its old one where it is gone; `was` a former name.

    `what` says what differs: time, condition, template, subject, content, order and so on.
    """

    id: str
    change: Literal["added", "removed", "renamed", "moved", "changed"]
    stage: str
    was: str | None = None
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """One stage that is not as it was; `was` is its former name."""

    name: str
    change: Literal["added", "removed", "renamed", "changed"]
    was: str | None = None
    what: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """From `old` to `new`: `steps` and `stages` map what is still there, each by its name then to its name now.

    `rewritten` are steps, by their name now, whose mail differs though the campaign's file says the same of them.
    """

    old: Campaign
    new: Campaign
    steps: Mapping[str, str]
    stages: Mapping[str, str]
    rewritten: frozenset[str] = frozenset()

    @cached_property
    def step_changes(self) -> tuple[StepChange, ...]:
        """All that differs, in the new file's order, what is gone at the end."""
        former = {now: then for then, now in self.steps.items()}
        changes = [self._step_change(stage, step, former.get(step.id)) for stage, step in self.new.all_steps()]
        gone = [
            StepChange(id=step.id, change="removed", stage=stage.name)
            for stage, step in self.old.all_steps()
            if step.id not in self.steps
        ]
        return (*(each for each in changes if each is not None), *gone)

    @cached_property
    def stage_changes(self) -> tuple[StageChange, ...]:
        former = {now: then for then, now in self.stages.items()}
        changes = [self._stage_change(stage, former.get(stage.name)) for stage in self.new.stages]
        gone = [
            StageChange(name=each.name, change="removed") for each in self.old.stages if each.name not in self.stages
        ]
        return (*(each for each in changes if each is not None), *gone)

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """What differs in the campaign itself, in the file's words."""
        names = {"audience": "audience", "enroll": "enroll", "senders": "sender", "reply_to": "reply_to",
                 "exits": "exit", "on_unknown": "on_unknown", "on_change": "on_change", "is_enabled": "enabled",
                 "keywords": "keywords", "description": "description"}  # fmt: skip
        return tuple(word for name, word in names.items() if getattr(self.old, name) != getattr(self.new, name))

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """Steps that have another name now, by the old one."""
        return MappingProxyType({then: now for then, now in self.steps.items() if then != now})

    @property
    def is_none(self) -> bool:
        """Whether nothing differs that anybody could notice."""
        return not (self.step_changes or self.stage_changes or self.settings)

    def is_replanned(self, step_id: str) -> bool:
        """Whether those who wait at the step, named as in `old`, have another time now."""
        then, now = self.old.step(step_id), self.new.step(self.steps.get(step_id, ""))
        return then is not None and now is not None and _time_of(then[1]) != _time_of(now[1])

    def _step_change(self, stage: Stage, step: Step, was: str | None) -> StepChange | None:
        if was is None:
            return StepChange(id=step.id, change="added", stage=stage.name)
        found = self.old.step(was)
        assert found is not None  # noqa: S101  `steps` names only what is there
        what = _differences(found[1], step, is_rewritten=step.id in self.rewritten)
        is_moved = self.stages.get(found[0].name) != stage.name or was in self._out_of_order
        former = was if was != step.id else None
        if former and not _MADE_UP.fullmatch(step.id):
            return StepChange(id=step.id, change="renamed", stage=stage.name, was=former, what=what)
        if is_moved:
            return StepChange(id=step.id, change="moved", stage=stage.name, was=former, what=what)
        if what:
            return StepChange(id=step.id, change="changed", stage=stage.name, was=former, what=what)
        return None

    @cached_property
    def _out_of_order(self) -> frozenset[str]:
        """Steps of `old` that no longer stand between the same others."""
        found: set[str] = set()
        for then, now in self.stages.items():
            old_stage, new_stage = self.old.stage(then), self.new.stage(now)
            if old_stage and new_stage:
                order = [step.id for step in walk_steps(new_stage.steps)]
                kept = [step.id for step in walk_steps(old_stage.steps) if self.steps.get(step.id) in order]
                targets = {self.steps[each] for each in kept}
                here = [each for each in order if each in targets]
                before = [self.steps[each] for each in kept]
                matcher = SequenceMatcher(None, before, here, autojunk=False)
                stayed = {
                    each for block in matcher.get_matching_blocks() for each in before[block.a : block.a + block.size]
                }
                found |= {each for each in kept if self.steps[each] not in stayed}
        return frozenset(found)

    def _stage_change(self, stage: Stage, was: str | None) -> StageChange | None:
        if was is None:
            return StageChange(name=stage.name, change="added")
        before = self.old.stage(was)
        assert before is not None  # noqa: S101  `stages` names only what is there
        names = {"enter": "enter", "then": "then", "outcome": "outcome", "replies": "replies", "target": "target"}
        what = tuple(word for name, word in names.items() if getattr(before, name) != getattr(stage, name))
        if was != stage.name:
            return StageChange(name=stage.name, change="renamed", was=was, what=what)
        return StageChange(name=stage.name, change="changed", what=what) if what else None


def compare(old: Campaign, new: Campaign, *, rewritten: frozenset[str] = frozenset()) -> Change:
    """What becomes of each stage and step of `old` in `new`."""
    stages = _same_stages(old, new)
    steps: dict[str, str] = {}
    for then, now in stages.items():
        before, after = old.stage(then), new.stage(now)
        if before and after:
            _pair(before.steps, after.steps, _Names(old, new), steps)
    _pair_what_moved(old, new, stages, steps)
    return Change(old=old, new=new, steps=MappingProxyType(steps), stages=MappingProxyType(stages), rewritten=rewritten)


def former_names(formerly: Mapping[str, tuple[str, ...]], change: Change) -> Mapping[str, tuple[str, ...]]:
    """The earlier names of each step of `change.new`, by its name there; `formerly` are those of `change.old`."""
    found: dict[str, tuple[str, ...]] = {}
    for then, now in change.steps.items():
        names = (*formerly.get(then, ()), *((then,) if then != now else ()))
        if kept := tuple(name for name in dict.fromkeys(names) if name != now):
            found[now] = kept
    return MappingProxyType(found)


def kind_of(step: Step) -> str:
    """What sort of step it is, to tell whether one could be another with a new name."""
    return type(step.action).__name__


def with_times_of(campaign: Campaign, step_id: str, kept: Step) -> Campaign:
    """The campaign with the step at the time that `kept` had, for those whose planned time an edit leaves alone."""

    def timed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(_timed_as(step, kept) if step.id == step_id else _inside(step) for step in steps)

    def _inside(step: Step) -> Step:
        if not isinstance(step.action, ChooseAction):
            return step
        branches = tuple(replace(branch, steps=timed(branch.steps)) for branch in step.action.branches)
        return replace(step, action=ChooseAction(branches=branches))

    return replace(campaign, stages=tuple(replace(stage, steps=timed(stage.steps)) for stage in campaign.stages))


def _timed_as(step: Step, kept: Step) -> Step:
    action = step.action
    if isinstance(action, WaitAction) and isinstance(kept.action, WaitAction):
        action = replace(action, for_=kept.action.for_)
    return replace(step, timing=kept.timing, action=action)


def _time_of(step: Step) -> tuple[object, object]:
    return step.timing, step.action.for_ if isinstance(step.action, WaitAction) else None


def _differences(then: Step, now: Step, *, is_rewritten: bool) -> tuple[str, ...]:
    found = []
    if _time_of(then) != _time_of(now):
        found.append("time")
    if (then.if_, then.unless) != (now.if_, now.unless):
        found.append("condition")
    found += _of_the_action(then, now)
    if is_rewritten and "template" not in found:
        found.append("content")
    if then.priority != now.priority:
        found.append("priority")
    if then.is_capped != now.is_capped:
        found.append("limits")
    return tuple(found)


def _of_the_action(then: Step, now: Step) -> list[str]:
    old, new = then.action, now.action
    if isinstance(old, EmailAction) and isinstance(new, EmailAction):
        names = {"template": "template", "subject": "subject", "preheader": "preheader", "from_": "from",
                 "attach": "attach", "is_thread_reply": "thread", "tracks_opens": "track",
                 "tracks_clicks": "track"}  # fmt: skip
        return list(dict.fromkeys(word for name, word in names.items() if getattr(old, name) != getattr(new, name)))
    if isinstance(old, WaitAction) and isinstance(new, WaitAction):
        return ["wait"] if str(old.until) != str(new.until) else []
    if isinstance(old, ChooseAction) and isinstance(new, ChooseAction):
        is_same = [str(branch.condition) for branch in old.branches] == [str(each.condition) for each in new.branches]
        return [] if is_same else ["choose"]
    return [] if old == new else ["what it does"]


def _same_stages(old: Campaign, new: Campaign) -> dict[str, str]:
    """By name; one gone and one new at one place that have a step or their `enter` in common are one, renamed."""
    then, now = [each.name for each in old.stages], [each.name for each in new.stages]
    found = {name: name for name in then if name in now}
    for tag, i, j, k, m in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        gone = [each for each in old.stages[i:j] if each.name not in now]
        come = [each for each in new.stages[k:m] if each.name not in then]
        if tag == "replace" and len(gone) == len(come) == 1 and _is_alike(gone[0], come[0]):
            found[gone[0].name] = come[0].name
    return {name: found[name] for name in then if name in found}


def _is_alike(one: Stage, other: Stage) -> bool:
    theirs = {step.id for step in walk_steps(other.steps)}
    shares = any(step.id in theirs for step in walk_steps(one.steps))
    enters = one.enter is not None and str(one.enter) == str(other.enter)
    return one.outcome == other.outcome and (shares or enters)


@dataclass(frozen=True, slots=True)
class _Names:
    """Who is there in both files, by an id that somebody chose."""

    old: Campaign
    new: Campaign

    def stay(self, step: Step) -> bool:
        return not _MADE_UP.fullmatch(step.id) and bool(self.old.step(step.id)) and bool(self.new.step(step.id))


def _pair(then: Sequence[Step], now: Sequence[Step], names: _Names, found: dict[str, str]) -> None:
    """Pair the steps of one list with those of the list that it became, and what is inside them."""
    matcher = SequenceMatcher(None, [_token(step) for step in then], [_token(step) for step in now], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pairs = list(zip(then[i:j], now[k:m], strict=True))
        elif tag == "replace":
            pairs = list(_renamed(then[i:j], now[k:m], names))
        else:
            continue
        for one, other in pairs:
            found[one.id] = other.id
            if isinstance(one.action, ChooseAction) and isinstance(other.action, ChooseAction):
                for before, after in zip(one.action.branches, other.action.branches, strict=False):
                    _pair(before.steps, after.steps, names, found)


def _token(step: Step) -> str:
    if not _MADE_UP.fullmatch(step.id):
        return step.id
    if isinstance(step.action, ChooseAction):
        return f"choose: {[str(branch.condition) for branch in step.action.branches]}"
    return f"{kind_of(step)}: {step.action}"


def _renamed(then: Sequence[Step], now: Sequence[Step], names: _Names) -> Iterator[tuple[Step, Step]]:
    gone = [step for step in then if not names.stay(step)]
    come = [step for step in now if not names.stay(step)]
    alike = [(one, other) for one in gone for other in come if _does_the_same(one, other)]
    alike = [pair for pair in alike if sum(pair[0] is one or pair[1] is other for one, other in alike) == 1]
    yield from alike
    paired = [step for pair in alike for step in pair]
    for kind in dict.fromkeys(kind_of(step) for step in gone):
        ones = [step for step in gone if kind_of(step) == kind and step not in paired]
        others = [step for step in come if kind_of(step) == kind and step not in paired]
        if len(ones) == len(others) == 1:
            yield ones[0], others[0]


def _does_the_same(one: Step, other: Step) -> bool:
    if isinstance(one.action, EmailAction) and isinstance(other.action, EmailAction):
        return one.action.template == other.action.template
    return not isinstance(one.action, ChooseAction) and one.action == other.action


def _pair_what_moved(old: Campaign, new: Campaign, stages: Mapping[str, str], found: dict[str, str]) -> None:
    """What went elsewhere: a chosen id anywhere, a made-up one within its stage, where neither is paired yet."""
    taken = set(found.values())
    for stage, step in old.all_steps():
        target = new.step(step.id)
        if step.id in found or target is None or step.id in taken:
            continue
        if not _MADE_UP.fullmatch(step.id) or (
            stages.get(stage.name) == target[0].name and kind_of(step) == kind_of(target[1])
        ):
            found[step.id] = step.id
            taken.add(step.id)
    left = [step for _, step in old.all_steps() if step.id not in found and isinstance(step.action, EmailAction)]
    new_ones = [step for _, step in new.all_steps() if step.id not in taken and isinstance(step.action, EmailAction)]
    for one in left:
        # One mail under another name at another place is still that mail, which nobody wants to get again.
        same = [other for other in new_ones if _does_the_same(one, other)]
        if len(same) == 1 and sum(_does_the_same(each, same[0]) for each in left) == 1:
            found[one.id] = same[0].id
