"""Decisions as events: each with its reason, so that `why` can read a person's story back."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from nurture.domain.decision import Finish, Move, Pass, React, Skip
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.value import Value
from nurture.domain.walk import Taken


def events_of(enrollment: Enrollment, after: Enrollment, taken: Iterable[Taken], at: datetime) -> list[Event]:
    """The events of decisions that took effect by being taken; a Send or Perform is logged when done, a Wait never.

    A Wait changes nothing but when to look again: its reason stands in the enrollment's row. `after` is where the way
    led: the outcome that it ended with is the run's, recorded when an outcome stage was entered.
    """
    events = []
    for each in taken:
        event = _event_of(enrollment, after, each, at)
        if event:
            events.append(event)
    return events


def _event_of(enrollment: Enrollment, after: Enrollment, taken: Taken, at: datetime) -> Event | None:
    match taken.decision:
        case Move(stage=stage, because=because):
            return happened(enrollment, "stage_entered", at, stage=stage, because=because, fields={"from": taken.stage})
        case Skip(step_id=step, because=because):
            return happened(enrollment, "step_skipped", at, stage=taken.stage, step=step, because=because)
        case Pass(step=step_passed, because=because):
            return happened(enrollment, "step_done", at, stage=taken.stage, step=step_passed.id, because=because)
        case Finish(because=because):
            fields = {"outcome": after.outcome}
            return happened(enrollment, "finished", at, stage=taken.stage, because=because, fields=fields)
        case React(pauses_until=until, because=because) if until is not None:
            return happened(enrollment, "paused", at, stage=taken.stage, because=because, fields={"until": until})
        case _:
            return None


def happened(
    enrollment: Enrollment,
    name: str,
    at: datetime,
    *,
    stage: str | None = None,
    step: str | None = None,
    because: str = "",
    message_id: int | None = None,
    fields: Mapping[str, Value] | None = None,
) -> Event:
    """An event of this enrollment; `fields` are what else it says."""
    return Event(
        name=name,
        at=at,
        contact_id=enrollment.contact_id,
        enrollment_id=enrollment.id,
        message_id=message_id,
        campaign=enrollment.campaign,
        stage=stage or enrollment.stage,
        step=step,
        because=because,
        fields={key: value for key, value in (fields or {}).items() if value is not None},
    )
