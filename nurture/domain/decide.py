"""What comes next for one enrollment, and because of what: the heart of the engine, free of any store or clock.

`look` asks whether anything that happened moves the person; `next_step` says what the place where the person stands
calls for. The engine alternates the two, applying each answer (`transition.py`), until there is something to send, to
do or to wait for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from nurture.domain.calendar import Calendar, add
from nurture.domain.campaign import (
    Campaign,
    ChooseAction,
    EmailAction,
    ReplyRule,
    Stage,
    Step,
    WaitAction,
    first_step,
    step_after,
)
from nurture.domain.dated import end_of_day
from nurture.domain.decision import Decision, Finish, Move, Pass, Perform, React, Send, Skip, Wait
from nurture.domain.enrollment import Enrollment
from nurture.domain.evaluate import holds
from nurture.domain.facts import Facts, Pause, Reply, stood_still
from nurture.domain.limits import Cap, earliest_under_caps
from nurture.domain.next_change import next_change
from nurture.domain.suppression import forbids
from nurture.domain.timing import Late, NoDate, Planned, open_at, plan

_FARTHEST_NAMED_DAY = timedelta(days=366)
CLOSED = "its time has come, its window is closed"
LOST_PLACE_LOOKS_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How often one contact may be mailed: `usual` is lifted by `limits: off`, `hard` by nothing."""

    usual: tuple[Cap, ...] = ()
    hard: tuple[Cap, ...] = ()


NO_CAPS = Caps()


def look(campaign: Campaign, enrollment: Enrollment, facts: Facts, calendar: Calendar) -> tuple[Decision, ...]:
    """What news mean for the enrollment: at most one Move or Finish, and a React for the oldest reply not reacted to.

    The order is that of the language: the reply's own `exit`, then `enter` of stages with an outcome, then the
    campaign's `exit` (not inside an outcome stage), then the furthest of `move: next` and the last `enter` that holds.
    Nobody moves backwards. The React comes after the move, so that a pause or task lands in the new stage.
    """
    here = campaign.stage_index(enrollment.stage)
    if here < 0:
        return ()
    reply = next((reply for reply in facts.replies if reply.is_new), None)
    rule = campaign.stages[here].replies.get(reply.intent, ReplyRule()) if reply else ReplyRule()
    moved = _moved(campaign, here, facts, reply, rule)
    decisions: list[Decision] = [moved] if moved else []
    if reply:
        decisions.append(_reaction(reply, rule, facts, calendar))
    return tuple(decisions)


def _reaction(reply: Reply, rule: ReplyRule, facts: Facts, calendar: Calendar) -> React:
    until, because = None, f"a reply with the intent {reply.intent}"
    if rule.pause:
        until = _named_day(reply, facts)
        because += f", until {reply.until_on} as they asked" if until else ""
        until = until or add(facts.now, rule.pause.for_ or rule.pause.at_most, calendar)
    return React(
        reply_id=reply.id,
        intent=reply.intent,
        because=because,
        pauses_until=until,
        is_until_resumed=rule.pause is not None and rule.pause.for_ is None,
        task=rule.task,
        notify=rule.notify,
    )


def _named_day(reply: Reply, facts: Facts) -> datetime | None:
    """The morning of the day that they named, on their wall; None where it is past or too far away to be believed."""
    if reply.until_on is None:
        return None
    morning = datetime.combine(reply.until_on, time.min, facts.zone)
    return morning if facts.now < morning <= facts.now + _FARTHEST_NAMED_DAY else None


def _moved(campaign: Campaign, here: int, facts: Facts, reply: Reply | None, rule: ReplyRule) -> Move | Finish | None:
    if reply and rule.exit:
        return Finish(outcome=rule.exit, because=f"the reply's intent is {reply.intent}")
    entered = {index: stage.enter for index, stage in _stages_ahead(campaign, here) if _enters(stage, facts)}
    outcomes = [index for index in entered if campaign.stages[index].outcome]
    if outcomes:
        return _move_by_enter(campaign.stages[outcomes[-1]])
    if not campaign.stages[here].outcome:
        for rule_of_exit in campaign.exits:
            if holds(rule_of_exit.condition, facts):
                return Finish(outcome=rule_of_exit.outcome, because=f"exit: {rule_of_exit.condition}")
    furthest = max(entered, default=here)
    following = campaign.stages[here + 1] if here + 1 < len(campaign.stages) else None
    moves_next = reply and rule.is_move_next and furthest <= here + 1
    if reply and moves_next and following and not following.outcome:
        return Move(stage=following.name, because=f"a reply with the intent {reply.intent} moves on")
    return _move_by_enter(campaign.stages[furthest]) if furthest > here else None


