"""Which step is which: the id of every step of a campaign, written or made up, and two alike told."""

from collections import Counter
from collections.abc import Iterator, Mapping

from nurture.loader.campaign_shape import STEP_KINDS, CampaignShape, StepShape
from nurture.loader.document import Place
from nurture.loader.validation import Checked
from nurture.loader.words import show


def kinds_of(shape: StepShape) -> list[str]:
    """The kinds that a step names; exactly one is right."""
    return [kind for kind in STEP_KINDS if kind in shape.model_fields_set]


def walk(shape: CampaignShape) -> Iterator[tuple[Place, StepShape]]:
    """Every step with its place, in file order, those inside choices after the choice."""
    for name, stage in (shape.stages or {}).items():
        yield from _walk_steps(stage.steps or [], ("stages", name, "steps"))


def _walk_steps(steps: list[StepShape], place: Place) -> Iterator[tuple[Place, StepShape]]:
    for index, step in enumerate(steps):
        here = (*place, index)
        yield here, step
        for number, branch in enumerate(step.choose or []):
            yield from _walk_steps(branch.steps or [], (*here, "choose", number, "steps"))


def name_steps(shape: CampaignShape, checked: Checked[CampaignShape]) -> Mapping[Place, str]:
    """The id of each step by place. An email's is its template's last part, another's its kind, or kind-N.

    N counts all steps of the kind in the file, also those with an id of their own, so that giving one step an id
    renames no other.
    """
    names: dict[Place, str] = {}
    seen: dict[str, Place] = {}
    count: Counter[str] = Counter()
    for place, step in walk(shape):
        kind = next(iter(kinds_of(step)), "step")
        count[kind] += 1
        made = (step.email or "").rpartition("/")[2] if kind == "email" else kind
        name = step.id or (made if kind == "email" or count[kind] == 1 else f"{made}-{count[kind]}")
        if name in seen:
            first = checked.document.mark(checked.written(seen[name])).line
            on = (*place, "id") if step.id else (*place, kind)
            hint = "give one of them another `id`" if step.id else "give one of them an `id`"
            checked.add(on, "duplicate_id", f"two steps are called {show(name)}, the other in line {first}", hint)
        names[place] = name
        seen.setdefault(name, place)
    return names
