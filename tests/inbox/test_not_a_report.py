"""Mail that speaks of failed mail or comes from machines and is no delivery report: on those people are suppressed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from nurture.inbox.parse import parse
from tests.support.judging import classify

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
REPORT = (
    "This is the mail system at host mx.example.com.\n\n"
    "<a@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 <a@example.net>:\n"
    "    Recipient address rejected: User unknown (in reply to RCPT TO command)\n"
)
GROUPS = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n"

PEOPLE: dict[str, tuple[str, str, str]] = {
    "old-address": (
        "Som <som@example.net>", "Re: A shorter sales cycle",
        "Hi Mali, your last mail bounced from my old address som@old.example (550 user unknown).\n"
        "Please write here from now on. Can we talk on Thursday?\n",
    ),
    "own-subject": (
        "Som <som@example.net>", "Delivery failed",
        "Hi Mali,\n\nyour message to a@example.net could not be delivered, he left us. I took over.\n",
    ),
    "no-greeting": (
        "Som <som@example.net>", "Mail to a@example.net undeliverable",
        "Your message could not be delivered to him, so I am told. He left in May. What is it about?\n",
    ),
    "thai": (
        "สมชาย <som@example.net>", "Re: ข้อเสนอ",
        "สวัสดีครับ อีเมลที่ส่งไป a@example.net ถูกตีกลับ ไม่พบผู้ใช้ รบกวนส่งมาที่นี่แทนครับ\n",
    ),
    "parcels": ("Som <som@example.net>", "Delivery failure of our order", "The parcel could not be delivered to us.\n"),
    "inline-forward": (
        "Som <som@example.net>", "Fwd: Undelivered Mail Returned to Sender",
        f"Got this when I tried him.\n\n---------- Forwarded message ---------\nFrom: MAILER-DAEMON@x\n\n{REPORT}",
    ),
    "quoted": (
        "Som <som@example.net>", "Re: Undelivered Mail Returned to Sender",
        "That was a typo, sorry.\n\n> " + REPORT.replace("\n", "\n> ") + "\n",
    ),
    "mere-quote": ("Som <som@example.net>", "Re: Undelivered Mail", "> " + REPORT.replace("\n", "\n> ") + "\n"),
    "asks-about-mailboxes": (
        "Som <som@example.net>", "Question",
        "Does it say `mailbox full` or `user unknown` when an address like a@example.net is gone? We see 550 5.1.1.\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mail", PEOPLE)
def test_what_people_write_about_failed_mail_is_a_reply(mail: str) -> None:
    sender, subject, text = PEOPLE[mail]
    raw = f"From: {sender}\nTo: mali@example.com\nSubject: {subject}\n\n{text}".encode()
    assert classify(parse(raw), now=NOW).kind == "reply"


def attached(kind: str, content: str, *, subject: str = "Fwd: Undelivered Mail Returned to Sender") -> bytes:
    return (
        f"From: Som <som@example.net>\nTo: mali@example.com\nSubject: {subject}\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nWhat does this mean?\n"
        f"--b\nContent-Type: {kind}\n\n{content}\n--b--\n"
    ).encode()


def test_a_report_that_a_person_attaches_is_a_reply() -> None:
    report = (
        "From: MAILER-DAEMON@x.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=c\n\n"
        f"--c\nContent-Type: text/plain\n\n{REPORT}\n--c\nContent-Type: message/delivery-status\n\n{GROUPS}\n--c--\n"
    )
    assert classify(parse(attached("message/rfc822", report)), now=NOW).kind == "reply"
    # Some mail programs forward the parts themselves.
    assert classify(parse(attached("message/delivery-status", GROUPS)), now=NOW).kind == "reply"


MACHINES: dict[str, tuple[str, str]] = {
    "own mailbox nearly full": (
        "From: postmaster@example.com\nSubject: Your mailbox is almost full",
        "Your mailbox mali@example.com has reached 95 % of its quota. Please delete some messages.\n",
    ),
    "quarantine digest": (
        "From: quarantine@example.com\nSubject: Quarantine summary",
        "3 messages were blocked as spam:\n\na@example.net: Win now\nb@example.net: Cheap pills\n",
    ),
    "quarantine digest of the postmaster": (
        "From: Postmaster <postmaster@example.com>\nSubject: Quarantine summary",
        "These messages for you were held as spam:\n\na@example.net: Win now\nb@example.net: Cheap pills\n",
    ),
    "newsletter": (
        "Return-Path: <bounces+x@news.example>\nFrom: News <hello@news.example>\nPrecedence: bulk",
        "Never miss a delivery again! Our new router has an unlimited mailbox. Contact sales@news.example.\n",
    ),
    "account mail": (
        "From: no-reply@shop.example\nSubject: Your account has been suspended",
        "The account mali@example.com was suspended because a payment failed.\n",
    ),
    "away": (
        "Return-Path: <>\nFrom: Som <som@example.net>\nSubject: Automatic reply: Hello\nAuto-Submitted: auto-replied",
        "I am out of the office and cannot read mail until 9 March. Write to a@example.net.\n",
    ),
    "left": (
        "Return-Path: <>\nFrom: Som <som@example.net>\nSubject: Automatic reply: Hello\nAuto-Submitted: auto-replied",
        "I no longer work here. This mailbox is no longer monitored; please write to a@example.net.\n",
    ),
    "dmarc aggregate": (
        "From: noreply-dmarc@example.net\nSubject: Report domain: example.com Submitter: example.net",
        "This is an aggregate report for example.com. 12 messages were rejected.\n",
    ),
    "moderation": (
        "From: team-bounces@lists.example\nSubject: Your message to Team awaits moderator approval",
        "Your mail to 'Team' is being held until the moderator can review it. The list is team@lists.example.\n",
    ),
}


@pytest.mark.parametrize("mail", MACHINES)
def test_what_machines_write_about_other_things_is_no_delivery_report(mail: str) -> None:
    header, text = MACHINES[mail]
    raw = f"{header}\nTo: mali@example.com\n\n{text}".encode()
    assert classify(parse(raw), now=NOW).kind not in ("bounce", "delayed", "complaint")


def with_parts(header: str, text: str, kind: str = "multipart/mixed") -> str:
    """A mail in which the parts of a report stand beside the text, as some programs pass one on."""
    return (
        f"{header}\nTo: mali@example.com\nMIME-Version: 1.0\nContent-Type: {kind}; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: message/delivery-status\n\n{GROUPS}\n"
        "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <hello@example.com>\nSubject: Hello\n\n--b--\n"
    )


def with_report(header: str, text: str) -> str:
    """A mail to which a whole report is attached."""
    machine = "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender"
    report = with_parts(machine, REPORT, "multipart/report; report-type=delivery-status")
    return (
        f"{header}\nTo: mali@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=c\n\n"
        f"--c\nContent-Type: text/plain\n\n{text}\n--c\nContent-Type: message/rfc822\n\n{report}\n--c--\n"
    )


PASSED_ON = [
    ("Som <som@example.net>", "Strange mail", "Got this today. Is it about your mail?"),
    ("Som <som@example.net>", "Undelivered Mail Returned to Sender", "Hi Mali, this came to me. Is it yours?"),
    ("Postmaster <postmaster@example.net>", "Your mail to Arun", "Hello Mali, our server said this. Write to Som."),
    ("Anna (Postmaster) <postmaster@example.net>", "Undelivered Mail", "Dear Mali, see what we found in the log."),
    ("สมชาย <som@example.net>", "อีเมลแปลก ๆ", "สวัสดีครับ ได้รับฉบับนี้มา ช่วยดูให้หน่อยครับ"),
]


@pytest.mark.parametrize("wrap", [with_parts, with_report])
@pytest.mark.parametrize(("sender", "subject", "text"), PASSED_ON)
def test_a_report_that_a_person_passes_on_in_parts_or_attached_is_theirs(
    sender: str, subject: str, text: str, wrap: Callable[[str, str], str]
) -> None:
    raw = wrap(f"From: {sender}\nSubject: {subject}", text).encode()
    assert classify(parse(raw), now=NOW).kind == "reply"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("Return-Path: <>\nFrom: Mail <mail@example.net>\nSubject: Hello", "Hello, this mail server gave up."),
        ("From: mailer-daemon@example.net\nSubject: Your mail", "Dear sender, nobody has this address here."),
        ("From: Mail Gate <gate@example.net>\nSubject: Undeliverable: Hello", "550 5.1.1 User unknown"),
    ],
)
def test_a_machines_report_in_mixed_parts_is_one_however_it_greets(header: str, text: str) -> None:
    assert classify(parse(with_parts(header, text).encode()), now=NOW).kind == "bounce"
