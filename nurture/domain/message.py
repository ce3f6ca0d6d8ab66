"""The ledger's row: one email to one contact for one step, and the states it may pass through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from nurture.errors import IllegalMove

Purpose = Literal["marketing", "transactional", "notify"]
"""What a mail is for decides which suppressions it respects: marketing all of them, the others scope `all` alone."""


class MessageState(StrEnum):
    """Where a message stands between its intent and what became of it."""

    SENDING = "sending"  # claimed by a worker: the intent is on disk, the conversation may be under way
    SENT = "sent"  # the relay accepted it; never called delivered
    DEFERRED = "deferred"  # certainly not sent; tried (again) at due_at
    FAILED = "failed"  # certainly not sent and given up, with the reason
    UNKNOWN = "unknown"  # the connection broke between the final dot and its reply: nobody knows
    CANCELLED = "cancelled"  # certainly not sent because it is no longer wanted
    SKIPPED = "skipped"  # never meant to be sent: the step was passed over, with the reason


LEGAL_MOVES: Mapping[MessageState, frozenset[MessageState]] = MappingProxyType(
    {
        MessageState.SENDING: frozenset(
            {
                MessageState.SENT,
                MessageState.DEFERRED,
                MessageState.FAILED,
                MessageState.UNKNOWN,
                MessageState.CANCELLED,
            }
        ),
        MessageState.DEFERRED: frozenset({MessageState.SENDING, MessageState.FAILED, MessageState.CANCELLED}),
        MessageState.UNKNOWN: frozenset(
            {MessageState.SENT, MessageState.FAILED, MessageState.SENDING, MessageState.CANCELLED}
        ),
        MessageState.SENT: frozenset(),
        MessageState.FAILED: frozenset(),
        MessageState.CANCELLED: frozenset(),
        MessageState.SKIPPED: frozenset(),
    }
)
FIRST_STATES = frozenset({MessageState.SENDING, MessageState.DEFERRED, MessageState.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLink:
    """A link in a mail in the order of the template; `name` is the marketer's word for it, empty where it has none."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`key` is unique for ever (`RUN/STEP`, `notify/EVENT/RECIPIENT`); `message_id` has its angle brackets."""

    id: int
    key: str
    state: MessageState
    purpose: Purpose
    contact_id: int | None
    enrollment_id: int | None
    campaign: str | None
    stage: str | None
    step: str | None
    sender: str
    recipient: str
    message_id: str
    created_at: datetime
    attempts: int = 0
    due_at: datetime | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    dot_at: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    reason: str = ""
    subject: str = ""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    links: tuple[MessageLink, ...] = ()
    body: str | None = None


def move(message: Message, to: MessageState, *, reason: str, at: datetime) -> Message:
    """The message in its new state; raises IllegalMove where the ledger has no such move."""
    if to not in LEGAL_MOVES[message.state]:
        raise IllegalMove(f"message {message.key}: {message.state} cannot become {to}")
    sent_at = at if to is MessageState.SENT else message.sent_at
    return replace(message, state=to, reason=reason, sent_at=sent_at, settled_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The relay took it: its final reply, such as `250 2.0.0 Ok: queued as 4F1`."""

    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Certainly not sent, may go later. `is_relay_wide`: the cause is the relay or connection, not the address."""

    reason: str
    is_relay_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Certainly not sent, pointless to repeat. `kind`: because of the address, our standing, or this content."""

    reason: str
    kind: Literal["address", "policy", "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The dot was written and no reply came: the relay may or may not have it."""

    reason: str


Outcome = Accepted | Deferred | Rejected | Unknown
