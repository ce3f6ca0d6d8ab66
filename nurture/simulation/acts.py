"""What a made-up person may do: each act a plain value, done by the world."""

from dataclasses import dataclass
from datetime import date, datetime

from nurture.simulation.letter import Letter
from nurture.simulation.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive:
    """They become a contact: they left their address, filled in the form, or signed up for a trial by themselves."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A mail program fetches these addresses, all at once: the pixel when it is opened, a link when it is clicked."""

    person: Person
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    person: Person
    letter: Letter
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoReply:
    """Their mail server says that they are away."""

    person: Person
    letter: Letter
    back_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery report comes: the mail was taken and could not be delivered after all."""

    person: Person
    letter: Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """One click in their mail program (RFC 8058)."""

    person: Person
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrial:
    person: Person
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy:
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRound:
    """The sales team goes through its open tasks."""


Act = Arrive | Look | Answer | AutoReply | Bounce | Unsubscribe | StartTrial | Buy | TeamRound
