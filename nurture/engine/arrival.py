"""An inbound mail as the engine sees it: as it was judged, whom it is about, and what may come of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nurture.domain.contact import Contact
from nurture.domain.message import Message
from nurture.domain.verdict import Verdict
from nurture.inbox.thread import References

MatchedBy = Literal["message_id", "token", "link", "subject", "sender", "colleague", "by_hand", ""]
Writer = Literal["contact", "same_person", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A mail as the inbox judged it; `from_address` is canonical, `key` is the mailbox's name for it.

    Two with the same Message-ID and writer whose `content_digest` differs are two mails.
    """

    mailbox: str
    key: str
    message_id: str | None
    content_digest: str
    from_address: str
    subject: str
    received_at: datetime
    references: References
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whom a mail is about, by what, and how sure that is (1 is certain).

    `writer` says who wrote it: the contact from an address that we know, the same person from another one, or anybody
    else, such as a colleague to whom our mail was passed on.
    """

    by: MatchedBy = ""
    confidence: float = 0.0
    message: Message | None = None
    contact: Contact | None = None
    writer: Writer = "contact"

    @property
    def is_signed(self) -> bool:
        """Whether it carries what only who got our mail can know; or a person said whose it is."""
        return self.by in ("message_id", "token", "link", "by_hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A mail that was kept as row `id`, with the run that it is attached to."""

    id: int
    mailbox: str
    subject: str
    from_address: str
    verdict: Verdict
    match: Match
    enrollment_id: int | None
    is_answer: bool = True
    corrections: int = 0

    @property
    def contact(self) -> Contact:
        assert self.match.contact is not None  # noqa: S101  a mail of nobody waits in the tray
        return self.match.contact

    @property
    def stranger(self) -> str | None:
        """The address that it came from, where that is not the contact's."""
        return None if self.match.writer == "contact" else self.from_address


def not_theirs(address: str) -> str:
    """How people are told that somebody else wrote."""
    return f"from {address}, not the contact's address"
