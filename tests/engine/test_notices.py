"""Mails to our own people: what they answer to one is not what the prospect says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nurture.store import suppressions
from tests.support.mail_server import Mail, MailServer
from tests.support.project import Workshop, make_workshop


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port)
    made.one_pass()
    yield made
    made.database.close()


def notice_of_a_reply(relay: MailServer, workshop: Workshop) -> tuple[int, Mail]:
    """A prospect who has answered, and the mail that told their owner of it."""
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.answer(relay.accepted[0], "Tell me more.")
    workshop.one_pass()
    return person, next(mail for mail in relay.accepted if mail.recipient == "owner@acme.example")


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "auto-replied", "Subject": "Out of office"}])
def test_what_an_owner_answers_to_a_notice_is_shown_and_is_no_word_of_the_prospects(
    relay: MailServer, workshop: Workshop, headers: dict[str, str]
) -> None:
    person, notice = notice_of_a_reply(relay, workshop)
    before, run = workshop.events(person), workshop.run_of(person)
    workshop.answer(notice, "I will ring them.", From="owner@acme.example", **headers)
    workshop.one_pass()
    assert workshop.events(person) == before
    assert workshop.run_of(person) == run
    assert [mail.recipient for mail in relay.accepted].count("owner@acme.example") == 1


def test_a_bounced_notice_suppresses_nobody(relay: MailServer, workshop: Workshop) -> None:
    person, notice = notice_of_a_reply(relay, workshop)
    before = workshop.events(person)
    report = f"""\
From: MAILER-DAEMON@acme.example
To: mali@acme.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report@acme.example>
In-Reply-To: {notice.message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; acme.example

Final-Recipient: rfc822; owner@acme.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {notice.message_id}
To: owner@acme.example

--b--
"""
    workshop.drop(report.replace("\n", "\r\n").encode())
    workshop.one_pass()
    assert workshop.events(person) == before
    with workshop.database.read() as conn:
        assert suppressions.listed(conn) == []
