"""Checks what a campaign asks: conditions that nobody can meet or everybody does, and ways that nobody can take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nurture.checks.truth import World, asks_something, can_fail, can_hold
from nurture.domain.campaign import Campaign, ChooseAction, Stage, Step, WaitAction
from nurture.domain.condition import And, Condition, Node, Not, Or
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.document import Place

_IMPOSSIBLE = "look for values that exclude each other, or for `and` where `or` is meant"
_CERTAIN = "look for `or` where `and` is meant, or take it out"


def condition_problems(loaded: Loaded, campaign: Campaign, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Warnings about conditions; nothing is said of a file with errors, in which conditions may be missing."""
    if loaded.campaign is not None:
        yield from _ConditionCheck(loaded, campaign, vocabulary).problems()


@dataclass(frozen=True, slots=True)
class _ConditionCheck:
    loaded: Loaded
    campaign: Campaign
    vocabulary: Vocabulary

    def problems(self) -> Iterator[Problem]:
        everywhere = World(vocabulary=self.vocabulary, stages=tuple(stage.name for stage in self.campaign.stages))
        if self.campaign.audience is not None:
            yield from self._asked(self.campaign.audience, ("audience",), everywhere, what="nobody is in it")
        for rule in self.campaign.exits:
            yield from self._asked(rule.condition, ("exit", rule.outcome), everywhere, what="nobody leaves here")
        for index, stage in enumerate(self.campaign.stages):
            earlier = tuple(before.name for before in self.campaign.stages[:index])
            if stage.enter is not None and earlier:
                world = World(vocabulary=self.vocabulary, stages=earlier)
                yield from self._asked(stage.enter, ("stages", stage.name, "enter"), world, what="nobody enters here")
            yield from self._steps(stage)

    def _steps(self, stage: Stage) -> Iterator[Problem]:
        world = World(vocabulary=self.vocabulary, stages=(stage.name,))
        exits = () if stage.outcome is not None else tuple(rule.condition.tree for rule in self.campaign.exits)
        left = tuple(tree for tree in exits if can_fail(tree, world))  # of one that always holds it is said there
        for found, step in self.campaign.all_steps():
            place = self.loaded.step_places.get(step.id)
            if found is stage and place is not None:
                yield from self._step(step, place, world, left)

    def _step(self, step: Step, place: Place, world: World, left: Sequence[Node]) -> Iterator[Problem]:
        if step.if_ is not None:
            yield from self._asked(step.if_, (*place, "if"), world, what="the step is always skipped", left=left)
        if step.unless is not None:
            yield from self._asked(
                step.unless, (*place, "unless"), world, what="it skips nobody", certain="the step is always skipped"
            )
        if step.if_ and step.unless and _both(step.if_, step.unless, world):
            message = f"`if` and `unless` of `{step.id}` leave nobody over"
            yield self._warning((*place, "unless"), "never_holds", message, _IMPOSSIBLE)
        match step.action:
            case WaitAction(until=Condition() as until):
                what = "the wait ends by `for` alone" if step.action.for_ else "nobody comes past it"
                yield from self._asked(until, (*place, "wait"), world, what=what, left=left)
            case ChooseAction():
                yield from self._branches(step.action, place, world)
            case _:
                pass

    def _branches(self, choice: ChooseAction, place: Place, world: World) -> Iterator[Problem]:
        """A branch is taken by those who took none before it."""
        before: list[Node] = []
        for index, branch in enumerate(choice.branches):
            here = (*place, "choose", index)
            refused = tuple(Not(tree) for tree in before)
            if branch.condition is None:
                if before and not can_hold(And(refused), world):
                    hint = "take it out, or narrow the branches before it"
                    yield self._warning((*here, "else"), "branch_never", "nobody is left for `else`", hint)
                continue
            tree = branch.condition.tree
            if not can_hold(tree, world):
                yield self._warning((*here, "if"), "branch_never", "nobody can take this branch", _IMPOSSIBLE)
            elif before and not can_hold(And((*refused, tree)), world):
                message = "nobody is left for this branch: those before it take all"
                hint = "put the narrower branch first"
                yield self._warning((*here, "if"), "branch_never", message, hint)
            before.append(tree)

    def _asked(
        self,
        condition: Condition,
        place: Place,
        world: World,
        *,
        what: str,
        certain: str = "it decides nothing",
        left: Sequence[Node] = (),
    ) -> Iterator[Problem]:
        """`left` are conditions on which people leave before this one is asked."""
        tree = condition.tree
        if not can_hold(tree, world):
            yield self._warning(place, "never_holds", f"this can never hold: {what}", _IMPOSSIBLE)
        elif left and not can_hold(And((tree, Not(Or(tuple(left))))), world):
            message = f"this can never hold, for `exit` takes people out before: {what}"
            yield self._warning(place, "never_holds", message, "let it hold earlier, or `exit` later")
        elif asks_something(tree) and not can_fail(tree, world):
            yield self._warning(place, "always_holds", f"this always holds: {certain}", _CERTAIN)

    def _warning(self, place: Place, code: str, message: str, hint: str) -> Problem:
        return self.loaded.document.problem(place, code, message, hint, severity="warning")


def _both(if_: Condition, unless: Condition, world: World) -> bool:
    """Whether each alone could be met, and both together cannot."""
    alone = can_hold(if_.tree, world) and can_fail(unless.tree, world)
    return alone and not can_hold(And((if_.tree, Not(unless.tree))), world)
