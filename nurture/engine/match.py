"""Whose mail it is: by what only our own mail could tell it, else by who wrote it and about what."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nurture.domain.contact import Contact
from nurture.domain.enrollment import EnrollmentState
from nurture.domain.link import TokenPurpose, read_token
from nurture.domain.message import Message
from nurture.domain.shared_domains import is_shared
from nurture.domain.topic import topic
from nurture.engine.arrival import Match, MatchedBy, Writer
from nurture.errors import InvalidInput
from nurture.inbox.thread import References
from nurture.intake.address import parse_address
from nurture.store import contacts, enrollments, messages
from nurture.store.connection import Connection
from nurture.store.values import storable

LATELY = timedelta(days=90)
_MOST_TRIED = 20
_MOST_TRIED_IN_DOMAIN = 500  # a large customer gets many mails, and any of its people may answer
_SHORTEST_TOPIC = 6  # `hi` is no topic by which to know a thread
_PURPOSES: dict[str, TokenPurpose] = {"u": "unsubscribe", "o": "open", "c": "click"}
_CONFIDENCE: dict[MatchedBy, float] = {
    "message_id": 1.0,
    "token": 1.0,
    "by_hand": 1.0,
    "link": 0.95,
    "subject": 0.8,
    "colleague": 0.6,
    "sender": 0.5,
}


def canonical(address: str) -> str:
    """The canonical form, or the text as it stands where it is no address: nobody will be found by it."""
    try:
        return parse_address(address).canonical
    except InvalidInput:
        return storable(address)


def find_match(
    conn: Connection, references: References, subject: str, *, link_keys: Sequence[bytes], now: datetime
) -> Match:
    """By our Message-ID, a signed plus-address or link of ours; without them, less surely, by writer and topic."""
    signed = _by_message_id(conn, references) or _by_token(conn, references, link_keys)
    if signed:
        return _match(conn, references, *signed)
    writers = [canonical(each) for each in (references.from_address, *references.reply_to) if each]
    return _by_writer(conn, writers, topic(subject), now) or _by_colleague(conn, references, topic(subject), now)


def country_of(
    conn: Connection, references: References, subject: str, *, link_keys: Sequence[bytes], now: datetime
) -> str | None:
    """The country of whoever a mail is about: by it one knows which day 3/4 is."""
    contact = find_match(conn, references, subject, link_keys=link_keys, now=now).contact
    return contact.country if contact else None


def by_hand(contact: Contact, message: Message | None) -> Match:
    """The match that a person made."""
    return Match(by="by_hand", confidence=1.0, contact=contact, message=message)


def enrollment_of(conn: Connection, match: Match, campaign: str | None = None) -> int | None:
    """The run that a mail is attached to: the answered message's, or the one that has followed it in its campaign.

    Where no message is known, the contact's newest unfinished run, else the newest one there was.
    """
    if match.contact is None:
        return match.message.enrollment_id if match.message else None
    runs = [run for run in enrollments.of_contact(conn, match.contact.id) if campaign in (None, run.campaign)]
    unfinished = [run for run in runs if run.state is not EnrollmentState.FINISHED]
    if match.message and match.message.enrollment_id and match.message.campaign == (campaign or match.message.campaign):
        same = next((run for run in unfinished if run.campaign == match.message.campaign), None)
        return same.id if same else match.message.enrollment_id
    newest = (unfinished or runs)[-1:]
    return newest[0].id if newest else None


def _by_message_id(conn: Connection, references: References) -> tuple[MatchedBy, Message] | None:
    if not references.message_ids:
        return None
    answered = messages.by_message_ids(conn, references.message_ids)
    return next((("message_id", answered[each]) for each in references.message_ids if each in answered), None)


def _by_token(conn: Connection, references: References, link_keys: Sequence[bytes]) -> tuple[MatchedBy, Message] | None:
    signed: list[tuple[MatchedBy, int | None]] = [
        ("token", read_token("reply", token, link_keys)) for token in references.tokens
    ]
    for link in references.links:
        letter, _, token = link.partition("/")
        signed.append(("link", read_token(_PURPOSES[letter], token, link_keys) if letter in _PURPOSES else None))
    for by, row in signed:
        message = messages.get(conn, row) if row is not None else None
        if message:
            return by, message
    return None


def _match(conn: Connection, references: References, by: MatchedBy, message: Message) -> Match:
    """A notice is about a contact and goes to one of us, whose answer is for people to read and not the contact's."""
    is_theirs = message.contact_id is not None and message.purpose != "notify"
    contact = contacts.get(conn, message.contact_id) if message.contact_id and is_theirs else None
    writer = _writer(contact, message, references) if contact else "other"
    return Match(by=by, confidence=_CONFIDENCE[by], message=message, contact=contact, writer=writer)


def _writer(contact: Contact, message: Message, references: References) -> Writer:
    """Who wrote it. The name proves nothing by itself; beside a signed trace it tells a person's second address."""
    known = {contact.address, message.recipient}
    if known & {canonical(each) for each in (references.from_address, *references.reply_to)}:
        return "contact"
    name = " ".join(references.from_name.casefold().split())
    own = " ".join(part for part in (contact.first_name, contact.last_name) if part).casefold()
    has_full_name = bool(contact.first_name and contact.last_name)
    return "same_person" if has_full_name and name == own else "other"


def _by_writer(conn: Connection, writers: Sequence[str], about: str, now: datetime) -> Match | None:
    contact = next((found for each in writers if (found := contacts.find(conn, each))), None)
    if contact is None:
        return None
    sent = messages.sent_lately_to(conn, contact.id, since=now - LATELY, limit=_MOST_TRIED)
    same = _about(sent, about)
    by: MatchedBy = "subject" if same else "sender"
    # Without a topic in common the newest mail is the likeliest, however long ago.
    message = same or (sent[0] if sent else messages.last_sent_to(conn, contact_id=contact.id))
    return Match(by=by, confidence=_CONFIDENCE[by], contact=contact, message=message)


def _by_colleague(conn: Connection, references: References, about: str, now: datetime) -> Match:
    """Somebody at the same company who answers a mail by its subject; only where one contact there had such a mail."""
    domain = canonical(references.from_address).rpartition("@")[2]
    if not domain or is_shared(domain) or len(about) < _SHORTEST_TOPIC:
        return Match()
    sent = messages.subjects_sent_to_domain(conn, domain, since=now - LATELY, limit=_MOST_TRIED_IN_DOMAIN)
    same = [each for each in sent if topic(each.subject) == about]
    if len({each.contact_id for each in same}) != 1:
        return Match()
    contact, message = contacts.get(conn, same[0].contact_id), messages.get(conn, same[0].message_id)
    if message is None:
        return Match()
    return Match(
        by="colleague",
        confidence=_CONFIDENCE["colleague"],
        contact=contact,
        message=message,
        writer=_writer(contact, message, references),
    )


def _about(sent: Sequence[Message], about: str) -> Message | None:
    return next((message for message in sent if about and topic(message.subject) == about), None)
