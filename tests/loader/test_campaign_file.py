"""Campaign files become campaigns with everything resolved."""

from datetime import UTC, date, datetime, time

import pytest

from nurture.domain.campaign import (
    ANY_TIME,
    Campaign,
    ChooseAction,
    EmailAction,
    PauseRule,
    ReplyRule,
    SetAction,
    Step,
    TagAction,
    TaskAction,
    TaskRule,
    WaitAction,
)
from nurture.domain.condition import ContactField, Literally
from nurture.domain.duration import Duration
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.campaign_file import Loaded, load_campaign

WORDS = Vocabulary(
    contact_fields={
        "size": FieldSpec(name="size", type="number"),
        "ends_on": FieldSpec(name="ends_on", type="date"),
        "seen_at": FieldSpec(name="seen_at", type="datetime"),
        "plan": FieldSpec(name="plan", type="choice", choices=("free", "pro")),
    },
    events={"trial_started": EventSpec(name="trial_started", fields=(FieldSpec(name="ends_at", type="datetime"),))},
    senders=("mali",),
)


def loaded(text: str, vocabulary: Vocabulary = WORDS) -> Loaded:
    return load_campaign(text.encode(), name="cycle", file="campaigns/cycle.yaml", vocabulary=vocabulary)


def campaign(text: str) -> Campaign:
    found = loaded(text)
    assert found.problems == ()
    assert found.campaign is not None
    return found.campaign


def steps(text: str) -> tuple[Step, ...]:
    indented = "\n".join(f"      {line}" for line in text.strip().splitlines())
    return campaign(f"stages:\n  first:\n    steps:\n{indented}\n").stages[0].steps


def codes(text: str) -> list[str]:
    return [problem.code for problem in loaded(text).problems]


def test_the_smallest_campaign_has_sensible_defaults() -> None:
    found = campaign("stages: {first: {steps: [{email: cycle/hello}]}}")

    assert found.senders == ("mali",)
    assert found.enroll.events == ()
    assert not found.enroll.is_daily
    assert found.enroll.again == "never"
    assert found.is_enabled
    assert found.stages[0].then == "advance"
    assert found.stages[0].steps[0] == Step(id="hello", action=EmailAction(template="cycle/hello"))


def test_the_digest_is_of_the_content_alone() -> None:
    text = "stages: {first: {steps: []}}"

    assert loaded(text).digest == loaded(text).digest
    assert loaded(text).digest != loaded(text + "\n").digest


def test_steps_without_an_id_are_named_by_template_or_by_kind_in_file_order() -> None:
    found = steps(
        """
- email: cycle/hello
- task: One
- id: mine
  task: Two
- choose:
  - if: contact.phone
    steps: [{task: Three}]
- tag: a
- untag: b
- wait: 5d
- wait: 6d
"""
    )
    walked = campaign("stages: {first: {steps: []}}")
    walked = Campaign(name="c", digest="d", senders=(), stages=(type(walked.stages[0])(name="first", steps=found),))

    names = [step.id for _, step in walked.all_steps()]
    assert names == ["hello", "task", "mine", "choose", "task-3", "tag", "untag", "wait", "wait-2"]


def test_windows_timing_limits_and_priority_are_inherited_by_mails_and_tasks_and_overridden_inside() -> None:
    found = campaign(
        """
window: {days: mon-fri, hours: "9:00-17:30", holidays: true}
timing: spread
priority: high
stages:
  first:
    steps:
      - email: hello
      - tag: seen
      - email: late
        window: any
        timing: earliest
        priority: low
  bought:
    outcome: won
    window: {hours: ["8:00-12:00", "13:00-24:00"]}
    limits: off
    steps:
      - email: thanks
      - email: capped
        limits: on
"""
    )
    hello, tag, late = found.stages[0].steps
    thanks, capped = found.stages[1].steps

    assert hello.timing.window.days == frozenset(range(5))
    assert hello.timing.window.hours == ((time(9), time(17, 30)),)
    assert hello.timing.window.keeps_holidays
    assert hello.timing.timing == "spread"
    assert (tag.timing.window, tag.timing.timing, tag.priority) == (ANY_TIME, "earliest", "high")
    assert (late.timing.window, late.timing.timing, late.priority) == (ANY_TIME, "earliest", "low")
    assert thanks.timing.window.hours == ((time(8), time(12)), (time(13), time.max))
    assert thanks.timing.window.days == frozenset(range(7))
    assert (hello.is_capped, thanks.is_capped, capped.is_capped) == (True, False, True)


def test_then_waits_where_the_next_stage_has_an_entry_condition_and_advances_elsewhere() -> None:
    found = campaign("stages: {a: {}, b: {enter: replied}, c: {}, d: {then: lost}}")

    assert [stage.then for stage in found.stages] == ["wait", "advance", "advance", "lost"]


@pytest.mark.parametrize(
    ("written", "events", "is_daily", "again"),
    [
        ("manual", (), False, "never"),
        ("daily", (), True, "never"),
        ("trial_started", ("trial_started",), False, "never"),
        ("[contact_created, form_submitted]", ("contact_created", "form_submitted"), False, "never"),
        ("{when: daily, again: always}", (), True, "always"),
        ("{when: [daily, order_paid], again: after 90d}", ("order_paid",), True, Duration(days=90)),
    ],
)
def test_enroll_is_a_word_a_list_or_a_mapping(
    written: str, events: tuple[str, ...], is_daily: bool, again: object
) -> None:
    found = campaign(f"enroll: {written}\nstages: {{first: {{steps: []}}}}").enroll

    assert (found.events, found.is_daily, found.again) == (events, is_daily, again)


