"""What a made-up person does about a mail, as plain values: done in memory by a simulation, or to a real engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nurture.domain.value import Value
from nurture.domain.verdict import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A mail program fetches the pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """The person follows the link of that name."""

    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A machine fetches the pixel and follows every link at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    intent: Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class WentAway:
    """A vacation responder answers."""

    back_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A delivery report comes."""

    is_hard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Complained:
    """A feedback report comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed:
    """One click in the mail program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurred:
    """An event of the project."""

    event: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    total: Decimal
    currency: str


Deed = Opened | Clicked | Scanned | Replied | WentAway | Bounced | Complained | Unsubscribed | Occurred | Bought
