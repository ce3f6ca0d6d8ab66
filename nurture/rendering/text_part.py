"""Rendering's plain text: what a reader without HTML sees, derived from the finished HTML."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from functools import lru_cache

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

from nurture.rendering.markup import ATTRIBUTES, comments_apart
from nurture.rendering.masks import masked

_WIDTH = 76
_USUAL, _USUAL_LINE = 100_000, 1000
"""Only what is shorter is kept: a hostile template shall not fill the memory with mails."""

_BEGIN, _TARGET, _END = "\ue002", "\ue003", "\ue004"
_LINK = re.compile(f"{_BEGIN}([^{_BEGIN}{_TARGET}{_END}]*){_TARGET}([^{_BEGIN}{_TARGET}{_END}]*){_END}")
_STYLE = re.compile(r'\sstyle="([^"]*)"')
_TABLE_TAG = re.compile(rf"<(/?)(table|tbody|thead|tfoot|tr|td|th)\b({ATTRIBUTES})>", re.IGNORECASE)
_DATA_TABLE = re.compile(r"<table\b(?![^>]*role\s*=\s*[\"']?presentation)", re.IGNORECASE)
_INDENT = re.compile(r"\s*(?:[*\-•]\s+|\d+[.)]\s+)?")


_LIST = {"display": Display.block, "margin_before": 0, "margin_after": 1, "padding_inline": 2}
_CELL = {"display": Display.block, "margin_before": 1, "margin_after": 1}
_CSS = CSS_PROFILES["strict"] | {
    "ul": HtmlElement(**_LIST),
    "ol": HtmlElement(**_LIST),
    "section": HtmlElement(**_CELL),
}


def derive(document: str, *, addresses: Iterable[str] = (), values: Iterable[str] = ()) -> str:
    """The text of an HTML mail: links as `text: URL`, lines of at most 76 characters where a space allows it.

    Why at spaces only: Thai writes none inside a sentence, and a break anywhere else would cut a word or an URL.
    `addresses` and `values` are what this mail has of its own; they change nothing but how often a mail must be read.
    """
    shown = "".join(piece for is_comment, piece in comments_apart(document) if not is_comment)
    if _DATA_TABLE.search(shown):
        # Its columns are as wide as what stands in them.
        text = _read(shown)
    else:
        skeleton, behind = masked(shown, addresses=addresses, values=values)
        text = (_read_once if len(skeleton) < _USUAL else _read)(skeleton).translate(behind)
    text = _LINK.sub(_written, text)
    lines = [line.rstrip() for line in text.replace("\xa0", " ").splitlines()]
    wrapped = "\n".join(wrapped for line in lines for wrapped in _wrap(line))
    return re.sub(r"\n{3,}", "\n\n", wrapped).strip() + "\n"


def _read(document: str) -> str:
    return str(get_text(_STYLE.sub(_kept_style, _flattened(document)), _config()))


@lru_cache(maxsize=64)
def _read_once(document: str) -> str:
    return _read(document)


def _kept_style(found: re.Match[str]) -> str:
    """Only what hides: margins and paddings mean pixels, which a text has none of."""
    return ' style="display:none"' if re.search(r"display\s*:\s*none", found[1], re.IGNORECASE) else ""


def _flattened(document: str) -> str:
    """Tables that are only there for the layout (`role="presentation"`) become plain blocks."""
    is_layout: list[bool] = []

    def replaced(found: re.Match[str]) -> str:
        closing, tag, attributes = found[1], found[2].lower(), found[3]
        if tag == "table" and not closing:
            is_layout.append(bool(re.search(r"role\s*=\s*[\"']?presentation", attributes)))
        flat = bool(is_layout) and is_layout[-1]
        if tag == "table" and closing and is_layout:
            is_layout.pop()
        block = "section" if tag in ("td", "th") else "div"
        return f"<{closing}{block}{'' if closing else attributes}>" if flat else found[0]

    return _TABLE_TAG.sub(replaced, document)


def _config() -> ParserConfig:
    """A fresh configuration, because its handlers carry the links that are open."""
    targets: list[str] = []

    def begin(state: HtmlDocumentState, attributes: dict[str, str]) -> None:
        targets.append(attributes.get("href", "").strip())
        state.tags[-1].write(_BEGIN)

    def end(state: HtmlDocumentState) -> None:
        state.tags[-1].write(f"{_TARGET}{targets.pop()}{_END}")

    return ParserConfig(
        css=_CSS,
        display_images=True,
        custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(
            start_tag_mapping={"a": begin}, end_tag_mapping={"a": end}
        ),
    )


def _written(found: re.Match[str]) -> str:
    shown, target = found[1].strip(), found[2]
    if not target or shown in (target, target.removeprefix("mailto:")) or (target.startswith("tel:") and shown):
        return found[1]
    if not shown:
        return target
    lead = found[1][: len(found[1]) - len(found[1].lstrip())]
    return f"{lead}{shown}: {target}"


def _wrap(line: str) -> Sequence[str]:
    if len(line) <= _WIDTH:
        return (line,)
    return _wrapped_once(line) if len(line) < _USUAL_LINE else _wrapped(line)


def _wrapped(line: str) -> Sequence[str]:
    found = _INDENT.match(line)
    hanging = " " * (found.end() if found else 0)
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or [""]


_wrapped_once = lru_cache(maxsize=1000)(_wrapped)
"""Most lines are the same for everybody."""
