"""Sections 2, 3 and 8: from whom a mail is, how it is tracked, and who goes first where not all can go."""

from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.message import MessageState
from tests.language.conftest import Making
from tests.support.mail_server import MailServer
from tests.support.project import Workshop

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KRIT = """
senders:
  mali:
    from: Mali Srisuk <mali@acme.example>
    smtp: {host: 127.0.0.1, port: PORT, security: none}
  krit:
    from: Krit <krit@acme.example>
    smtp: {host: 127.0.0.1, port: PORT, security: none}
"""


def one_mail(keys: str = "", step: str = "") -> str:
    return f"enroll: contact_created\n{keys}\nstages: {{one: {{steps: [{{email: hello, subject: Hello{step}}}]}}}}\n"


def two_senders(project_of: Making, campaign: str, **others: str) -> Workshop:
    """The project with a second sender on the same relay."""
    return project_of(campaign, replaced_senders=KRIT, **others)


def told(relay: MailServer) -> list[tuple[str, str]]:
    return [(mail.recipient, str(mail.message["Subject"])) for mail in relay.accepted]


def test_an_email_step_may_name_another_sender(project_of: Making, relay: MailServer) -> None:
    workshop = two_senders(project_of, one_mail("sender: mali", ", from: krit"))
    person = workshop.add_contact()
    workshop.one_pass()
    (mail,) = relay.accepted
    assert (mail.sender, str(mail.message["From"])) == ("krit@acme.example", "Krit <krit@acme.example>")
    assert mail.message_id.endswith("@acme.example>")
    assert [message.sender for message in workshop.messages_of(person)] == ["krit"]


def test_senders_of_a_list_take_turns_and_a_contact_keeps_theirs(project_of: Making, relay: MailServer) -> None:
    steps = "[{email: hello, subject: One}, {email: guide, subject: Two, after: 1d}]"
    text = f"enroll: contact_created\nsender: [mali, krit]\nstages: {{one: {{steps: {steps}}}}}\n"
    workshop = two_senders(project_of, text)
    for number in range(12):
        workshop.add_contact(f"p{number}@example.com")
    workshop.one_pass()
    workshop.pass_after(DAY)
    senders: dict[str, set[str]] = {}
    for mail in relay.accepted:
        senders.setdefault(mail.recipient, set()).add(mail.sender)
    assert len(relay.accepted) == 24
    assert all(len(found) == 1 for found in senders.values())
    assert {sender for found in senders.values() for sender in found} == {"mali@acme.example", "krit@acme.example"}


def test_reply_to_says_where_answers_go(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(one_mail("reply_to: desk@acme.example"))
    workshop.add_contact()
    workshop.one_pass()
    assert "<desk@acme.example>" in str(relay.accepted[0].message["Reply-To"])


def html_of(relay: MailServer) -> str:
    body = relay.accepted[-1].message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("step", "config", "country", "opens", "clicks"),
    [
        ("", "", "TH", True, True),
        (", track: {opens: false}", "", "TH", False, True),
        (", track: {clicks: false}", "", "TH", True, False),
        ("", "tracking: {opens: false, clicks: true}", "TH", False, True),
        ("", "tracking: {not_in: [DE, FR]}", "DE", False, False),
        ("", "tracking: {not_in: [DE, FR]}", "TH", True, True),
        ("", "tracking: {not_in: [TH]}", None, False, False),  # of whom no country is known: the project's
    ],
)
def test_opens_and_clicks_are_tracked_where_step_config_and_country_allow(
    project_of: Making, relay: MailServer, step: str, config: str, country: str | None, opens: bool, clicks: bool
) -> None:
    workshop = project_of(one_mail(step=step), config=config)
    workshop.add_contact(country=country)
    workshop.one_pass()
    html = html_of(relay)
    assert ("http://127.0.0.1:8025/o/" in html) is opens
    assert ("http://127.0.0.1:8025/c/" in html) is clicks
    assert ("https://acme.example/demo" in html) is not clicks


def test_an_email_without_a_variant_of_the_language_is_sent_in_the_first_language(
    project_of: Making, relay: MailServer
) -> None:
    thai = {"templates/emails/hello.th.md": "---\nsubject: สวัสดี\n---\nสวัสดีค่ะ\n"}
    workshop = project_of("enroll: contact_created\nstages: {one: {steps: [{email: hello}]}}\n", files=thai)
    for number, language in enumerate(("th", "th-TH", "en", "fr", None)):
        workshop.add_contact(f"p{number}@example.com", language=language)
    workshop.one_pass()
    assert sorted(told(relay)) == [
        ("p0@example.com", "สวัสดี"),
        ("p1@example.com", "สวัสดี"),
        ("p2@example.com", "A subject"),
        ("p3@example.com", "A subject"),
        ("p4@example.com", "A subject"),
    ]


def test_the_cap_defers_and_never_drops(project_of: Making, relay: MailServer) -> None:
    other = one_mail().replace("Hello", "Other")
    workshop = project_of(one_mail(), config="limits: {per_contact: 1 per 20h}", other=other)
    workshop.add_contact()
    workshop.one_pass()
    assert len(relay.accepted) == 1
    workshop.pass_after(timedelta(hours=20) - MINUTE)
    assert len(relay.accepted) == 1
    workshop.pass_after(MINUTE)
    assert sorted(subject for _, subject in told(relay)) == ["Hello", "Other"]


