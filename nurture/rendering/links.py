"""Rendering's links: how they get their names, which targets are allowed, and how they are rewritten to be counted.

A name travels inside the URL between two marks from the private-use area until the links are rewritten; no data of a
contact can contain them (context.clean).
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from nurture.domain.message import MessageLink
from nurture.errors import InvalidInput
from nurture.rendering.markup import ATTRIBUTES, comments_apart

_OPEN, _CLOSE = "\ue000", "\ue001"
MARKS: Mapping[int, None] = MappingProxyType({ord(mark): None for mark in "\ue000\ue001\ue002\ue003\ue004"})
"""For `str.translate`: takes the marks of rendering out of a text."""

LINK_NAME = re.compile(r"[A-Za-z0-9][\w-]{0,63}")
_NAMED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_TAG = re.compile(r"<(?P<tag>[a-z][^\s/>]*+)(?P<attributes>(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE)
"""In what a parser has written anew: every tag is whole, and names of attributes may have odd signs in them."""

_TAG_IN_COMMENT = re.compile(rf"<(?P<tag>[a-z][^\s/<>]*+)(?P<attributes>{ATTRIBUTES})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?P<name>\s[^\s=\"'>/]++)\s*+=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'=<>`]++))"
)
"""Without quotes only in comments for Outlook, which no parser has written anew."""

_USUAL_TAG = 2000
_MAY_LEAD = re.compile(r"href|src|(?:action|background|poster|\bdata)\s*=", re.IGNORECASE)
_PICTURES = frozenset({"src", "background", "poster"})
_LEADING = frozenset({"href", "xlink:href", "action", "formaction", "data"})
"""Attributes that lead somewhere; on other tags than links nothing is counted, but the same schemes are allowed."""

TRACKED = ("http", "https")
ALLOWED = (*TRACKED, "mailto", "tel")


def named(url: str, name: str) -> str:
    """The URL with the name of its link on board."""
    if not LINK_NAME.fullmatch(name):
        raise InvalidInput(f"`{name}` cannot be a link's name", hint="Use letters, digits, - and _.")
    return f"{url}{_OPEN}{name}{_CLOSE}"


def without_names(text: str) -> str:
    """The text with plain URLs again."""
    return _NAMED.sub("", text)


def names_in(text: str) -> list[str]:
    """The names that the URLs of the text carry."""
    return _NAMED.findall(text)


@lru_cache(maxsize=500)
def safe_url(url: str) -> str:
    """The URL as it may stand in a mail and in a redirect: ASCII, no blank, an allowed scheme; else InvalidInput.

    >>> safe_url(" https://example.com/ราคา?q=a b")
    'https://example.com/%E0%B8%A3%E0%B8%B2%E0%B8%84%E0%B8%B2?q=a%20b'
    """
    shown = url.strip()[:80]
    if re.search(r"[\x00-\x1f\x7f]", url.strip()):
        raise InvalidInput(f"a link has a control character in it: {shown!r}")
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError as error:
        raise InvalidInput(f"a link cannot be read: {shown!r}") from error
    if parts.scheme not in ALLOWED:
        raise InvalidInput(
            f"a link goes to {shown!r}", hint=f"Links start with {', '.join(f'{scheme}:' for scheme in ALLOWED)}."
        )
    if parts.scheme in TRACKED and not host:
        raise InvalidInput(f"a link has no host: {shown!r}")
    if not host.isascii():
        try:
            parts = parts._replace(netloc=parts.netloc.replace(host, host.encode("idna").decode()))
        except UnicodeError as error:
            raise InvalidInput(f"a link's host cannot be written in ASCII: {shown!r}") from error
    return quote(parts.geturl(), safe="%/:=&?~#+!$,;'@()*[]")


@dataclass(slots=True)
class LinkTable:
    """The links of one mail in order, each pair of name and target once; `click` None tracks nothing."""

    click: str | None
    never: str
    links: list[MessageLink] = field(default_factory=list)
    _places: dict[MessageLink, int] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)

    def rewritten(self, url: str) -> str:
        """What goes into the mail for a URL of the template."""
        names = names_in(url)
        target = safe_url(without_names(url))
        self.targets.add(target)
        if self.click is None or target == self.never or not target.startswith(("http:", "https:")):
            return target
        link = MessageLink(name=names[0] if names else "", url=target)
        if link not in self._places:
            self._places[link] = len(self.links)
            self.links.append(link)
        return f"{self.click}/{self._places[link]}"


def rewrite_html(document: str, table: LinkTable) -> str:
    """The document with every href checked and, where tracked, replaced; those in comments for Outlook as well.

    Tags are read whole, so that what looks like a tag inside an attribute's value is never taken for one; such signs
    are escaped besides, for mail programs that read less carefully.
    """

    def in_tag(found: re.Match[str]) -> str:
        return _rewritten_tag(found, table)

    def in_known_tag(found: re.Match[str]) -> str:
        whole = found[0]
        is_known = len(whole) < _USUAL_TAG and not _MAY_LEAD.search(whole)
        return _tidy_tag(whole) if is_known else _rewritten_tag(found, table)

    pieces = (
        f"<!--{_TAG_IN_COMMENT.sub(in_tag, piece[4:-3])}-->" if is_comment else _TAG.sub(in_known_tag, piece)
        for is_comment, piece in comments_apart(document)
    )
    return without_names("".join(pieces))


@lru_cache(maxsize=1000)
def _tidy_tag(whole: str) -> str:
    """A tag without a target, as it is in every mail of its template."""
    return _TAG.sub(lambda found: _rewritten_tag(found, LinkTable(click=None, never="")), whole)


def _rewritten_tag(found: re.Match[str], table: LinkTable) -> str:
    tag = found["tag"].lower()

    def in_attribute(attribute: re.Match[str]) -> str:
        written = next(value for value in attribute.group("double", "single", "bare") if value is not None)
        return f'{attribute["name"]}="{_attribute(tag, attribute["name"].strip().lower(), written, table)}"'

    return f"<{found['tag']}{_ATTRIBUTE.sub(in_attribute, found['attributes'])}>"


def _attribute(tag: str, name: str, written: str, table: LinkTable) -> str:
    """What stands between the double quotes for an attribute as written."""
    if name == "href" and (tag in ("a", "area") or tag.startswith("v:")):
        return html.escape(table.rewritten(html.unescape(written)))
    if name in _LEADING:
        safe_url(without_names(html.unescape(written)))
    if name in _PICTURES and tag != "script":
        source = html.unescape(written).strip()
        if not source.lower().startswith(("https://", "http://", "cid:", "data:image/")):
            raise InvalidInput(f"an image comes from {source[:80]!r}", hint="Give its full https: address.")
    return written.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def rewrite_text(text: str, table: LinkTable) -> str:
    """A text of the author's own with its named links replaced; URLs written plainly stay."""
    pieces: list[str] = []
    position = 0
    for found in _NAMED.finditer(text):
        start = found.start()
        while start > position and not (text[start - 1].isspace() or text[start - 1] in "<>\"'"):
            start -= 1
        pieces += [text[position:start], table.rewritten(text[start : found.end()])]
        position = found.end()
    return "".join([*pieces, text[position:]])
