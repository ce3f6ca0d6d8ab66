"""The text of an HTML mail as its reader sees it, and with marks where it quotes another; bounded, never raising."""

import html
import re
import warnings
from dataclasses import dataclass

from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError, iterwalk  # type: ignore[import-untyped]  # inscriptis parses with it
from lxml.html import HtmlElement, document_fromstring  # type: ignore[import-untyped]

from nurture.inbox.html_quote import TITLE, mark_quotes

MAX_HTML = 256 * 1024
MAX_TEXT = 1024 * 1024
MAX_DEPTH = 230
"""Elements within elements: the parser drops what lies deeper than 256, the converter's stack holds four times that."""

MAX_ELEMENTS = 30_000
"""What a long thread has at most; more would keep the converter busy for seconds."""

_ERRORS = (LxmlError, ValueError, TypeError, IndexError, AttributeError, KeyError, AssertionError, RecursionError)
_QUOTE_START = re.compile(
    r"<(?:blockquote\b[^>]{0,300}\btype=[\"']?cite|div\b[^>]{0,200}\b(?:class=[\"']?(?:gmail_quote|yahoo_quoted|"
    r"moz-cite-prefix|protonmail_quote|zmail_extra)|id=[\"']?(?:divRplyFwdMsg|appendonsend|mail-editor-reference)))",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<(/?)(?:script|style|head|title)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})[^<>]{0,5000}>")
_LINE_TAGS = re.compile(r"<(?:br|p|div|tr|li|h[1-6]|table|blockquote|/p|/div)\b[^<>]{0,2000}>", re.IGNORECASE)
_XML = re.compile(r"\s{0,100}<\?xml[^>]{0,200}>")
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"])


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlText:
    """`whole` is all that a reader sees; in `unquoted` the marks of plain mail stand for quotes and signatures."""

    whole: str
    unquoted: str


def read_html(source: str) -> HtmlText:
    """The visible text. Very deep or broken HTML is only stripped of its tags."""
    source = _XML.sub("", source[:MAX_HTML].replace("\0", ""), count=1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = document_fromstring(source)
            whole = _rendered(tree)
            is_marked = mark_quotes(tree)
            unquoted = _rendered(tree) if is_marked else whole
    except _ERRORS:
        whole = unquoted = None
    if whole is None:
        whole = _stripped(source)
    if unquoted is None:
        quote = _QUOTE_START.search(source)
        unquoted = _stripped(f"{source[: quote.start()]}<p>{TITLE}</p>{source[quote.start() :]}") if quote else whole
    return HtmlText(whole=whole, unquoted=unquoted)


def to_text(source: str) -> str:
    """All the visible text."""
    return read_html(source).whole


def _rendered(tree: HtmlElement) -> str | None:
    """The text of a tree; None where it is too deep or too large."""
    depth = elements = 0
    for event, _ in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            return None
    return str(Inscriptis(tree, _CONFIG).get_text())[:MAX_TEXT]


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
