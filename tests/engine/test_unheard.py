"""A person's answer comes before a person's eyes also where its run ends before it could take notice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nurture.store import inbound, tasks
from tests.support.answers import bounce, judged_answer, reply
from tests.support.mail_server import MailServer
from tests.support.project import Workshop, make_workshop

CAMPAIGN = """
enroll: contact_created
stages:
  one:
    steps:
      - {email: hello, subject: Hello}
      - {email: guide, subject: Guide, after: 60d}
replies:
  question: {task: "Answer {{ contact.first_name }}"}
  not_interested: {exit: lost}
"""


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, database_url=database_url, campaign=CAMPAIGN)
    made.one_pass()
    yield made
    made.database.close()


def titles(workshop: Workshop) -> list[str]:
    with workshop.database.read() as conn:
        return [task.title for task in tasks.open_tasks(conn)]


def test_an_answer_whose_run_ended_before_it_was_heard_is_read_by_a_person_once(
    relay: MailServer, workshop: Workshop
) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    hello = relay.accepted[0]
    judged_answer(workshop, hello, reply("question", "Do you ship to Laos?"))
    judged_answer(workshop, hello, bounce(hello.recipient))
    assert workshop.run_of(person).state == "finished"
    workshop.one_pass()
    workshop.one_pass()
    assert len(titles(workshop)) == 1
    assert titles(workshop)[0].startswith("Read Somchai")
    told = [mail for mail in relay.accepted if mail.recipient == "owner@acme.example"]
    assert ["Do you ship to Laos?" in mail.message.get_content() for mail in told] == [True]
    with workshop.database.read() as conn:
        assert all(mail.reacted_at for mail in inbound.listed(conn))


def test_a_second_answer_is_read_though_the_first_one_ended_the_run(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    hello = relay.accepted[0]
    judged_answer(workshop, hello, reply("not_interested", "No thanks"))
    judged_answer(workshop, hello, reply("question", "Or wait, what does it cost?"))
    workshop.one_pass()
    assert workshop.run_of(person).outcome == "lost"
    workshop.pass_after(workshop.rules.lease_for)
    assert [title for title in titles(workshop) if title.startswith("Read")] != []
