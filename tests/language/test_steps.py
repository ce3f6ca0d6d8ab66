"""Section 2: every kind of step really done, and what its keys change."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nurture.engine.close_task import close_task
from nurture.store import contacts, tasks
from nurture.store.tasks import Task
from tests.language.conftest import Making
from tests.support.mail_server import MailServer
from tests.support.project import Workshop

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def steps(*lines: str, more: str = "") -> str:
    """A campaign of one stage."""
    written = "".join(f"      - {line}\n" for line in lines)
    return f"enroll: contact_created\n{more}\nstages:\n  one:\n    steps:\n{written}"


def subjects(relay: MailServer) -> list[str]:
    return [str(mail.message["Subject"]) for mail in relay.accepted]


def tasks_of(workshop: Workshop) -> list[Task]:
    with workshop.database.read() as conn:
        return tasks.open_tasks(conn)


def test_a_task_has_title_kind_owner_due_and_playbook(project_of: Making) -> None:
    line = "{task: 'Ring {{ contact.first_name }}', kind: call, after: 2bd, due: 1bd, playbook: plays/call.md}"
    workshop = project_of(steps(line), files={"plays/call.md": "# Ring"})
    workshop.add_contact()
    workshop.one_pass()
    # Monday 09:00, Tuesday is Makha Bucha: two business days later it is Thursday, the day after Friday.
    workshop.clock.move_to(datetime(2026, 3, 5, 1, 59, tzinfo=UTC))
    workshop.one_pass()
    assert tasks_of(workshop) == []
    workshop.pass_after(MINUTE)
    (task,) = tasks_of(workshop)
    assert (task.title, task.kind, task.owner, task.playbook) == (
        "Ring Somchai",
        "call",
        "owner@acme.example",
        "plays/call.md",
    )
    assert task.due_at == datetime(2026, 3, 6, 2, 0, tzinfo=UTC)


def test_a_task_takes_the_playbook_of_its_stage_and_its_step_goes_on_at_once(
    project_of: Making, relay: MailServer
) -> None:
    text = steps("task: Look", "email: hello").replace("    steps:", "    playbook: plays/stage.md\n    steps:")
    workshop = project_of(text, files={"plays/stage.md": "# Stage"})
    workshop.add_contact()
    workshop.one_pass()
    assert [(task.kind, task.playbook) for task in tasks_of(workshop)] == [("todo", "plays/stage.md")]
    assert len(relay.accepted) == 1


def test_a_condition_may_wait_for_a_task_to_be_done(project_of: Making) -> None:
    workshop = project_of(steps("task: Ring", "wait: happened('task_done')", "tag: rung"))
    person = workshop.add_contact()
    workshop.one_pass()
    assert workshop.contact(person).tags == ()
    (task,) = tasks_of(workshop)
    with workshop.database.write() as conn:
        close_task(
            conn, task.id, note="", campaigns=workshop.campaigns(), rules=workshop.rules, now=workshop.clock.now()
        )
    workshop.one_pass()
    assert workshop.contact(person).tags == ("rung",)


@pytest.mark.parametrize(
    ("to", "owner", "reaches"),
    [
        ("owner", "krit@acme.example", ["krit@acme.example"]),
        ("owner", None, ["team@acme.example"]),
        ("team", "krit@acme.example", ["team@acme.example"]),
        ("boss@acme.example", None, ["boss@acme.example"]),
    ],
)
def test_notify_mails_owner_team_or_an_address(
    project_of: Making, relay: MailServer, to: str, owner: str | None, reaches: list[str]
) -> None:
    line = f"{{notify: {to}, subject: 'Look at {{{{ contact.first_name }}}}', text: 'In {{{{ stage }}}}.'}}"
    workshop = project_of(steps(line, more="limits: on"), config="limits: {never_more_than: 1 per 7d}")
    person = workshop.add_contact()
    with workshop.database.write() as conn:
        contacts.set_values(conn, person, {"owner": owner}, workshop.clock.now())
    workshop.one_pass()
    assert [mail.recipient for mail in relay.accepted] == reaches
    assert subjects(relay) == ["Look at Somchai"]
    assert relay.accepted[0].message.get_content().strip() == "In one."
    assert relay.accepted[0].message["List-Unsubscribe"] is None


def test_a_wait_goes_on_as_soon_as_it_holds_or_when_its_time_is_over(project_of: Making) -> None:
    workshop = project_of(steps("{wait: happened('trial_started'), for: 5d}", "tag: on"))
    quick, slow = workshop.add_contact("q@example.com"), workshop.add_contact("s@example.com")
    workshop.one_pass()
    workshop.clock.advance(DAY)
    workshop.happen("trial_started", quick)
    workshop.one_pass()
    assert workshop.contact(quick).tags == ("on",)
    workshop.pass_after(4 * DAY - MINUTE)
    assert workshop.contact(slow).tags == ()
    workshop.pass_after(MINUTE)
    assert workshop.contact(slow).tags == ("on",)


def test_choose_takes_the_first_way_that_holds_else_else(project_of: Making) -> None:
    text = steps("after: 2d\n        choose: [{if: contact.company_size >= 50, steps: [{tag: big}]}, "
                 "{if: contact.company_size >= 10, steps: [{tag: middle}]}, {else: , steps: [{tag: small}]}]",
                 "tag: after")  # fmt: skip
    workshop = project_of(text)
    sizes = {size: workshop.add_contact(f"c{size}@example.com", company_size=size) for size in (60, 20, None)}
    workshop.one_pass()
    assert all(workshop.contact(person).tags == () for person in sizes.values())
    workshop.pass_after(2 * DAY)
    assert [workshop.contact(person).tags for person in sizes.values()] == [
        ("after", "big"),
        ("after", "middle"),
        ("after", "small"),
    ]


def test_set_takes_values_and_expressions_and_none_empties(project_of: Making) -> None:
    line = "set: {company_size: '{{ contact.company_size + 1 }}', trial_ends_on: 2026-04-01, company: }"
    workshop = project_of(steps(line))
    person = workshop.add_contact(company_size=4, company="Acme")
    workshop.one_pass()
    contact = workshop.contact(person)
    assert dict(contact.fields) == {"company_size": 5, "trial_ends_on": date(2026, 4, 1)}
    assert contact.company is None
    assert "contact_changed" in workshop.events(person)


def test_tags_are_put_on_and_taken_off(project_of: Making) -> None:
    workshop = project_of(steps("tag: [hot, new]", "untag: new"))
    person = workshop.add_contact()
    workshop.one_pass()
    assert workshop.contact(person).tags == ("hot",)


def test_if_and_unless_are_looked_at_when_the_time_has_come_and_a_skipped_step_is_complete_then(
    project_of: Making, relay: MailServer
) -> None:
    workshop = project_of(
        steps("{email: hello, after: 2d, unless: happened('trial_started')}", "{email: guide, after: 1d}")
    )
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.clock.advance(DAY)
    workshop.happen("trial_started", person)
    workshop.one_pass()
    assert workshop.run_of(person).step == "hello"
    workshop.pass_after(DAY)
    assert (workshop.run_of(person).step, relay.accepted) == ("guide", [])
    workshop.pass_after(DAY)
    assert len(relay.accepted) == 1


def test_thread_reply_answers_this_contacts_previous_email(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(steps("{email: hello, subject: First}", "{email: guide, subject: Second, thread: reply}"))
    workshop.add_contact()
    workshop.one_pass()
    first, second = relay.accepted
    assert second.message["In-Reply-To"] == first.message_id
    assert str(second.message["Subject"]) == "Re: First"


def test_subject_preheader_and_attachments_of_the_step_go_into_the_mail(project_of: Making, relay: MailServer) -> None:
    line = "{email: hello, subject: 'Dear {{ contact.first_name }}', preheader: A line, attach: [files/a.txt]}"
    workshop = project_of(steps(line), files={"files/a.txt": "inside"})
    workshop.add_contact()
    workshop.one_pass()
    (mail,) = relay.accepted
    assert str(mail.message["Subject"]) == "Dear Somchai"
    body = mail.message.get_body(("html",))
    assert body is not None
    assert "A line" in body.get_content()
    assert [part.get_filename() for part in mail.message.iter_attachments()] == ["a.txt"]


@pytest.mark.parametrize(
    ("keys", "due"),
    [
        ("at: '09:30'", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("days: 'tue,thu'", datetime(2026, 3, 2, 17, 0, tzinfo=UTC)),
        ("days: 'tue,thu', at: '08:15'", datetime(2026, 3, 3, 1, 15, tzinfo=UTC)),
        ("after: 1d, at: '09:30'", datetime(2026, 3, 3, 2, 30, tzinfo=UTC)),
        ("after: P1DT2H", datetime(2026, 3, 3, 4, 0, tzinfo=UTC)),
        ("after: 2w", datetime(2026, 3, 16, 2, 0, tzinfo=UTC)),
        ("after: 30m", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("date: '2026-03-05'", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)),
        ("window: {hours: '13:00-14:00'}", datetime(2026, 3, 2, 6, 0, tzinfo=UTC)),
        ("after: 1d, window: {holidays: true}", datetime(2026, 3, 3, 17, 0, tzinfo=UTC)),
    ],
)
def test_the_time_of_a_step(project_of: Making, keys: str, due: datetime) -> None:
    workshop = project_of(steps(f"{{email: hello, {keys}}}"))
    person = workshop.add_contact()
    workshop.one_pass()
    assert workshop.run_of(person).due_at == due


def test_a_date_may_count_from_a_field_of_the_event_that_enrolled_and_goes_on_its_day(project_of: Making) -> None:
    text = steps("{email: hello, date: 3d before event.ends_at}").replace("contact_created", "trial_started")
    workshop = project_of(text)
    person = workshop.add_contact()
    workshop.happen("trial_started", person, ends_at=datetime(2026, 3, 20, 5, 0, tzinfo=UTC))
    workshop.one_pass()
    assert workshop.run_of(person).due_at == datetime(2026, 3, 16, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(("late", "sent"), [("", 0), (", late: skip", 0), (", late: send", 1)])
def test_a_dated_step_whose_day_is_over_is_skipped_unless_late_says_send(
    project_of: Making, relay: MailServer, late: str, sent: int
) -> None:
    workshop = project_of(steps(f"{{email: hello, date: '2026-03-01'{late}}}"))
    workshop.add_contact()
    workshop.one_pass()
    assert len(relay.accepted) == sent


def test_the_contacts_own_zone_counts_and_a_clock_change_does_not_move_the_wall(project_of: Making) -> None:
    workshop = project_of(steps("{email: hello, after: 1d}"))
    workshop.clock.move_to(datetime(2026, 3, 28, 17, 0, tzinfo=UTC))
    berlin = workshop.add_contact("b@example.com", country="DE")
    athens = workshop.add_contact("a@example.com", country="DE", timezone="Europe/Athens")
    nobody = workshop.add_contact("n@example.com", country=None)
    workshop.one_pass()
    # In Europe 29 March 2026 has 23 hours: 18:00 on the wall is 17:00 UTC before and 16:00 UTC after.
    assert workshop.run_of(berlin).due_at == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)
    assert workshop.run_of(athens).due_at == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)
    assert workshop.run_of(nobody).due_at == datetime(2026, 3, 29, 17, 0, tzinfo=UTC)


def test_spread_is_inside_the_window_and_the_same_whenever_it_is_asked(project_of: Making) -> None:
    more = "window: {hours: '10:00-16:00'}\ntiming: spread"
    workshop = project_of(steps("email: hello", more=more))
    people = [workshop.add_contact(f"p{number}@example.com") for number in range(8)]
    workshop.one_pass()
    due = [workshop.run_of(person).due_at for person in people]
    assert len(set(due)) == 8
    assert all(moment and 3 <= moment.hour < 9 for moment in due)
    workshop.happen("trial_started", people[0])
    workshop.one_pass()
    assert workshop.run_of(people[0]).due_at == due[0]


def test_after_counts_from_the_send_so_an_outage_shifts_and_never_piles_up(
    project_of: Making, relay: MailServer
) -> None:
    workshop = project_of(steps("email: hello", "{email: guide, after: 1d}", "{email: trial, after: 1d}"))
    person = workshop.add_contact()
    workshop.pass_after(10 * DAY)
    assert len(relay.accepted) == 1
    assert workshop.run_of(person).due_at == workshop.clock.now() + DAY


def test_who_left_a_stage_gets_nothing_of_it_any_more(project_of: Making, relay: MailServer) -> None:
    two = "  two:\n    enter: happened('trial_started')\n    steps:\n      - {email: trial, subject: Two}\n"
    workshop = project_of(steps("email: hello", "{email: guide, after: 1d}") + two)
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.happen("trial_started", person)
    workshop.one_pass()
    workshop.pass_after(10 * DAY)
    assert subjects(relay)[1:] == ["Two"]


@dataclass
class Receiver:
    """A server on loopback that answers with the statuses it is given, then always with the last."""

    statuses: Sequence[int]
    url: str = ""
    bodies: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    there = Receiver(statuses=statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = there.statuses[min(len(there.bodies), len(there.statuses) - 1)]
            there.bodies.append((body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield there
        finally:
            server.shutdown()
            thread.join()


SECRET = "webhooks: {secret: '${NOTHING:-a secret}'}"


def test_a_webhook_is_signed_retried_and_then_the_person_goes_on(project_of: Making) -> None:
    with receiving(503, 200) as there:
        workshop = project_of(steps(f"webhook: {there.url}", "tag: told"), config=SECRET)
        person = workshop.add_contact(company_size=7)
        workshop.one_pass()
        assert workshop.contact(person).tags == ()
        workshop.pass_after(MINUTE)
    assert workshop.contact(person).tags == ("told",)
    (_, _), (second, headers) = there.bodies
    stamp, _, signature = headers["nurture-signature"].removeprefix("t=").partition(",v1=")
    assert stamp == str(int(workshop.clock.now().timestamp()))
    assert signature == hmac.new(b"a secret", f"{stamp}.".encode() + second, hashlib.sha256).hexdigest()
    told = json.loads(second)
    assert (told["contact"]["email"], told["step"], told["contact"]["fields"]) == (
        "somchai@example.com",
        "webhook",
        {"company_size": 7},
    )


def test_a_webhook_is_given_up_in_the_end_and_the_step_counts_as_failed(project_of: Making) -> None:
    with receiving(503) as there:
        workshop = project_of(steps(f"webhook: {there.url}", "tag: on"), config=SECRET)
        person = workshop.add_contact()
        workshop.one_pass()
        for _ in range(20):
            workshop.pass_after(timedelta(hours=4))
    assert len(there.bodies) == 14
    assert workshop.contact(person).tags == ("on",)
    assert "given up" in workshop.reasons(person, "step_failed")[0]


def test_a_webhook_that_is_refused_for_good_is_not_repeated(project_of: Making) -> None:
    with receiving(410) as there:
        workshop = project_of(steps(f"webhook: {{url: '{there.url}'}}", "tag: on"), config=SECRET)
        person = workshop.add_contact()
        workshop.one_pass()
    assert len(there.bodies) == 1
    assert workshop.contact(person).tags == ("on",)


def test_a_name_that_is_set_again_shows_in_the_next_mail(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(steps("{email: hello, after: 1d, subject: 'Hi {{ contact.first_name }}'}"))
    person = workshop.add_contact()
    workshop.one_pass()
    with workshop.database.write() as conn:
        contacts.set_values(conn, person, {"first_name": "Nok"}, workshop.clock.now())
    workshop.pass_after(DAY)
    assert subjects(relay) == ["Hi Nok"]
