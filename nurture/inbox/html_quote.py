"""Where an HTML mail quotes another: the elements that mail programs wrap around it, by their names and looks.

Quoted elements become a line with `>`, heads of quoted mail get a line of dashes with a title above, signatures their
`--`: what reads the text then needs to know one set of marks only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from nurture.inbox.attribution import is_attribution

TITLE = "-----Original Message-----"
_LOOKED_BACK = 400
_LONGEST_ATTRIBUTION = 600

_QUOTE_NAME = re.compile(
    r"(?:^|[\s_-])(?:(?:gmail|yahoo|protonmail|tutanota|missive|front|nylas|zmail|mail|reply|sh|rps|mailbird|email|"
    r"message|msg|history|original)[_-]?)?(?:quot(?:e|ed|es|ation)|blockquote)"
    r"(?:[_-](?:container|content|text|body|message|wrapper|\w{0,12}\d{1,20}\w{0,8}))?(?=$|\s)|"
    r"zmail_extra|clean_bq|history_container|quoted_output_body|olk_src_body_section|moz-forward-container|"
    r"isreplycontent|mail-editor-reference-message-container|messagereplysection|mail-app-auto-quote|hs_reply|"
    r"_originalcontent|aolreplacedbody|blockquote_zmail|moz-email-headers-table|outlookmessageheader|yahoo_quoted",
)
_ATTRIBUTION_NAME = re.compile(
    r"(?:^|\s)(?:gmail_attr|moz-cite-prefix|reply-intro|protonmail_quote_header|mail_quote_header)(?=$|\s)"
)
_HEAD_NAME = re.compile(
    r"(?:^|\s)(?:x_){0,9}(?:divrplyfwdmsg|stopspelling|zwchr|replysplit|reply-split|_____replyseparator|_mailoriginal|"
    r"hmfwdmsg|ecxhr|divtagdefaultwrapper_reply)(?=$|\s)"
)
_SIGNATURE_NAME = re.compile(
    r"(?:^|\s)(?:x_){0,9}(?:gmail_signature|moz-signature|(?:\w{1,20}[_-])?signature|protonmail_signature_block|"
    r"messagesignaturesection|_rc_sig|-x-evo-signature|ydp\w{1,30}signature|mail-app-auto-default-signature|"
    r"ninesignature|ntes-pcmac-signature|_mailautosig|_signatureplaceholder|mailbirdsignature|bloop_sign_\d{1,20}|"
    r"edo-signature|zm_\w{1,40}_sign|sig\d{5,12})(?=$|\s)"
)
"""Not among them: the elements of telephones (`AppleMailSignature`), into which people write their whole answer."""

_BORDER = re.compile(r"border-left(?:-width|-style|-color)?\s?:\s?(?!none|0|medium none)[^;]{1,80}")
_RULED = re.compile(
    r"border-top\s?:\s?(?:solid|[\d.]{1,5}(?:pt|px)? solid|#?\w{1,10} [\d.]{1,5}(?:pt|px) solid)[^;]{0,60}"
)
_INDENTED = re.compile(r"border\s?:\s?(?:none|0|medium none)|webkit-indent")
_LABEL = re.compile(r"\s{0,20}[*]?[^\s:：][^:：]{0,25}[:：]")
_BLOCKS = frozenset({
    "p", "div", "br", "tr", "li", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "ul", "ol",
    "section", "article", "header", "footer", "td", "th", "center",
})  # fmt: skip


@dataclass(slots=True)
class _Seen:
    """What one walk over the tree finds. `before`: text above a candidate, by which it may be told for a quote."""

    text: list[str] = field(default_factory=list)
    quotes: list[HtmlElement] = field(default_factory=list)
    heads: list[HtmlElement] = field(default_factory=list)
    rules: list[HtmlElement] = field(default_factory=list)
    signatures: list[HtmlElement] = field(default_factory=list)
    bare: list[tuple[HtmlElement, str]] = field(default_factory=list)
    containers: list[HtmlElement] = field(default_factory=list)
    open_containers: list[HtmlElement] = field(default_factory=list)


def mark_quotes(tree: HtmlElement) -> bool:
    """Put the marks into the tree, in place of what is quoted; whether there was any."""
    seen = _look(tree)
    for container in seen.containers:
        _drop_attribution(container)
    quotes = list(seen.quotes)
    told = [element for element, before in seen.bare if _ends_in_attribution(before)]
    quotes += told
    if not quotes and not seen.heads and seen.bare:
        quotes.append(seen.bare[-1][0])
    for element in seen.heads:
        _set_before(element, TITLE)
    for element in seen.signatures:
        _set_before(element, "--")
    for element in seen.rules:
        _set_before(element, "_" * 20)
    for element in quotes:
        _replace(element)
    return bool(quotes or seen.heads or seen.signatures or seen.containers or seen.rules)


def _look(tree: HtmlElement) -> _Seen:
    seen = _Seen()
    inside_quote: HtmlElement | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "end":
            if element is inside_quote:
                inside_quote = None
            if seen.open_containers and element is seen.open_containers[-1]:
                seen.open_containers.pop()
            seen.text += ["\n" if element.tag in _BLOCKS else "", element.tail or ""]
            continue
        if element.tag in _BLOCKS:
            seen.text.append("\n")
        if inside_quote is None and _sort(element, seen):
            inside_quote = element
        if element.tag not in ("style", "script", "head"):
            seen.text.append(element.text or "")
    return seen


def _sort(element: HtmlElement, seen: _Seen) -> bool:
    """Note what the element is; whether nothing within it is looked at any more."""
    names = " ".join(element.get(name, "")[:200] for name in ("class", "id", "name", "data-marker")).lower()
    style = element.get("style", "")[:300].lower()
    if element.tag == "blockquote":
        return _sort_blockquote(element, seen, names=names, style=style)
    if _ATTRIBUTION_NAME.search(names) or "__quoted_text__" in names or "__headers__" in names:
        seen.quotes.append(element)
        return True
    if _QUOTE_NAME.search(names):
        if next(element.iter("blockquote"), None) is not None:
            seen.containers.append(element)
            seen.open_containers.append(element)
            return False  # answers may stand in it, between the quotes
        seen.quotes.append(element)
        return True
    if _HEAD_NAME.search(names) or (_RULED.search(style) and _begins_with_fields(element)):
        seen.heads.append(element)
    elif element.tag == "hr":
        seen.rules.append(element)
    elif _SIGNATURE_NAME.search(names):
        seen.signatures.append(element)
    elif _BORDER.search(style) and element.tag in ("div", "td", "p", "table"):
        before = _last_of(seen.text)
        if _ends_in_attribution(before):
            seen.quotes.append(element)
            return True
    return False


def _sort_blockquote(element: HtmlElement, seen: _Seen, *, names: str, style: str) -> bool:
    is_cited = element.get("type", "").lower() == "cite" or element.get("cite") is not None
    if is_cited or seen.open_containers or _QUOTE_NAME.search(names) or _BORDER.search(style):
        seen.quotes.append(element)
        return True
    if not _INDENTED.search(f"{style} {names}") or _ends_in_attribution(_last_of(seen.text)):
        seen.bare.append((element, _last_of(seen.text)))
        return True
    return False


def _last_of(text: Sequence[str]) -> str:
    """The end of what was read so far."""
    found, length = [], 0
    for piece in reversed(text[-60:]):
        found.append(piece)
        length += len(piece)
        if length > _LOOKED_BACK:
            break
    return "".join(reversed(found))[-_LOOKED_BACK:]


def _begins_with_fields(element: HtmlElement) -> bool:
    """Whether an element begins as the head of a mail does, in whatever language: `Label: value`, several of them."""
    found = ""
    for piece in element.itertext():
        found += piece
        if len(found) > _LOOKED_BACK:
            break
    found = found[:_LOOKED_BACK]
    return _LABEL.match(found) is not None and ("@" in found or found.count(":") + found.count("：") >= 3)


def _ends_in_attribution(text: str) -> bool:
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()][-3:]
    return any(is_attribution(" ".join(lines[place:]), is_followed=True) for place in range(len(lines)))


def _drop_attribution(container: HtmlElement) -> None:
    """Take away what stands in a quote's container before the quote itself, if it is only an attribution."""
    above = []
    length = len(container.text or "")
    for child in container:
        if child.tag == "blockquote" or next(child.iter("blockquote"), None) is not None:
            break
        above.append(child)
        length += sum(len(piece) for piece in child.itertext()) + len(child.tail or "")
        if length > _LONGEST_ATTRIBUTION:
            return
    else:
        return
    container.text = None
    for child in above:
        container.remove(child)


def _set_before(element: HtmlElement, words: str) -> None:
    if element.getparent() is not None:
        line = etree.Element("p")
        line.text = words
        element.addprevious(line)


def _replace(element: HtmlElement) -> None:
    """A line with the mark of a quote in place of the element; what follows it stays."""
    parent = element.getparent()
    if parent is not None:
        line = etree.Element("p")
        line.text = ">"
        line.tail = element.tail
        parent.replace(element, line)
