"""Rendering's eye for tags: patterns that stay linear on hostile text, and a limit before parsers that recurse.

Why a limit: the HTML and MJML parsers are compiled code that descends with every element; some ten thousand deep they
end the whole process.
"""

import re
from collections import Counter
from collections.abc import Iterator

from nurture.errors import InvalidInput

ATTRIBUTES = r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+'){0,400}+"
"""What stands between a tag's name and its end; bounded, so that a quote left open costs no second look at the rest."""

_TAG = re.compile(rf"<(?P<closing>/?)(?P<tag>[a-z][^\s/<>]*+){ATTRIBUTES}>", re.IGNORECASE)
_BEGINNING = re.compile(r"<[a-z]", re.IGNORECASE)
_CLOSED_OR_EMPTY = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
        "p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot",
    }
)  # fmt: skip
MAX_DEPTH = 200
MAX_ELEMENTS = 6_000


def comments_apart(document: str) -> Iterator[tuple[bool, str]]:
    """The document in pieces: whether each is a comment, and the piece, with `<!--` and `-->` where it is one."""
    position = 0
    while (start := document.find("<!--", position)) >= 0:
        end = document.find("-->", start + 4)
        if end < 0:
            break
        yield False, document[position:start]
        yield True, document[start : end + 3]
        position = end + 3
    yield False, document[position:]


def refuse_unwieldy(document: str) -> None:
    """InvalidInput where there are more elements, or more inside each other, than any mail has."""
    opened: Counter[str] = Counter()
    deepest = depth = 0
    for found in _TAG.finditer(document):
        tag = found["tag"].lower()
        if found["closing"]:
            if opened[tag]:
                opened[tag] -= 1
                depth -= 1
            continue
        if tag not in _CLOSED_OR_EMPTY and not found[0].endswith("/>"):
            opened[tag] += 1
            depth += 1
            deepest = max(deepest, depth)
    if len(_BEGINNING.findall(document)) > MAX_ELEMENTS:
        raise InvalidInput(f"the mail has more than {MAX_ELEMENTS:,} elements", hint="Shorten it.")
    if deepest > MAX_DEPTH:
        raise InvalidInput(f"the mail has more than {MAX_DEPTH} elements inside each other", hint="Close what is open.")
