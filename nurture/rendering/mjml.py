"""Rendering's MJML: turned into HTML once, with Jinja's marks as words; nothing is ever included from elsewhere."""

import re

import mrml

from nurture.errors import InvalidInput
from nurture.rendering.marks import Marked

_TAG = re.compile(r"<!--.*?-->|<(/?)(mj[\w-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.DOTALL | re.IGNORECASE)
_HOLDS_ELEMENTS = frozenset(
    {"mj-body", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero", "mj-head", "mj-accordion", "mj-navbar"}
)
_UNKNOWN = re.compile(r"<(mj-[\w-]+)")


def to_html(marked: Marked) -> str:
    """The HTML of a marked MJML text; InvalidInput where it is no MJML."""
    if re.search(r"<mj-include\b", marked.text, re.IGNORECASE):
        raise InvalidInput("`mj-include` is not available", hint="Use {% include 'parts/name.html' %} in <mj-raw>.")
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
    loose = re.compile(rf"(?:{marked.statement}\s*)+")
    inside: list[str] = []
    parts: list[str] = []
    position = 0

    def text(until: int) -> str:
        between = marked.text[position:until]
        if inside and inside[-1] in _HOLDS_ELEMENTS:
            return loose.sub(lambda found: f"<mj-raw>{found[0].strip()}</mj-raw>\n", between)
        return between

    for found in _TAG.finditer(marked.text):
        parts += [text(found.start()), found[0]]
        position = found.end()
        if found[2] is None or found[4]:
            continue
        name = found[2].lower()
        if not found[1]:
            inside.append(name)
        elif name in inside:
            while inside.pop() != name:
                continue
    parts.append(text(len(marked.text)))
    return "".join(parts)
