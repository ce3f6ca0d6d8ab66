"""Whose mail it is, how sure that is, and what somebody else's mail may do."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from nurture.domain.link import sign_token
from nurture.domain.verdict import Verdict
from nurture.engine.arrival import Match
from nurture.engine.close_task import close_task
from nurture.engine.match import find_match
from nurture.inbox.thread import References
from nurture.store import inbound, link_keys, suppressions, tasks
from nurture.store.database import Database
from nurture.store.inbound import Inbound
from nurture.store.tasks import Task
from tests.support.answers import judged_answer, judged_mail, reply
from tests.support.builders import MONDAY_NINE
from tests.support.mail_server import MailServer
from tests.support.project import CAMPAIGN, Workshop, make_workshop

ANAN = "anan@example.com"
UNSUBSCRIBE = Verdict(kind="unsubscribe", reason="wrote: unsubscribe", text="unsubscribe")
AWAY = Verdict(kind="auto_reply", reason="says so")


@pytest.fixture
def workshop(relay: MailServer, tmp_path: Path) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port, campaign=CAMPAIGN.replace("notify: owner}", "task: Ring them}"))
    made.one_pass()
    yield made
    made.database.close()


@pytest.fixture
def person(workshop: Workshop) -> int:
    """Somchai, who has had the first mail."""
    contact_id = workshop.add_contact(last_name="Jaidee")
    workshop.one_pass()
    return contact_id


def newest(workshop: Workshop) -> Inbound:
    with workshop.database.read() as conn:
        return inbound.listed(conn, 1)[0]


def open_tasks(workshop: Workshop) -> list[Task]:
    with workshop.database.read() as conn:
        return tasks.open_tasks(conn)


def scopes(workshop: Workshop, *addresses: str) -> dict[str, tuple[str, ...]]:
    with workshop.database.read() as conn:
        return suppressions.scopes_of(conn, addresses)


def raw_mail(text: str, *, from_: str, subject: str = "Hello", kind: str = "plain", more: str = "") -> bytes:
    return (
        f"From: {from_}\r\nTo: mali@acme.example\r\nSubject: {subject}\r\nMessage-ID: <{abs(hash(text))}@x.example>\r\n"
        f"{more}Content-Type: text/{kind}; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def unsubscribe_url(workshop: Workshop, message_id: int) -> str:
    with workshop.database.read() as conn:
        key = link_keys.newest_first(conn)[0]
    return f"http://127.0.0.1:8025/u/{sign_token('unsubscribe', message_id, key)}"


@pytest.mark.parametrize("way", ["plain", "wrapped", "href", "broken", "header"])
def test_a_colleague_who_quotes_our_link_or_id_moves_the_right_run_and_is_shown_as_another(
    relay: MailServer, workshop: Workshop, person: int, way: str
) -> None:
    url = unsubscribe_url(workshop, workshop.messages_of(person)[0].id)
    safe = f"https://safelinks.example/?url={quote(quote(url, safe=''), safe='')}&data=1"
    mail = {
        "plain": raw_mail(f"The rain has come early.\r\n\r\n> Unsubscribe: {url}", from_=ANAN),
        "wrapped": raw_mail(f"The rain has come early.\r\n\r\n> Unsubscribe <{safe}>", from_=ANAN),
        "href": raw_mail(
            f'<p>The rain has come early.</p><blockquote><a href="{url}">x</a></blockquote>', from_=ANAN, kind="html"
        ),
        "broken": raw_mail(f"The rain has come early.\r\n\r\n> {url[:50]}\r\n> {url[50:]}", from_=ANAN),
        "header": raw_mail(
            "The rain has come early.", from_=ANAN, more=f"X-Original-Ref: {relay.accepted[0].message_id}\r\n"
        ),
    }[way]
    workshop.drop(mail)
    workshop.one_pass()
    kept = newest(workshop)
    assert kept.contact_id == person
    assert (kept.matched_by, kept.match_confidence) == (("message_id", 100) if way == "header" else ("link", 95))
    assert workshop.run_of(person).stage == "intent"
    assert open_tasks(workshop)[0].title == "Ring them (from anan@example.com, not the contact's address)"


def test_a_link_that_we_did_not_sign_says_nothing(workshop: Workshop, person: int) -> None:
    workshop.drop(raw_mail(f"http://127.0.0.1:8025/u/{'A' * 32}", from_="anan@elsewhere.example"))
    workshop.one_pass()
    assert newest(workshop).contact_id is None
    assert workshop.run_of(person).stage == "awareness"


def test_without_a_trace_the_topic_tells_which_mail_is_answered_and_the_writer_alone_is_less_sure(
    workshop: Workshop, person: int
) -> None:
    first = workshop.messages_of(person)[0]
    references = References(from_address="somchai@example.com")
    judged_mail(workshop, reply("other"), references=references, subject="AW: [EXT] Your  sales cycle, somchai")
    kept = newest(workshop)
    assert (kept.matched_by, kept.match_confidence, kept.answers_id) == ("subject", 80, first.id)
    judged_mail(workshop, reply("other"), references=references, subject="A question")
    kept = newest(workshop)
    assert (kept.matched_by, kept.match_confidence, kept.contact_id) == ("sender", 50, person)


def test_a_reply_to_address_tells_the_contact_who_writes_from_another_program(workshop: Workshop, person: int) -> None:
    references = References(from_address="crm@tool.example", reply_to=("Somchai@Example.com",))
    judged_mail(workshop, reply("other"), references=references)
    kept = newest(workshop)
    assert (kept.contact_id, kept.detail.get("writer")) == (person, None)


def test_a_colleague_is_known_by_company_and_topic_where_one_contact_had_such_a_mail(
    workshop: Workshop, person: int
) -> None:
    references = References(from_address=ANAN, from_name="Anan")
    judged_mail(workshop, AWAY, references=references, subject="Re: Your sales cycle, Somchai")
    assert workshop.run_of(person).state == "active"
    judged_mail(workshop, reply("other"), references=references, subject="Re: Your sales cycle, Somchai")
    kept = newest(workshop)
    assert (kept.contact_id, kept.matched_by, kept.detail["writer"]) == (person, "colleague", "other")
    workshop.add_contact("somchai2@example.com")
    workshop.one_pass()
    judged_mail(workshop, reply("other"), references=references, subject="Re: Your sales cycle, Somchai")
    assert newest(workshop).contact_id is None


def test_a_colleague_is_found_behind_the_many_mails_that_their_company_had_since(
    workshop: Workshop, person: int
) -> None:
    for number in range(25):
        workshop.add_contact(f"colleague{number}@example.com", first_name=f"Colleague {number}")
    workshop.one_pass()
    references = References(from_address=ANAN, from_name="Anan")
    judged_mail(workshop, reply("other"), references=references, subject="Re: Your sales cycle, Somchai")
    assert (newest(workshop).contact_id, newest(workshop).matched_by) == (person, "colleague")


def test_strangers_at_a_shared_domain_are_no_colleagues(workshop: Workshop) -> None:
    workshop.add_contact("somchai@gmail.com")
    workshop.one_pass()
    references = References(from_address="anan@gmail.com")
    judged_mail(workshop, reply("other"), references=references, subject="Re: Your sales cycle, Somchai")
    assert newest(workshop).contact_id is None


def test_a_colleague_who_unsubscribes_speaks_for_themselves_and_a_person_decides_for_the_contact(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    colleague = workshop.add_contact(ANAN)
    judged_answer(workshop, relay.accepted[0], UNSUBSCRIBE, from_address=ANAN)
    workshop.one_pass()
    assert scopes(workshop, ANAN, "somchai@example.com") == {ANAN: ("marketing",)}
    assert workshop.run_of(colleague).outcome == "unsubscribed"
    assert workshop.run_of(person).state == "paused"
    [task] = open_tasks(workshop)
    assert task.title == "anan@example.com asks for no more mail. Is that for Somchai Jaidee too?"
    with workshop.database.write() as conn:
        now = workshop.clock.now()
        close_task(conn, task.id, note="no", campaigns=workshop.campaigns(), rules=workshop.rules, now=now)
    workshop.one_pass()
    assert workshop.run_of(person).state == "active"


def test_the_second_address_of_the_same_person_unsubscribes_them(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    judged_answer(
        workshop, relay.accepted[0], UNSUBSCRIBE, from_address="s.jaidee@gmail.com", from_name="Somchai  JAIDEE"
    )
    assert scopes(workshop, "somchai@example.com") == {"somchai@example.com": ("marketing",)}
    assert workshop.run_of(person).outcome == "unsubscribed"


def test_a_bare_mail_to_the_token_address_is_one_click_whoever_sends_it(workshop: Workshop, person: int) -> None:
    with workshop.database.read() as conn:
        key = link_keys.newest_first(conn)[0]
    token = sign_token("reply", workshop.messages_of(person)[0].id, key)
    references = References(from_address="alias@elsewhere.example", tokens=(token,), is_answer=True)
    judged_mail(workshop, UNSUBSCRIBE, references=references, subject="Re: hello")
    assert scopes(workshop, "somchai@example.com") == {}
    judged_mail(workshop, UNSUBSCRIBE, references=references, is_answer=False, subject="unsubscribe")
    assert scopes(workshop, "somchai@example.com") == {"somchai@example.com": ("marketing",)}


def test_an_answer_to_a_run_that_is_over_or_never_was_makes_a_task_and_a_notice(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    workshop.order(person)
    workshop.one_pass()
    workshop.pass_after(workshop.rules.lease_for * 10)
    assert workshop.run_of(person).state == "finished"
    run = workshop.run_of(person)
    judged_answer(workshop, relay.accepted[0], reply("question", "Where is my invoice?"))
    workshop.one_pass()
    assert [(task.title, task.enrollment_id) for task in open_tasks(workshop)] == [
        ("Read Somchai Jaidee's answer", run.id)
    ]
    assert newest(workshop).reacted_at == workshop.clock.now()
    told = [mail for mail in relay.accepted if mail.recipient == "owner@acme.example"]
    assert "Where is my invoice?" in told[-1].message.get_content()
    assert told[-1].message["Auto-Submitted"] == "auto-generated"

    outsider = workshop.add_contact("mei@elsewhere.example", country="SG", first_name="Mei", last_name=None)
    judged_mail(workshop, reply("question"), references=References(from_address="mei@elsewhere.example"))
    workshop.one_pass()
    assert [task.title for task in open_tasks(workshop) if task.contact_id == outsider] == ["Read Mei's answer"]


def test_a_named_colleague_stands_in_the_task_and_a_named_day_ends_the_pause(relay: MailServer, tmp_path: Path) -> None:
    rules = "\n  not_now: {pause: 30d}\n  wrong_person: {task: Who decides?}"
    campaign = CAMPAIGN.replace("\n  other: {move: next, notify: owner}", rules)
    workshop = make_workshop(tmp_path / "other", port=relay.port, campaign=campaign)
    workshop.one_pass()
    person = workshop.add_contact()
    workshop.one_pass()
    judged_answer(workshop, relay.accepted[0], reply("wrong_person", colleague="krit@example.com"))
    judged_answer(workshop, relay.accepted[0], reply("not_now", until=date(2026, 3, 20)))
    workshop.one_pass()
    workshop.one_pass()
    assert [task.title for task in open_tasks(workshop)] == ["Who decides? (they name krit@example.com)"]
    run = workshop.run_of(person)
    assert run.state == "paused"
    assert run.planned_at is not None
    assert run.planned_at.isoformat() == "2026-03-19T17:00:00+00:00"
    assert "until 2026-03-20 as they asked" in run.because
    workshop.database.close()


def test_who_forwards_our_mail_as_a_file_asks_for_no_more_mail_for_themselves(
    relay: MailServer, workshop: Workshop, person: int
) -> None:
    ours = relay.accepted[0].message
    more = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    workshop.drop(
        f"From: boss@other.example\r\nTo: mali@acme.example\r\nSubject: Fwd: x\r\nMessage-ID: <f@other.example>\r\n"
        f"{more}--b\r\nContent-Type: text/plain\r\n\r\nPlease unsubscribe me.\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\nFrom: {ours['From']}\r\nReply-To: {ours['Reply-To']}\r\n"
        f"Subject: hello\r\n\r\nHello\r\n--b--\r\n".encode()
    )
    workshop.one_pass()
    assert newest(workshop).matched_by == "token"
    assert scopes(workshop, "somchai@example.com") == {}


def test_an_address_that_no_database_takes_is_nobodys(database: Database) -> None:
    with database.read() as conn:
        assert (
            find_match(
                conn, References(from_address="a\0@x", message_ids=("<\0\udc80@x>",)), "", link_keys=[], now=MONDAY_NINE
            )
            == Match()
        )
