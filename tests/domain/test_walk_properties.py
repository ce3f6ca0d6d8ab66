"""Whatever a campaign says and whatever happens: no step twice, never outside its time, and always an end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain import transition
from nurture.domain.calendar import Calendar
from nurture.domain.campaign import (
    Campaign,
    EmailAction,
    Step,
    first_step,
)
from nurture.domain.decide import look
from nurture.domain.decision import Finish, Move, Pass, Perform, React, Send, Skip, Wait
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Deed, EventFact, Facts, Pause, Reply
from nurture.domain.order import Order
from nurture.domain.walk import Taken, walk
from tests.support.builders import MONDAY_NINE, a_contact, an_enrollment
from tests.support.campaign_strategies import CAPS, DAY, HAPPENINGS, HOLIDAYS, HOUR, ZONES, Happening, campaigns

MOST_LOOKS = 600
"""Far more than any plan below can need; one that does not end or spins comes here."""


class Life:
    """One run on a clock moved by hand, with everything that a store would remember of it, and its own judge."""

    def __init__(
        self, campaign: Campaign, zone: ZoneInfo, trial_ends_on: date | None, failures: Sequence[bool]
    ) -> None:
        first = campaign.stages[0]
        self.campaign = campaign
        self.calendar = Calendar(zone=zone, holidays=HOLIDAYS)
        self.contact = a_contact(timezone=zone.key, fields={"trial_ends_on": trial_ends_on} if trial_ends_on else {})
        self.run = an_enrollment(stage=first.name, step=first_step(first.steps))
        self.now = MONDAY_NINE
        self.events: dict[str, tuple[EventFact, ...]] = {}
        self.clicked: tuple[Deed, ...] = ()
        self.replies: tuple[Reply, ...] = ()
        self.orders: tuple[Order, ...] = ()
        self.pauses: tuple[Pause, ...] = ()
        self.scopes: tuple[str, ...] = ()
        self.mailed: list[datetime] = []
        self.mailed_under_usual_caps: list[datetime] = []
        self.completed: Counter[str] = Counter()
        self.looks = 0
        self._failures = iter(failures)

    def facts(self) -> Facts:
        return Facts(
            contact=self.contact,
            now=self.now,
            zone=self.calendar.zone,
            stage=self.run.stage,
            entered_at=self.run.entered_at,
            stage_entered_at=self.run.stage_entered_at,
            pauses=self.pauses,
            clicked=self.clicked,
            replies=self.replies,
            orders=self.orders,
            events=MappingProxyType(dict(self.events)),
            suppressed_scopes=self.scopes,
            sent_at=tuple(self.mailed),
        )

    def live(self, happenings: Sequence[Happening]) -> None:
        """Until the run is over, or only an event that never comes could move it."""
        coming = list(happenings)
        next_at = self.now + coming[0].after if coming else None
        while self.run.state is not EnrollmentState.FINISHED:
            due_at = self.look()
            if due_at is None and next_at is None:
                return
            if next_at is not None and (due_at is None or next_at <= due_at):
                self.now = next_at
                self.happen(coming.pop(0))
                next_at = self.now + coming[0].after if coming else None
            elif due_at is not None:
                self.now = due_at

    def happen(self, what: Happening) -> None:
        match what.what:
            case "trial_started":
                self.events["trial_started"] = (*self.events.get("trial_started", ()), EventFact(at=self.now))
            case "clicked":
                self.clicked = (*self.clicked, Deed(step="s0", at=self.now, link="demo"))
            case "order":
                order = Order(id=1, contact_id=1, number="1", placed_at=self.now, total=Decimal(990), currency="THB")
                self.orders = (*self.orders, order)
            case "pause":
                until = self.now + what.days * DAY
                self.pauses = (*self.pauses, self._pause(until if what.days < 6 else None))
            case "resume":
                self.pauses = tuple(replace(pause, lifted_at=self.now) for pause in self.pauses)
            case "suppress":
                self.scopes = ("marketing",)
            case intent:
                reply = Reply(id=len(self.replies) + 1, at=self.now, intent=intent, is_new=True)  # type: ignore[arg-type]
                self.replies = (*self.replies, reply)

    def _pause(self, until: datetime | None) -> Pause:
        return Pause(id=len(self.pauses) + 1, kind="by_hand", from_at=self.now, until_at=until, because="by hand")

    def look(self) -> datetime | None:
        """One walk, judged; when to look again, None for never."""
        self.looks += 1
        assert self.looks < MOST_LOOKS, f"no end: {self.run}"
        before, facts = self.run, self.facts()
        news = look(self.campaign, before, facts, self.calendar)
        assert sum(isinstance(each, Move | Finish) for each in news) <= 1
        walked = walk(self.campaign, before, facts, self.calendar, caps=CAPS)
        self.run = walked.enrollment
        assert self._place(self.run) >= self._place(before)
        for each in walked.taken:
            self._remember(each)
        match walked.ending:
            case Send(step=step) | Perform(step=step):
                self._judge(step)
                if next(self._failures, False):
                    self.run = transition.retry(self.run, at=self.now + 2 * HOUR, because="451")
                else:
                    self._do(step)
                return self.run.due_at
            case Wait(until=until):
                assert until is None or until > self.now, f"it spins: {walked.ending}"
                assert self.run.due_at == until
                return until
            case Finish():
                assert self.run.due_at is None
                return None

    def _remember(self, each: Taken) -> None:
        """What the store would write of a decision."""
        match each.decision:
            case Pass(step=step):
                self._complete(step.id)
            case Skip(step_id=step_id):
                self._complete(step_id)
            case Move(stage=name):
                assert self.campaign.stage_index(name) > self.campaign.stage_index(each.stage)
                stage = self.campaign.stage(name)
                if stage and stage.outcome:
                    self.pauses = tuple(replace(pause, lifted_at=self.now) for pause in self.pauses)
            case React(reply_id=reply_id, pauses_until=until):
                self.replies = tuple(
                    replace(reply, is_new=False) if reply.id == reply_id else reply for reply in self.replies
                )
                stage = self.campaign.stage(self.run.stage)
                if until and not (stage and stage.outcome):
                    self.pauses = (*self.pauses, self._pause(until))

    def _do(self, step: Step) -> None:
        self._complete(step.id)
        self.run = transition.complete(self.run, self.campaign, self.now)
        if isinstance(step.action, EmailAction):
            self.mailed.append(self.now)
            if step.is_capped:
                self.mailed_under_usual_caps.append(self.now)

    def _complete(self, step_id: str) -> None:
        self.completed[step_id] += 1
        assert self.completed[step_id] == 1, f"{step_id} was taken twice"

    def _place(self, run: Enrollment) -> int:
        return self.campaign.stage_index(run.stage)

    def _judge(self, step: Step) -> None:
        """May this be done now? In words of its own, not in those of the code under test."""
        assert self.completed[step.id] == 0, f"{step.id} is taken twice"
        assert not [pause for pause in self.pauses if pause.holds(self.now)], f"{step.id} while paused"
        wall = self.now.astimezone(self.calendar.zone)
        timing = step.timing
        assert wall.weekday() in timing.window.days, f"{step.id} on {wall:%A}"
        assert timing.days is None or wall.weekday() in timing.days, f"{step.id} on {wall:%A}"
        is_inside = [begin <= wall.time() < end or end == time.max for begin, end in timing.window.hours]
        assert any(is_inside), f"{step.id} at {wall}"
        assert not (timing.window.keeps_holidays and wall.date() in HOLIDAYS), f"{step.id} on {wall.date()}"
        assert timing.at is None or wall.time() >= timing.at, f"{step.id} at {wall}"
        self._judge_delay(step)
        if isinstance(step.action, EmailAction):
            assert not self.scopes, f"{step.id} to somebody suppressed"
            recent = [at for at in self.mailed if at > self.now - DAY]
            assert len(recent) < 2, f"{step.id} is the third mail of a day"
            assert not step.is_capped or not [at for at in self.mailed if at > self.now - 20 * HOUR]

    def _judge_delay(self, step: Step) -> None:
        after, zone = step.timing.after, self.calendar.zone
        began, wall = self.run.anchor_at.astimezone(zone), self.now.astimezone(zone)
        assert self.now >= self.run.anchor_at + timedelta(seconds=after.seconds)
        is_by_day = step.timing.at is not None or step.timing.date is not None
        least = after.days * DAY - (DAY if is_by_day else HOUR)  # an hour for a clock change on the way
        assert wall.replace(tzinfo=None) >= began.replace(tzinfo=None) + least, f"{step.id} {wall} after {began}"
        if after.business_days:
            days = [began.date() + number * DAY for number in range(1, (wall.date() - began.date()).days + 1)]
            working = [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]
            assert len(working) >= after.business_days, f"{step.id} {wall} after {began}"


@settings(max_examples=300, deadline=None)
@given(
    campaign=campaigns(),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    trial_ends_on=st.one_of(st.none(), st.dates(date(2026, 2, 20), date(2026, 4, 10))),
    happenings=HAPPENINGS,
    failures=st.lists(st.booleans(), max_size=6),
)
def test_every_plan_ends_and_nothing_in_it_is_done_twice_too_early_or_outside_its_window(
    campaign: Campaign,
    zone: ZoneInfo,
    trial_ends_on: date | None,
    happenings: Sequence[Happening],
    failures: Sequence[bool],
) -> None:
    life = Life(campaign, zone, trial_ends_on, failures)
    life.live(happenings)
    if life.run.state is EnrollmentState.FINISHED:
        assert life.run.outcome
    else:
        assert life.run.because  # nothing but an event can move this person on, and `why` can say what is waited for
