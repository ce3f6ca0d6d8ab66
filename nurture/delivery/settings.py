"""What config.yaml says of a sender's way out, declared in the room that uses it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Security = Literal["none", "starttls", "tls"]
"""`tls`: TLS from the first byte (port 465); `starttls`: insists on it; `none`: clear text, meant for loopback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """One relay account. `timeout` is seconds for connecting and for each stage; `connections` are kept at most.

    The wait for the reply to the final dot is not `timeout` but 10 minutes (RFC 5321 4.5.3.2.6).
    """

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    connections: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSettings:
    """Where the public key is published (`SELECTOR._domainkey.DOMAIN`) and where the private one lies.

    `domain` None means the domain of the From address, as DMARC alignment wants it.
    """

    selector: str
    key_file: Path
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """Mails become .eml files in this folder instead of going out."""

    path: Path
