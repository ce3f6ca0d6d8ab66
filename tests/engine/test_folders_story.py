"""Several folders, several senders and the folder of sent mail, on a real IMAP server: what counts, and what once."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from nurture.engine import by_hand
from nurture.store import pauses
from tests.engine.test_dovecot_story import MAILDIR, an_answer
from tests.support.dovecot import PASSWORD, USERNAME, DovecotServer
from tests.support.mail_server import MailServer
from tests.support.project import CONFIG, Workshop, make_workshop

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SOMCHAI = "somchai@example.com"


@pytest.fixture
def workshop(relay: MailServer, dovecot: DovecotServer, tmp_path: Path) -> Iterator[Workshop]:
    """Mali reads INBOX, Junk and the folder of what she sent; Krit reads a folder of the same account."""
    for folder in ("Junk", "Krit", "Gesendet"):
        dovecot.make_folder(folder)
    account = f"host: 127.0.0.1, port: {dovecot.port}, security: none, username: {USERNAME}, password: {PASSWORD}"
    mali = f"inbox: {{{{{account}, folders: [INBOX, Junk], sent: auto}}}}"
    krit = (
        "\n  krit:\n    from: Krit <krit@acme.example>\n    smtp: {{host: 127.0.0.1, port: {port}, security: none}}"
        f"\n    inbox: {{{{{account}, folder: Krit}}}}"
    )
    made = make_workshop(tmp_path, port=relay.port, config=CONFIG.replace(MAILDIR, mali + krit))
    made.one_pass()  # the first look: what is there already is history
    yield made
    made.database.close()


@pytest.fixture
def person(workshop: Workshop) -> int:
    """Somebody who was sent the first mail and waits for the next."""
    contact = workshop.add_contact()
    workshop.one_pass()
    return contact


def replies(workshop: Workshop, person: int) -> int:
    return workshop.events(person).count("reply_received")


def a_letter(message_id: str, *, to: str = SOMCHAI, subject: str = "Lunch?", **headers: str) -> bytes:
    """What Mali writes herself, as her mail program files it."""
    letter = EmailMessage()
    letter["From"] = "mali@acme.example"
    letter["To"] = to
    letter["Subject"] = subject
    letter["Message-ID"] = message_id
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content("Shall we have lunch on Friday?")
    return letter.as_bytes().replace(b"\n", b"\r\n")


def file_as_sent(workshop: Workshop, dovecot: DovecotServer, raw: bytes, *, ago: timedelta = timedelta()) -> None:
    dovecot.deliver(raw, folder="Gesendet", at=workshop.clock.now() - ago)


def held_until(workshop: Workshop, person: int) -> list[timedelta]:
    """For how long from now each pause still holds."""
    with workshop.database.read() as conn:
        found = [pause for pause in pauses.of_contact(conn, person) if pause.kind == "owner_mail"]
    now = workshop.clock.now()
    return [pause.until_at - now for pause in found if pause.until_at and not pause.lifted_at]


def test_an_answer_to_two_of_our_senders_is_one_answer(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    answer = an_answer(workshop, relay.accepted[0], "Yes, show me.")
    for folder in ("INBOX", "Krit"):
        dovecot.deliver(b"Delivered-To: " + folder.encode() + b"\r\n" + answer, folder=folder, at=workshop.clock.now())
    workshop.pass_after(MINUTE)
    assert replies(workshop, person) == 1
    assert workshop.events(person).count("stage_entered") == 2


def test_an_answer_without_a_message_id_is_told_by_what_it_says(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    answer = an_answer(workshop, relay.accepted[0], "Yes, show me.", message_id="<x@example.com>")
    bare = answer.replace(b"Message-ID: <x@example.com>\r\n", b"")
    assert bare != answer
    for folder in ("INBOX", "Krit"):
        dovecot.deliver(b"Delivered-To: " + folder.encode() + b"\r\n" + bare, folder=folder, at=workshop.clock.now())
    dovecot.deliver(bare.replace(b"show me", b"call me"), at=workshop.clock.now())
    workshop.pass_after(MINUTE)
    assert replies(workshop, person) == 2


def test_a_mail_that_somebody_moves_to_another_folder_is_the_same_mail(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    answer = an_answer(workshop, relay.accepted[0], "Yes, show me.")
    dovecot.deliver(answer, folder="Junk", at=workshop.clock.now())
    workshop.pass_after(MINUTE)
    assert replies(workshop, person) == 1, "it is found where a filter put it"
    dovecot.deliver(answer, at=workshop.clock.now())
    workshop.pass_after(MINUTE)
    assert replies(workshop, person) == 1


def test_two_people_whose_programs_give_every_mail_the_same_id_both_answer(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    other = workshop.add_contact("anong@example.com", first_name="Anong")
    workshop.one_pass()
    for mail in [mail for mail in relay.accepted if mail.recipient.endswith("@example.com")]:
        dovecot.deliver(an_answer(workshop, mail, "Yes", message_id="<1@localhost>"), at=workshop.clock.now())
    workshop.pass_after(MINUTE)
    assert (replies(workshop, person), replies(workshop, other)) == (1, 1)


def test_a_mail_that_is_sent_again_with_other_words_is_another_mail_though_its_id_is_the_same(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    answer = an_answer(workshop, relay.accepted[0], "Yes, show me.")
    later = answer.replace(b"Yes, show me.", b"Please unsubscribe me.")
    for raw in (answer, later):
        for folder in ("INBOX", "Krit"):
            dovecot.deliver(b"Delivered-To: " + folder.encode() + b"\r\n" + raw, folder=folder, at=workshop.clock.now())
    workshop.pass_after(MINUTE)
    assert replies(workshop, person) == 1
    assert workshop.events(person).count("unsubscribed") == 1


def test_who_was_written_to_by_hand_is_left_alone_for_three_days(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    other = workshop.add_contact("anong@example.com", first_name="Anong")
    workshop.one_pass()
    workshop.clock.advance(2 * DAY)
    file_as_sent(workshop, dovecot, a_letter("<by-hand@acme.example>", to=f"Somchai <{SOMCHAI}>, x@y.example"))
    workshop.pass_after(MINUTE)
    assert workshop.events(person).count("owner_wrote") == 1
    assert workshop.reasons(person, "owner_wrote") == ["a mail written by hand: Lunch?"]
    assert held_until(workshop, person) == [3 * DAY - MINUTE]
    assert held_until(workshop, other) == []
    workshop.pass_after(DAY)  # the guide is due three days after the first mail
    guided = {mail.recipient for mail in relay.accepted if "guide" in str(mail.message["Subject"])}
    assert guided == {"anong@example.com"}
    workshop.pass_after(4 * DAY)  # the wait ends on a Saturday; mails go on working days
    guided = {mail.recipient for mail in relay.accepted if "guide" in str(mail.message["Subject"])}
    assert SOMCHAI in guided


def test_a_letter_counts_once_however_often_it_is_seen(workshop: Workshop, dovecot: DovecotServer, person: int) -> None:
    file_as_sent(workshop, dovecot, a_letter("<by-hand@acme.example>"))
    workshop.pass_after(MINUTE)
    file_as_sent(workshop, dovecot, a_letter("<by-hand@acme.example>"))
    workshop.pass_after(MINUTE)
    dovecot.number_anew("Gesendet")
    workshop.pass_after(MINUTE)
    assert len(held_until(workshop, person)) == 1
    file_as_sent(workshop, dovecot, a_letter("<another@acme.example>"))
    workshop.pass_after(MINUTE)
    assert workshop.events(person).count("owner_wrote") == 2


def test_what_nurture_itself_sent_and_what_programs_send_holds_nobody(
    relay: MailServer, workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    file_as_sent(workshop, dovecot, relay.accepted[0].data)
    file_as_sent(workshop, dovecot, a_letter(relay.accepted[0].message_id))  # as a relay files it, stripped
    file_as_sent(workshop, dovecot, a_letter("<1@acme.example>", Auto_Submitted="auto-replied"))
    file_as_sent(workshop, dovecot, a_letter("<2@acme.example>", List_Unsubscribe="<mailto:x@acme.example>"))
    file_as_sent(workshop, dovecot, a_letter("<3@acme.example>", Precedence="bulk"))
    workshop.pass_after(MINUTE)
    assert "owner_wrote" not in workshop.events(person)
    file_as_sent(workshop, dovecot, a_letter("<4@acme.example>", Auto_Submitted="no"))
    workshop.pass_after(MINUTE)
    assert workshop.events(person).count("owner_wrote") == 1


def test_letters_of_before_the_start_are_history_and_old_ones_found_late_hold_nobody(
    workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    file_as_sent(workshop, dovecot, a_letter("<late@acme.example>"), ago=4 * DAY)
    workshop.pass_after(MINUTE)
    assert workshop.events(person).count("owner_wrote") == 1
    assert held_until(workshop, person) == []


def test_a_letter_to_somebody_is_no_mail_that_came_back(
    workshop: Workshop, dovecot: DovecotServer, person: int
) -> None:
    file_as_sent(workshop, dovecot, a_letter("<by-hand@acme.example>", to="nobody@we.know"))
    file_as_sent(workshop, dovecot, b"\xff\x00 no header at all")
    workshop.pass_after(MINUTE)
    assert "mail_unmatched" not in workshop.all_events()
    assert replies(workshop, person) == 0


def test_somebody_may_have_nurture_go_on_at_once(workshop: Workshop, dovecot: DovecotServer, person: int) -> None:
    file_as_sent(workshop, dovecot, a_letter("<by-hand@acme.example>"))
    workshop.pass_after(MINUTE)
    with workshop.database.write() as conn:
        now = workshop.clock.now()
        assert by_hand.resume(conn, workshop.run_of(person), because="by hand", now=now) == 1
    assert held_until(workshop, person) == []


def test_reaching_an_outcome_ends_the_wait(workshop: Workshop, dovecot: DovecotServer, person: int) -> None:
    file_as_sent(workshop, dovecot, a_letter("<by-hand@acme.example>"))
    workshop.pass_after(MINUTE)
    workshop.order(person)
    workshop.pass_after(MINUTE)
    assert workshop.run_of(person).stage == "purchase"
    assert held_until(workshop, person) == []
