"""The seam to where answers arrive: what a look into a mailbox gives, whether it is on a server or a folder of files.

A look is one call of `fetch`. The caller keeps two things in its store, in one commit with what the mail caused,
so that a look that breaks in the middle is simply taken up again:

* the cursor. First look: `start_cursor()`, so that mail older than the start is history and never judged. From then on
  the `cursor_after` of each mail once it is recorded. It moves only where mails come in an order (IMAP).
* the keys of recorded mails. `is_known` answers for a batch of keys before anything is read: that is how a folder
  without order (Maildir) is not read again every time.

No message is moved, deleted or flagged by a look. A `Watch` only says that a look is worth while.
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
    at or before which files are history.
    """

    uid_validity: int | None
    last_uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One mail as it came. `key` names it in its mailbox for ever; `received_at` is UTC.

    `is_partial`: it is larger than the cap and `raw` is only its beginning, for `parse(raw, is_partial=True)`.
    `fault` says why the server did not give it, however often it was asked; `raw` is then its header at most.
    """

    key: str
    raw: bytes
    cursor_after: Cursor
    received_at: datetime
    size: int
    is_partial: bool = False
    fault: str = ""


class Mailbox(Protocol):
    """Where answers arrive. `start_cursor` and `fetch` raise MailboxUnavailable, `fetch` also in mid-iteration."""

    def start_cursor(self) -> Cursor:
        """The cursor of a mailbox whose present content is all history."""
        ...

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched | Cursor]:
        """Mails that came after `cursor` and are not known, oldest first, read a few at a time.

        A Cursor between them says that everything up to it is done with, though no mail came of it.
        `since` (aware) matters only where the server has numbered its messages anew: then everything received from
        then on comes again under new keys, and the caller tells doubles by Message-ID.
        """
        ...

    def interrupt(self) -> None:
        """End the look that is under way, from another thread and at once, and refuse any that would follow."""
        ...


class Watch(Protocol):
    """A standing connection on which the server says that mail came."""

    @property
    def is_standing(self) -> bool:
        """Whether the server would tell now, as far as is known: a dead line looks like a quiet one."""
        ...

    def keep(self, tell: Callable[[], None]) -> None:
        """Call `tell` when watching begins and whenever mail came; returns where the server offers no such thing.

        Raises MailboxUnavailable when the connection breaks, also by `interrupt`.
        """
        ...

    def renew(self) -> None:
        """Have the connection prove now that it is alive, from another thread."""
        ...

    def interrupt(self) -> None:
        """End it, from another thread and at once."""
        ...


class TokenSource(Protocol):
    """Where a mailbox without password gets what it logs in with (OAuth)."""

    def access_token(self) -> str:
        """A token that is still good. Raises MailboxUnavailable, and MailboxRefused where somebody must sign in."""
        ...

    def discard(self, token: str) -> None:
        """The mailbox's server did not take this one: get another."""
        ...
