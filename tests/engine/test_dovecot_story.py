"""The way back through a real IMAP server: an answer moves the person, and the mailbox stays as its owner left it."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.support.dovecot import PASSWORD, USERNAME, DovecotServer
from tests.support.mail_server import Mail, MailServer
from tests.support.project import CONFIG, Workshop, make_workshop

DAY = timedelta(days=1)
MAILDIR = "inbox: {{kind: maildir, path: {maildir}, plus_addresses: true}}"


@pytest.fixture
def workshop(relay: MailServer, dovecot: DovecotServer, tmp_path: Path) -> Iterator[Workshop]:
    assert MAILDIR in CONFIG
    account = f"host: 127.0.0.1, port: {dovecot.port}, security: none, username: {USERNAME}, password: {PASSWORD}"
    config = CONFIG.replace(MAILDIR, f"inbox: {{{{kind: imap, {account}}}}}")
    made = make_workshop(tmp_path, port=relay.port, config=config)
    yield made
    made.database.close()


def an_answer(workshop: Workshop, to: Mail, text: str, *, message_id: str = "<answer@example.com>") -> bytes:
    answer = EmailMessage()
    answer["From"] = str(to.message["To"])
    answer["To"] = str(to.message["From"])
    answer["Subject"] = f"Re: {to.message['Subject']}"
    answer["Date"] = format_datetime(workshop.clock.now())
    answer["Message-ID"] = message_id
    answer["In-Reply-To"] = to.message_id
    answer.set_content(text)
    return answer.as_bytes().replace(b"\n", b"\r\n")


def test_an_answer_moves_the_prospect_whose_next_mail_is_the_next_stages_and_stays_unread(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer
) -> None:
    workshop.one_pass()
    person = workshop.add_contact()
    workshop.one_pass()
    assert workshop.run_of(person).stage == "awareness"
    name = dovecot.deliver(an_answer(workshop, relay.accepted[0], "Yes, show me."), at=workshop.clock.now())
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.run_of(person).stage == "intent"
    to_person = [mail for mail in relay.accepted if mail.recipient == "somchai@example.com"]
    assert [str(mail.message["Subject"]) for mail in to_person[1:]] == ["Re: Your sales cycle, Somchai"]
    assert [message.step for message in workshop.messages_of(person) if message.step] == ["hello", "trial"]
    # Dovecot writes flags after ":2,": S would be "seen", T "deleted". It may have moved the file out of `new`.
    assert [(kept.partition(":2,")[0], kept.partition(":2,")[2]) for kept in dovecot.names()] == [(name, "")]


def test_a_second_look_counts_nothing_twice(relay: MailServer, workshop: Workshop, dovecot: DovecotServer) -> None:
    workshop.one_pass()
    person = workshop.add_contact()
    workshop.one_pass()
    dovecot.deliver(an_answer(workshop, relay.accepted[0], "Yes, show me."), at=workshop.clock.now())
    for _ in range(3):
        workshop.pass_after(timedelta(minutes=1))
    dovecot.number_anew()  # a mailbox that was restored numbers its mails anew, and they are the same mails
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.events(person).count("reply_received") == 1
    assert workshop.events(person).count("stage_entered") == 2
    assert len([mail for mail in relay.accepted if mail.recipient == "owner@acme.example"]) == 1


def test_what_was_in_the_mailbox_before_the_first_look_is_history(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer
) -> None:
    person = workshop.add_contact()
    old = (
        b"From: somchai@example.com\r\nTo: mali@acme.example\r\nSubject: Last year\r\n"
        b"Message-ID: <old@example.com>\r\n\r\nYes!\r\n"
    )
    dovecot.deliver(old, at=workshop.clock.now() - 90 * DAY)
    dovecot.deliver(old.replace(b"<old@", b"<this-morning@"), at=workshop.clock.now() - timedelta(hours=2))
    workshop.one_pass()
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.run_of(person).stage == "awareness"
    assert "reply_received" not in workshop.events(person)
    dovecot.deliver(an_answer(workshop, relay.accepted[0], "Yes, show me."), at=workshop.clock.now())
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.run_of(person).stage == "intent"
    assert workshop.events(person).count("reply_received") == 1


def test_old_mail_that_is_copied_in_after_the_first_look_is_history_too(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer
) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    old = b"From: somchai@example.com\r\nTo: mali@acme.example\r\nSubject: Last year\r\n\r\nYes!\r\n"
    dovecot.deliver(old, at=workshop.clock.now() - 90 * DAY)  # an archive put back keeps the days on which mails came
    dovecot.deliver(old.replace(b"Yes!", b"Yes, now!"), at=workshop.clock.now())
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.events(person).count("reply_received") == 1
