"""What a person may do to a run: pause and resume it, put it elsewhere, end it, or have something tried again."""

from dataclasses import replace
from datetime import datetime

from nurture.domain import transition
from nurture.domain.campaign import Campaign
from nurture.domain.decision import Finish, Move
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.message import MessageState
from nurture.engine.log import happened
from nurture.engine.suppress import cancel_waiting, end_run
from nurture.errors import InvalidInput
from nurture.store import enrollments, events, messages, pauses, resends
from nurture.store.connection import Connection


def pause(conn: Connection, enrollment: Enrollment, *, until: datetime | None, because: str, now: datetime) -> None:
    """Hold the steps of one run; reactions still move it."""
    pauses.add(
        conn,
        contact_id=enrollment.contact_id,
        enrollment_id=enrollment.id,
        kind="by_hand",
        from_at=now,
        until_at=until,
        because=because,
    )
    events.append(conn, [happened(enrollment, "paused", now, because=because, fields={"until": until})])
    enrollments.wake(conn, contact_id=enrollment.contact_id, campaign=enrollment.campaign, now=now)


def resume(conn: Connection, enrollment: Enrollment, *, because: str, now: datetime) -> int:
    """End every pause that holds the run, also those of the contact in all campaigns; how many there were."""
    lifted = pauses.lift(conn, now=now, enrollment_id=enrollment.id)
    for kind in ("out_of_office", "owner_mail"):
        lifted += pauses.lift(conn, now=now, contact_id=enrollment.contact_id, kind=kind)
    if lifted:
        events.append(conn, [happened(enrollment, "resumed", now, because=because)])
        enrollments.wake(conn, contact_id=enrollment.contact_id, campaign=enrollment.campaign, now=now)
    return lifted


def move(
    conn: Connection, campaign: Campaign, enrollment: Enrollment, *, stage: str, because: str, now: datetime
) -> None:
    """Put a run into a stage, also backwards: only a hand may. What was sent in this run is not sent again."""
    found = campaign.stage(stage)
    if found is None:
        names = ", ".join(each.name for each in campaign.stages)
        raise InvalidInput(f"campaign {campaign.name} has no stage {stage!r}", hint=f"It has: {names}.")
    if enrollment.state is EnrollmentState.FINISHED:
        raise InvalidInput("that run is finished", hint="`nurture enroll` begins a new one.")
    moved = transition.enter(enrollment, Move(stage=stage, because=because), campaign, now)
    # A hand takes an outcome back too: who is put back among the prospects has not won.
    outcome = found.outcome
    moved = replace(moved, digest=campaign.digest, outcome=outcome, lease_token=None, lease_until=None)
    if not enrollments.save(conn, enrollment, moved, now=now):
        raise InvalidInput("the run was changed at this very moment", hint="Try again.")
    cancel_waiting(conn, enrollment.id, reason=because, now=now)
    entered = happened(
        enrollment, "stage_entered", now, stage=stage, because=because, fields={"from": enrollment.stage}
    )
    events.append(conn, [entered])


def remove(conn: Connection, enrollment: Enrollment, *, because: str, now: datetime) -> bool:
    """End a run with the outcome `removed`."""
    return end_run(conn, enrollment.id, Finish(outcome="removed", because=because), now=now)


def retry(conn: Connection, enrollment: Enrollment, *, now: datetime) -> int:
    """Have what waits for another try go now, and what is unknown sent once more under its own Message-ID; how many."""
    tried = 0
    for message in messages.open_of_enrollment(conn, enrollment.id):
        if message.state is MessageState.UNKNOWN:
            tried += resends.ask_resend(conn, message.id, now=now)
        elif message.state is MessageState.DEFERRED and enrollment.step == message.step:
            tried += 1
    if enrollment.retry_at is not None:
        again = replace(enrollment, retry_at=None, due_at=now, lease_token=None, lease_until=None)
        tried = max(tried, int(enrollments.save(conn, enrollment, again, now=now)))
    return tried
