"""What comes back from machines: whom it suppresses, when a sender must stop, and what goes round in circles."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.domain.event import Event
from nurture.domain.verdict import Failure, Verdict, VerdictKind
from nurture.engine.breaker import Breaker
from nurture.engine.mend import Correction, correct
from nurture.inbox.thread import References
from nurture.store import events, holds, inbound, storms, suppressions, tables, tasks
from tests.support.answers import bounce, desk_of, judged_answer, judged_mail, reply
from tests.support.mail_server import MailServer
from tests.support.project import Workshop, make_workshop

DAY = timedelta(days=1)
SOMCHAI = "somchai@example.com"
CAMPAIGN = """
enroll: contact_created
stages:
  one:
    steps:
      - {email: hello, subject: Hello}
      - {email: guide, subject: Guide, after: 60d}
"""


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, database_url=database_url, campaign=CAMPAIGN)
    made.one_pass()
    yield made
    made.database.close()


def begun(workshop: Workshop) -> int:
    person = workshop.add_contact()
    workshop.one_pass()
    return person


def reasons(workshop: Workshop) -> list[tuple[str, str]]:
    with workshop.database.read() as conn:
        return [(each.scope, each.reason) for each in suppressions.listed(conn)]


def test_a_report_counts_only_where_it_carries_what_our_mail_alone_could_tell(
    relay: MailServer, workshop: Workshop
) -> None:
    person = begun(workshop)
    forged = References(from_address=SOMCHAI)
    judged_mail(workshop, bounce(), references=forged)
    judged_mail(workshop, Verdict(kind="complaint", reason="r", feedback_type="abuse"), references=forged)
    assert reasons(workshop) == []
    assert workshop.reasons(person, "mail_unmatched") == ["not verified: a delivery report", "not verified: r"]


def test_a_report_about_others_is_not_about_the_one_we_wrote_to_but_an_alias_is(
    relay: MailServer, workshop: Workshop
) -> None:
    begun(workshop)
    others = tuple(Failure(recipient=f"{name}@x.example", is_hard=True, reason="unknown user") for name in "ab")
    report = Verdict(kind="bounce", reason="a report", failures=others)
    judged_answer(workshop, relay.accepted[0], report, from_address="mailer-daemon@x.example")
    assert reasons(workshop) == []
    judged_answer(workshop, relay.accepted[0], bounce("somchai.j@inside.example"))
    assert reasons(workshop) == [("all", "bounce: unknown user")]


@pytest.mark.parametrize(
    ("feedback_type", "found"),
    [
        ("fraud", [("all", "complaint: fraud")]),
        (None, [("all", "complaint")]),
        ("opt-out", [("marketing", "asked by opt-out report")]),
        ("not-spam", []),
        ("auth-failure", []),
    ],
)
def test_a_complaint_reaches_as_far_as_its_type(
    relay: MailServer, workshop: Workshop, feedback_type: str | None, found: list[tuple[str, str]]
) -> None:
    begun(workshop)
    complaint = Verdict(kind="complaint", reason="a feedback report", feedback_type=feedback_type)
    judged_answer(workshop, relay.accepted[0], complaint, from_address="fbl@provider.example")
    assert reasons(workshop) == found


def soft_bounces(workshop: Workshop, person: int, count: int) -> None:
    """Further mails to the person that came back softly, a day between two of them."""
    for number in range(count):
        workshop.clock.advance(DAY)
        now = workshop.clock.now()
        with workshop.database.write() as conn:
            row = tables.messages.insert().values(
                key=f"more/{now:%m%d}/{number}", state="sent", purpose="marketing", contact_id=person, sender="mali",
                recipient=SOMCHAI, domain="example.com", message_id=f"<more-{now:%m%d}-{number}@acme.example>",
                created_at=now, attempted_at=now, sent_at=now,
            )  # fmt: skip
            conn.execute(row)
        references = References(
            message_ids=(f"<more-{now:%m%d}-{number}@acme.example>",), from_address="daemon@x.example"
        )
        judged_mail(workshop, bounce(is_hard=False, reason="mailbox full"), references=references)


def test_five_soft_bounces_in_thirty_days_suppress_the_address(workshop: Workshop) -> None:
    person = begun(workshop)
    soft_bounces(workshop, person, 4)
    assert reasons(workshop) == []
    soft_bounces(workshop, person, 1)
    why = "bounced 5 times in 30 days without a success, now: mailbox full"
    assert reasons(workshop) == [("all", why)]
    assert workshop.run_of(person).outcome == "bounced"


@pytest.mark.parametrize("success", ["reply", "open", "mail"])
def test_a_success_between_soft_bounces_begins_the_count_anew(
    relay: MailServer, workshop: Workshop, success: str
) -> None:
    person = begun(workshop)
    soft_bounces(workshop, person, 3)
    now = workshop.clock.now()
    if success == "reply":
        judged_answer(workshop, relay.accepted[0], reply("other"))
    elif success == "open":
        with workshop.database.write() as conn:
            events.append(conn, [Event(name="message_opened", at=now, contact_id=person)])
    else:
        with workshop.database.write() as conn:
            row = tables.messages.insert().values(
                key="fine", state="sent", purpose="marketing", contact_id=person, sender="mali", recipient=SOMCHAI,
                domain="example.com", message_id="<fine@acme.example>", created_at=now, attempted_at=now, sent_at=now,
            )  # fmt: skip
            conn.execute(row)
        workshop.clock.advance(3 * DAY)
    soft_bounces(workshop, person, 3)
    assert reasons(workshop) == []


def call_newest(workshop: Workshop, kind: VerdictKind, count: int = 1) -> None:
    """Have a person call the newest mails something else."""
    with workshop.database.write() as conn:
        for mail in inbound.listed(conn, count):
            meant = Correction(kind=kind, by="mali")
            correct(conn, desk_of(workshop), workshop.campaigns(), mail, meant, now=workshop.clock.now())


def test_a_soft_bounce_that_a_person_calls_something_else_counts_no_more(workshop: Workshop) -> None:
    person = begun(workshop)
    soft_bounces(workshop, person, 4)
    call_newest(workshop, "auto_reply", 2)
    soft_bounces(workshop, person, 2)
    assert reasons(workshop) == []
    soft_bounces(workshop, person, 3)
    assert [scope for scope, _ in reasons(workshop)] == ["all"]


def test_an_answer_that_a_person_calls_a_machines_is_no_sign_of_life(relay: MailServer, workshop: Workshop) -> None:
    person = begun(workshop)
    soft_bounces(workshop, person, 4)
    judged_answer(workshop, relay.accepted[0], reply("other"))
    call_newest(workshop, "auto_reply")
    soft_bounces(workshop, person, 1)
    assert [scope for scope, _ in reasons(workshop)] == ["all"]


def many(workshop: Workshop, count: int) -> None:
    for number in range(count):
        workshop.add_contact(f"p{number}-{workshop.clock.now():%d%H}@x{number}.example")
    workshop.one_pass()


def test_a_storm_of_bounces_holds_the_sender_tells_the_team_once_and_a_hand_lifts_it(
    relay: MailServer, workshop: Workshop
) -> None:
    many(workshop, 55)
    mails = list(relay.accepted)
    for mail in mails[:2]:
        judged_answer(workshop, mail, bounce(mail.recipient))
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert holds.listed(conn) == []
    judged_answer(workshop, mails[2], bounce(mails[2].recipient))
    with workshop.database.read() as conn:
        assert holds.listed(conn) == [], "nothing is counted while a mail is taken in"
    workshop.one_pass()
    for mail in mails[3:6]:
        judged_answer(workshop, mail, bounce(mail.recipient))
    with workshop.database.read() as conn:
        [hold] = holds.listed(conn)
    assert (hold.scope, hold.because, hold.until_at) == (
        "sender:mali", "3 of 55 mails bounced: more than 5 %", None
    )  # fmt: skip
    workshop.add_contact("later@example.com")
    workshop.one_pass()
    told = [mail.recipient for mail in relay.accepted[55:]]
    assert told == ["team@acme.example"]
    assert "nurture resume --sender mali" in relay.accepted[55].message.get_content()

    with workshop.database.write() as conn:
        holds.lift(conn, "sender:mali")
    workshop.one_pass()
    assert relay.accepted[-1].recipient == "later@example.com"
    judged_answer(workshop, mails[6], bounce(mails[6].recipient))
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert holds.listed(conn) == [], "what was sent before the hold is counted no more"


def test_what_a_person_calls_something_else_is_no_part_of_a_storm(relay: MailServer, workshop: Workshop) -> None:
    many(workshop, 55)
    mails = list(relay.accepted)
    for mail in mails[:2]:
        judged_answer(workshop, mail, bounce(mail.recipient))
    call_newest(workshop, "reply", 2)
    for mail in mails[2:4]:
        judged_answer(workshop, mail, bounce(mail.recipient))
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert holds.listed(conn) == []
    judged_answer(workshop, mails[4], bounce(mails[4].recipient))
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert [hold.because for hold in holds.listed(conn)] == ["3 of 55 mails bounced: more than 5 %"]


def test_a_storm_is_seen_though_the_clock_was_set_back(relay: MailServer, workshop: Workshop) -> None:
    many(workshop, 55)
    breaker = Breaker(workshop.database, desk_of(workshop))
    mails = list(relay.accepted)
    judged_answer(workshop, mails[0], bounce(mails[0].recipient))
    breaker.look(workshop.clock.now() + DAY)
    for mail in mails[1:3]:
        judged_answer(workshop, mail, bounce(mail.recipient))
    assert breaker.look(workshop.clock.now()) == ["mali"]


def test_who_sees_a_storm_after_another_worker_tells_nobody_again(relay: MailServer, workshop: Workshop) -> None:
    many(workshop, 55)
    for mail in list(relay.accepted)[:3]:
        judged_answer(workshop, mail, bounce(mail.recipient))
    now = workshop.clock.now()
    with workshop.database.write() as conn:
        assert storms.count_anew(conn, "mali", now, before=None)
        assert not storms.count_anew(conn, "mali", now, before=None)


def test_two_complaints_are_a_storm_for_who_sends_little_and_automatic_answers_to_half_of_the_mails(
    relay: MailServer, workshop: Workshop
) -> None:
    many(workshop, 60)
    complaint = Verdict(kind="complaint", reason="r", feedback_type="abuse")
    judged_answer(workshop, relay.accepted[0], complaint)
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert holds.listed(conn) == []
    judged_answer(workshop, relay.accepted[1], complaint)
    workshop.one_pass()
    with workshop.database.write() as conn:
        assert [hold.because for hold in holds.listed(conn)] == ["2 complaints about 60 mails: more than 0.1 %"]
        holds.lift(conn, "sender:mali")
    workshop.clock.advance(timedelta(hours=1))
    many(workshop, 60)
    for mail in [mail for mail in relay.accepted if "@x" in mail.recipient][60:110]:
        judged_answer(workshop, mail, Verdict(kind="auto_reply", reason="away"))
    workshop.one_pass()
    with workshop.database.read() as conn:
        assert [hold.because for hold in holds.listed(conn)] == ["machines answered 50 of 60 mails: more than half"]


def test_what_goes_round_in_circles_is_set_aside_and_does_nothing(relay: MailServer, workshop: Workshop) -> None:
    person = begun(workshop)
    before = workshop.events(person)
    judged_answer(workshop, relay.accepted[0], reply("other"), message_id=relay.accepted[0].message_id)
    judged_answer(workshop, relay.accepted[0], reply("other"), from_address="mali+x@acme.example")
    assert workshop.events(person) == before
    with workshop.database.read() as conn:
        aside = [mail.reason for mail in inbound.tray(conn)]
    assert [reason.partition(" (")[0] for reason in aside] == [
        "set aside: it says that it is from one of our own senders",
        "set aside: a mail of our own came back",
    ]


def test_more_than_ten_answers_of_one_address_within_an_hour_are_two_machines(
    relay: MailServer, workshop: Workshop
) -> None:
    person = begun(workshop)
    for _ in range(12):
        judged_answer(workshop, relay.accepted[0], Verdict(kind="auto_reply", reason="away"))
    assert workshop.events(person).count("auto_reply_received") == 10
    judged_answer(workshop, relay.accepted[0], Verdict(kind="unsubscribe", reason="stop"))
    assert reasons(workshop) == [("marketing", "asked by mail")]
    workshop.clock.advance(timedelta(hours=2))
    judged_answer(workshop, relay.accepted[0], Verdict(kind="auto_reply", reason="away"))
    assert workshop.events(person).count("auto_reply_received") == 11


def test_a_challenge_is_shown_to_a_person_and_does_nothing_else(relay: MailServer, workshop: Workshop) -> None:
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], Verdict(kind="challenge", reason="asks"), from_address="guard@x.example")
    workshop.one_pass()
    with workshop.database.read() as conn:
        titles = [task.title for task in tasks.open_tasks(conn)]
    assert titles == ["The mailbox of Somchai asks whether a person wrote: answer guard@x.example"]
    run = workshop.run_of(person)
    assert (run.step, run.state) == ("guide", "active")


def test_who_stands_in_is_noted_and_never_mailed(relay: MailServer, workshop: Workshop) -> None:
    person = begun(workshop)
    judged_answer(workshop, relay.accepted[0], Verdict(kind="auto_reply", reason="r", substitute="anan@example.com"))
    workshop.pass_after(DAY)
    assert workshop.reasons(person, "auto_reply_received") == ["no date given, anan@example.com stands in (r)"]
    assert {mail.recipient for mail in relay.accepted} == {SOMCHAI}


def test_a_copy_in_a_maildir_is_not_read_again_even_after_a_restart(relay: MailServer, workshop: Workshop) -> None:
    person = workshop.add_contact()
    workshop.one_pass()
    workshop.answer(relay.accepted[0], "Yes, show me.")
    (first,) = (workshop.maildir / "new").iterdir()
    copy = workshop.drop(b"Delivered-To: sales@acme.example\n" + first.read_bytes())
    workshop.pass_after(timedelta(minutes=1))
    for each in (first, copy):  # whoever reads it now sees another mail
        each.write_bytes(each.read_bytes().replace(b"Message-ID: <", b"Message-ID: <another-").replace(b"Yes", b"No"))
    workshop.pass_after(timedelta(minutes=1))
    assert workshop.events(person).count("reply_received") == 1
