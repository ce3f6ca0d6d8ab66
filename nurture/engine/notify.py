"""Mail to our own people: put into the ledger with its text and sent by the same courier, in no campaign's window."""

from collections.abc import Sequence
from datetime import datetime

from nurture.clock import Chance
from nurture.domain.contact import Contact
from nurture.domain.message import MessageState
from nurture.engine.rules import Rules
from nurture.store import messages
from nurture.store.connection import Connection
from nurture.store.messages import KeyTaken, MessageDraft


def recipients_of(to: str, contact: Contact | None, rules: Rules) -> tuple[str, ...]:
    """The addresses behind `owner`, `team` or an address; the owner of nobody in particular is the team."""
    match to:
        case "owner":
            return (contact.owner,) if contact and contact.owner else rules.team
        case "team":
            return rules.team
        case address:
            return (address,)


def queue_notice(
    conn: Connection,
    *,
    key: str,
    to: Sequence[str],
    subject: str,
    text: str,
    sender: str,
    rules: Rules,
    chance: Chance,
    now: datetime,
    contact_id: int | None = None,
) -> int:
    """Put one mail per recipient into the ledger, due now; how many are new. One `key` never mails anybody twice."""
    queued = 0
    if sender not in rules.senders:
        sender = min(rules.senders)  # one that was taken out of the config; our own people are told all the same
    domain = rules.senders[sender].email.rpartition("@")[2]
    for recipient in to:
        draft = MessageDraft(
            key=f"notify/{key}/{recipient}",
            state=MessageState.DEFERRED,
            purpose="notify",
            contact_id=contact_id,
            enrollment_id=None,
            campaign=None,
            stage=None,
            step=None,
            sender=sender,
            recipient=recipient,
            message_id=f"<{chance.token()}@{domain}>",
            created_at=now,
            due_at=now,
            subject=subject,
            body=text,
            reason="waits for its first try",
        )
        try:
            messages.write_intent(conn, draft)
        except KeyTaken:
            continue
        queued += 1
    return queued
