"""Rendering's view of the world: exactly what a template may see of one contact, and nothing with a method to call.

The answers come from the evaluator that the campaigns' conditions use, so that a mail and a condition never differ.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from jinja2.exceptions import TemplateRuntimeError

from nurture.domain.condition import (
    ContactField,
    Did,
    Enrolled,
    Fact,
    FactName,
    Happened,
    LastEventField,
    Node,
    TriggerField,
)
from nurture.domain.duration import parse_duration
from nurture.domain.evaluate import evaluate
from nurture.domain.event import BUILT_IN_EVENTS
from nurture.domain.facts import Facts
from nurture.domain.sender import Company, Sender
from nurture.domain.value import FieldType, Value
from nurture.domain.vocabulary import Vocabulary
from nurture.rendering.links import MARKS, named

FACTS: tuple[FactName, ...] = (
    "stage",
    "days_in_stage",
    "days_in_campaign",
    "score",
    "replied",
    "ordered",
    "now",
    "today",
)
REPLY_FIELDS = ("intent", "text")
ORDER_FIELDS = ("total", "currency", "items")
SENDER_FIELDS = ("name", "email")
COMPANY_FIELDS = ("name", "address", "tax_id")
FUNCTIONS = ("opened", "clicked", "sent", "happened", "last", "enrolled", "link")
NAMES = (
    *FACTS,
    *FUNCTIONS,
    "company",
    "contact",
    "event",
    "language",
    "order",
    "preheader",
    "project",
    "reply",
    "sender",
    "subject",
    "unsubscribe_url",
)
"""Every name that a template may use."""

MAIL_NAMES = frozenset({"link", "preheader", "sender", "subject", "unsubscribe_url"})
"""Those of them that only a mail has, not the title of a task."""


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint with the nearest right word, or nothing where none is near."""
    found = get_close_matches(word, list(words), n=1)
    return f"did you mean `{found[0]}`?" if found else ""


class Fields(Mapping[str, object]):
    """Named values; an unknown name is an error that names the nearest."""

    __slots__ = ("_names", "_read", "_what")

    def __init__(self, what: str, names: Iterable[str], read: Callable[[str], object]) -> None:
        self._what = what
        self._names = frozenset(names)
        self._read = read

    def __getitem__(self, name: str) -> object:
        if name not in self._names:
            hint = nearest(name, sorted(self._names))
            raise TemplateRuntimeError(f"`{self._what}.{name}` is not known" + (f": {hint}" if hint else ""))
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True, slots=True)
class Function:
    """A function that templates may call by `name`."""

    name: str
    answer: Callable[..., object]

    def __call__(self, *args: object, **kwargs: object) -> object:
        try:
            return self.answer(*args, **kwargs)
        except TypeError as error:
            raise TemplateRuntimeError(f"`{self.name}(…)` is not used like this: {error}") from error


def clean(value: Value) -> Value:
    """The value without the marks that rendering itself puts into texts, so that no data can forge one."""
    if isinstance(value, str):
        return value.translate(MARKS)
    if isinstance(value, tuple):
        return tuple(text.translate(MARKS) for text in value)
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise TemplateRuntimeError(f"{what} must be a text")
    return str(value)


def event_fields(vocabulary: Vocabulary, event: str) -> dict[str, FieldType | None]:
    """The fields that `last(event)` has, with their declared types; a built-in event's have none."""
    declared = vocabulary.events.get(event)
    fields: dict[str, FieldType | None] = dict.fromkeys(BUILT_IN_EVENTS.get(event, ()))
    return fields | {spec.name: spec.type for spec in (declared.fields if declared else ())}


def trigger_fields(vocabulary: Vocabulary) -> dict[str, FieldType | None]:
    """The fields that `event`, which may be any, can have."""
    fields: dict[str, FieldType | None] = {}
    for event in vocabulary.event_names():
        fields |= event_fields(vocabulary, event)
    return fields


def _known_event(vocabulary: Vocabulary, event: object) -> str:
    name = _text(event, "an event's name")
    if name not in vocabulary.event_names():
        hint = nearest(name, vocabulary.event_names())
        raise TemplateRuntimeError(f"event `{name}` is not declared" + (f": {hint}" if hint else ""))
    return name


def context_of(
    facts: Facts, *, vocabulary: Vocabulary, company: Company, project: str, language: str
) -> dict[str, object]:
    """What a text without links may see: the title of a task, the subject of a notice."""

    def ask(node: Node) -> Value:
        return clean(evaluate(node, facts))

    def did(what: str) -> Function:
        def answer(target: object = None) -> bool:
            return bool(ask(Did(what, None if target is None else _text(target, "a step or link"))))  # type: ignore[arg-type]

        return Function(what, answer)

    def happened(event: object, within: object = None) -> bool:
        span = None if within is None else parse_duration(_text(within, "`within`"))
        if within is not None and span is None:
            raise TemplateRuntimeError(f"`{within}` is not a span of time: write 7d, 4h or 30m")
        return bool(ask(Happened(_known_event(vocabulary, event), span)))

    def last(event: object) -> Fields:
        name = _known_event(vocabulary, event)
        types = event_fields(vocabulary, name)
        return Fields(f"last('{name}')", types, lambda field: ask(LastEventField(name, field, types[field])))

    def enrolled(campaign: object) -> bool:
        return bool(ask(Enrolled(_text(campaign, "a campaign's name"))))

    def contact_field(name: str) -> Value:
        spec = vocabulary.field(name)
        return ask(ContactField(name, spec.type if spec else None))

    trigger = {**dict.fromkeys(facts.trigger), **trigger_fields(vocabulary)}
    shown = {"name": company.name, "address": company.address, "tax_id": company.tax_id}
    return {
        **{name: ask(Fact(name)) for name in FACTS},
        **{what: did(what) for what in ("opened", "clicked", "sent")},
        "contact": Fields("contact", vocabulary.field_names(), contact_field),
        "event": Fields("event", trigger, lambda name: ask(TriggerField(name, trigger[name]))),
        "reply": Fields("reply", REPLY_FIELDS, lambda name: ask(Fact(f"reply.{name}"))),  # type: ignore[arg-type]
        "order": Fields("order", ORDER_FIELDS, lambda name: ask(Fact(f"order.{name}"))),  # type: ignore[arg-type]
        "happened": Function("happened", happened),
        "last": Function("last", last),
        "enrolled": Function("enrolled", enrolled),
        "company": Fields("company", COMPANY_FIELDS, shown.__getitem__),
        "project": project,
        "language": language,
    }


def mail_context(sender: Sender, *, unsubscribe_url: str, subject: str = "", preheader: str = "") -> dict[str, object]:
    """What a mail sees besides."""
    shown = {"name": sender.display_name or sender.name, "email": sender.email}

    def link(name: object, url: object) -> str:
        return named(_text(url, "a link's URL"), _text(name, "a link's name"))

    return {
        "sender": Fields("sender", SENDER_FIELDS, shown.__getitem__),
        "unsubscribe_url": unsubscribe_url,
        "link": Function("link", link),
        "subject": subject,
        "preheader": preheader,
    }
