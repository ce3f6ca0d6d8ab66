"""Somebody of ours wrote to contacts by hand: what nurture would send them is held for some days."""

from collections.abc import Iterable
from datetime import datetime

from nurture.domain.calendar import add
from nurture.domain.contact import Contact
from nurture.domain.duration import Duration
from nurture.domain.event import Event
from nurture.domain.value import Value
from nurture.engine.match import canonical
from nurture.engine.perform import Desk
from nurture.inbox.sent import SentMail
from nurture.store import contacts, enrollments, events, mailboxes, messages, pauses
from nurture.store.connection import Connection

PAUSES_FOR = Duration(days=3)


def owner_wrote(
    conn: Connection, desk: Desk, mail: SentMail, *, mailbox: str, written_at: datetime, now: datetime
) -> int:
    """Pause the contacts that the mail went to, once for each mail; how many they were.

    Nobody for a mail of nurture's own, which lies in the same folder, and for one that a program wrote.
    """
    if mail.automatic or messages.by_message_ids(conn, [mail.message_id]):
        return 0
    mailboxes.one_at_a_time(conn, mail.message_id)
    reached = [contact for contact in _contacts(conn, mail.recipients) if not _is_known(conn, contact, mail)]
    for contact in reached:
        until = add(written_at, PAUSES_FOR, desk.rules.calendar_of(contact, now))
        because = f"a mail written by hand: {mail.subject[:100]}" if mail.subject else "a mail written by hand"
        if until > now:
            pauses.add(
                conn,
                contact_id=contact.id,
                enrollment_id=None,
                kind="owner_mail",
                from_at=now,
                until_at=until,
                because=because,
            )
        fields: dict[str, Value] = {
            "mailbox": mailbox,
            "subject": mail.subject,
            "message_id": mail.message_id,
            "until": until,
        }
        wrote = Event(name="owner_wrote", at=now, contact_id=contact.id, because=because, fields=fields)
        events.append(conn, [wrote])
        enrollments.wake(conn, contact_id=contact.id, now=now)
    return len(reached)


def _contacts(conn: Connection, addresses: Iterable[str]) -> list[Contact]:
    """Those of the addresses that are contacts, each once, in the order in which everybody locks them."""
    found: dict[int, Contact] = {}
    for address in addresses:
        contact = contacts.find(conn, canonical(address))
        if contact is not None:
            found[contact.id] = contact
    return [found[each] for each in sorted(found)]


def _is_known(conn: Connection, contact: Contact, mail: SentMail) -> bool:
    written = events.of_contact(conn, contact.id, name="owner_wrote")
    return any(event.fields.get("message_id") == mail.message_id for event in written)
