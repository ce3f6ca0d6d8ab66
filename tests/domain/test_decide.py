"""What comes next: moves, waits, skips and sends from plain facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from nurture.domain.calendar import Calendar
from nurture.domain.campaign import (
    Branch,
    Campaign,
    ChooseAction,
    ExitRule,
    PauseRule,
    ReplyRule,
    StepTiming,
    TagAction,
    TaskRule,
    WaitAction,
    Window,
)
from nurture.domain.condition import Compare, Condition, Did, Fact, Happened, Literally
from nurture.domain.decide import Caps, look, next_step
from nurture.domain.decision import Finish, Move, Pass, Perform, React, Send, Skip, Wait
from nurture.domain.duration import Duration
from nurture.domain.enrollment import EnrollmentState
from nurture.domain.facts import Deed, EventFact, Pause, Reply
from nurture.domain.limits import Cap
from nurture.domain.order import Order
from nurture.domain.walk import walk
from tests.support.builders import MONDAY_NINE, a_campaign, a_stage, a_step, an_enrollment, facts_of

BANGKOK = Calendar(zone=ZoneInfo("Asia/Bangkok"))
CLICKED_DEMO = Condition(tree=Did("clicked", "demo"), source='clicked("demo")')
TRIAL = Condition(tree=Happened("trial_started"), source='happened("trial_started")')
TOO_LONG = Condition(tree=Compare(">", Fact("days_in_campaign"), Literally(120)), source="days_in_campaign > 120")
DAY = timedelta(days=1)


def cycle(**changes: object) -> Campaign:
    stages = (
        a_stage(
            "awareness",
            a_step("hello"),
            a_step("guide", timing=StepTiming(after=Duration(days=3))),
            replies=MappingProxyType(
                {
                    "other": ReplyRule(is_move_next=True, notify="owner"),
                    "not_interested": ReplyRule(exit="lost"),
                    "question": ReplyRule(pause=PauseRule(), task=TaskRule(title="Answer")),
                    "not_now": ReplyRule(pause=PauseRule(for_=Duration(days=30))),
                }
            ),
        ),
        a_stage("qualification", a_step("demo"), enter=CLICKED_DEMO, then="wait"),
        a_stage("intent", a_step("trial"), enter=TRIAL),
        a_stage(
            "purchase",
            a_step("thanks"),
            enter=Condition(tree=Fact("ordered"), source="ordered"),
            outcome="won",
        ),
    )
    return a_campaign(*stages, exits=(ExitRule(outcome="lost", condition=TOO_LONG),), **changes)


def reply(intent: str, **changes: object) -> Reply:
    return Reply(**{"id": 7, "at": MONDAY_NINE, "intent": intent, "is_new": True, **changes})  # type: ignore[arg-type]


def test_an_email_whose_time_has_come_is_sent() -> None:
    decision = next_step(cycle(), an_enrollment(), facts_of(), BANGKOK)
    assert isinstance(decision, Send)
    assert decision.step.id == "hello"


def test_a_step_waits_for_its_delay_and_says_until_when() -> None:
    decision = next_step(cycle(), an_enrollment(step="guide"), facts_of(), BANGKOK)
    assert isinstance(decision, Wait)
    assert (decision.until, decision.will_send) == (MONDAY_NINE + 3 * DAY, True)


def test_a_closed_window_holds_a_step_whose_time_has_passed() -> None:
    office = Window(days=frozenset(range(5)), hours=((time(9), time(17)),))
    campaign = a_campaign(a_stage("awareness", a_step("hello", timing=StepTiming(window=office))))
    saturday = datetime(2026, 3, 7, 4, 0, tzinfo=UTC)
    decision = next_step(campaign, an_enrollment(), facts_of(now=saturday), BANGKOK)
    assert isinstance(decision, Wait)
    assert (decision.until, decision.held_by) == (datetime(2026, 3, 9, 2, 0, tzinfo=UTC), "window")


def test_if_and_unless_pass_a_step_over_with_their_words() -> None:
    campaign = a_campaign(a_stage("awareness", a_step("hello", if_=CLICKED_DEMO), a_step("guide")))
    decision = next_step(campaign, an_enrollment(), facts_of(), BANGKOK)
    assert isinstance(decision, Skip)
    assert (decision.to, 'clicked("demo")' in decision.because) == ("guide", True)
    clicked = facts_of(clicked=(Deed(step="x", at=MONDAY_NINE, link="demo"),))
    unless = a_campaign(a_stage("awareness", a_step("hello", unless=CLICKED_DEMO)))
    assert isinstance(next_step(unless, an_enrollment(), clicked, BANGKOK), Skip)
    assert isinstance(next_step(unless, an_enrollment(), facts_of(), BANGKOK), Send)


def test_a_cap_defers_and_names_itself_and_limits_off_lifts_only_the_usual_one() -> None:
    caps = Caps(usual=(Cap(count=1, span=timedelta(hours=20)),), hard=(Cap(count=2, span=DAY),))
    mailed = facts_of(sent_at=(MONDAY_NINE - timedelta(hours=1),))
    decision = next_step(cycle(), an_enrollment(), mailed, BANGKOK, caps=caps)
    assert isinstance(decision, Wait)
    assert decision.until == MONDAY_NINE + timedelta(hours=19)
    assert decision.held_by.startswith("limit")
    awaited = a_campaign(a_stage("awareness", a_step("hello", is_capped=False)))
    assert isinstance(next_step(awaited, an_enrollment(), mailed, BANGKOK, caps=caps), Send)
    twice = facts_of(sent_at=(MONDAY_NINE - timedelta(hours=2), MONDAY_NINE - timedelta(hours=1)))
    assert isinstance(next_step(awaited, an_enrollment(), twice, BANGKOK, caps=caps), Wait)


def test_a_suppressed_contact_is_finished_and_not_mailed() -> None:
    decision = next_step(cycle(), an_enrollment(), facts_of(suppressed_scopes=("marketing",)), BANGKOK)
    assert isinstance(decision, Finish)
    assert decision.outcome == "unsubscribed"
    elsewhere = facts_of(suppressed_scopes=("campaign:other",))
    assert isinstance(next_step(cycle(), an_enrollment(), elsewhere, BANGKOK), Send)


def test_a_pause_holds_steps_until_the_latest_end() -> None:
    pauses = (
        Pause(id=1, kind="reply", from_at=MONDAY_NINE - DAY, until_at=MONDAY_NINE + DAY, because="short"),
        Pause(id=2, kind="by_hand", from_at=MONDAY_NINE - DAY, until_at=MONDAY_NINE + 3 * DAY, because="long"),
        Pause(id=3, kind="reply", from_at=MONDAY_NINE - DAY, until_at=None, because="x", lifted_at=MONDAY_NINE),
    )
    walked = walk(cycle(), an_enrollment(), facts_of(pauses=pauses), BANGKOK)
    assert isinstance(walked.ending, Wait)
    assert (walked.ending.until, walked.ending.because) == (MONDAY_NINE + 3 * DAY, "long")
    assert walked.enrollment.state is EnrollmentState.PAUSED


def test_a_pause_does_not_hold_a_move() -> None:
    pauses = (Pause(id=1, kind="by_hand", from_at=MONDAY_NINE, until_at=MONDAY_NINE + DAY, because="p"),)
    facts = facts_of(pauses=pauses, clicked=(Deed(step="hello", at=MONDAY_NINE, link="demo"),))
    walked = walk(cycle(), an_enrollment(), facts, BANGKOK)
    assert (walked.enrollment.stage, walked.ending.__class__) == ("qualification", Wait)


def test_entering_an_outcome_stage_lifts_the_pause_and_records_the_outcome() -> None:
    pauses = (Pause(id=1, kind="by_hand", from_at=MONDAY_NINE, until_at=MONDAY_NINE + DAY, because="p"),)
    facts = facts_of(pauses=pauses, orders=(an_order(),))
    walked = walk(cycle(), an_enrollment(), facts, BANGKOK)
    assert isinstance(walked.ending, Send)
    assert (walked.enrollment.stage, walked.enrollment.outcome) == ("purchase", "won")


def test_the_last_enter_that_holds_wins_over_move_next() -> None:
    facts = facts_of(
        replies=(reply("other"),), events=MappingProxyType({"trial_started": (EventFact(at=MONDAY_NINE),)})
    )
    (move, react) = look(cycle(), an_enrollment(), facts, BANGKOK)
    assert isinstance(move, Move)
    assert isinstance(react, React)
    assert (move.stage, react.notify) == ("intent", "owner")


def test_a_reply_that_exits_goes_before_everything_else() -> None:
    facts = facts_of(replies=(reply("not_interested"),), orders=(an_order(),))
    assert isinstance(look(cycle(), an_enrollment(), facts, BANGKOK)[0], Finish)


def test_an_outcome_stage_goes_before_the_campaigns_exit_which_is_not_asked_inside_it() -> None:
    old = facts_of(now=MONDAY_NINE + 130 * DAY, orders=(an_order(),))
    (move,) = look(cycle(), an_enrollment(), old, BANGKOK)
    assert isinstance(move, Move)
    assert look(cycle(), an_enrollment(stage="purchase"), old, BANGKOK) == ()
    (lost,) = look(cycle(), an_enrollment(), facts_of(now=MONDAY_NINE + 130 * DAY), BANGKOK)
    assert lost == Finish(outcome="lost", because="exit: days_in_campaign > 120")


def test_nobody_moves_backwards() -> None:
    facts = facts_of(clicked=(Deed(step="hello", at=MONDAY_NINE, link="demo"),))
    assert look(cycle(), an_enrollment(stage="intent"), facts, BANGKOK) == ()


def test_move_next_never_enters_a_stage_with_an_outcome() -> None:
    campaign = cycle()
    rules = MappingProxyType({"other": ReplyRule(is_move_next=True)})
    stages = (*campaign.stages[:2], replace(campaign.stages[2], replies=rules), campaign.stages[3])
    facts = facts_of(replies=(reply("other"),))
    found = look(replace(campaign, stages=stages), an_enrollment(stage="intent"), facts, BANGKOK)
    assert [type(each) for each in found] == [React]


def test_a_reply_pauses_until_the_date_it_named_else_for_the_rules_span() -> None:
    (named,) = look(
        cycle(),
        an_enrollment(),
        facts_of(replies=(reply("not_now", until_on=date(2026, 3, 12)),)),
        BANGKOK,
    )
    (unnamed,) = look(cycle(), an_enrollment(), facts_of(replies=(reply("not_now"),)), BANGKOK)
    (resumed,) = look(cycle(), an_enrollment(), facts_of(replies=(reply("question"),)), BANGKOK)
    assert isinstance(named, React)
    assert isinstance(unnamed, React)
    assert isinstance(resumed, React)
    assert named.pauses_until == datetime(2026, 3, 12, tzinfo=BANGKOK.zone)
    assert unnamed.pauses_until == MONDAY_NINE + 30 * DAY
    assert (resumed.pauses_until, resumed.is_until_resumed) == (MONDAY_NINE + 14 * DAY, True)


def test_two_replies_at_once_are_reacted_to_one_after_the_other() -> None:
    replies = (reply("question", id=7), reply("other", id=8))
    walked = walk(cycle(), an_enrollment(), facts_of(replies=replies), BANGKOK)
    reacted = [each.decision.reply_id for each in walked.taken if isinstance(each.decision, React)]
    assert (reacted, walked.enrollment.stage) == ([7, 8], "qualification")


def test_a_wait_ends_as_soon_as_its_condition_holds_or_its_time_is_over() -> None:
    step = a_step("wait", WaitAction(until=TRIAL, for_=Duration(days=5)))
    campaign = a_campaign(a_stage("awareness", step, a_step("after")))
    waiting = next_step(campaign, an_enrollment(step="wait"), facts_of(), BANGKOK)
    assert isinstance(waiting, Wait)
    assert waiting.until == MONDAY_NINE + 5 * DAY
    started = facts_of(events=MappingProxyType({"trial_started": (EventFact(at=MONDAY_NINE),)}))
    assert isinstance(next_step(campaign, an_enrollment(step="wait"), started, BANGKOK), Pass)
    over = facts_of(now=MONDAY_NINE + 5 * DAY)
    assert next_step(campaign, an_enrollment(step="wait"), over, BANGKOK) == Pass(
        step=step, to="after", because="waited 5d"
    )


def test_the_time_of_a_wait_stands_still_in_a_pause() -> None:
    step = a_step("wait", WaitAction(for_=Duration(days=5)))
    campaign = a_campaign(a_stage("awareness", step, a_step("after")))
    pause = Pause(id=1, kind="out_of_office", from_at=MONDAY_NINE + DAY, until_at=MONDAY_NINE + 3 * DAY, because="away")
    later = facts_of(now=MONDAY_NINE + 5 * DAY, pauses=(pause,))
    decision = next_step(campaign, an_enrollment(step="wait"), later, BANGKOK)
    assert isinstance(decision, Wait)
    assert decision.until == MONDAY_NINE + 7 * DAY


def test_a_choice_leads_into_its_branch_and_back_to_what_follows() -> None:
    choose = ChooseAction(
        branches=(
            Branch(condition=CLICKED_DEMO, steps=(a_step("keen", TagAction(tags=("keen",))),)),
            Branch(condition=None, steps=(a_step("nudge"),)),
        )
    )
    campaign = a_campaign(a_stage("awareness", a_step("choose", choose), a_step("after")))
    assert walk(campaign, an_enrollment(step="choose"), facts_of(), BANGKOK).enrollment.step == "nudge"
    clicked = facts_of(clicked=(Deed(step="x", at=MONDAY_NINE, link="demo"),))
    walked = walk(campaign, an_enrollment(step="choose"), clicked, BANGKOK)
    assert isinstance(walked.ending, Perform)
    skipped = a_step("nudge", if_=CLICKED_DEMO)
    through = ChooseAction(branches=(Branch(condition=None, steps=(skipped,)),))
    passing = a_campaign(a_stage("awareness", a_step("choose", through), a_step("after")))
    assert walk(passing, an_enrollment(step="choose"), facts_of(), BANGKOK).enrollment.step == "after"


def test_the_end_of_a_stage_waits_or_advances_or_finishes() -> None:
    waiting = walk(cycle(), an_enrollment(stage="qualification", step=None), facts_of(), BANGKOK).ending
    assert isinstance(waiting, Wait)
    assert waiting.until == MONDAY_NINE + 120 * DAY + timedelta(microseconds=1)
    advanced = walk(cycle(), an_enrollment(step=None), facts_of(), BANGKOK)
    assert advanced.enrollment.stage == "qualification"
    won = walk(cycle(), an_enrollment(stage="purchase", step=None, outcome="won"), facts_of(), BANGKOK)
    assert (won.enrollment.state, won.enrollment.outcome) == (EnrollmentState.FINISHED, "won")
    last = a_campaign(a_stage("only"))
    assert walk(last, an_enrollment(stage="only", step=None), facts_of(), BANGKOK).enrollment.outcome == "completed"


def test_a_person_at_a_step_that_is_gone_is_held_and_told_of() -> None:
    decision = next_step(cycle(), an_enrollment(step="gone"), facts_of(), BANGKOK)
    assert isinstance(decision, Wait)
    assert (decision.held_by, "'gone'" in decision.because) == ("edit", True)


def test_a_failed_try_waits_for_its_next_one() -> None:
    waiting = an_enrollment(retry_at=MONDAY_NINE + timedelta(minutes=5), because="451 try later")
    decision = next_step(cycle(), waiting, facts_of(), BANGKOK)
    assert isinstance(decision, Wait)
    assert (decision.until, decision.because) == (MONDAY_NINE + timedelta(minutes=5), "451 try later")


def an_order() -> Order:
    return Order(id=1, contact_id=1, number="1", placed_at=MONDAY_NINE, total=Decimal(100), currency="THB")


def test_a_look_at_what_time_may_change_needs_no_room_and_hides_no_plan() -> None:
    campaign = cycle()
    waiting = an_enrollment(step="guide", entered_at=MONDAY_NINE - 119 * DAY)
    facts = facts_of(entered_at=MONDAY_NINE - 119 * DAY)
    decision = next_step(campaign, waiting, facts, BANGKOK)
    assert isinstance(decision, Wait)
    assert decision.planned_at == MONDAY_NINE + 3 * DAY
    assert decision.until == MONDAY_NINE + DAY + timedelta(microseconds=1)
    assert not decision.will_send


def test_a_pause_from_before_an_outcome_stage_does_not_hold_in_it_and_a_later_one_does() -> None:
    won = an_enrollment(stage="purchase", step="thanks", outcome="won", stage_entered_at=MONDAY_NINE)
    before = Pause(
        id=1, kind="out_of_office", from_at=MONDAY_NINE - DAY, until_at=MONDAY_NINE + 9 * DAY, because="away"
    )
    assert isinstance(next_step(cycle(), won, facts_of(pauses=(before,)), BANGKOK), Send)
    since = replace(before, from_at=MONDAY_NINE)
    assert isinstance(next_step(cycle(), won, facts_of(pauses=(since,)), BANGKOK), Wait)


def test_who_has_won_stays_won_whatever_comes_after() -> None:
    won = an_enrollment(stage="purchase", step="thanks", outcome="won")
    walked = walk(cycle(), won, facts_of(suppressed_scopes=("marketing",)), BANGKOK)
    assert (walked.enrollment.state, walked.enrollment.outcome) == (EnrollmentState.FINISHED, "won")