def _stages_ahead(campaign: Campaign, here: int) -> Iterator[tuple[int, Stage]]:
    return ((index, stage) for index, stage in enumerate(campaign.stages) if index > here)


def _enters(stage: Stage, facts: Facts) -> bool:
    return stage.enter is not None and holds(stage.enter, facts)


def _move_by_enter(stage: Stage) -> Move:
    return Move(stage=stage.name, because=f"enter: {stage.enter}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A step and all that bears on it at one moment. `watch` is when time alone may move the person elsewhere."""

    campaign: Campaign
    stage: Stage
    step: Step
    enrollment: Enrollment
    facts: Facts
    calendar: Calendar
    caps: Caps
    watch: datetime | None

    @property
    def follower(self) -> str | None:
        return step_after(self.stage, self.step.id)

    def skip(self, because: str) -> Skip:
        return Skip(step_id=self.step.id, to=self.follower, because=because)

    def wait(self, until: datetime | None, because: str, held_by: str = "") -> Wait:
        return _wait(self.step, until, because, held_by, watch=self.watch)


def _wait(step: Step, until: datetime | None, because: str, held_by: str, *, watch: datetime | None) -> Wait:
    """A wait for `until`, with a look before where time alone may move the person: that needs no sender's room."""
    look_at = _earliest(until, watch)
    return Wait(
        until=look_at,
        because=because,
        step_id=step.id,
        planned_at=until,
        held_by=held_by,
        will_send=isinstance(step.action, EmailAction) and look_at == until,
    )


def closed(step: Step, now: datetime, calendar: Calendar, *, watch: datetime | None) -> Wait | None:
    """The wait of a step whose time has come and whose window is closed; None where it is open, or opens no more."""
    opens_at = open_at(step.timing, now, calendar)
    if opens_at is None or opens_at <= now:
        return None
    return _wait(step, opens_at, CLOSED, "window", watch=watch)


def quiet_until(campaign: Campaign, enrollment: Enrollment, facts: Facts) -> datetime | None:
    """Until when nothing but an event, or the step's own time, can change what comes next; `facts.now` for not at all.

    None is for ever. Of a run that is paused or stands at a dated step nothing is promised.
    """
    found = campaign.step(enrollment.step) if enrollment.step else None
    if found is None or found[1].timing.date or any((pause.end() or facts.now) >= facts.now for pause in facts.pauses):
        return facts.now
    return _watch(campaign, found[0], facts)


def next_step(
    campaign: Campaign, enrollment: Enrollment, facts: Facts, calendar: Calendar, *, caps: Caps = NO_CAPS
) -> Decision:
    """What the place where the enrollment stands calls for at `facts.now`.

    A Wait's `until` is never later than the next moment at which time alone can change a condition that could move
    the person, so nothing but the queue needs to remember when to look.
    """
    stage = campaign.stage(enrollment.stage)
    step = stage.find(enrollment.step) if stage and enrollment.step else None
    if stage is None or (enrollment.step and step is None):
        place = enrollment.step if stage else enrollment.stage
        return Wait(
            until=facts.now + LOST_PLACE_LOOKS_AGAIN_AFTER,
            because=f"{place!r} is no longer in the campaign; `nurture move` puts the person elsewhere",
            held_by="edit",
        )
    watch = _watch(campaign, stage, facts)
    pause = _pause_that_holds(stage, enrollment, facts)
    if pause:
        return Wait(
            until=_earliest(pause.end(), watch),
            because=pause.because,
            step_id=enrollment.step,
            planned_at=pause.end(),
            held_by="pause",
        )
    if step is None:
        return _at_the_end(campaign, stage, watch)
    return _at_a_step(
        _Place(
            campaign=campaign,
            stage=stage,
            step=step,
            enrollment=enrollment,
            facts=facts,
            calendar=calendar,
            caps=caps,
            watch=watch,
        )
    )


def _at_a_step(place: _Place) -> Decision:
    step, enrollment, facts = place.step, place.enrollment, place.facts
    if enrollment.retry_at and facts.now < enrollment.retry_at:
        return place.wait(enrollment.retry_at, enrollment.because, held_by="retry")
    planned = plan(
        step.timing,
        anchor=enrollment.anchor_at,
        facts=facts,
        calendar=place.calendar,
        spread_key=f"{enrollment.id}/{step.id}",
    )
    if isinstance(planned, Late | NoDate):
        return place.skip(_with_what_held(planned.because, enrollment))
    if facts.now < planned.at:
        return place.wait(planned.at, planned.because)
    opens_at = open_at(step.timing, facts.now, place.calendar, day=planned.day)
    if opens_at is None:
        return place.skip(_with_what_held(f"late: {planned.because}", enrollment))
    if opens_at > facts.now:
        return _wait(step, opens_at, CLOSED, "window", watch=place.watch)
    if step.if_ and not holds(step.if_, facts):
        return place.skip(f"if: {step.if_} does not hold")
    if step.unless and holds(step.unless, facts):
        return place.skip(f"unless: {step.unless} holds")
    return _now(place, planned)


def _with_what_held(because: str, enrollment: Enrollment) -> str:
    """A step that is late says what held it till then."""
    return f"{because}; held: {enrollment.because}" if enrollment.held_by else because


def _now(place: _Place, planned: Planned) -> Decision:
    match place.step.action:
        case EmailAction():
            return _email_now(place, planned)
        case WaitAction() as action:
            return _waiting(place, action)
        case ChooseAction(branches=branches):
            for branch in branches:
                if branch.condition is None or holds(branch.condition, place.facts):
                    words = f"if: {branch.condition}" if branch.condition else "else"
                    return Pass(step=place.step, to=first_step(branch.steps) or place.follower, because=words)
            return Pass(step=place.step, to=place.follower, because="no branch holds")
        case _:
            return Perform(step=place.step, because=planned.because)


def _email_now(place: _Place, planned: Planned) -> Decision:
    facts = place.facts
    for scope in facts.suppressed_scopes:
        if forbids(scope, "marketing", place.campaign.name):
            outcome = "bounced" if scope == "all" else "unsubscribed"
            return Finish(outcome=outcome, because=f"the address is suppressed in scope {scope}")
    rules = (*(place.caps.usual if place.step.is_capped else ()), *place.caps.hard)
    allowed_at, cap = earliest_under_caps(facts.sent_at, rules, facts.now)
    if allowed_at > facts.now:
        words = f"the contact has had as much mail as {cap} allows"
        # Its own day does not wait: once that is over the mail is late, and what follows need not wait for the cap.
        over_at = end_of_day(planned.day, place.calendar) if planned.day else allowed_at
        return place.wait(min(allowed_at, over_at), words, held_by=f"limit {cap}")
    return Send(step=place.step, because=planned.because)


def _waiting(place: _Place, action: WaitAction) -> Decision:
    facts, began_at = place.facts, place.enrollment.anchor_at
    if action.until and holds(action.until, facts):
        return Pass(step=place.step, to=place.follower, because=f"wait: {action.until}")
    ends_at = None
    if action.for_ is not None:
        ends_at = add(began_at, action.for_, place.calendar) + stood_still(facts.pauses, began_at, facts.now)
        if facts.now >= ends_at:
            return Pass(step=place.step, to=place.follower, because=f"waited {action.for_}")
    changes_at = next_change(action.until, facts) if action.until else None
    words = f"waits until {action.until}" if action.until else f"waits for {action.for_}"
    if action.until and action.for_:
        words += f", at most {action.for_}"
    waiting = place.wait(_earliest(ends_at, changes_at), words)
    return replace(waiting, planned_at=ends_at)


def _at_the_end(campaign: Campaign, stage: Stage, watch: datetime | None) -> Decision:
    match stage.then:
        case "wait":
            return Wait(until=watch, because="all steps of the stage are done; waits for what moves on")
        case "advance":
            following = campaign.stage_index(stage.name) + 1
            if following < len(campaign.stages):
                return Move(stage=campaign.stages[following].name, because="all steps of the stage are done")
            return Finish(outcome="completed", because="all steps of the last stage are done")
        case outcome:
            return Finish(outcome=outcome, because="all steps of the stage are done")


def _pause_that_holds(stage: Stage, enrollment: Enrollment, facts: Facts) -> Pause | None:
    """Of several pauses the one that ends last; one without an end outlasts all.

    Entering a stage with an outcome lifts those that began before, also the contact's own in all campaigns: for this
    run alone.
    """
    holding = [
        pause
        for pause in facts.pauses
        if pause.holds(facts.now) and not (stage.outcome and pause.from_at < enrollment.stage_entered_at)
    ]
    endless = next((pause for pause in holding if pause.end() is None), None)
    return endless or max(holding, key=lambda pause: pause.end() or facts.now, default=None)


def _watch(campaign: Campaign, stage: Stage, facts: Facts) -> datetime | None:
    """The next moment at which time alone may change a condition that moves the person."""
    here = campaign.stage_index(stage.name)
    watched = [ahead.enter for _, ahead in _stages_ahead(campaign, here) if ahead.enter]
    if not stage.outcome:
        watched += [rule.condition for rule in campaign.exits]
    moment: datetime | None = None
    for condition in watched:
        moment = _earliest(moment, next_change(condition, facts))
    return moment


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