def test_priority_decides_who_goes_first_under_the_cap(project_of: Making, relay: MailServer) -> None:
    low, high = one_mail("priority: low"), one_mail("priority: high").replace("Hello", "Urgent")
    workshop = project_of(low, config="limits: {per_contact: 1 per 20h}", urgent=high)
    workshop.add_contact()
    workshop.one_pass()
    assert [subject for _, subject in told(relay)] == ["Urgent"]
    workshop.pass_after(timedelta(hours=20))
    assert [subject for _, subject in told(relay)] == ["Urgent", "Hello"]


def test_a_dated_step_comes_first_under_the_cap(project_of: Making, relay: MailServer) -> None:
    high = one_mail("priority: high")
    dated = one_mail("priority: low", ', date: "2026-03-04", at: "09:00"').replace("Hello", "Dated")
    later = high.replace("subject: Hello", 'subject: Hello, after: 2d, at: "09:00"')
    workshop = project_of(later, config="limits: {per_contact: 1 per 20h}", dated=dated)
    workshop.add_contact()
    workshop.one_pass()
    workshop.pass_after(2 * DAY)
    assert [subject for _, subject in told(relay)] == ["Dated"]


def test_a_step_does_not_keep_the_priority_of_the_one_before(project_of: Making) -> None:
    text = "enroll: contact_created\nstages: {one: {steps: [{email: hello, priority: high}, {email: guide}]}}\n"
    workshop = project_of(text, config="limits: {per_contact: 1 per 20h}")
    person = workshop.add_contact()
    assert workshop.run_of(person).priority == 2
    workshop.one_pass()
    assert (workshop.run_of(person).step, workshop.run_of(person).priority) == ("guide", 1)


def test_limits_off_lifts_per_contact_but_never_never_more_than(project_of: Making, relay: MailServer) -> None:
    steps = "[{email: hello, subject: One}, {email: guide, subject: Two}, {email: trial, subject: Three}]"
    text = f"enroll: contact_created\nstages: {{one: {{limits: off, steps: {steps}}}}}\n"
    workshop = project_of(text, config="limits: {per_contact: 1 per 20h, never_more_than: 2 per 1d}")
    person = workshop.add_contact()
    workshop.one_pass()
    assert [subject for _, subject in told(relay)] == ["One", "Two"]
    assert workshop.run_of(person).held_by.startswith("limit 2 per")
    workshop.pass_after(DAY)
    assert [subject for _, subject in told(relay)] == ["One", "Two", "Three"]


def test_a_dated_step_that_a_cap_held_too_long_is_skipped_with_that_reason(project_of: Making) -> None:
    steps = '[{email: hello}, {email: guide, date: "2026-03-02"}]'
    text = f"enroll: contact_created\nstages: {{one: {{steps: {steps}}}}}\n"
    workshop = project_of(text, config="limits: {per_contact: 1 per 20h}")
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.clock.move_to(datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
    workshop.one_pass()
    assert [message.state for message in workshop.messages_of(person)] == [MessageState.SENT]
    (skipped,) = workshop.reasons(person, "step_skipped")
    assert "late" in skipped
    assert "as much mail as 1 per 20h allows" in skipped


def test_a_dated_step_is_planned_again_when_its_date_changes(project_of: Making, relay: MailServer) -> None:
    text = one_mail(step=', date: 3d before contact.trial_ends_on, at: "09:00"')
    workshop = project_of(text)
    person = workshop.add_contact(trial_ends_on=datetime(2026, 3, 20, tzinfo=UTC).date())
    workshop.one_pass()
    assert workshop.run_of(person).due_at == datetime(2026, 3, 17, 2, 0, tzinfo=UTC)
    workshop.happen("trial_started", person, ends_at=datetime(2026, 3, 31, 5, 0, tzinfo=UTC))
    workshop.one_pass()
    assert workshop.run_of(person).due_at == datetime(2026, 3, 28, 2, 0, tzinfo=UTC)
    assert relay.accepted == []


def test_a_dated_step_without_a_date_is_skipped_and_one_on_a_closed_day_goes_before_it(
    project_of: Making, relay: MailServer
) -> None:
    text = one_mail(
        "window: {days: mon-fri, hours: '09:00-17:00', holidays: true}", ", date: contact.trial_ends_on"
    )  # fmt: skip
    days = {"closed-days.csv": "date,why\n2026-03-06,stocktaking\n"}
    workshop = project_of(text, config="closed_days: {file: closed-days.csv}", files=days)
    without, sunday = workshop.add_contact("a@example.com"), workshop.add_contact(
        "b@example.com", trial_ends_on=datetime(2026, 3, 8, tzinfo=UTC).date()
    )  # fmt: skip
    workshop.one_pass()
    assert "no date" in workshop.reasons(without, "step_skipped")[0]
    # Sunday and Saturday are no days of the window, Friday is closed by us: Thursday it is.
    assert workshop.run_of(sunday).due_at == datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def test_an_event_between_claim_and_mail_is_looked_at_before_mail(project_of: Making, relay: MailServer) -> None:
    step = ', unless: happened("trial_started")'
    workshop = project_of(one_mail(step=step))
    person = workshop.add_contact()
    relay.when("MAIL", lambda: workshop.happen("trial_started", person))
    workshop.one_pass()
    assert relay.accepted == []
    workshop.pass_after(timedelta(hours=1))
    assert relay.accepted == []
    assert workshop.run_of(person).state == "finished"
    assert "unless" in workshop.reasons(person, "step_skipped")[0]


def test_an_event_that_changes_nothing_does_not_hold_the_mail_back(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(one_mail())
    person = workshop.add_contact()
    relay.when("MAIL", lambda: workshop.happen("trial_started", person))
    workshop.one_pass()
    assert len(relay.accepted) == 1
