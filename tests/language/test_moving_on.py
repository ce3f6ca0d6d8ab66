"""Sections 2 and 5: what moves a person on, what an answer does, and in what order."""

from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.verdict import Verdict
from nurture.engine.by_hand import resume
from nurture.engine.close_task import close_task
from nurture.store import tasks
from nurture.store.tasks import Task
from tests.language.conftest import Making
from tests.support.answers import judged_answer, reply
from tests.support.mail_server import MailServer
from tests.support.project import Workshop

DAY = timedelta(days=1)

ANSWERED = """
stages:
  awareness:
    playbook: playbooks/first.md
    steps:
      - {email: hello, subject: Hello}
      - {email: guide, subject: The guide, after: 2d}
  intent:
    steps:
      - {email: trial, subject: Try it, after: 1d}
  purchase:
    enter: ordered
    outcome: won
    steps:
      - {email: thanks, subject: Thank you, after: 10m}
enroll: contact_created
replies:
  interested:     {move: next, notify: owner}
  question:       {pause: until_resumed, task: "Answer {{ contact.first_name }}", notify: owner}
  not_now:        {pause: 30d}
  not_interested: {exit: lost}
  wrong_person:   {exit: wrong_place, task: "Who decides at {{ contact.company }}?"}
  other:          {task: "Read {{ contact.first_name }}'s answer", notify: owner}
"""


def subjects(relay: MailServer) -> list[str]:
    return [str(mail.message["Subject"]) for mail in relay.accepted]


PLAYBOOK = {"playbooks/first.md": "# Ask what they need"}


def begun(workshop: Workshop) -> int:
    """A person who has had the first mail."""
    person = workshop.add_contact(company="Acme")
    workshop.one_pass()
    return person


def tasks_of(workshop: Workshop) -> list[Task]:
    with workshop.database.read() as conn:
        return tasks.open_tasks(conn)


def state(run: Enrollment) -> tuple[str, str, str | None]:
    return run.stage, run.state, run.outcome


def test_an_interested_person_moves_to_the_next_stage_and_the_owner_is_told(
    project_of: Making, relay: MailServer
) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("interested", "Yes please"))
    workshop.one_pass()
    assert workshop.run_of(person).stage == "intent"
    assert relay.accepted[-1].recipient == "owner@acme.example"


def test_move_next_never_enters_a_stage_that_has_an_outcome(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    for _ in range(2):
        judged_answer(workshop, relay.accepted[0], reply("interested"))
        workshop.one_pass()
    assert workshop.run_of(person).stage == "intent"


def test_a_question_pauses_until_its_task_is_closed(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    (task,) = tasks_of(workshop)
    assert task.title == "Answer Somchai"
    workshop.pass_after(5 * DAY)
    assert "The guide" not in subjects(relay)
    assert workshop.run_of(person).state == EnrollmentState.PAUSED
    with workshop.database.write() as conn:
        close_task(
            conn, task.id, note="", campaigns=workshop.campaigns(), rules=workshop.rules, now=workshop.clock.now()
        )
    workshop.one_pass()
    assert subjects(relay)[-1] == "The guide"


def test_a_question_pauses_until_somebody_resumes(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.pass_after(3 * DAY)
    with workshop.database.write() as conn:
        resume(conn, workshop.run_of(person), because="answered", now=workshop.clock.now())
    workshop.one_pass()
    assert subjects(relay)[-1] == "The guide"


@pytest.mark.parametrize(("at_most", "days"), [("", 14), (", at_most: 5d", 5)])
def test_until_resumed_lasts_two_weeks_unless_at_most_says_otherwise(
    project_of: Making, relay: MailServer, at_most: str, days: int
) -> None:
    workshop = project_of(ANSWERED.replace("pause: until_resumed", f"pause: until_resumed{at_most}"), files=PLAYBOOK)
    begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    workshop.pass_after(days * DAY - timedelta(minutes=1))
    assert "The guide" not in subjects(relay)
    workshop.pass_after(timedelta(minutes=1))
    assert subjects(relay)[-1] == "The guide"


def test_not_now_pauses_for_its_span_and_of_several_pauses_the_latest_end_counts(
    project_of: Making, relay: MailServer
) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("not_now"))
    workshop.one_pass()
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    workshop.pass_after(30 * DAY - timedelta(minutes=1))
    assert "The guide" not in subjects(relay)
    workshop.pass_after(timedelta(minutes=1))
    assert subjects(relay)[-1] == "The guide"


def test_who_is_not_interested_leaves_as_lost(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("not_interested"))
    workshop.one_pass()
    assert state(workshop.run_of(person)) == ("awareness", "finished", "lost")


def test_the_wrong_person_leaves_with_the_marketers_own_word_and_a_task_remains(
    project_of: Making, relay: MailServer
) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("wrong_person"))
    workshop.one_pass()
    assert state(workshop.run_of(person)) == ("awareness", "finished", "wrong_place")
    assert [task.title for task in tasks_of(workshop)] == ["Who decides at Acme?"]


def test_the_task_of_a_reply_carries_the_playbook_of_the_stage(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("other"))
    workshop.one_pass()
    assert [(task.title, task.playbook) for task in tasks_of(workshop)] == [
        ("Read Somchai's answer", "playbooks/first.md")
    ]


def test_a_stage_may_override_what_an_answer_does(project_of: Making, relay: MailServer) -> None:
    own = "    replies: {not_interested: {move: next}}\n    steps:\n      - {email: hello"
    workshop = project_of(ANSWERED.replace("    steps:\n      - {email: hello", own), files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("not_interested"))
    workshop.one_pass()
    assert state(workshop.run_of(person)) == ("intent", "active", None)


def test_a_pause_holds_steps_never_reactions_and_an_outcome_lifts_it(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], reply("not_now"))
    workshop.one_pass()
    workshop.order(person)
    workshop.one_pass()
    assert state(workshop.run_of(person)) == ("purchase", "active", "won")
    workshop.pass_after(timedelta(minutes=10))
    assert subjects(relay)[-1] == "Thank you"
    assert state(workshop.run_of(person)) == ("purchase", "finished", "won")


