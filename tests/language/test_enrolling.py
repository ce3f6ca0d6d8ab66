"""Section 2: who is asked in, when, and whether again; what follows the last step."""

from datetime import UTC, datetime, timedelta

import pytest

from nurture.app import library_of
from nurture.domain.contact import ContactDraft
from nurture.engine.enroll import enroll
from nurture.engine.import_contacts import import_contacts
from nurture.engine.suppress import suppress
from nurture.store import contacts, enrollments
from tests.language.conftest import Making
from tests.support.mail_server import MailServer
from tests.support.project import Workshop

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def short(enroll_: str, more: str = "") -> str:
    return f"enroll: {enroll_}\n{more}\nstages: {{one: {{steps: [{{tag: 'was here'}}]}}}}\n"


def runs(workshop: Workshop, person: int) -> int:
    with workshop.database.read() as conn:
        return len(enrollments.of_contact(conn, person))


@pytest.mark.parametrize(("again", "in_all"), [("never", 1), ("always", 2)])
def test_again_says_whether_a_person_may_come_again(project_of: Making, again: str, in_all: int) -> None:
    workshop = project_of(short(f"{{when: trial_started, again: {again}}}"))
    person = workshop.add_contact()
    for _ in range(2):
        workshop.happen("trial_started", person)
        workshop.one_pass()
    assert runs(workshop, person) == in_all


def test_again_after_a_span_counts_from_the_end_of_the_last_run(project_of: Making) -> None:
    workshop = project_of(short("{when: trial_started, again: after 90d}"))
    person = workshop.add_contact()
    counts = []
    for span in (timedelta(0), 90 * DAY - MINUTE, MINUTE):
        workshop.clock.advance(span)
        workshop.happen("trial_started", person)
        workshop.one_pass()
        counts.append(runs(workshop, person))
    assert counts == [1, 1, 2]


def test_nobody_is_in_a_campaign_twice_at_once(project_of: Making) -> None:
    text = "enroll: {when: trial_started, again: always}\nstages: {one: {steps: [{wait: 9d}]}}\n"
    workshop = project_of(text)
    person = workshop.add_contact()
    for _ in range(2):
        workshop.happen("trial_started", person)
        workshop.one_pass()
    assert runs(workshop, person) == 1


def test_the_audience_is_asked_at_enrollment_only(project_of: Making) -> None:
    text = "enroll: contact_created\naudience: contact.country == 'TH'\nstages: {one: {steps: [{wait: 9d}]}}\n"
    workshop = project_of(text)
    thai, german = workshop.add_contact("t@example.com"), workshop.add_contact("g@example.com", country="DE")
    workshop.one_pass()
    assert (runs(workshop, thai), runs(workshop, german)) == (1, 0)
    with workshop.database.write() as conn:
        contacts.set_values(conn, thai, {"country": "DE"}, workshop.clock.now())
    workshop.pass_after(DAY)
    assert workshop.run_of(thai).state == "active"


def test_in_an_audience_happened_and_ordered_look_at_the_whole_history(project_of: Making) -> None:
    text = short("daily", "audience: happened('trial_started') and ordered")
    workshop = project_of(text)
    both, one = workshop.add_contact("a@example.com"), workshop.add_contact("b@example.com")
    for person in (both, one):
        workshop.happen("trial_started", person)
    workshop.order(both)
    workshop.pass_after(DAY)
    assert (runs(workshop, both), runs(workshop, one)) == (1, 0)


def test_an_audience_may_ask_for_an_unfinished_run_elsewhere(project_of: Making) -> None:
    waiting = "enroll: trial_started\nstages: {one: {steps: [{wait: 9d}]}}\n"
    workshop = project_of(short("daily", "audience: not enrolled('other')"), other=waiting)
    busy, free = workshop.add_contact("a@example.com"), workshop.add_contact("b@example.com")
    workshop.happen("trial_started", busy)
    workshop.pass_after(DAY)
    with workshop.database.read() as conn:
        assert enrollments.latest_run(conn, busy, "cycle") is None
        assert enrollments.latest_run(conn, free, "cycle") is not None


