"""What made-up people do in a simulation, written down person by person: what a scenario is made of."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from nurture.domain.contact import Contact
from nurture.domain.scenario import Happen
from nurture.simulation.deeds import Deed, Scanned
from nurture.simulation.person import Mail, Person


@dataclass(frozen=True, slots=True)
class Page:
    """At `at` they did `deed` about the mail of `step`; None: the team did a task of theirs."""

    at: datetime
    deed: Deed | None = None
    step: str = ""
    is_about_newest: bool = True


@dataclass(slots=True, eq=False)
class Diary:
    """`contact` is as they came, at `asked_in_at`, with the event `happens`; `zone` is that of their wall then."""

    contact: Contact
    zone: ZoneInfo
    asked_in_at: datetime
    happens: Happen | None = None
    pages: list[Page] = field(default_factory=list)


class Diaries:
    """Everybody's, or that of the one address `only`, by the contact's id."""

    def __init__(self, only: str | None = None) -> None:
        self._only = only
        self.known: dict[int, Diary] = {}

    def begin(self, person: Person, asked_in_at: datetime, happens: Happen | None) -> None:
        """Somebody comes."""
        if self._only in (None, person.contact.address):
            self.known[person.contact.id] = Diary(person.contact, person.zone, asked_in_at, happens)

    def did(self, person: Person, mail: Mail, deed: Deed, at: datetime) -> None:
        """They do something about a mail; what machines do counts for nothing and is left out."""
        diary = self.known.get(person.contact.id)
        if diary and not isinstance(deed, Scanned):
            diary.pages.append(Page(at, deed, mail.step, mail is person.mails[-1]))

    def task_done(self, person: Person, at: datetime) -> None:
        """The team does a task of theirs."""
        if diary := self.known.get(person.contact.id):
            diary.pages.append(Page(at))