def test_a_pause_asked_for_in_an_outcome_stage_holds_from_the_first_look(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    workshop.order(person)
    workshop.one_pass()
    workshop.clock.advance(timedelta(minutes=10))
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    assert workshop.run_of(person).state == EnrollmentState.PAUSED
    assert "Thank you" not in subjects(relay)


AWAY = Verdict(kind="auto_reply", reason="Auto-Submitted")


def test_out_of_office_is_no_reply_and_holds_every_campaign_five_business_days(
    project_of: Making, relay: MailServer
) -> None:
    other = "enroll: contact_created\nstages: {only: {steps: [{task: Ring, kind: call, after: 1d}]}}\n"
    workshop = project_of(ANSWERED, other=other, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], AWAY)
    workshop.one_pass()
    # Tuesday 3 March 2026 is Makha Bucha: the fifth business day after Monday is Tuesday.
    workshop.clock.move_to(datetime(2026, 3, 10, 1, 59, tzinfo=UTC))
    workshop.one_pass()
    assert subjects(relay) == ["Hello"]
    assert tasks_of(workshop) == []
    workshop.pass_after(timedelta(minutes=1))
    assert subjects(relay) == ["Hello", "The guide"]
    assert [task.title for task in tasks_of(workshop)] == ["Ring"]
    assert "reply_received" not in workshop.events(person)


@pytest.mark.parametrize("lifted_by", ["reply", "order"])
def test_a_human_reply_or_an_order_lifts_out_of_office(project_of: Making, relay: MailServer, lifted_by: str) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], AWAY)
    workshop.one_pass()
    assert workshop.run_of(person).state == EnrollmentState.PAUSED
    if lifted_by == "reply":
        judged_answer(workshop, relay.accepted[0], reply("other"))
    else:
        workshop.order(person)
    workshop.one_pass()
    assert workshop.run_of(person).state == EnrollmentState.ACTIVE


def test_a_challenge_does_nothing(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED, files=PLAYBOOK)
    person = begun(workshop)
    before = workshop.run_of(person)
    judged_answer(workshop, relay.accepted[0], Verdict(kind="challenge", reason="asks to confirm"))
    workshop.one_pass()
    assert workshop.run_of(person) == before


def test_an_exit_may_bear_a_word_of_the_marketers_own(project_of: Making) -> None:
    workshop = project_of(
        ANSWERED + "exit:\n  too_small: \"'small' in contact.tags\"\n  lost: days_in_campaign > 20\n", files=PLAYBOOK
    )
    person = begun(workshop)
    workshop.pass_after(20 * DAY)
    assert workshop.run_of(person).state != "finished"
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.run_of(person).outcome == "lost"


def test_days_in_stage_stand_still_while_paused(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(ANSWERED.replace("  intent:\n", "  intent:\n    enter: days_in_stage > 10\n"), files=PLAYBOOK)
    person = begun(workshop)
    workshop.pass_after(DAY)
    judged_answer(workshop, relay.accepted[0], reply("question"))
    workshop.one_pass()
    workshop.pass_after(14 * DAY)
    workshop.pass_after(9 * DAY)
    assert workshop.run_of(person).stage == "awareness"
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.run_of(person).stage == "intent"


def test_what_another_campaign_changes_in_a_contact_is_looked_at_at_once(project_of: Making) -> None:
    waits = "enroll: contact_created\nstages: {one: {steps: [{wait: '\"vip\" in contact.tags'}]}}\n"
    tags = "enroll: contact_created\nstages: {one: {steps: [{tag: vip, after: 1d}]}}\n"
    workshop = project_of(waits, tags=tags, files=PLAYBOOK)
    person = begun(workshop)
    assert workshop.run_of(person).state == "active"
    workshop.pass_after(DAY)
    workshop.one_pass()
    assert workshop.run_of(person, "tags").state == "finished"
    assert workshop.run_of(person).state == "finished"


def test_a_fading_score_may_let_people_enter(project_of: Making) -> None:
    score = "score: {trial_started: 25, fade: 30d, rules: [{if: 'contact.company_size >= 50', points: 15}]}\n"
    text = ANSWERED.replace("  intent:\n", "  intent:\n    enter: score >= 40\n")
    workshop = project_of(text, config=score, files=PLAYBOOK)
    person = begun(workshop)
    big = workshop.add_contact("big@example.com", company_size=50)
    for each in (person, big):
        workshop.happen("trial_started", each)
    workshop.one_pass()
    assert workshop.run_of(person).stage == "awareness"
    assert workshop.run_of(big).stage == "intent"
