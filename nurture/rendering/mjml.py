"""Rendering's MJML: turned into HTML once, with Jinja's marks as words; nothing is ever included from elsewhere."""

import re

import mrml

from nurture.errors import InvalidInput
from nurture.rendering.marks import Marked
from nurture.rendering.markup import ATTRIBUTES, comments_apart, refuse_unwieldy

_TAG = re.compile(rf"<(?P<closing>/?)(?P<tag>mj[\w-]*+){ATTRIBUTES}>", re.IGNORECASE)
_HOLDS_ELEMENTS = frozenset(
    {"mj-body", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero", "mj-head", "mj-accordion", "mj-navbar"}
)
_UNKNOWN = re.compile(r"<(mj-[\w-]+)")


def to_html(marked: Marked) -> str:
    """The HTML of a marked MJML text; InvalidInput where it is no MJML."""
    if re.search(r"<mj-include\b", marked.text, re.IGNORECASE):
        raise InvalidInput("`mj-include` is not available", hint="Use {% include 'parts/name.html' %} in <mj-raw>.")
    refuse_unwieldy(marked.text)
    try:
        made = mrml.to_html(
            _shelter(marked),
            parser_options=mrml.ParserOptions(include_loader=mrml.noop_loader()),
            render_options=mrml.RenderOptions(fonts={}),
        )
    except OSError as error:
        raise InvalidInput(f"this is not MJML: {error}") from error
    unknown = _UNKNOWN.search(made.content)
    if unknown:
        raise InvalidInput(f"MJML has no element <{unknown[1]}>")
    return made.content


def _shelter(marked: Marked) -> str:
    """Statements that stand between elements go into <mj-raw>, which is where MJML lets foreign text stand."""
    loose = re.compile(rf"(?:{marked.statement}\s*+)++")
    inside: list[str] = []
    parts: list[str] = []

    def between(text: str) -> str:
        if inside and inside[-1] in _HOLDS_ELEMENTS:
            return loose.sub(lambda found: f"<mj-raw>{found[0].strip()}</mj-raw>\n", text)
        return text

    for is_comment, piece in comments_apart(marked.text):
        position = 0
        for found in () if is_comment else _TAG.finditer(piece):
            parts += [between(piece[position : found.start()]), found[0]]
            position = found.end()
            _follow(found, inside)
        parts.append(piece if is_comment else between(piece[position:]))
    return "".join(parts)


def _follow(found: re.Match[str], inside: list[str]) -> None:
    """Keep `inside`, the names of the elements that are open, in step with one more tag."""
    name = found["tag"].lower()
    if found[0].endswith("/>"):
        return
    if not found["closing"]:
        inside.append(name)
    elif name in inside:
        while inside.pop() != name:
            continue
