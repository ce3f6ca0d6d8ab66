"""Rendering's masks: what differs from person to person taken out of a mail, so that the rest is read only once.

A value's place is kept by one character that no contact can send us and that every parser takes for a letter. Where a
value cannot be taken out safely it stays, and that mail is read for itself.
"""

import html
import re
from collections.abc import Iterable

_FIRST = 0xE100
_MOST = 200
_LONGEST = 200
_RESERVED = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + _MOST)}]")
_TAG = re.compile(r"(<[^>]*>)")


def masked(document: str, *, addresses: Iterable[str], values: Iterable[str]) -> tuple[str, dict[int, str]]:
    """The document with masks, and for `str.translate` what stands behind each.

    `addresses` are taken out wherever they are, `values` (plain, not HTML) only of what a reader sees, as whole words.
    The same template gives the same document for every person whose values take the same ways through it.

    >>> shown, behind = masked("<p>Hi Ann &amp; Bo</p>", addresses=(), values=["Bo", "Ann"])
    >>> shown.translate(behind), len(behind)
    ('<p>Hi Ann &amp; Bo</p>', 2)
    """
    if _RESERVED.search(document):
        return document, {}
    behind: dict[int, str] = {}
    for address in addresses:
        if address:
            document = document.replace(address, _next(behind, address))
    known = [value for value in dict.fromkeys(values) if _is_a_word(value)][: _MOST - len(behind)]
    marks = {value: _next(behind, value) for value in known}
    pieces = _TAG.split(document)
    for value in sorted(known, key=len, reverse=True):
        written = html.escape(value, quote=False)
        for place in range(0, len(pieces), 2):
            if written in pieces[place]:
                pieces[place] = _replaced(pieces[place], written, marks[value])
    return "".join(pieces), behind


def _next(behind: dict[int, str], value: str) -> str:
    mark = _FIRST + len(behind)
    behind[mark] = value
    return chr(mark)


def _is_a_word(value: str) -> bool:
    """Whether a reader of HTML leaves it as it is: no blank that could be joined to another, nothing invisible."""
    is_tidy = value == value.strip() and "  " not in value
    return is_tidy and 0 < len(value) <= _LONGEST and value.isprintable()


def _replaced(text: str, value: str, mark: str) -> str:
    """Only where it begins and ends with a word: inside `&amp;` or a longer word it means something else."""
    first, *others = text.split(value)
    made = [first]
    before = first
    for after in others:
        is_apart = not (before and (before[-1].isalnum() or before[-1] in "&#_"))
        is_apart = is_apart and not (after and (after[0].isalnum() or after[0] in ";_"))
        made += [mark if is_apart else value, after]
        before = after or (mark if is_apart else value)
    return "".join(made)
