"""A mail as its reader and its writer want to see it: read back from its very bytes, with what the writer must know."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from urllib.parse import urlsplit

from nurture.domain.message import MessageLink
from nurture.preview.letter import NOWHERE, Previewed
from nurture.preview.looks import has_dark_look
from nurture.rendering.finished_check import GMAIL_CLIPS_AT

_CLICK = re.compile(rf"{re.escape(NOWHERE)}/c/[\w=-]+/(\d+)")
_UNSUBSCRIBE = f"{NOWHERE}/u/"
_SILENT = frozenset({"style", "script", "title", "head"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLink:
    """`url` is where it leads in the end, `name` the marketer's word for it, empty where it has none.

    `is_safe`: it leads over https, or to no web page at all.
    """

    name: str
    text: str
    url: str
    is_tracked: bool
    is_safe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """`size` is in bytes."""

    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """`size` counts the bytes of the whole mail, `html_size` those of its HTML, which Gmail cuts at `clips_at`.

    `snippet` is what an inbox shows behind the subject.
    """

    language: str
    sender: str
    subject: str
    preheader: str
    snippet: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    links: tuple[ShownLink, ...]
    attachments: tuple[ShownFile, ...]
    size: int
    html_size: int
    has_dark_look: bool
    clips_at: int = GMAIL_CLIPS_AT

    @property
    def is_clipped(self) -> bool:
        return self.html_size > self.clips_at


def read_back(previewed: Previewed) -> ShownMail:
    """What the bytes say; only the names of links are the renderer's own."""
    letter = previewed.letter
    mail = message_from_bytes(letter.data, policy=default)
    html, text = _body(mail, "html"), _body(mail, "plain")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return ShownMail(
        language=letter.content.language,
        sender=previewed.sender,
        subject=str(mail["Subject"]),
        preheader=letter.content.preheader,
        snippet=" ".join(" ".join(reader.words).split())[:200],
        html=html,
        text=text,
        headers=tuple((name, _decoded(value)) for name, value in mail.raw_items()),
        links=tuple(_link(href, words, letter.content.links) for href, words in reader.links),
        attachments=tuple(_file(part) for part in mail.iter_attachments()),
        size=len(letter.data),
        html_size=len(html.encode()),
        has_dark_look=has_dark_look(html),
    )


def _decoded(value: str) -> str:
    """Read as RFC 2047 has it: no blank between encoded words, where the structured reader would put one."""
    return str(make_header(decode_header(re.sub(r"\r?\n", "", value))))


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _file(part: EmailMessage) -> ShownFile:
    data = part.get_payload(decode=True)
    return ShownFile(
        filename=part.get_filename() or "", content_type=part.get_content_type(),
        size=len(data) if isinstance(data, bytes) else 0,
    )  # fmt: skip


def _link(href: str, words: str, tracked: tuple[MessageLink, ...]) -> ShownLink:
    counted = _CLICK.fullmatch(href)
    name, url = (tracked[int(counted[1])].name, tracked[int(counted[1])].url) if counted else ("", href)
    if href.startswith(_UNSUBSCRIBE):
        name = "unsubscribe"
    is_safe = urlsplit(url).scheme.lower() != "http"
    return ShownLink(name=name, text=words, url=url, is_tracked=bool(counted), is_safe=is_safe)


class _Reader(HTMLParser):
    """Collects the links with what stands in them, and the words in the order in which an inbox reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: tuple[str, list[str]] | None = None
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        attributes = dict(attrs)
        if tag in ("a", "area") and attributes.get("href"):
            self._end_link()
            self._open = (attributes["href"] or "", [])
        elif tag == "img" and self._open and attributes.get("alt"):
            self._open[1].append(f"[{attributes['alt']}]")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._open:
            self._open[1].append(data)

    def close(self) -> None:
        super().close()
        self._end_link()

    def _end_link(self) -> None:
        if self._open:
            href, words = self._open
            self.links.append((href, " ".join("".join(words).split())))
        self._open = None
