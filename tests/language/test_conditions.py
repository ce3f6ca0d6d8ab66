"""Section 4: every name of the table, in a step's condition and in a template alike; what holds of nothing."""

from datetime import UTC, datetime, timedelta

from nurture.domain.event import Event
from nurture.engine.occur import occur
from nurture.store import contacts
from tests.language.conftest import Making
from tests.support.answers import judged_answer, reply
from tests.support.mail_server import MailServer

HOLD = (
    "contact.country == 'TH'",
    "contact.company_size >= 50",
    "'cold' not in contact.tags and 'warm' in contact.tags",
    "stage == 'one'",
    "days_in_stage >= 1 and days_in_stage < 2",
    "days_in_campaign >= 1",
    "score >= 25",
    "sent('hello') and sent()",
    "not sent('guide')",
    "clicked('demo') and clicked('hello') and clicked()",
    "not clicked('trial')",
    "not opened('hello') and not opened()",
    "replied and reply.intent == 'interested' and 'please' in reply.text",
    "happened('trial_started')",
    "happened('trial_started', within='2d')",
    "not happened('trial_started', within='1d')",
    "ordered and order.total == 990 and 'pro' in order.items",
    "last('trial_started').ends_at > now",
    "today == '2026-03-03'",
    "now > '2026-03-03T08:00+07:00'",
    "contact.phone == none",
    "not (contact.phone == 'x') and not (contact.phone > 'a')",
    "not contact.phone != 'x'",
    "'B' < 'a' and 'a' != 'A'",
    "last('order_placed').total == 990 and last('task_done').title == none",
)
NOTHING = (
    "not reply.intent == 'interested' and reply.intent == none",
    "not 'x' in reply.text",
    "not order.total > 0 and not order.total <= 0 and order.total == none",
    "not 'pro' in order.items",
    "not replied and not ordered",
)


def campaign(conditions: tuple[str, ...]) -> str:
    """Tags a contact by each condition that holds, then sends a mail that says of each whether it holds."""
    tags = "".join(f'      - {{tag: "t{number}", if: "{text}"}}\n' for number, text in enumerate(conditions))
    words = "".join(f"{{{{ '{number} ' if {text} else '' }}}}" for number, text in enumerate(conditions))
    return (
        "enroll: contact_created\nstages:\n  one:\n    replies: {interested: {notify: team}}\n    steps:\n"
        f"      - email: hello\n      - wait: 1d\n{tags}"
        f'      - {{email: trial, subject: "{words}"}}\n      - {{email: guide, if: ordered}}\n'
    )


SCORE = "score: {trial_started: 25}\n"


def holding(workshop_tags: tuple[str, ...]) -> set[int]:
    return {int(tag[1:]) for tag in workshop_tags if tag[1:].isdigit()}


def test_every_name_means_the_same_in_a_condition_and_in_a_template(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(campaign(HOLD), config=SCORE)
    person = workshop.add_contact(company_size=60)
    workshop.one_pass()
    run = workshop.run_of(person)
    now = workshop.clock.now()
    with workshop.database.write() as conn:
        click = Event(
            name="link_clicked", at=now, contact_id=person, enrollment_id=run.id, step="hello", link="demo"
        )  # fmt: skip
        occur(conn, click, workshop.campaigns(), rules=workshop.rules, now=now)
    workshop.happen("trial_started", person, ends_at=datetime(2026, 4, 1, tzinfo=UTC))
    workshop.order(person)
    judged_answer(workshop, relay.accepted[0], reply("interested", "Yes please"))
    workshop.one_pass()
    with workshop.database.write() as conn:
        contacts.add_tags(conn, person, ["warm"], now)
    workshop.pass_after(timedelta(days=1))
    everything = set(range(len(HOLD)))
    held = holding(workshop.contact(person).tags)
    assert [HOLD[number] for number in sorted(everything - held)] == []
    subject = next(str(mail.message["Subject"]) for mail in relay.accepted if str(mail.message["Subject"])[0] == "0")
    assert [HOLD[number] for number in sorted(everything - {int(word) for word in subject.split()})] == []


def test_reply_and_order_are_none_safe(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(campaign(NOTHING))
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.pass_after(timedelta(days=1))
    everything = set(range(len(NOTHING)))
    held = holding(workshop.contact(person).tags)
    assert [NOTHING[number] for number in sorted(everything - held)] == []
    assert {int(word) for word in str(relay.accepted[-1].message["Subject"]).split()} == everything