def test_daily_asks_in_whoever_matches_once_a_day(project_of: Making) -> None:
    workshop = project_of(short("{when: daily, again: always}", "audience: contact.company_size >= 10"))
    person = workshop.add_contact(company_size=5)
    workshop.pass_after(DAY)
    assert runs(workshop, person) == 0
    with workshop.database.write() as conn:
        contacts.set_values(conn, person, {"company_size": 10}, workshop.clock.now())
    workshop.pass_after(timedelta(hours=1))
    assert runs(workshop, person) == 0
    workshop.pass_after(DAY)
    assert runs(workshop, person) == 1


def test_manual_is_by_hand_alone(project_of: Making) -> None:
    workshop = project_of(short("manual"))
    person = workshop.add_contact()
    workshop.pass_after(DAY)
    assert runs(workshop, person) == 0
    with workshop.database.write() as conn:
        enroll(
            conn,
            workshop.campaigns()["cycle"],
            [person],
            rules=workshop.rules,
            now=workshop.clock.now(),
            because="by hand",
            is_by_hand=True,
        )
    assert runs(workshop, person) == 1


@pytest.mark.parametrize("is_enrolling", [True, False])
def test_an_import_enrolls_only_where_it_is_asked_to(project_of: Making, is_enrolling: bool) -> None:
    workshop = project_of(short("contact_created"))
    draft = ContactDraft(address="i@example.com", email="i@example.com", values={"country": "TH"})
    import_contacts(
        workshop.database,
        [draft],
        campaigns=workshop.campaigns(),
        rules=workshop.rules,
        now=workshop.clock.now(),
        is_enrolling=is_enrolling,
    )
    with workshop.database.read() as conn:
        found = contacts.find(conn, "i@example.com")
    assert found is not None
    assert runs(workshop, found.id) == int(is_enrolling)


@pytest.mark.parametrize(("scope", "enrolled"), [("all", 0), ("marketing", 0), ("campaign:cycle", 0)])
def test_the_suppressed_are_never_asked_in(project_of: Making, scope: str, enrolled: int) -> None:
    workshop = project_of(short("trial_started"))
    person = workshop.add_contact()
    with workshop.database.write() as conn:
        suppress(
            conn,
            address="somchai@example.com",
            scope=scope,
            reason="asked",
            source="test",
            outcome="unsubscribed",
            now=workshop.clock.now(),
        )
    workshop.happen("trial_started", person)
    assert runs(workshop, person) == enrolled


def test_a_disabled_campaign_asks_nobody_in_and_sends_nothing(project_of: Making, relay: MailServer) -> None:
    text = "enroll: contact_created\nstages: {one: {steps: [{email: hello, after: 1d}]}}\n"
    workshop = project_of(text)
    person = workshop.add_contact()
    workshop.one_pass()
    path = workshop.project.root / "campaigns" / "cycle.yaml"
    path.write_text(f"enabled: false\n{text}")
    assert not library_of(workshop.project).campaigns["cycle"].is_enabled
    second = workshop.add_contact("late@example.com")
    workshop.pass_after(3 * DAY)
    assert (relay.accepted, runs(workshop, second)) == ([], 0)
    path.write_text(f"enabled: true\n{text}")
    workshop.one_pass()
    assert [mail.recipient for mail in relay.accepted] == ["somchai@example.com"]
    assert runs(workshop, person) == 1


@pytest.mark.parametrize(
    ("then", "enter", "ends"),
    [
        ("", "", ("two", "finished", "completed")),
        ("", "enter: ordered, ", ("one", "active", None)),
        ("then: advance, ", "enter: ordered, ", ("two", "finished", "completed")),
        ("then: wait, ", "", ("one", "active", None)),
        ("then: lost, ", "", ("one", "finished", "lost")),
        ("then: too_quiet, ", "", ("one", "finished", "too_quiet")),
    ],
)
def test_then_says_what_follows_the_last_step(
    project_of: Making, then: str, enter: str, ends: tuple[str, str, str | None]
) -> None:
    text = (
        f"enroll: contact_created\nstages:\n  one: {{{then}steps: [{{tag: a}}]}}\n"
        f"  two: {{{enter}steps: [{{tag: b}}]}}\n"
    )
    workshop = project_of(text)
    person = workshop.add_contact()
    workshop.one_pass()
    run = workshop.run_of(person)
    assert (run.stage, run.state, run.outcome) == ends


