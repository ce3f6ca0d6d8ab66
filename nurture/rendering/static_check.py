"""Rendering's proof-reader: what can be known to be wrong in a template without rendering it.

Names, fields, filters, events, steps and links that do not exist are named with the nearest that does, also in
branches that no trial rendering would enter.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from nurture.domain.duration import parse_duration
from nurture.domain.vocabulary import Vocabulary
from nurture.rendering.context import (
    COMPANY_FIELDS,
    MAIL_NAMES,
    NAMES,
    ORDER_FIELDS,
    REPLY_FIELDS,
    SENDER_FIELDS,
    event_fields,
    nearest,
    trigger_fields,
)
from nurture.rendering.environment import TESTS
from nurture.rendering.filters import FILTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a template may speak of. `steps` and `links` are None where the campaign is not known."""

    vocabulary: Vocabulary
    steps: Collection[str] | None = None
    links: Collection[str] | None = None
    is_mail: bool = True

    def names(self) -> tuple[str, ...]:
        return NAMES if self.is_mail else tuple(name for name in NAMES if name not in MAIL_NAMES)

    def fields(self) -> Mapping[str, Collection[str]]:
        return {
            "contact": self.vocabulary.field_names(),
            "event": tuple(trigger_fields(self.vocabulary)),
            "reply": REPLY_FIELDS,
            "order": ORDER_FIELDS,
            "company": COMPANY_FIELDS,
            "sender": SENDER_FIELDS,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `word` is what to look for on the line to find its column."""

    line: int
    word: str
    code: str
    message: str
    hint: str = ""


def findings(tree: nodes.Template, words: Words) -> Iterator[Finding]:
    """Everything wrong in a tree as the author wrote it."""
    parts = list(tree.find_all(nodes.Node))
    unknown = [
        *_unknown("filter", [part for part in parts if isinstance(part, nodes.Filter)], FILTERS),
        *_unknown("test", [part for part in parts if isinstance(part, nodes.Test)], TESTS),
    ]
    yield from unknown
    names = [part for part in parts if isinstance(part, nodes.Name)]
    if not unknown:  # Jinja cannot tell which names are free while a filter is missing
        yield from _unknown_names(tree, names, words)
    own = {name.name for name in names if name.ctx in ("store", "param")}
    yield from _unknown_fields([part for part in parts if isinstance(part, nodes.Getattr)], words, own)
    for call in parts:
        if isinstance(call, nodes.Call) and isinstance(call.node, nodes.Name) and call.node.name not in own:
            yield from _wrong_call(call, call.node.name, words)


def _unknown(what: str, used: Sequence[nodes.Filter | nodes.Test], known: Collection[str]) -> Iterator[Finding]:
    for node in used:
        if node.name not in known:
            hint = nearest(node.name, known) or f"There are {', '.join(sorted(known))}."
            yield Finding(node.lineno, node.name, f"unknown-{what}", f"there is no {what} `{node.name}`", hint)


def _unknown_names(tree: nodes.Template, names: Sequence[nodes.Name], words: Words) -> Iterator[Finding]:
    if {name.name for name in names} <= set(words.names()):
        return  # without asking Jinja, which has to compile the template to tell
    free = find_undeclared_variables(tree) - set(words.names())
    seen: set[tuple[str, int]] = set()
    for node in names:
        if node.name not in free or (node.name, node.lineno) in seen or node.ctx != "load":
            continue
        seen.add((node.name, node.lineno))
        if node.name == "offer":
            yield Finding(node.lineno, "offer", "later", "`offer` is not available yet")
            continue
        hint = nearest(node.name, words.names()) or nearest(node.name, words.vocabulary.field_names())
        if node.name in words.vocabulary.field_names():
            hint = f"write `contact.{node.name}`"
        yield Finding(node.lineno, node.name, "unknown-name", f"`{node.name}` is not known here", hint)


def _unknown_fields(parts: Sequence[nodes.Getattr], words: Words, own: Collection[str]) -> Iterator[Finding]:
    known = words.fields()
    for node in parts:
        if isinstance(node.node, nodes.Name) and node.node.name in known and node.node.name not in own:
            fields, what = known[node.node.name], node.node.name
        elif event := _asked_event(node.node):
            if event not in words.vocabulary.event_names():
                continue  # said at the call
            fields, what = tuple(event_fields(words.vocabulary, event)), f"last('{event}')"
        else:
            continue
        if node.attr not in fields:
            hint = nearest(node.attr, fields) or (f"It has {', '.join(fields)}." if fields else "It has no fields.")
            yield Finding(node.lineno, node.attr, "unknown-field", f"`{what}.{node.attr}` is not known", hint)


def _asked_event(node: nodes.Expr) -> str | None:
    is_last = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "last"
    return _constant(node) if is_last and isinstance(node, nodes.Call) else None


def _constant(call: nodes.Call, index: int = 0) -> str | None:
    argument = call.args[index] if len(call.args) > index else None
    return argument.value if isinstance(argument, nodes.Const) and isinstance(argument.value, str) else None


def _wrong_call(call: nodes.Call, name: str, words: Words) -> Iterator[Finding]:
    target = _constant(call)
    match name:
        case "happened" | "last":
            yield from _not_among(call, target, words.vocabulary.event_names(), "event")
            for within in call.kwargs:
                written = within.value.value if isinstance(within.value, nodes.Const) else ""
                if within.key == "within" and isinstance(written, str) and written and parse_duration(written) is None:
                    yield Finding(
                        call.lineno, written, "bad-duration", f"`{written}` is not a span of time", "Write 7d or 4h."
                    )
        case "enrolled":
            yield from _not_among(call, target, words.vocabulary.campaigns, "campaign")
        case "sent" | "opened" | "clicked" if words.steps is not None and words.links is not None:
            known = {*words.steps, *(words.links if name == "clicked" else ())}
            yield from _not_among(call, target, known, "step or link" if name == "clicked" else "step")
        case "link" if target is None or len(call.args) != 2:
            yield Finding(call.lineno, "link", "link-name", "a link is written link('name', 'https://…')")
        case _:
            return


def _not_among(call: nodes.Call, word: str | None, known: Collection[str], what: str) -> Iterator[Finding]:
    if word is not None and word not in known:
        code = f"unknown-{what.partition(' ')[0]}"
        yield Finding(call.lineno, word, code, f"there is no {what} `{word}`", nearest(word, known))


def links_in(tree: nodes.Template) -> list[tuple[str, nodes.Expr, int]]:
    """Name, target and line of each `link('name', …)`, in order."""
    return [
        (name, call.args[1], call.lineno)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "link" and len(call.args) == 2
        for name in [_constant(call)]
        if name is not None
    ]