def test_dates_are_days_or_so_long_before_or_after_a_field() -> None:
    found = steps(
        """
- {email: a, date: 2026-04-01, at: 9:30, late: send}
- {email: b, date: 3d before contact.ends_on}
- {email: c, date: contact.ends_on}
"""
    )
    rules = [step.timing.date for step in found]

    assert rules[0] is not None and rules[0].day == date(2026, 4, 1)
    assert (found[0].timing.at, found[0].timing.is_sent_late) == (time(9, 30), True)
    assert rules[1] is not None and (rules[1].offset, rules[1].is_before) == (Duration(days=3), True)
    assert rules[1].field == ContactField("ends_on", "date")
    assert rules[2] is not None and not rules[2].offset


def test_a_date_may_count_from_the_event_that_enrolled() -> None:
    text = "enroll: trial_started\nstages: {first: {steps: [{email: a, date: 1d before event.ends_at}]}}"

    rule = campaign(text).stages[0].steps[0].timing.date

    assert rule is not None and rule.source == "1d before event.ends_at"
    assert codes(text.replace("enroll: trial_started\n", "")) == ["unknown_field"]


def test_set_takes_values_of_the_fields_type_and_expressions_in_braces() -> None:
    (step,) = steps(
        """
- set:
    company: Acme
    size: 50
    ends_on: 2026-04-01
    seen_at: 2026-04-01T09:00+00:00
    plan: pro
    source:
    phone: "{{ contact.first_name }}"
"""
    )
    assert isinstance(step.action, SetAction)

    assert dict(step.action.values) == {
        "company": Literally("Acme"),
        "size": Literally(50),
        "ends_on": Literally(date(2026, 4, 1)),
        "seen_at": Literally(datetime(2026, 4, 1, 9, tzinfo=UTC)),
        "plan": Literally("pro"),
        "source": Literally(None),
        "phone": ContactField("first_name", "text"),
    }


def test_choices_waits_tasks_and_tags_are_read() -> None:
    choose, wait, timed, task, tags = steps(
        """
- choose:
  - if: contact.size >= 50
    steps: [{task: Call them}]
  - else:
    steps: [{email: offer, after: 2d}]
- wait: happened("trial_started")
  for: 5d
- wait:
  for: 1w
- {task: Ring, kind: call, due: 2bd}
- tag: [one, two]
"""
    )
    assert isinstance(choose.action, ChooseAction)

    assert [branch.condition is None for branch in choose.action.branches] == [False, True]
    assert choose.action.branches[1].steps[0].timing.after == Duration(days=2)
    assert isinstance(wait.action, WaitAction)
    assert wait.action.until is not None and wait.action.for_ == Duration(days=5)
    assert timed.action == WaitAction(for_=Duration(days=7))
    assert task.action == TaskAction(title="Ring", kind="call", due=Duration(business_days=2))
    assert tags.action == TagAction(tags=("one", "two"))


def test_replies_have_defaults_that_the_campaign_and_then_the_stage_override_by_intent() -> None:
    found = campaign(
        """
replies:
  not_now: {pause: 10d}
  question: {pause: until_resumed, at_most: 3d, task: Answer}
stages:
  first:
    replies: {not_now: {exit: lost}}
  second: {}
"""
    )
    first, second = (stage.replies for stage in found.stages)

    assert first["not_now"] == ReplyRule(exit="lost")
    assert second["not_now"] == ReplyRule(pause=PauseRule(for_=Duration(days=10)))
    assert second["question"] == ReplyRule(pause=PauseRule(at_most=Duration(days=3)), task=TaskRule(title="Answer"))
    assert second["interested"].is_move_next
    assert second["other"].pause is None and second["other"].exit is None and second["other"].notify == "owner"


def test_in_a_stage_with_an_outcome_no_default_moves_or_loses_anybody() -> None:
    replies = campaign("stages: {bought: {outcome: won}}").stages[0].replies

    assert all(rule.exit is None and not rule.is_move_next and rule.task for rule in replies.values() if not rule.pause)


def test_exits_keep_the_order_of_the_file() -> None:
    found = campaign("exit: {lost: days_in_campaign > 120, bought: ordered}\nstages: {first: {}}")

    assert [rule.outcome for rule in found.exits] == ["lost", "bought"]


def test_a_later_capability_disables_the_campaign_and_its_draft_can_still_be_looked_at() -> None:
    found = loaded("timing: best\nstages: {first: {steps: [{email: hello}]}}")

    assert [problem.code for problem in found.problems] == ["later"]
    assert found.campaign is None
    assert found.draft is not None


def test_faults_in_one_list_leave_the_places_of_its_other_items_right() -> None:
    found = loaded("stages:\n  first:\n    steps:\n      - 5\n      - email: a\n        if: nonsense\n      - wat: 1\n")

    assert [(problem.line, problem.column, problem.code) for problem in found.problems] == [
        (4, 9, "wrong_type"),
        (6, 13, "unknown_name"),
        (7, 9, "unknown_key"),
    ]


def test_several_senders_and_none_named_is_a_problem() -> None:
    words = Vocabulary(senders=("mali", "krit"))

    assert [problem.code for problem in loaded("stages: {first: {}}", words).problems] == ["missing"]
