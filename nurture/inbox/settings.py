"""How a sender's mailbox is reached: this room's part of `config.yaml`, as meant."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Security = Literal["none", "starttls", "tls"]
IMAP_PORTS = {"none": 143, "starttls": 143, "tls": 993}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """One mailbox. `host` to `folder` belong to `kind` imap, `path` (the folder that holds `new` and `cur`) to maildir.

    `port` 0 is the usual one of `security`; `timeout` is in seconds and for each answer of the server.
    """

    kind: Literal["imap", "maildir"]
    host: str = ""
    port: int = 0
    security: Security = "tls"
    username: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    path: Path | None = None
    timeout: float = 30.0

    @property
    def port_in_use(self) -> int:
        """`port`, or the usual one where it is 0."""
        return self.port or IMAP_PORTS[self.security]
