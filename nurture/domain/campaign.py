"""A campaign as meant: everything inherited is resolved, every word is checked, nothing is optional that must be there.

The loader makes these values from YAML; the rules of decision, timing and transition read them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from types import MappingProxyType
from typing import Literal

from nurture.domain.condition import Condition, Node
from nurture.domain.duration import NO_TIME, TWO_WEEKS, Duration

Priority = Literal["low", "normal", "high"]
PRIORITY_RANK: Mapping[Priority, int] = MappingProxyType({"low": 0, "normal": 1, "high": 2})
TaskKind = Literal["call", "chat", "meeting", "todo"]
_NO_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When something may happen, on the contact's wall. `days` counts Monday as 0.

    `hours` are half-open spans of one day in order, an end of `time.max` meaning midnight. `keeps_holidays` closes
    the public holidays of the contact's country and the project's closed days.
    """

    days: frozenset[int] = frozenset(range(7))
    hours: tuple[tuple[time, time], ...] = ((time.min, time.max),)
    keeps_holidays: bool = False


ANY_TIME = Window()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRule:
    """A dated step's day: `day`, or `offset` before or after the date in `field` (contact or enrolling event)."""

    day: date | None = None
    field: Node | None = None
    offset: Duration = NO_TIME
    is_before: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTiming:
    """When a step's time comes, all resolved. `days` and `at` narrow `window`; `is_sent_late` is `late: send`."""

    after: Duration = NO_TIME
    date: DateRule | None = None
    days: frozenset[int] | None = None
    at: time | None = None
    window: Window = ANY_TIME
    timing: Literal["earliest", "spread"] = "earliest"
    is_sent_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAction:
    """`template` is a path under `templates/emails/` without extension, `attach` are paths under the project."""

    template: str
    subject: str | None = None
    preheader: str | None = None
    from_: str | None = None
    attach: tuple[str, ...] = ()
    is_thread_reply: bool = False
    tracks_opens: bool = True
    tracks_clicks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAction:
    """Something for a person to do; `title` is a Jinja text."""

    title: str
    kind: TaskKind = "todo"
    due: Duration | None = None
    playbook: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyAction:
    """Mail to `owner`, `team` or an address; `subject` and `text` are Jinja texts, a sensible one where None."""

    to: str
    subject: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAction:
    """Go on as soon as `until` holds, or when `for_` is over; at least one is there."""

    until: Condition | None = None
    for_: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way of a choice; `condition` None is `else`."""

    condition: Condition | None
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAction:
    """The first branch whose condition holds is taken; none taken is complete at once."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAction:
    """Contact fields set to the values of expressions."""

    values: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAction:
    """Tags put on or taken off the contact."""

    tags: tuple[str, ...]
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAction:
    """A signed POST to `url`; retried, then complete as failed."""

    url: str


Action = EmailAction | TaskAction | NotifyAction | WaitAction | ChooseAction | SetAction | TagAction | WebhookAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do at one time. `id` is its identity over edits of the file, unique in the campaign."""

    id: str
    action: Action
    if_: Condition | None = None
    unless: Condition | None = None
    timing: StepTiming = StepTiming()
    is_capped: bool = True
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRule:
    """A task that a reply calls for; `title` is a Jinja text."""

    title: str
    kind: TaskKind = "todo"
    due: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRule:
    """`for_` a span, or, where None, until the rule's task is closed or a person resumes, `at_most` after."""

    for_: Duration | None = None
    at_most: Duration = TWO_WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRule:
    """What one intent does; every part may be absent."""

    is_move_next: bool = False
    pause: PauseRule | None = None
    exit: str | None = None
    task: TaskRule | None = None
    notify: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A phase of the sales cycle. `then` is `wait`, `advance` or an outcome, resolved from what the file left out.

    A stage with an outcome ends the run with it after its last step, unless the file says `then` itself.
    """

    name: str
    steps: tuple[Step, ...] = ()
    about: str = ""
    playbook: str | None = None
    enter: Condition | None = None
    target: Duration | None = None
    outcome: str | None = None
    replies: Mapping[str, ReplyRule] = field(default_factory=lambda: MappingProxyType({}))
    then: str = "advance"

    def find(self, step_id: str) -> Step | None:
        """The step of that id, also inside choices; None where the stage has it not."""
        return next((step for step in walk_steps(self.steps) if step.id == step_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollRule:
    """Who is asked in: on `events`, `is_daily` (whoever matches the audience), or neither: by hand.

    `again` is `never`, `always`, or the span after a run's end from which a new one may begin.
    """

    events: tuple[str, ...] = ()
    is_daily: bool = False
    again: Literal["never", "always"] | Duration = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule:
    """Leave with `outcome` when `condition` holds."""

    outcome: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One file of `campaigns/`; `digest` names this version of it.

    `on_change`: whether an edit plans the times of those who wait again, or keeps them. `formerly` are the ids that a
    step had in earlier versions, by the one it has.
    """

    name: str
    digest: str
    senders: tuple[str, ...]
    stages: tuple[Stage, ...]
    description: str = ""
    keywords: tuple[str, ...] = ()
    audience: Condition | None = None
    enroll: EnrollRule = EnrollRule()
    reply_to: str | None = None
    exits: tuple[ExitRule, ...] = ()
    on_unknown: Literal["hold", "resend"] = "hold"
    is_enabled: bool = True
    on_change: Literal["replan", "keep"] = "replan"
    formerly: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_NAMES)
    _places: Mapping[str, tuple[Stage, Step]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Of two steps with one id, which no file can have, the first counts.
        places = {step.id: (stage, step) for stage, step in reversed(tuple(self.all_steps()))}
        object.__setattr__(self, "_places", MappingProxyType(places))

    def stage(self, name: str) -> Stage | None:
        """The stage of that name; None where the file has it no more."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def stage_index(self, name: str) -> int:
        """The stage's place in the cycle, -1 where it is gone."""
        return next((i for i, stage in enumerate(self.stages) if stage.name == name), -1)

    def all_steps(self) -> Iterator[tuple[Stage, Step]]:
        """Every step in file order, those inside choices after the choice."""
        for stage in self.stages:
            for step in walk_steps(stage.steps):
                yield stage, step

    def step(self, step_id: str) -> tuple[Stage, Step] | None:
        return self._places.get(step_id)


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Each step and, after a choice, the steps of its branches."""
    for step in steps:
        yield step
        if isinstance(step.action, ChooseAction):
            for branch in step.action.branches:
                yield from walk_steps(branch.steps)


def first_step(steps: tuple[Step, ...]) -> str | None:
    """The id of the first of `steps`, None where there is none."""
    return steps[0].id if steps else None


def step_after(stage: Stage, step_id: str) -> str | None:
    """The id of the step that follows `step_id` on its way through the stage; None at the stage's end.

    After the last step of a branch comes what follows the choice.
    """
    return _step_after(stage.steps, step_id, None)[1]


def _step_after(steps: tuple[Step, ...], step_id: str, follower: str | None) -> tuple[bool, str | None]:
    for index, step in enumerate(steps):
        following = steps[index + 1].id if index + 1 < len(steps) else follower
        if step.id == step_id:
            return True, following
        if isinstance(step.action, ChooseAction):
            for branch in step.action.branches:
                found, after = _step_after(branch.steps, step_id, following)
                if found:
                    return True, after
    return False, None
