"""How a mail program shows a mail's HTML: in light, in dark, and with links and pixels that ask nobody anything."""

import re
from typing import Literal

from nurture.preview.letter import NOWHERE

Scheme = Literal["light", "dark"]

_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_ASKS_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_DECLARES = re.compile(r"(color-scheme\s*:\s*)[a-z][a-z ]*", re.IGNORECASE)
_META = re.compile(r"(<meta\s+name=\"(?:supported-)?color-schemes?\"\s+content=\")[^\"]*", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_PIXEL = re.compile(rf"{re.escape(NOWHERE)}/o/[\w=.-]+")
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"
_INVERTED = (
    "<style>html { background: #fff; min-height: 100%; filter: invert(1) hue-rotate(180deg); }"
    " img, video { filter: invert(1) hue-rotate(180deg); }</style>"
)


def has_dark_look(document: str) -> bool:
    """Whether the mail says itself how it looks in the dark."""
    return any(found[1].lower() == "dark" for style in _STYLE.finditer(document) for found in _asked(style[2]))


def as_shown(document: str, scheme: Scheme) -> str:
    """The document as a program in that scheme shows it, whatever scheme the browser itself is in.

    A mail without a dark look of its own has its colours inverted, as many programs do; each does it in its own way.
    """

    def asked(found: re.Match[str]) -> str:
        return _ALWAYS if found[1].lower() == scheme else _NEVER

    def in_style(found: re.Match[str]) -> str:
        css = _DECLARES.sub(rf"\g<1>{scheme}", _ASKS_SCHEME.sub(asked, found[2]))
        return found[1] + css + found[3]

    is_inverted = scheme == "dark" and not has_dark_look(document)
    own = "light" if is_inverted else scheme
    shown = _META.sub(rf"\g<1>{own}", _PIXEL.sub(_NO_PICTURE, document))
    if not is_inverted:
        shown = _STYLE.sub(in_style, shown)
    head = '<base target="_blank">' + (_INVERTED if is_inverted else "")
    place = _HEAD.search(shown)
    return f"{shown[: place.end()]}{head}{shown[place.end() :]}" if place else head + shown


def _asked(css: str) -> list[re.Match[str]]:
    return list(_ASKS_SCHEME.finditer(css))
