"""Random campaigns and random edits of them, each step with a mark that says which one it is whatever it is called."""

from dataclasses import dataclass, field, replace
from random import Random

from nurture.domain.campaign import (
    Branch,
    Campaign,
    ChooseAction,
    EmailAction,
    Stage,
    Step,
    StepTiming,
    TaskAction,
    WaitAction,
    walk_steps,
)
from nurture.domain.condition import Compare, Condition, Fact, Literally
from nurture.domain.duration import Duration

LATER = Condition(tree=Compare(">=", Fact("days_in_stage"), Literally(20)), source="days_in_stage >= 20")
NEVER = Condition(tree=Compare("<", Fact("days_in_stage"), Literally(0)), source="days_in_stage < 0")
MARK = "mark:"


@dataclass
class Editor:
    """Makes a campaign and edits it; a step keeps its mark through moves and new names, a new one has a new mark."""

    chance: Random
    numbers: int = 0
    said: list[str] = field(default_factory=list)

    def campaign(self) -> Campaign:
        stages = tuple(
            Stage(
                name=f"s{i}", steps=self._steps(self.chance.randint(2, 5)), enter=LATER if i else None, then="advance"
            )
            for i in range(3)
        )
        return Campaign(name="c", digest="v1", senders=("mali",), stages=stages)

    def edited(self, campaign: Campaign, digest: str) -> Campaign:
        """One to three edits of any kind."""
        for _ in range(self.chance.randint(1, 3)):
            campaign = self._edit(campaign)
        return replace(campaign, digest=digest, on_change=self.chance.choice(["replan", "replan", "keep"]))

    def _edit(self, campaign: Campaign) -> Campaign:
        stages = list(campaign.stages)
        index = self.chance.randrange(len(stages))
        stage = stages[index]
        kind = self.chance.choice(
            ["add", "add", "remove", "remove", "rename", "time", "time", "order", "if", "elsewhere", "stage", "call"]
        )
        self.said.append(f"{kind} in {stage.name}")
        steps = list(stage.steps)
        at = self.chance.randrange(len(steps)) if steps else 0
        match kind:
            case "add":
                steps.insert(self.chance.randint(0, len(steps)), self._step(0))
            case "remove" if steps:
                steps.pop(at)
            case "rename" if steps and isinstance(steps[at].action, EmailAction):
                steps[at] = replace(steps[at], id=self._name("mail"))
            case "time" if steps:
                steps[at] = replace(steps[at], timing=self._timing())
            case "order":
                self.chance.shuffle(steps)
            case "if" if steps:
                steps[at] = replace(steps[at], if_=NEVER if steps[at].if_ is None else None)
            case "elsewhere" if steps:
                other = self.chance.randrange(len(stages))
                if other != index:
                    moved = steps.pop(at)
                    there = list(stages[other].steps)
                    there.insert(self.chance.randint(0, len(there)), moved)
                    stages[other] = replace(stages[other], steps=tuple(there))
            case "stage" if len(stages) > 1 and self.chance.random() < 0.5:
                stages.pop(index)
                return replace(campaign, stages=tuple(stages))
            case "call":
                stages[index] = replace(stage, name=self._name("s"))
                return replace(campaign, stages=tuple(stages))
            case _:
                pass
        stages[index] = replace(stages[index], steps=tuple(steps))
        return replace(campaign, stages=tuple(stages))

    def _steps(self, number: int) -> tuple[Step, ...]:
        return tuple(self._step(0) for _ in range(number))

    def _step(self, depth: int) -> Step:
        kind = self.chance.choice(["mail", "mail", "mail", "task", "wait", "choose" if depth == 0 else "mail"])
        name = self._name(kind)
        mark = f"{MARK}{name}"
        match kind:
            case "mail":
                return Step(id=name, action=EmailAction(template=mark), timing=self._timing())
            case "task":
                return Step(id=name, action=TaskAction(title=mark), timing=self._timing())
            case "wait":
                span = Duration(days=self.chance.randint(1, 3), seconds=self.numbers)
                return Step(id=name, action=WaitAction(for_=span))
            case _:
                ways = tuple(
                    Branch(condition=condition, steps=tuple(self._step(1) for _ in range(self.chance.randint(0, 2))))
                    for condition in (self.chance.choice([NEVER, LATER]), None)
                )
                return Step(id=name, action=ChooseAction(branches=ways), timing=self._timing())

    def _name(self, kind: str) -> str:
        self.numbers += 1
        return f"{kind}x{self.numbers}"

    def _timing(self) -> StepTiming:
        return StepTiming(after=Duration(days=self.chance.randint(0, 4)))


def mark_of(step: Step) -> str | None:
    """Which step it is, whatever it is called; None for one that gives nobody anything."""
    match step.action:
        case EmailAction(template=mark) | TaskAction(title=mark):
            return mark
        case _:
            return None


def owed(campaign: Campaign, stage: str, step: str | None) -> set[str]:
    """The marks of what is certainly still to come in the stage for who stands at `step`: nothing in a choice ahead."""
    here = campaign.stage(stage)
    if here is None or step is None:
        return set()
    row = next((row for row in _rows(here.steps) if any(each.id == step for each in row)), ())
    index = next((i for i, each in enumerate(row) if each.id == step), len(row))
    found = list(row[index:])
    if row is not here.steps:
        top = next((i for i, each in enumerate(here.steps) if any(one.id == step for one in walk_steps((each,)))), 0)
        found += here.steps[top + 1 :]
    return {mark for each in found if (mark := mark_of(each))}


def _rows(steps: tuple[Step, ...]) -> list[tuple[Step, ...]]:
    rows = [steps]
    for each in steps:
        if isinstance(each.action, ChooseAction):
            for branch in each.action.branches:
                rows += _rows(branch.steps)
    return rows
