"""A scenario: one made-up person, what they do and when, and what is expected to happen to them in a campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from nurture.domain.duration import Duration
from nurture.domain.order import OrderItem
from nurture.domain.value import Value

NOBODY = "prospect@example.com"
"""Who a scenario is about that gives no address."""

NOON = time(12)
_NO_VALUES: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`after` a span from the scenario's start, or on `day`; `at` a time on the contact's wall, noon for a bare day."""

    after: Duration | None = None
    day: date | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """They answer the newest mail, or that of the step `to`; `from_` another address."""

    text: str
    from_: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happen:
    """An event is recorded."""

    event: str
    fields: Mapping[str, Value] = field(default_factory=lambda: _NO_VALUES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy:
    """An order is recorded; `number` None has one made up."""

    total: Decimal
    currency: str
    items: tuple[OrderItem, ...] = ()
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """They open the mail of a step."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """They follow a link by its name, in the newest mail that has it."""

    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeAway:
    """Their mail server answers for them; in the words of `text` where that is given."""

    back_on: date | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery report comes for the newest mail, or that of the step `to`."""

    is_hard: bool
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complain:
    """Their provider reports the newest mail as spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """By one click, or on the page for this campaign alone."""

    is_for_campaign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFields:
    """Somebody changes the contact; None empties a field."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTags:
    """Somebody puts tags on the contact, or takes them off."""

    tags: tuple[str, ...]
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTask:
    """Somebody does the newest open task of that kind or with these words in its title; None: whichever is newest."""

    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Somebody ends every pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Somebody pauses the run, for a span or until it is resumed."""

    for_: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerWrites:
    """Somebody of ours writes to the contact by hand."""

    subject: str = "Hello"


TheirAct = Reply | Happen | Buy | Open | Click | BeAway | Bounce | Complain | Unsubscribe
OurAct = SetFields | PutTags | CloseTask | Resume | Halt | OwnerWrites
Act = TheirAct | OurAct


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline."""

    when: Moment
    act: Act


ExpectationKind = Literal[
    "email", "never", "skipped", "stage", "task", "notify", "outcome", "nothing_until", "not_enrolled"
]
"""What a line of `expect` speaks of: `never` is a step of which nothing is seen, the others name what happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line of `expect`. `name` is the step, stage, task, addressee or outcome; `because` words of the reason.

    `day` and `at` are on the contact's wall; `contains` are texts in the mail as it is read.
    """

    kind: ExpectationKind
    name: str = ""
    day: date | None = None
    at: time | None = None
    subject: str | None = None
    contains: tuple[str, ...] = ()
    because: str | None = None
    task_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`happens` is what enrolls the contact, None for what the campaign itself names first, a hand where it names none.

    `beside` are further campaigns that run as well. `until` is where the play ends; None lets the expectations say.
    `is_listed_only`: mails that nobody expects are none of this scenario's business.
    """

    name: str
    campaign: str
    start: datetime
    email: str = NOBODY
    values: Mapping[str, Value] = field(default_factory=lambda: _NO_VALUES)
    tags: tuple[str, ...] = ()
    happens: Happen | None = None
    beside: tuple[str, ...] = ()
    timeline: tuple[Entry, ...] = ()
    expect: tuple[Expectation, ...] = ()
    until: Moment | None = None
    is_listed_only: bool = False
    line: int = 1
