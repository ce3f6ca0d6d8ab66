"""Who is asked into a campaign: by its audience, by `again`, never the suppressed; and where their run begins."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nurture.domain.calendar import Calendar, add
from nurture.domain.campaign import PRIORITY_RANK, Campaign
from nurture.domain.duration import Duration
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.evaluate import holds
from nurture.domain.facts import Facts
from nurture.domain.suppression import ends_run
from nurture.domain.transition import rank_of, sends_at_once

Refusal = Literal["in it already", "had it before", "not in the audience", "suppressed", "the campaign is disabled"]


def refusal_of(
    campaign: Campaign, facts: Facts, latest: Enrollment | None, calendar: Calendar, now: datetime, *, is_by_hand: bool
) -> Refusal | None:
    """Why a contact is not asked in, whose newest run through the campaign is `latest`; None for who is.

    A hand overrules `again`, never the audience or a suppression. `facts` are those of the whole history.
    """
    if not campaign.is_enabled:
        return "the campaign is disabled"
    if any(ends_run(scope, campaign.name) for scope in facts.suppressed_scopes):
        return "suppressed"
    if latest and latest.state is not EnrollmentState.FINISHED:
        return "in it already"
    if latest and not is_by_hand:
        again = campaign.enroll.again
        if again == "never":
            return "had it before"
        if isinstance(again, Duration) and latest.finished_at and now < add(latest.finished_at, again, calendar):
            return "had it before"
    if campaign.audience and not holds(campaign.audience, facts):
        return "not in the audience"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where a run through the campaign begins, and how it stands in the queue there."""

    stage: str
    step: str | None
    will_send: bool
    priority: int


def opening_of(campaign: Campaign) -> Opening:
    """The first step of the first stage."""
    entered = campaign.stages[0]
    first = entered.steps[0] if entered.steps else None
    return Opening(
        stage=entered.name,
        step=first.id if first else None,
        will_send=first is not None and sends_at_once(first),
        priority=rank_of(first) if first else PRIORITY_RANK["normal"],
    )


def sender_of(campaign: Campaign, address: str) -> str:
    """One of the campaign's senders, the same for the same address as long as the list stays."""
    if len(campaign.senders) == 1:
        return campaign.senders[0]
    digest = hashlib.sha256(f"{campaign.name}\0{address}".encode()).digest()
    return campaign.senders[int.from_bytes(digest[:8], "big") % len(campaign.senders)]
