"""What the names in an expression stand for: fields, facts and functions, each known or told with the nearest word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal, cast

from jinja2 import nodes

from nurture.domain.condition import (
    ContactField,
    Did,
    Enrolled,
    Fact,
    FactName,
    Happened,
    LastEventField,
    Literally,
    Node,
    TriggerField,
)
from nurture.domain.duration import Duration, parse_duration
from nurture.domain.event import BUILT_IN_EVENTS
from nurture.domain.value import FieldSpec, FieldType
from nurture.domain.verdict import INTENTS
from nurture.domain.vocabulary import Vocabulary

Scope = Literal["campaign", "audience", "score", "template"]
"""Where the expression stands. An audience is asked in SQL and knows the contact, its history and score; the rules of
`score` know the same without `score` itself; campaigns and templates know everything."""

_ALONE: tuple[FactName, ...] = (
    "stage",
    "days_in_stage",
    "days_in_campaign",
    "score",
    "replied",
    "ordered",
    "now",
    "today",
)
_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reply": ("intent", "text"),
        "order": ("total", "currency", "items"),
        "offer": ("code", "redeemed"),
    }
)
_FUNCTIONS = ("opened", "clicked", "sent", "happened", "last", "enrolled")
_NAMES = (*_ALONE, *_PARTS, *_FUNCTIONS, "contact", "event")
_OF_SCOPE: Mapping[Scope, frozenset[str]] = MappingProxyType(
    {
        "campaign": frozenset(_NAMES),
        "template": frozenset(_NAMES),
        "audience": frozenset({"contact", "happened", "ordered", "enrolled", "score"}),
        "score": frozenset({"contact", "happened", "ordered", "enrolled"}),
    }
)
_NUMBERS_OF_EVENTS = frozenset({"total"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The words of one campaign. None, where they are not known yet, lets every word pass."""

    steps: frozenset[str] | None = None
    links: frozenset[str] | None = None
    stages: tuple[str, ...] | None = None
    enrolled_by: tuple[str, ...] | None = None


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionProblem:
    """One thing that is wrong. `offset` counts characters from the expression's begin.

    `code` is `syntax`, `type`, `scope`, `later` or `unknown-` and `name`, `field`, `event`, `step`, `link`, `campaign`,
    `choice`, `filter` or `test`.
    """

    code: str
    message: str
    hint: str = ""
    offset: int = 0


