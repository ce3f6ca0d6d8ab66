"""One inbound mail: what it answers and what its verdict does, in one transaction with the mailbox's cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from nurture.domain.calendar import add
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact
from nurture.domain.duration import Duration
from nurture.domain.event import Event
from nurture.domain.link import read_token
from nurture.domain.message import Accepted, Message, MessageState
from nurture.domain.value import Value
from nurture.domain.verdict import Verdict
from nurture.domain.zone import zone_of
from nurture.engine.occur import lift_out_of_office, occur
from nurture.engine.perform import Desk
from nurture.engine.record import record_afterwards
from nurture.engine.suppress import suppress
from nurture.inbox.thread import References
from nurture.store import contacts, enrollments, events, inbound, mailboxes, messages, pauses
from nurture.store.connection import Connection
from nurture.store.inbound import InboundDraft

AWAY_FOR = Duration(business_days=5)
FARTHEST_RETURN = timedelta(days=90)
MatchedBy = Literal["message_id", "token", "sender", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A mail as the inbox judged it; `from_address` is canonical, `key` is the mailbox's name for it."""

    mailbox: str
    key: str
    message_id: str | None
    from_address: str
    subject: str
    received_at: datetime
    references: References
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whom a mail is about, and how sure that is: only the first two ways cannot be forged."""

    by: MatchedBy = ""
    message: Message | None = None
    contact: Contact | None = None

    @property
    def is_signed(self) -> bool:
        return self.by in ("message_id", "token")


def take_in(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    mail: InboundMail,
    *,
    link_keys: Sequence[bytes],
    now: datetime,
) -> bool:
    """Keep the mail and do what its verdict does; False where it was taken in before."""
    if mail.message_id:
        mailboxes.one_at_a_time(conn, mail.message_id)
        if inbound.known_message_id(conn, mail.message_id, mail.from_address):
            return False
    match = find_match(conn, mail, link_keys)
    enrollment_id = _enrollment_of(conn, match)
    row = inbound.add(conn, _draft(mail, match, enrollment_id))
    if row is None:
        return False
    if match.contact is None:
        _log(conn, mail, match, enrollment_id, "mail_unmatched", now)
        return True
    if match.message and match.is_signed and match.message.state is MessageState.UNKNOWN:
        proof = Accepted(reply=f"a {mail.verdict.kind} came back, so it had arrived")
        record_afterwards(conn, desk, campaigns, match.message, proof, now=now)
    _do(conn, desk, campaigns, mail, match, enrollment_id, now)
    return True


def find_match(conn: Connection, mail: InboundMail, link_keys: Sequence[bytes]) -> Match:
    """By our Message-ID, then by the signed token of a plus-address, then by who it is from."""
    answered = messages.by_message_ids(conn, mail.references.message_ids)
    for message_id in mail.references.message_ids:
        if message_id in answered:
            return _match(conn, "message_id", answered[message_id])
    for token in mail.references.tokens:
        row = read_token("reply", token, link_keys)
        message = messages.get(conn, row) if row is not None else None
        if message:
            return _match(conn, "token", message)
    contact = contacts.find(conn, mail.from_address) if mail.from_address else None
    if contact is None:
        return Match()
    return Match(by="sender", contact=contact, message=messages.last_sent_to(conn, contact_id=contact.id))


def _match(conn: Connection, by: MatchedBy, message: Message) -> Match:
    """A notice is about a contact and goes to one of us, whose answer is for people to read and not the contact's."""
    is_theirs = message.contact_id is not None and message.purpose != "notify"
    contact = contacts.get(conn, message.contact_id) if message.contact_id and is_theirs else None
    return Match(by=by, message=message, contact=contact)


def _enrollment_of(conn: Connection, match: Match) -> int | None:
    if match.message and match.message.enrollment_id:
        return match.message.enrollment_id
    if match.contact is None:
        return None
    unfinished = enrollments.unfinished_of(conn, match.contact.id)
    return unfinished[-1].id if unfinished else None


def _draft(mail: InboundMail, match: Match, enrollment_id: int | None) -> InboundDraft:
    verdict = mail.verdict
    return InboundDraft(
        mailbox=mail.mailbox,
        key=mail.key,
        message_id=mail.message_id,
        sender_address=mail.from_address,
        subject=mail.subject,
        received_at=mail.received_at,
        kind=verdict.kind,
        reason=verdict.reason,
        confidence=round(100 * verdict.confidence),
        intent=verdict.intent,
        text=verdict.text,
        detail=_detail(verdict),
        matched_by=match.by if match.contact else "",
        answers_id=match.message.id if match.message else None,
        contact_id=match.contact.id if match.contact else None,
        enrollment_id=enrollment_id,
    )


