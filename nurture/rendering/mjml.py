"""Rendering's MJML: turned into HTML once, with Jinja's marks as words; nothing is ever included from elsewhere.

Marks may also stand between elements: the parser keeps loose text where it stands and counts it as no column.
"""

import re

import mrml

from nurture.errors import InvalidInput
from nurture.rendering.marks import Marked
from nurture.rendering.markup import refuse_unwieldy

_UNKNOWN = re.compile(r"<(mj-[\w-]+)")


def to_html(marked: Marked) -> str:
    """The HTML of a marked MJML text; InvalidInput where it is no MJML."""
    if re.search(r"<mj-include\b", marked.text, re.IGNORECASE):
        raise InvalidInput("`mj-include` is not available", hint="Use {% include 'parts/name.html' %}.")
    refuse_unwieldy(marked.text)
    try:
        made = mrml.to_html(
            marked.text,
            parser_options=mrml.ParserOptions(include_loader=mrml.noop_loader()),
            render_options=mrml.RenderOptions(fonts={}),
        )
    except OSError as error:
        raise InvalidInput(f"this is not MJML: {error}") from error
    unknown = _UNKNOWN.search(made.content)
    if unknown:
        raise InvalidInput(f"MJML has no element <{unknown[1]}>")
    return made.content