class Unreadable(Exception):
    """A part of an expression that means nothing; `offset` 0 is where that part begins."""

    def __init__(self, message: str, *, hint: str = "", code: str = "syntax", offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.offset = offset


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint with the word that was probably meant; empty where none is near."""
    found = get_close_matches(word, list(words), n=1)
    return f"did you mean `{found[0]}`?" if found else ""


class Names:
    """Looks names up for one scope. Raises Unreadable for what is not there."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope, known: Known) -> None:
        self._vocabulary = vocabulary
        self._scope = scope
        self._known = known

    def resolve(self, node: nodes.Name | nodes.Getattr | nodes.Call) -> Node:
        match node:
            case nodes.Name():
                return self._alone(node.name)
            case nodes.Getattr(node=nodes.Name() as owner):
                return self._part(owner.name, node.attr, node.lineno + 1)
            case nodes.Getattr(node=nodes.Call(node=nodes.Name(name="last")) as call):
                return self._last(call, node.attr, node.lineno + 1)
            case nodes.Call(node=nodes.Name() as function):
                return self._call(function.name, node)
            case nodes.Call():
                raise Unreadable("only the functions of conditions can be called", hint=f"there are {_functions()}")
            case _:
                raise Unreadable("only `contact`, `reply`, `order`, `offer`, `event` and `last(…)` have fields")

    def _allowed(self, name: str) -> None:
        there = sorted(_OF_SCOPE[self._scope])
        if name not in _NAMES:
            raise Unreadable(f"`{name}` is not known", hint=self._meant(name, there), code="unknown-name")
        if name not in there:
            what = "an audience" if self._scope == "audience" else "the rules of `score`"
            hint = f"there are {', '.join(f'`{one}`' for one in there)}"
            raise Unreadable(f"`{name}` cannot be asked in {what}", hint=hint, code="scope")

    def _meant(self, name: str, names: Iterable[str]) -> str:
        if self._vocabulary.field(name) is not None:
            return f"write `contact.{name}`"
        if name in self._vocabulary.event_names():
            return f'write `happened("{name}")`'
        return nearest(name, names)

    def _alone(self, name: str) -> Node:
        self._allowed(name)
        if name in _ALONE:
            return Fact(name)
        if name in _FUNCTIONS:
            example = {
                "happened": 'happened("EVENT")',
                "last": 'last("EVENT").FIELD',
                "enrolled": 'enrolled("CAMPAIGN")',
            }
            raise Unreadable(f"`{name}` is asked with parentheses", hint=f"write `{example.get(name, f'{name}()')}`")
        written = {"reply": "replied", "order": "ordered"}.get(name, f"{name}.FIELD")
        raise Unreadable(f"`{name}` alone is no value", hint=f"write `{written}`")

    def _part(self, owner: str, field: str, offset: int) -> Node:
        self._allowed(owner)
        if owner == "contact":
            spec = self._vocabulary.field(field)
            if spec is None:
                raise self._unknown_field(f"contact.{field}", field, self._vocabulary.field_names(), offset)
            return ContactField(field, spec.type)
        if owner == "event":
            return TriggerField(field, self._trigger_type(field, offset))
        if owner not in _PARTS:
            raise Unreadable(f"`{owner}` has no fields", hint=f"write `{owner}` alone", offset=offset)
        if field not in _PARTS[owner]:
            raise self._unknown_field(f"{owner}.{field}", field, _PARTS[owner], offset)
        if owner == "offer":
            raise Unreadable("offers are not available yet", code="later")
        return Fact(cast(FactName, f"{owner}.{field}"))

    def _unknown_field(self, written: str, field: str, fields: Iterable[str], offset: int) -> Unreadable:
        return Unreadable(
            f"there is no field `{written}`", hint=nearest(field, fields), code="unknown-field", offset=offset
        )

    def _trigger_type(self, field: str, offset: int) -> FieldType:
        events = self._known.enrolled_by
        candidates = self._vocabulary.event_names() if events is None else events
        fields = [self._fields_of(event) for event in candidates]
        types = {found[field].type for found in fields if field in found}
        if not types:
            raise self._unknown_field(f"event.{field}", field, {name for found in fields for name in found}, offset)
        if len(types) > 1:
            raise Unreadable(f"`event.{field}` is of several types, by the event", code="type", offset=offset)
        return types.pop()

    def _fields_of(self, event: str) -> Mapping[str, FieldSpec]:
        fields = {
            name: FieldSpec(name=name, type="number" if name in _NUMBERS_OF_EVENTS else "text")
            for name in BUILT_IN_EVENTS.get(event, ())
        }
        declared = self._vocabulary.events.get(event)
        return {**fields, **{spec.name: spec for spec in (declared.fields if declared else ())}}

    def _last(self, call: nodes.Call, field: str, offset: int) -> Node:
        self._allowed("last")
        event = self._event(_one_text("last", call), call)
        fields = self._fields_of(event)
        if field not in fields:
            raise self._unknown_field(f'last("{event}").{field}', field, fields, offset)
        return LastEventField(event, field, fields[field].type)

    def _event(self, name: str, call: nodes.Call) -> str:
        if name not in self._vocabulary.event_names():
            hint = nearest(name, self._vocabulary.event_names()) or "declare it under `events` in config.yaml"
            raise Unreadable(f"there is no event `{name}`", hint=hint, code="unknown-event", offset=_argument_at(call))
        return name

    def _call(self, name: str, call: nodes.Call) -> Node:
        if name in _ALONE:
            raise Unreadable(f"`{name}` takes no parentheses", hint=f"write `{name}`")
        self._allowed(name)
        match name:
            case "sent" | "opened" | "clicked":
                return self._did(name, call)
            case "happened":
                within = _within(call)
                return Happened(self._event(_one_text("happened", call, "within"), call), within)
            case "enrolled":
                return self._enrolled(_one_text("enrolled", call), call)
            case "last":
                raise Unreadable("`last(…)` alone is no value", hint='write `last("EVENT").FIELD`')
            case _:
                raise Unreadable(f"`{name}` cannot be called", hint=f"there are {_functions()}")

    def _did(self, what: Literal["sent", "opened", "clicked"], call: nodes.Call) -> Node:
        if not call.args and not call.kwargs:
            return Did(what)
        target = _one_text(what, call)
        steps, links = self._known.steps, self._known.links if what == "clicked" else frozenset()
        if steps is not None and links is not None and target not in steps | links:
            kind = "step or link" if what == "clicked" else "step"
            raise Unreadable(
                f"there is no {kind} `{target}` in this campaign",
                hint=nearest(target, sorted(steps | links)),
                code="unknown-link" if what == "clicked" else "unknown-step",
                offset=_argument_at(call),
            )
        return Did(what, target)

    def _enrolled(self, campaign: str, call: nodes.Call) -> Node:
        campaigns = self._vocabulary.campaigns
        if campaigns and campaign not in campaigns:
            hint = nearest(campaign, campaigns)
            message = f"there is no campaign `{campaign}`"
            raise Unreadable(message, hint=hint, code="unknown-campaign", offset=_argument_at(call))
        return Enrolled(campaign)

    def check_choices(self, field: Node, beside: Node) -> None:
        """Raise Unreadable where a field of a closed list is compared with a text that is not in it."""
        choices = self._choices(field)
        if choices is None or not isinstance(beside, Literally):
            return
        texts = beside.value if isinstance(beside.value, tuple) else (beside.value,)
        for text in texts:
            if isinstance(text, str) and text not in choices:
                hint = nearest(text, choices) or f"there are {', '.join(choices)}"
                raise Unreadable(f"it is never `{text}`", hint=hint, code="unknown-choice")

    def _choices(self, node: Node) -> tuple[str, ...] | None:
        match node:
            case ContactField():
                spec = self._vocabulary.field(node.name)
            case LastEventField():
                spec = self._fields_of(node.event).get(node.name)
            case Fact(name="reply.intent"):
                return INTENTS
            case Fact(name="stage"):
                return self._known.stages
            case _:
                return None
        return spec.choices if spec is not None and spec.type == "choice" else None


def _functions() -> str:
    return ", ".join(f"`{name}`" for name in _FUNCTIONS)


def _argument_at(call: nodes.Call) -> int:
    return call.args[0].lineno if call.args else call.lineno


def _one_text(function: str, call: nodes.Call, *keywords: str) -> str:
    """The single text in the parentheses; of keywords only those named may stand beside it."""
    if call.dyn_args or call.dyn_kwargs or any(keyword.key not in keywords for keyword in call.kwargs):
        allowed = f" besides `{keywords[0]}`" if keywords else ""
        raise Unreadable(f"`{function}(…)` takes one text{allowed}", offset=call.lineno)
    match call.args:
        case [nodes.Const(value=str() as text)]:
            return text
        case [nodes.Name(name=name)]:
            hint = f'write `{function}("{name}")`'
            raise Unreadable(f"`{function}(…)` takes a text in quotes", hint=hint, offset=call.lineno)
        case _:
            raise Unreadable(f"`{function}(…)` takes one text in quotes", offset=call.lineno)


def _within(call: nodes.Call) -> Duration | None:
    for keyword in call.kwargs:
        if keyword.key == "within":
            value = keyword.value.value if isinstance(keyword.value, nodes.Const) else None
            span = parse_duration(value) if isinstance(value, str) else None
            if not span or span.business_days:
                hint = 'write within="7d", "4h" or "30m"'
                raise Unreadable("`within` takes a span of time", hint=hint, offset=call.lineno)
            return span
    return None
