"""The text of an HTML mail as its reader sees it, with a line where the quoted mail begins; bounded, never raising."""

import html
import re
import warnings

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError  # type: ignore[import-untyped]  # inscriptis parses with it and lets its errors out

MAX_HTML = 256 * 1024
MAX_TEXT = 1024 * 1024
MAX_DEPTH = 100
"""Elements within elements: more than a mail program makes, and far less than overflows the converter's stack."""

QUOTE_LINE = "-----Original Message-----"
"""Set where a mail program marked the start of what it quotes; a line that people's mails carry anyway."""

_QUOTE_START = re.compile(
    r"<(?:blockquote\b[^>]{0,300}\btype=[\"']?cite|div\b[^>]{0,200}\b(?:class=[\"']?(?:gmail_quote|yahoo_quoted|"
    r"moz-cite-prefix|protonmail_quote|zmail_extra)|id=[\"']?(?:divRplyFwdMsg|appendonsend|mail-editor-reference)))",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<(/?)(?:script|style|head|title)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})[^<>]{0,5000}>")
_LINE_TAGS = re.compile(r"<(?:br|p|div|tr|li|h[1-6]|table|blockquote|/p|/div)\b[^<>]{0,2000}>", re.IGNORECASE)
_EMPTY_ELEMENTS = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "source"})
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"])


def to_text(source: str) -> str:
    """The visible text. Very deep or broken HTML is only stripped of its tags."""
    source = source[:MAX_HTML].replace("\0", "")
    quote = _QUOTE_START.search(source)
    if quote:
        source = f"{source[: quote.start()]}<p>{QUOTE_LINE}</p>{source[quote.start() :]}"
    if _depth(source) > MAX_DEPTH:
        return _stripped(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(get_text(source, _CONFIG))[:MAX_TEXT]
    except (LxmlError, ValueError, TypeError, IndexError, AttributeError, KeyError, AssertionError, RecursionError):
        return _stripped(source)


def _depth(source: str) -> int:
    """How deep elements lie in each other, at most; elements that are never closed count on."""
    depth = deepest = 0
    for closing, name in _TAG.findall(source):
        if closing:
            depth = max(0, depth - 1)
        elif name.lower() not in _EMPTY_ELEMENTS:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _stripped(source: str) -> str:
    """Tags out, entities undone. Unseen elements go pairwise: a pattern over both tags takes quadratic time."""
    seen = []
    end, is_unseen = 0, False
    for match in _UNSEEN.finditer(source):
        if not is_unseen:
            seen.append(source[end : match.start()])
        is_unseen, end = not match[1], match.end()
    if not is_unseen:
        seen.append(source[end:])
    return html.unescape(_TAG.sub(" ", _LINE_TAGS.sub("\n", "".join(seen))))
