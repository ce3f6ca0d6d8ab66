"""Rendering's look at a template's body as written: tags, links and pictures that serve no reader of a mail."""

import re
from collections.abc import Iterator
from dataclasses import replace

from nurture.domain.loopback import is_loopback
from nurture.errors import Problem
from nurture.rendering.failure import FOLDER
from nurture.rendering.links import ALLOWED
from nurture.rendering.markup import ATTRIBUTES
from nurture.rendering.source import SourceFile

_HARMFUL = re.compile(
    r"<(script|iframe|object|embed|form|base|frame|applet)\b|<link\b[^<>]*stylesheet|\son[a-z]+\s*=", re.I
)
_UNQUOTED = re.compile(
    r"<[a-z][\w-]*+(?:\s++[^\s=<>\"'{}]++(?:=(?:\"[^\"]*+\"|'[^']*+'))?)*?\s++[^\s=<>\"'{}]++=\{\{", re.IGNORECASE
)
_TARGET = re.compile(r"\shref\s*=\s*[\"']\s*([a-z][\w+.-]*):|\]\(\s*<?([a-z][\w+.-]*):", re.IGNORECASE)
_CLEAR = re.compile(
    r"(?:\shref\s*=\s*[\"']\s*|\]\(\s*<?|\blink\(\s*[\"'][^\"']*[\"']\s*,\s*[\"'])(http://(\[[^\]\s]*\]|[^/\s:\"'<>)]*))",
    re.IGNORECASE,
)
_IMAGE = re.compile(rf"<(?:img|mj-image)\b{ATTRIBUTES}>", re.IGNORECASE)
# What is left open reads on to the end, as browsers have it: looking for its end at each beginning would take for ever.
_UNREAD = re.compile(
    r"\{#.*?(?:#\}|\Z)|\{%.*?(?:%\}|\Z)|<!--.*?(?:-->|\Z)|<(style|head|title)\b.*?(?:</\1\s*>|\Z)"
    r"|!\[[^\[\]]{0,1000}+\]\([^()]{0,2000}+\)(?:\{[^{}]{0,100}+\})?",
    re.IGNORECASE | re.DOTALL,
)
_TAKES_IN = re.compile(r"\{%-?\s*(include|extends|import|from)\b")
_TAG = re.compile(r"<[^<>]*+>")


def body_problems(file: SourceFile) -> Iterator[Problem]:
    """What is wrong with the body whatever it is filled with."""
    yield from _markup(file)
    yield from _links(file)
    yield from _pictures(file)


def _markup(file: SourceFile) -> Iterator[Problem]:
    for harmful in _HARMFUL.finditer(file.body):
        message = f"`{harmful[0].split()[-1]}` has no place in a mail"
        yield _problem(file, harmful.end(), "unsafe-html", message, "Mail programs remove it.")
    for unquoted in _UNQUOTED.finditer(file.body):
        message = "a value stands in an attribute without quotes"
        yield _problem(file, unquoted.end(), "unsafe-html", message, 'Write name="{{ … }}".')


def _links(file: SourceFile) -> Iterator[Problem]:
    for target in _TARGET.finditer(file.body):
        scheme = (target[1] or target[2]).lower()
        if scheme not in ALLOWED:
            hint = f"Links start with {', '.join(f'{allowed}:' for allowed in ALLOWED)}."
            yield _problem(file, target.start(), "unsafe-link", f"a link goes to `{scheme}:`", hint)
    for clear in _CLEAR.finditer(file.body):
        if not is_loopback(clear[2]):
            message = f"the link to {clear[2]} is not encrypted"
            hint = f"Write {clear[1].replace('http', 'https', 1)[:80]}."
            yield _warning(file, clear.start(1), "clear-link", message, hint)


def _pictures(file: SourceFile) -> Iterator[Problem]:
    for image in _IMAGE.finditer(file.body):
        if not re.search(r"\salt\s*=", image[0], re.IGNORECASE):
            hint = 'Say what it shows; alt="" for an ornament.'
            yield _warning(file, image.start(), "image-alt", "an image has no alt text", hint)


def says_nothing(file: SourceFile) -> bool:
    """Whether nothing is left of the body once pictures and tags are taken away: no word, no value."""
    if _TAKES_IN.search(file.body):
        return False
    shown = _TAG.sub(" ", _UNREAD.sub(" ", file.body))
    return not any(character.isalnum() for character in shown)


def _problem(file: SourceFile, offset: int, code: str, message: str, hint: str) -> Problem:
    line = file.body.count("\n", 0, offset) + 1
    return Problem(
        file=FOLDER + file.name, line=line, column=1, code=code, message=message, hint=hint, severity="error"
    )


def _warning(file: SourceFile, offset: int, code: str, message: str, hint: str) -> Problem:
    column = offset - file.body.rfind("\n", 0, offset)
    return replace(_problem(file, offset, code, message, hint), column=column, severity="warning")