def _detail(verdict: Verdict) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if verdict.failures:
        found["failed"] = tuple(each.recipient for each in verdict.failures)
        found["statuses"] = tuple(each.status for each in verdict.failures)
        found["hard"] = any(each.is_hard for each in verdict.failures)
    if verdict.return_on:
        found["return_on"] = verdict.return_on
    if verdict.feedback_type:
        found["feedback_type"] = verdict.feedback_type
    return found


def _do(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    mail: InboundMail,
    match: Match,
    enrollment_id: int | None,
    now: datetime,
) -> None:
    verdict, contact = mail.verdict, match.contact
    assert contact is not None  # noqa: S101  unmatched mail went to the tray
    match verdict.kind:
        case "reply":
            lift_out_of_office(conn, contact.id, now)
            event = _event(mail, match, enrollment_id, "reply_received", now)
            occur(conn, event, campaigns, rules=desk.rules, now=now)
        case "bounce" if match.is_signed:
            hard = next((each for each in verdict.failures if each.is_hard), None)
            _log(conn, mail, match, enrollment_id, "bounced", now)
            if hard:
                _refuse(conn, match, "all", f"bounce: {hard.reason}", "bounce", "bounced", now)
        case "complaint" if match.is_signed:
            _log(conn, mail, match, enrollment_id, "complained", now)
            _refuse(conn, match, "all", "complaint", "feedback report", "complained", now)
        case "unsubscribe":
            _log(conn, mail, match, enrollment_id, "unsubscribed", now)
            _refuse(conn, match, "marketing", "asked by mail", "mail", "unsubscribed", now)
        case "auto_reply":
            held = _pause_while_away(conn, desk, contact, verdict.return_on, now)
            event = _event(mail, match, enrollment_id, "auto_reply_received", now)
            events.append(conn, [replace(event, because=f"{held} ({verdict.reason})")])
            enrollments.wake(conn, contact_id=contact.id, now=now)
        case "delayed":
            _log(conn, mail, match, enrollment_id, "delivery_delayed", now)
        case "challenge":
            _log(conn, mail, match, enrollment_id, "challenge_received", now)
        case _:
            # A forged or unreadable one: it is kept and shown, and does nothing.
            _log(conn, mail, match, enrollment_id, "mail_unmatched", now)


def _refuse(conn: Connection, match: Match, scope: str, reason: str, source: str, outcome: str, now: datetime) -> None:
    contact = match.contact
    address = match.message.recipient if match.message else contact.address if contact else ""
    suppress(conn, address=address, scope=scope, reason=reason, source=source, outcome=outcome, now=now)


def _pause_while_away(conn: Connection, desk: Desk, contact: Contact, return_on: date | None, now: datetime) -> str:
    """Hold everything to this contact until the morning after their return; until when, in words for the log."""
    until = back_at(contact, return_on, now, desk)
    words = f"out of office, back on {return_on.isoformat()}" if return_on else "out of office, no date given"
    pauses.add(
        conn,
        contact_id=contact.id,
        enrollment_id=None,
        kind="out_of_office",
        from_at=now,
        until_at=until,
        because=words,
    )
    return f"back on {return_on.isoformat()}" if return_on else "no date given"


def back_at(contact: Contact, return_on: date | None, now: datetime, desk: Desk) -> datetime:
    """The start of the day after the stated return on the contact's wall; 5 business days on where there is none."""
    zone = zone_of(contact, desk.rules.zone)
    if return_on is not None:
        until = datetime.combine(return_on + timedelta(days=1), time.min, zone)
        if now < until <= now + FARTHEST_RETURN:
            return until
    return add(now, AWAY_FOR, desk.rules.calendar_of(contact, now))


def _log(
    conn: Connection, mail: InboundMail, match: Match, enrollment_id: int | None, name: str, now: datetime
) -> None:
    events.append(conn, [_event(mail, match, enrollment_id, name, now)])


def _event(mail: InboundMail, match: Match, enrollment_id: int | None, name: str, now: datetime) -> Event:
    verdict, message = mail.verdict, match.message
    fields: dict[str, Value] = {"mailbox": mail.mailbox, "subject": mail.subject}
    if verdict.kind == "reply":
        fields |= {"intent": verdict.intent, "text": verdict.text}
    if verdict.failures:
        fields["reason"] = verdict.failures[0].reason
        fields["hard"] = "yes" if any(each.is_hard for each in verdict.failures) else "no"
    return Event(
        name=name,
        at=now,
        contact_id=match.contact.id if match.contact else None,
        enrollment_id=enrollment_id,
        message_id=message.id if message else None,
        campaign=message.campaign if message else None,
        stage=message.stage if message else None,
        step=message.step if message else None,
        because=verdict.reason,
        fields={name: value for name, value in fields.items() if value is not None},
    )
