"""What comes next for one enrollment, and because of what: the values that `decide` gives and the log keeps."""

from dataclasses import dataclass
from datetime import datetime

from nurture.domain.campaign import Step, TaskRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send the email of `step` now."""

    step: Step
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Perform:
    """Do a step that is not an email now (task, notify, set, tag, webhook)."""

    step: Step
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """The step is complete without an effect: a wait that is over, a choice made. `to` is the step to stand at next."""

    step: Step
    to: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Pass the step over; it is complete at this moment."""

    step_id: str
    to: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Look again at `until`; None when only an event can change anything.

    `planned_at` is when what waits is to happen as far as that is known: `until` may be earlier, to ask again what time
    alone can change. `held_by` names the limit or pause that holds it. `will_send` says that at `until` an email's own
    time has come, so that it needs room of its sender.
    """

    until: datetime | None
    because: str
    step_id: str | None = None
    planned_at: datetime | None = None
    held_by: str = ""
    will_send: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Enter `stage` at its first step; what still waited in the stage left behind is cancelled."""

    stage: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The run is over."""

    outcome: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """What a human reply calls for besides moving: applied in the stage that the reply moved to.

    `pauses_until` is set where the reply pauses; `is_until_resumed` says that closing its task ends the pause earlier.
    """

    reply_id: int
    intent: str
    because: str
    pauses_until: datetime | None = None
    is_until_resumed: bool = False
    task: TaskRule | None = None
    notify: str | None = None


Decision = Send | Perform | Pass | Skip | Wait | Move | Finish | React
