"""What a decision or an outcome does to an enrollment: plain values in, the moved enrollment out."""

from dataclasses import replace
from datetime import datetime

from nurture.domain.campaign import PRIORITY_RANK, Campaign, EmailAction, Step, first_step, step_after
from nurture.domain.decision import Finish, Move, Pass, Skip, Wait
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.errors import IllegalMove

LIFTED_BY_OUTCOME = ("out_of_office", "owner_mail")
"""Kinds of the contact's own pauses that end, as all of the run do, when the run enters a stage with an outcome."""

_DATED_RANK = 3  # a dated mail has but one day: it goes before any priority of a mail that can wait


def wait(enrollment: Enrollment, decision: Wait, campaign: Campaign) -> Enrollment:
    """Stands where it stood, to be looked at again at `decision.until`."""
    found = campaign.step(decision.step_id) if decision.step_id else None
    return replace(
        enrollment,
        state=EnrollmentState.PAUSED if decision.held_by == "pause" else EnrollmentState.ACTIVE,
        due_at=decision.until,
        planned_at=decision.planned_at,
        because=decision.because,
        held_by=decision.held_by,
        will_send=decision.will_send,
        priority=rank_of(found[1]) if found else enrollment.priority,
    )


def rank_of(step: Step) -> int:
    """Who goes first where not all can go: the higher."""
    return _DATED_RANK if step.timing.date else PRIORITY_RANK[step.priority]


def sends_at_once(step: Step) -> bool:
    """Whether standing at the step is standing in the queue for the sender's room, as nothing else is waited for."""
    return isinstance(step.action, EmailAction) and not step.timing.after and step.timing.date is None


def pass_over(enrollment: Enrollment, decision: Skip | Pass, campaign: Campaign, now: datetime) -> Enrollment:
    """The step is complete at `now`; the person stands at the next."""
    return _at(enrollment, decision.to, campaign, now)


def complete(enrollment: Enrollment, campaign: Campaign, at: datetime) -> Enrollment:
    """The step it stands at was done at `at` (for an email the send itself), or given up then."""
    found = campaign.step(enrollment.step) if enrollment.step else None
    if found is None:
        return replace(enrollment, due_at=at)
    stage, step = found
    moved = _at(enrollment, step_after(stage, step.id), campaign, at)
    return replace(moved, has_sent=True) if isinstance(step.action, EmailAction) else moved


def enter(enrollment: Enrollment, decision: Move, campaign: Campaign, now: datetime) -> Enrollment:
    """Stands at the first step of another stage; entering a stage with an outcome records the outcome."""
    stage = campaign.stage(decision.stage)
    if stage is None:
        raise IllegalMove(f"enrollment {enrollment.id}: no stage {decision.stage!r} in {campaign.name}")
    return replace(
        _at(enrollment, first_step(stage.steps), campaign, now),
        stage=stage.name,
        stage_entered_at=now,
        outcome=stage.outcome or enrollment.outcome,
        state=EnrollmentState.ACTIVE,
    )


def finish(enrollment: Enrollment, decision: Finish, now: datetime) -> Enrollment:
    """Over. An outcome is recorded on entering its stage and stays: who has bought is won, whatever comes after."""
    return replace(
        enrollment,
        state=EnrollmentState.FINISHED,
        outcome=enrollment.outcome or decision.outcome,
        finished_at=now,
        due_at=None,
        planned_at=None,
        because=decision.because,
        held_by="",
        will_send=False,
        retry_at=None,
        lease_token=None,
        lease_until=None,
    )


def retry(enrollment: Enrollment, *, at: datetime, because: str, will_send: bool = True) -> Enrollment:
    """The step did not succeed and is tried again at `at`; counts as an attempt. `will_send` is False for webhooks."""
    return replace(
        enrollment,
        attempts=enrollment.attempts + 1,
        retry_at=at,
        due_at=at,
        because=because,
        held_by="retry",
        will_send=will_send,
    )


def _at(enrollment: Enrollment, step_id: str | None, campaign: Campaign, now: datetime) -> Enrollment:
    found = campaign.step(step_id) if step_id else None
    return replace(
        enrollment,
        step=step_id,
        anchor_at=now,
        due_at=now,
        planned_at=None,
        attempts=0,
        retry_at=None,
        because="",
        held_by="",
        timed_by=None,
        will_send=found is not None and sends_at_once(found[1]),
        priority=rank_of(found[1]) if found else enrollment.priority,
    )
