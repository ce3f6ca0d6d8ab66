"""Steps from what is written to what is meant: one action, its time, and what it inherits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nurture.domain.campaign import ANY_TIME, Action, Branch, ChooseAction, Priority, Step, StepTiming, Window
from nurture.domain.duration import NO_TIME
from nurture.loader.actions import KINDS_OF_KEY, read_action
from nurture.loader.campaign_shape import STEP_KINDS, BranchShape, Inherited, StepShape, WindowShape
from nurture.loader.dates import read_date
from nurture.loader.document import Place
from nurture.loader.reading import Reading
from nurture.loader.step_names import kinds_of

_INHERITS_TIME = ("email", "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """What a step takes over from its stage and campaign where it says nothing itself."""

    window: Window = ANY_TIME
    is_spread: bool = False
    is_capped: bool = True
    priority: Priority = "normal"
    playbook: str | None = None

    def narrowed(self, shape: Inherited) -> "Customs":
        """What holds inside `shape`."""
        return replace(
            self,
            window=_window(shape) or self.window,
            is_spread=self.is_spread if shape.timing is None else shape.timing == "spread",
            is_capped=self.is_capped if shape.limits is None else shape.limits == "on",
            priority=shape.priority or self.priority,
        )


def _window(shape: Inherited) -> Window | None:
    match shape.window:
        case None:
            return None
        case WindowShape() as written:
            return Window(
                days=written.days if written.days is not None else ANY_TIME.days,
                hours=written.hours if written.hours is not None else ANY_TIME.hours,
                keeps_holidays=bool(written.holidays),
            )
        case _:
            return ANY_TIME


def note_later(shape: Inherited, place: Place, reading: Reading) -> None:
    """Note the inherited keys that this version cannot do."""
    if shape.timing == "best":
        reading.checked.add(
            (*place, "timing"), "later", "timing: best is not available yet", "write earliest or spread"
        )
    if shape.patience is not None:
        reading.later((*place, "patience"), "patience")


class StepReader:
    """Reads the steps of one campaign; `names` are their ids by place."""

    def __init__(self, reading: Reading, names: Mapping[Place, str]) -> None:
        self._reading = reading
        self._names = names

    def read(self, shapes: list[StepShape], place: Place, customs: Customs) -> tuple[Step, ...]:
        """The steps at `place`, without those that are wrong beyond use."""
        read = [self._step(shape, (*place, index), customs) for index, shape in enumerate(shapes)]
        return tuple(step for step in read if step is not None)

    def _step(self, shape: StepShape, place: Place, customs: Customs) -> Step | None:
        note_later(shape, place, self._reading)
        kind = self._kind(shape, place)
        inside = customs.narrowed(shape)
        timing = self._timing(shape, place, inside, inherits=kind in _INHERITS_TIME)
        if_ = self._reading.condition(shape.if_, (*place, "if"))
        unless = self._reading.condition(shape.unless, (*place, "unless"))
        if kind is None:
            return None
        action: Action | None
        if kind == "choose":
            action = self._choose(shape.choose or [], (*place, "choose"), inside)
        else:
            action = read_action(shape, kind, place, self._reading, customs.playbook)
        if action is None:
            return None
        return Step(
            id=self._names[place],
            action=action,
            if_=if_,
            unless=unless,
            timing=timing,
            is_capped=inside.is_capped,
            priority=inside.priority,
        )

    def _kind(self, shape: StepShape, place: Place) -> str | None:
        checked = self._reading.checked
        kinds = kinds_of(shape)
        if not kinds:
            if checked.is_cut_at(place):
                return None  # what was to be done is wrong, which is told already
            checked.add(place, "step_kind", "the step says not what to do", f"write one of {', '.join(STEP_KINDS)}")
            return None
        if len(kinds) > 1:
            message = f"the step does {len(kinds)} things: {', '.join(kinds)}"
            checked.add((*place, kinds[1]), "step_kind", message, "make each a step of its own", on_key=True)
            return None
        for key, owners in KINDS_OF_KEY.items():
            name = {"from": "from_", "for": "for_"}.get(key, key)
            if name in shape.model_fields_set and kinds[0] not in owners:
                message = f"{key} means nothing for a step of kind {kinds[0]}"
                hint = f"it belongs to {' or '.join(owners)}"
                checked.add((*place, key), "misplaced_key", message, hint, on_key=True)
        return kinds[0]

    def _timing(self, shape: StepShape, place: Place, inside: Customs, *, inherits: bool) -> StepTiming:
        checked = self._reading.checked
        if shape.date is not None and shape.after is not None:
            hint = "a date alone says when; the span goes into it, as `3d before contact.FIELD`"
            checked.add((*place, "after"), "conflict", "after and date cannot both say when", hint, on_key=True)
        if shape.late is not None and shape.date is None and not checked.is_cut_at(place):
            hint = "only a step with `date` can be late"
            checked.add((*place, "late"), "misplaced_key", "this step is never late", hint, on_key=True)
        is_spread = inside.is_spread if inherits or shape.timing is not None else False
        return StepTiming(
            after=shape.after or NO_TIME,
            date=read_date(shape.date, (*place, "date"), self._reading) if shape.date else None,
            days=shape.days,
            at=shape.at,
            window=inside.window if inherits or shape.window is not None else ANY_TIME,
            timing="spread" if is_spread else "earliest",
            is_sent_late=shape.late == "send",
        )

    def _choose(self, branches: list[BranchShape], place: Place, customs: Customs) -> ChooseAction | None:
        checked = self._reading.checked
        if not branches:
            checked.add(place, "empty_value", "choose has no way to go", "write `- if: CONDITION` with `steps`")
            return None
        made: list[Branch] = []
        for index, shape in enumerate(branches):
            here = (*place, index)
            is_else, is_last = "else_" in shape.model_fields_set, index == len(branches) - 1
            if is_else == (shape.if_ is not None):
                message = "a way has `if` or `else`" if not is_else else "a way has `if` or `else`, not both"
                hint = "write `if: CONDITION`, or `else:` for the last"
                checked.add(here, "missing", message, hint, lacks=("if", "else"))
            elif is_else and not is_last:
                hint = "move it to the end"
                checked.add((*here, "else"), "conflict", "what comes after `else` is never taken", hint, on_key=True)
            condition = self._reading.condition(shape.if_, (*here, "if"))
            steps = self.read(shape.steps or [], (*here, "steps"), customs)
            made.append(Branch(condition=condition, steps=steps))
        return ChooseAction(branches=tuple(made))
