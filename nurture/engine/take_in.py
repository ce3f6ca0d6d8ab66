"""One inbound mail: what it answers and what its verdict does, in one transaction with the mailbox's cursor."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.domain.message import Accepted, MessageState
from nurture.engine.arrival import Arrival, InboundMail, Match
from nurture.engine.effects import take_effect
from nurture.engine.kept import detail_of
from nurture.engine.match import enrollment_of, find_match
from nurture.engine.perform import Desk
from nurture.engine.record import record_afterwards
from nurture.engine.rules import Rules
from nurture.store import events, inbound, mailboxes, messages
from nurture.store.connection import Connection
from nurture.store.inbound import InboundDraft

MOST_ANSWERS = 10
"""Within an hour and from one address: a person writes no more, two machines that answer each other do."""

_WITHIN = timedelta(hours=1)
_NO_ANSWERS = ("bounce", "delayed", "complaint")


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
        original = inbound.original_of(
            conn,
            mail.message_id,
            mail.from_address,
            mail.content_digest,
            mailbox=mail.mailbox,
            received_at=mail.received_at,
        )
        if original is not None:
            inbound.note_double(conn, mail.mailbox, mail.key, original=original)
            return False
    loop = _loop(conn, desk.rules, mail)
    match = Match() if loop else find_match(conn, mail.references, mail.subject, link_keys=link_keys, now=now)
    enrollment_id = enrollment_of(conn, match)
    row = inbound.add(conn, _draft(mail, match, enrollment_id, loop, now))
    if row is None:
        return False
    if match.contact is None:
        _leave_in_tray(conn, mail, match, loop or mail.verdict.reason, now)
        return True
    if match.message and match.is_signed and match.message.state is MessageState.UNKNOWN:
        proof = Accepted(reply=f"a {mail.verdict.kind} came back, so it had arrived")
        record_afterwards(conn, desk, campaigns, match.message, proof, now=now)
    arrival = Arrival(
        id=row,
        mailbox=mail.mailbox,
        subject=mail.subject,
        from_address=mail.from_address,
        verdict=mail.verdict,
        match=match,
        enrollment_id=enrollment_id,
        is_answer=mail.references.is_answer,
    )
    take_effect(conn, desk, campaigns, arrival, now=now)
    return True


def _loop(conn: Connection, rules: Rules, mail: InboundMail) -> str | None:
    """Why a mail must lead to nothing, lest machines answer each other for ever; None for any other."""
    if mail.verdict.kind in _NO_ANSWERS:
        return None
    if mail.message_id and messages.by_message_ids(conn, [mail.message_id]):
        return "set aside: a mail of our own came back"
    ours = {sender.email.casefold() for sender in rules.senders.values()}
    if _untagged(mail.from_address) in ours:
        return "set aside: it says that it is from one of our own senders"
    if mail.verdict.kind == "unsubscribe":
        return None  # however often somebody asks for peace
    since = mail.received_at - _WITHIN
    if mail.from_address and inbound.answers_from(conn, mail.from_address, since) >= MOST_ANSWERS:
        return f"set aside: more than {MOST_ANSWERS} mails from {mail.from_address} within an hour"
    return None


def _untagged(address: str) -> str:
    """The address without what stands after a plus in its local part."""
    local, at, domain = address.casefold().rpartition("@")
    return local.partition("+")[0] + at + domain


def _draft(mail: InboundMail, match: Match, enrollment_id: int | None, loop: str | None, now: datetime) -> InboundDraft:
    verdict, contact = mail.verdict, match.contact
    return InboundDraft(
        mailbox=mail.mailbox,
        key=mail.key,
        message_id=mail.message_id,
        content_digest=mail.content_digest,
        sender_address=mail.from_address,
        subject=mail.subject,
        received_at=mail.received_at,
        kind=verdict.kind,
        reason=f"{loop} ({verdict.reason})" if loop else verdict.reason,
        confidence=round(100 * verdict.confidence),
        intent=verdict.intent,
        text=verdict.text,
        detail=detail_of(verdict, match),
        matched_by=match.by if contact else "",
        match_confidence=round(100 * match.confidence) if contact else None,
        answers_id=match.message.id if match.message else None,
        contact_id=contact.id if contact else None,
        enrollment_id=enrollment_id,
        # What a reply says is done by its run, which notes when; all else is done at once.
        reacted_at=now if contact and verdict.kind != "reply" else None,
    )


def _leave_in_tray(conn: Connection, mail: InboundMail, match: Match, because: str, now: datetime) -> None:
    message = match.message
    event = Event(
        name="mail_unmatched",
        at=now,
        enrollment_id=message.enrollment_id if message else None,
        message_id=message.id if message else None,
        campaign=message.campaign if message else None,
        stage=message.stage if message else None,
        step=message.step if message else None,
        because=because,
        fields={"mailbox": mail.mailbox, "subject": mail.subject},
    )
    events.append(conn, [event])
