"""What comes back by mail in a scenario, as the bytes that mail programs and servers write."""

from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr, parseaddr

from nurture.simulation.answers import away_words

_REPORT = """\
Return-Path: <>
From: {sender}
To: {to}
Subject: {subject}
Auto-Submitted: auto-replied
Date: {date}
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report_type}; boundary="=_report"

--=_report
Content-Type: text/plain; charset=us-ascii

{words}

--=_report
Content-Type: message/{report_type}

{fields}

--=_report
Content-Type: text/rfc822-headers

Message-ID: {answered}
To: {recipient}

--=_report--
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A mail that went out, as its reader has it."""

    message_id: str
    recipient: str
    subject: str
    sender: str
    reply_to: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes back, under which Message-ID and when."""

    name: str
    address: str
    language: str
    message_id: str
    at: datetime


def read_sent_letter(raw: bytes, recipient: str) -> SentLetter:
    """The mail as a mail program shows it, its text in one line."""
    mail = message_from_bytes(raw, policy=default)
    part = mail.get_body(("plain", "html"))
    return SentLetter(
        message_id=str(mail["Message-ID"]),
        recipient=recipient,
        subject=str(mail["Subject"]),
        sender=str(mail["From"]),
        reply_to=str(mail["Reply-To"] or mail["From"]),
        text=" ".join(str(part.get_content()).split()) if part else "",
    )


def reply(writer: Writer, letter: SentLetter, text: str) -> bytes:
    """What they wrote, above a quotation of what they answer."""
    mail = _answer(writer, letter)
    mail["Subject"] = letter.subject if letter.subject.lower().startswith("re:") else f"Re: {letter.subject}"
    mail.set_content(f"{text}\n\nOn {writer.at:%d %b %Y}, {letter.sender} wrote:\n> {letter.subject}\n")
    return mail.as_bytes()


def away_reply(writer: Writer, letter: SentLetter, back_on: date | None, text: str | None) -> bytes:
    """What their vacation responder says (RFC 3834)."""
    mail = _answer(writer, letter)
    subject, words = away_words(writer.language, back_on) if back_on else ("Automatic reply", text or "")
    mail["Subject"] = subject
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(f"{text or words}\n")
    return mail.as_bytes()


def bounce_report(writer: Writer, letter: SentLetter, *, is_hard: bool) -> bytes:
    """That the mail could not be delivered (RFC 3464): nobody there, or a mailbox that is full."""
    status, words = ("5.1.1", "User unknown") if is_hard else ("4.2.2", "Mailbox full")
    code = "550" if is_hard else "452"
    fields = (
        f"Reporting-MTA: dns; mx.{_domain(letter)}\n\nFinal-Recipient: rfc822; {letter.recipient}\nAction: failed\n"
        f"Status: {status}\nDiagnostic-Code: smtp; {code} {status} {words}"
    )
    return _report(
        writer,
        letter,
        sender=f"Mail Delivery System <MAILER-DAEMON@mx.{_domain(letter)}>",
        subject="Undelivered Mail Returned to Sender",
        report_type="delivery-status",
        words=f"Your message to {letter.recipient} could not be delivered: {words}.",
        fields=fields,
    )


def complaint_report(writer: Writer, letter: SentLetter) -> bytes:
    """That its reader took the mail for spam (RFC 5965)."""
    return _report(
        writer,
        letter,
        sender=f"Feedback Loop <fbl@{_domain(letter)}>",
        subject=f"FW: {letter.subject}" if letter.subject.isascii() else "FW: your mail",
        report_type="feedback-report",
        words="This is an abuse report for a mail that came from your address.",
        fields=f"Feedback-Type: abuse\nUser-Agent: Scenario/1.0\nVersion: 1\nOriginal-Rcpt-To: <{letter.recipient}>",
    )


def own_mail(sender: str, recipient: str, subject: str, *, message_id: str, at: datetime) -> bytes:
    """A mail that somebody of ours wrote by hand, as it lies in the folder of sent mail."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
    mail["Date"], mail["Message-ID"] = format_datetime(at), message_id
    mail.set_content("Written by hand.\n")
    return mail.as_bytes()


def _answer(writer: Writer, letter: SentLetter) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((writer.name, writer.address))
    mail["To"] = letter.reply_to
    mail["Date"] = format_datetime(writer.at)
    mail["Message-ID"] = writer.message_id
    mail["In-Reply-To"] = letter.message_id
    mail["References"] = letter.message_id
    return mail


def _report(
    writer: Writer, letter: SentLetter, *, sender: str, subject: str, report_type: str, words: str, fields: str
) -> bytes:
    text = _REPORT.format(
        sender=sender,
        to=parseaddr(letter.reply_to)[1],
        subject=subject,
        date=format_datetime(writer.at),
        message_id=writer.message_id,
        report_type=report_type,
        words=words,
        fields=fields,
        answered=letter.message_id,
        recipient=letter.recipient,
    )
    return text.replace("\n", "\r\n").encode()


def _domain(letter: SentLetter) -> str:
    return letter.recipient.rpartition("@")[2]