def test_an_outcome_is_recorded_on_entering_its_steps_still_run_and_the_campaigns_exit_is_not_asked(
    project_of: Making,
) -> None:
    text = (
        "enroll: contact_created\nstages:\n  one: {steps: [{wait: 99d}]}\n"
        "  two: {enter: ordered, outcome: won, steps: [{wait: 9d}, {tag: customer}]}\n"
        "exit: {lost: ordered or days_in_campaign > 3}\n"
    )
    workshop = project_of(text)
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.order(person)
    workshop.one_pass()
    run = workshop.run_of(person)
    assert (run.stage, run.state, run.outcome) == ("two", "active", "won")
    workshop.pass_after(9 * DAY)
    run = workshop.run_of(person)
    assert (run.state, run.outcome, workshop.contact(person).tags) == ("finished", "won", ("customer",))


@pytest.mark.parametrize(
    ("then", "ends"),
    [("", ("two", "finished", "won")), ("then: advance, ", ("three", "finished", "won"))],
)
def test_a_stage_with_an_outcome_ends_the_run_unless_then_says_otherwise(
    project_of: Making, then: str, ends: tuple[str, str, str | None]
) -> None:
    text = (
        "enroll: contact_created\nstages:\n  one: {steps: [{wait: 99d}]}\n"
        f"  two: {{enter: ordered, outcome: won, {then}steps: [{{tag: customer}}]}}\n"
        "  three: {steps: [{tag: welcome}]}\n"
    )
    workshop = project_of(text)
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.order(person)
    workshop.one_pass()
    run = workshop.run_of(person)
    assert (run.stage, run.state, run.outcome) == ends


@pytest.mark.parametrize("event", ["message_sent", "stage_entered", "unsubscribed", "bounced"])
def test_an_event_that_asks_nobody_in_yet_says_so(project_of: Making, event: str) -> None:
    workshop = project_of(short("manual"))
    path = workshop.project.root / "campaigns" / "cycle.yaml"
    path.write_text(short(f"[contact_created, {event}]"))
    (problem,) = library_of(workshop.project).problems
    assert (problem.code, problem.line, problem.column) == ("later", 1, 27)


def test_one_look_causes_one_move_to_the_last_enter_that_holds(project_of: Making) -> None:
    text = (
        "enroll: contact_created\nstages:\n  one: {steps: [{wait: 99d}]}\n"
        "  two: {enter: happened('trial_started'), steps: [{tag: two}, {wait: 99d}]}\n"
        "  three: {enter: happened('trial_started'), steps: [{tag: three}, {wait: 99d}]}\n"
    )
    workshop = project_of(text)
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.happen("trial_started", person)
    workshop.one_pass()
    assert (workshop.run_of(person).stage, workshop.contact(person).tags) == ("three", ("three",))


def test_a_new_contact_without_an_owner_is_given_one_in_turn(project_of: Making) -> None:
    workshop = project_of(short("contact_created"))
    person = workshop.add_contact(owner=None)
    assert workshop.contact(person).owner == "owner@acme.example"


def test_a_zone_of_the_contact_decides_what_today_is(project_of: Making) -> None:
    text = "enroll: contact_created\nstages: {one: {steps: [{tag: march, if: today == '2026-03-02'}]}}\n"
    workshop = project_of(text)
    workshop.clock.move_to(datetime(2026, 3, 2, 18, 0, tzinfo=UTC))
    thai, german = workshop.add_contact("t@example.com"), workshop.add_contact("g@example.com", country="DE")
    workshop.one_pass()
    assert (workshop.contact(thai).tags, workshop.contact(german).tags) == ((), ("march",))
