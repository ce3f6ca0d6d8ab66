"""The mails that come back, as raw bytes: a person's answer, a vacation responder's, a mail server's report."""

from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from nurture.simulation.answers import away_words
from nurture.simulation.letter import Letter
from nurture.simulation.people import Person

_REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@{domain}>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: {date}
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

--=_report
Content-Type: text/plain; charset=us-ascii

Your message to {recipient} could not be delivered: there is no such mailbox any more.

--=_report
Content-Type: message/delivery-status

Reporting-MTA: dns; {domain}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: User unknown

--=_report
Content-Type: text/rfc822-headers

Message-ID: {answered}
To: {recipient}

--=_report--
"""


def answer(person: Person, letter: Letter, text: str, *, message_id: str, at: datetime) -> bytes:
    """What the person wrote, above the line that their mail program puts over a quotation."""
    mail = _reply(person, letter, message_id=message_id, at=at)
    mail["Subject"] = letter.subject if letter.subject.startswith("Re:") else f"Re: {letter.subject}"
    quoted = f"On {at:%d %b %Y}, {letter.sender} wrote:\n> {letter.subject}\n"
    mail.set_content(f"{text}\n\n{person.first_name}\n\n{quoted}")
    return mail.as_bytes()


def auto_reply(person: Person, letter: Letter, back_on: date, *, message_id: str, at: datetime) -> bytes:
    """The answer of a vacation responder (RFC 3834)."""
    mail = _reply(person, letter, message_id=message_id, at=at)
    mail["Subject"], text = away_words(person.language, back_on)
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(f"{text}\n\n{person.name}\n")
    return mail.as_bytes()


def delivery_report(letter: Letter, *, message_id: str, at: datetime) -> bytes:
    """That the mail could not be delivered after all (RFC 3464)."""
    text = _REPORT.format(
        domain=f"mx.{letter.recipient.rpartition('@')[2]}",
        to=letter.reply_to.rpartition("<")[2].rstrip(">"),
        date=format_datetime(at),
        message_id=message_id,
        recipient=letter.recipient,
        answered=letter.message_id,
    )
    return text.replace("\n", "\r\n").encode()


def _reply(person: Person, letter: Letter, *, message_id: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((person.name, person.email))
    mail["To"] = letter.reply_to
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["In-Reply-To"] = letter.message_id
    mail["References"] = letter.message_id
    return mail
