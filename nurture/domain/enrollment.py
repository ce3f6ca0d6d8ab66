"""One contact's run through one campaign: where it stands and when to look at it again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EnrollmentState(StrEnum):
    """Whether the run goes on."""

    ACTIVE = "active"  # steps are taken when due
    PAUSED = "paused"  # steps are held until the pause ends; reactions still move it
    FINISHED = "finished"  # over, with an outcome; never looked at again


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """The queue's row.

    `step` is the id of the step it stands at, None when the stage's steps have run out. `anchor_at` is when the step
    before was complete (or the stage was entered): what `after` counts from. `due_at` is when to look again: None only
    when finished or when nothing but an event can change anything. `retry_at` holds a step back after a failed try.
    `timed_by` is the version by which the step it stands at is timed, where an edit kept that time (`on_change: keep`).
    """

    id: int
    contact_id: int
    campaign: str
    digest: str
    stage: str
    step: str | None
    state: EnrollmentState
    entered_at: datetime
    stage_entered_at: datetime
    anchor_at: datetime
    sender: str
    due_at: datetime | None = None
    planned_at: datetime | None = None
    outcome: str | None = None
    finished_at: datetime | None = None
    trigger_event_id: int | None = None
    has_sent: bool = False
    attempts: int = 0
    retry_at: datetime | None = None
    because: str = ""
    held_by: str = ""
    timed_by: str | None = None
    will_send: bool = False
    priority: int = 1
    wake: int = 0
    revision: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
