"""Scenario files: read with the place of whatever is wrong, written so that they read back the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from nurture.domain.campaign import Campaign
from nurture.domain.duration import Duration
from nurture.domain.order import OrderItem
from nurture.domain.scenario import (
    BeAway,
    Bounce,
    Buy,
    Click,
    CloseTask,
    Complain,
    Entry,
    Expectation,
    Halt,
    Happen,
    Moment,
    Open,
    OwnerWrites,
    PutTags,
    Reply,
    Resume,
    Scenario,
    SetFields,
    Unsubscribe,
)  # fmt: skip
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.campaign_file import load_campaign
from nurture.loader.scenario_file import ScenarioFile, load_scenarios
from nurture.loader.scenario_writing import scenario_text

WORDS = Vocabulary(
    contact_fields={"size": FieldSpec(name="size", type="number"), "ends_on": FieldSpec(name="ends_on", type="date")},
    events={"trial_started": EventSpec(name="trial_started", fields=(FieldSpec(name="ends_at", type="datetime"),))},
    senders=("mali",),
    campaigns=("cycle",),
)
CAMPAIGN = b"""
enroll: manual
stages:
  first: {steps: [{email: cycle/hello}, {task: Ring}]}
  second: {enter: ordered, outcome: bought, steps: [{email: guide}]}
"""
HEAD = "scenario: A\ncampaign: cycle\nstart: 2026-03-02T08:00+07:00\n"


def cycle(name: str) -> Campaign | None:
    loaded = load_campaign(CAMPAIGN, name=name, file="campaigns/cycle.yaml", vocabulary=WORDS)
    assert loaded.campaign, loaded.problems
    return loaded.campaign


def read(text: str) -> ScenarioFile:
    return load_scenarios(text, "t.yaml", vocabulary=WORDS, find=cycle, links_of=lambda _: ("demo",))


def told(text: str) -> list[str]:
    return [f"{each.line}:{each.column} {each.code} {each.hint}" for each in read(text).problems]


def test_a_file_holds_one_scenario_or_many_documents_or_a_list() -> None:
    listed = "".join(f"- {HEAD}".replace("\n", "\n  ").rstrip(" ") for _ in range(2))
    assert len(read(HEAD).scenarios) == 1
    assert [each.line for each in read(f"{HEAD}---\n{HEAD}").scenarios] == [1, 5]
    assert [each.line for each in read(listed).scenarios] == [1, 4]


def test_everything_wrong_is_told_at_its_place_with_the_nearest_word() -> None:
    assert told(
        "scenario: A\ncampaign: cycl\nstart: 2026-03-02T08:00\ncontact: {siz: 3, size: big}\ntimelin: []\n"
        "timeline:\n  - {after: 4d, event: trial_start}\n  - {after: 1, reply: x}\n"
        "  - {after: 1d, date: 2026-03-03, resume: true}\n"
    ) == [
        "2:11 unknown_campaign did you mean cycle?",
        "3:8 bad_date write it with its offset, as 2026-03-02T08:00+07:00",
        "4:11 unknown_field did you mean size?",
        "4:25 bad_value it takes a number",
        "5:1 unknown_key did you mean timeline?",
        "7:24 unknown_event did you mean trial_started?",
        "8:13 bad_duration write 1d, 1h or 1m",
        "9:23 conflict take one of them out",
    ]


def test_steps_stages_links_and_outcomes_must_be_those_of_the_campaign() -> None:
    assert told(
        HEAD
        + "timeline:\n  - {after: 1d, click: dem}\n  - {after: 1d, open: helo}\nexpect:\n  - {email: cycle/hello}\n"
        "  - {email: task}\n  - {stage: secnd}\n  - {outcome: bough}\n  - {never: guid}\n"
        "  - {email: hello, kind: call}\n  - {}\n"
    ) == [
        "5:24 unknown_link did you mean demo?",
        "6:23 unknown_step did you mean hello?",
        "8:13 unknown_step its step is called hello",
        "9:13 unknown_step expect its task, or say `skipped: task`",
        "10:13 unknown_stage did you mean second?",
        "11:15 unknown_word did you mean bought?",
        "12:13 unknown_step did you mean guide?",
        "13:20 misplaced_key it goes with task",
        "14:5 entry_kind add one of: email, never, skipped, stage, task, notify, outcome, nothing_until, not_enrolled",
    ]


def test_what_the_engine_cannot_do_yet_is_said() -> None:
    codes = [each.code for each in read(f"{HEAD}best: learned\nvariants: {{hello: a}}\n").problems]
    assert codes == ["later", "later"]


def test_a_scenario_with_everything_in_it_is_written_so_that_it_reads_back_the_same() -> None:
    def at(act: object, number: int) -> Entry:
        return Entry(when=Moment(after=Duration(days=number), at=time(9, 30)), act=act)  # type: ignore[arg-type]

    acts = (
        Reply(text='Yes, {please}: "now"\nor: never', from_="boss@example.org", to="hello"),
        Happen(event="trial_started", fields={"ends_at": datetime(2026, 4, 1, 2, tzinfo=UTC)}),
        Buy(total=Decimal("99.50"), currency="EUR", number="7", items=(OrderItem(product="a, b", price=Decimal(3)),)),
        Open(step="hello"), Click(link="demo"), BeAway(back_on=date(2026, 3, 9)), BeAway(text="Gone"),
        Bounce(is_hard=False, to="hello"), Complain(), Unsubscribe(), Unsubscribe(is_for_campaign=True),
        SetFields(values={"size": 3, "company": None}), PutTags(tags=("a", "b")), PutTags(tags=("a",), is_removed=True),
        CloseTask(), CloseTask(words="call"), Resume(), Halt(), Halt(for_=Duration(business_days=2)),
        OwnerWrites(subject="Yes: no"),
    )  # fmt: skip
    scenario = Scenario(
        name="It's # odd: yes",
        campaign="cycle",
        start=datetime.fromisoformat("2026-03-02T08:00+07:00"),
        email="somchai@example.com",
        values={"first_name": "สมชาย", "phone": "0812", "ends_on": date(2026, 5, 1), "company": "No"},
        tags=("a b", "true"),
        happens=Happen(event="trial_started"),
        until=Moment(day=date(2026, 6, 1)),
        is_listed_only=True,
        timeline=tuple(at(act, number) for number, act in enumerate(acts, 1)),
        expect=(
            Expectation(kind="email", name="hello", day=date(2026, 3, 2), at=time(9), subject="A: b", contains=("x,",)),
            Expectation(kind="never", name="guide"),
            Expectation(kind="skipped", name="task", because="if: no"),
            Expectation(kind="task", name="Ring # 1", task_kind="call"),
            Expectation(kind="outcome", name="bought"),
            Expectation(kind="nothing_until", day=date(2026, 3, 2)),
            Expectation(kind="not_enrolled"),
        ),
    )  # fmt: skip
    again = read(scenario_text(scenario))
    assert [str(problem) for problem in again.problems] == []
    assert replace(again.scenarios[0], line=1) == scenario
