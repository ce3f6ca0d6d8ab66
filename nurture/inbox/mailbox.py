"""The seam to where answers arrive: what a look into a mailbox gives, whether it is on a server or a folder of files.

A look is one call of `fetch`. The caller keeps two things in its store, in one commit with what the mail caused,
so that a look that breaks in the middle is simply taken up again:

* the cursor. First look: `start_cursor()`, so that mail older than the start is history and never judged. From then on
  the `cursor_after` of each mail once it is recorded. It moves only where mails come in an order (IMAP).
* the keys of recorded mails. `is_known` answers for a batch of keys before anything is read: that is how a folder
  without order (Maildir) is not read again every time.

No message is moved, deleted or flagged by a look.
"""

from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MAX_MAIL_BYTES = 25 * 1024 * 1024
PARTIAL_BYTES = 512 * 1024
"""Of a larger mail only this much from its beginning is read: its header and, mostly, its text."""

KEYS_AT_ONCE = 500

IsKnown = Callable[[Collection[str]], Set[str]]
"""Which of these keys are recorded already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Two integers that the store keeps for a mailbox.

    IMAP: UIDVALIDITY and the highest UID that is done with. Maildir: None, and the moment (nanoseconds since the epoch)
    at or before which files are history; it never moves.
    """

    uid_validity: int | None
    last_uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One mail as it came. `key` names it in its mailbox for ever; `received_at` is UTC.

    `is_partial`: it is larger than the cap and `raw` is only its beginning, for `parse(raw, is_partial=True)`.
    """

    key: str
    raw: bytes
    cursor_after: Cursor
    received_at: datetime
    size: int
    is_partial: bool = False


class Mailbox(Protocol):
    """Where answers arrive. Both methods raise MailboxUnavailable, `fetch` also in mid-iteration."""

    def start_cursor(self) -> Cursor:
        """The cursor of a mailbox whose present content is all history."""
        ...

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched]:
        """Mails that came after `cursor` and are not known, oldest first, read a few at a time.

        `since` (aware; the last look that succeeded) matters only where the server has numbered its messages anew:
        then everything received after it comes again under new keys, and the caller tells doubles by Message-ID.
        """
        ...
