"""One enrollment's way at one moment: looks and steps in turn until there is something to send, do or wait for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from nurture.domain import transition
from nurture.domain.calendar import Calendar
from nurture.domain.campaign import Campaign
from nurture.domain.decide import NO_CAPS, Caps, look, next_step
from nurture.domain.decision import Decision, Finish, Move, Pass, Perform, React, Send, Skip, Wait
from nurture.domain.enrollment import Enrollment
from nurture.domain.facts import EventFact, Facts, Pause

_NO_OWNER_ID = 0  # a pause decided just now has no row yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A decision with the place it was taken at: the stage and step before it took effect."""

    decision: Decision
    stage: str
    step: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Where the way ended: at a Send, Perform, Wait or Finish, which only the React of the same reply may follow.

    A Send or Perform leaves the enrollment at its step: `transition.complete` moves it once the thing is done.
    """

    enrollment: Enrollment
    taken: tuple[Taken, ...]

    @property
    def ending(self) -> Send | Perform | Wait | Finish:
        for each in reversed(self.taken):
            if isinstance(each.decision, Send | Perform | Wait | Finish):
                return each.decision
        raise AssertionError("a way ends by a Send, Perform, Wait or Finish")


def walk(
    campaign: Campaign, enrollment: Enrollment, facts: Facts, calendar: Calendar, *, caps: Caps = NO_CAPS
) -> Walked:
    """Go on from where `enrollment` stands. Always ends: moves and steps only go forward, each reply is new once."""
    taken: list[Taken] = []
    while True:
        news = look(campaign, enrollment, facts, calendar)
        for decision in news or (next_step(campaign, enrollment, facts, calendar, caps=caps),):
            taken.append(Taken(decision=decision, stage=enrollment.stage, step=enrollment.step))
            enrollment, facts = _apply(decision, campaign, enrollment, facts)
        if any(isinstance(each.decision, Send | Perform | Wait | Finish) for each in taken):
            return Walked(enrollment=enrollment, taken=tuple(taken))


def _apply(decision: Decision, campaign: Campaign, enrollment: Enrollment, facts: Facts) -> tuple[Enrollment, Facts]:
    match decision:
        case Skip() | Pass():
            return transition.pass_over(enrollment, decision, campaign, facts.now), facts
        case Move():
            moved = transition.enter(enrollment, decision, campaign, facts.now)
            entered = campaign.stage(decision.stage)
            pauses = () if entered and entered.outcome else facts.pauses
            events = _with_stage_entered(facts, decision.stage)
            facts = replace(facts, stage=moved.stage, stage_entered_at=facts.now, pauses=pauses, events=events)
            return moved, facts
        case Finish():
            return transition.finish(enrollment, decision, facts.now), facts
        case Wait():
            return transition.wait(enrollment, decision, campaign), facts
        case React():
            return enrollment, _after_reaction(decision, facts)
        case Send() | Perform():
            return enrollment, facts


def _after_reaction(decision: React, facts: Facts) -> Facts:
    """The reply is old now, and its pause holds: in the stage that the move led to, one with an outcome too."""
    replies = tuple(replace(reply, is_new=False) if reply.id == decision.reply_id else reply for reply in facts.replies)
    if decision.pauses_until is None:
        return replace(facts, replies=replies)
    pause = Pause(
        id=_NO_OWNER_ID,
        kind="reply",
        from_at=facts.now,
        until_at=decision.pauses_until,
        because=f"paused by {decision.because}",
    )
    return replace(facts, replies=replies, pauses=(*facts.pauses, pause))


def _with_stage_entered(facts: Facts, stage: str) -> Mapping[str, tuple[EventFact, ...]]:
    happened = facts.events.get("stage_entered", ())
    entered = EventFact(at=facts.now, fields=MappingProxyType({"stage": stage}))
    return MappingProxyType({**facts.events, "stage_entered": (*happened, entered)})
