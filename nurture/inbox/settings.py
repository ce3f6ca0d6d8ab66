"""How a sender's mailbox is reached: this room's part of `config.yaml`, as meant."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Security = Literal["none", "starttls", "tls"]
IMAP_PORTS = {"none": 143, "starttls": 143, "tls": 993}
INBOX = "INBOX"
AUTO = "auto"
"""For `sent`: the folder that the server itself names as the one of sent mail (RFC 6154)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """One mailbox. `host` to `is_idle_wanted` belong to `kind` imap, `path` (which holds `new` and `cur`) to maildir.

    `folders` are those that answers arrive in, `sent` the one of sent mail: empty where it is not looked into.
    `port` 0 is the usual one of `security`; `timeout` is in seconds and for each answer of the server.
    """

    kind: Literal["imap", "maildir"]
    host: str = ""
    port: int = 0
    security: Security = "tls"
    username: str = ""
    password: str = field(default="", repr=False)
    is_idle_wanted: bool = True
    timeout: float = 30.0
    path: Path | None = None
    folders: tuple[str, ...] = (INBOX,)
    sent: str = ""

    @property
    def port_in_use(self) -> int:
        """`port`, or the usual one where it is 0."""
        return self.port or IMAP_PORTS[self.security]


def is_inbox(folder: str) -> bool:
    """Whether it is the one folder whose name has no case (RFC 3501 5.1).

    >>> is_inbox("Inbox"), is_inbox("INBOX/a")
    (True, False)
    """
    return folder.upper() == INBOX
