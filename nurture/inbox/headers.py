"""Header fields out of hostile bytes, in bounded time: unfolding, RFC 2047 words, addresses, message ids, parameters.

The standard library's parser is not used here: an address header of 160 kB keeps it busy for 12 seconds, and many real
headers make it raise.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nurture.inbox.charset import decode

MAX_HEADER_BYTES = 256 * 1024
MAX_FIELD_BYTES = 16 * 1024
MAX_FIELDS = 2_000
MAX_ADDRESSES = 200
MAX_IDS = 200

_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[ \t]*(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([A-Za-z0-9_.:*+-]{1,60})\?([bBqQ])\?([^?\n]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\n]{1,20}(?==\?)")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"[^<>\s,;()\"]{1,250}@[^<>\s,;()\"]{1,250}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\]{1,128}@[^\s<>()\[\],;:\"\\@]{1,255}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Fields:
    """Header fields in order; names in lower case, values unfolded but not yet decoded."""

    pairs: tuple[tuple[str, bytes], ...] = ()

    def raw(self, name: str) -> bytes:
        """The first field of that name, empty where there is none."""
        return next((value for key, value in self.pairs if key == name), b"")

    def get(self, name: str) -> str:
        """The first field of that name as readable text."""
        return decode_words(self.raw(name))

    def all(self, name: str) -> list[str]:
        return [decode_words(value) for key, value in self.pairs if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """As written: `email` may be anything that stood there, `name` is decoded."""

    email: str
    name: str = ""


def read_fields(data: bytes, start: int, end: int) -> tuple[Fields, int, bool]:
    """The fields of the header at `start` (lines end in LF), where its body begins, and whether a cap cut something.

    A line that is no field is passed over when fields go on after it; otherwise the body begins there.
    """
    limit = min(end, start + MAX_HEADER_BYTES)
    lines = data[start:limit].split(b"\n")
    found: list[tuple[str, list[bytes]]] = []
    place, is_cut = start, False
    for index, line in enumerate(lines):
        if not line.strip(b" \t"):
            return _joined(found, min(place + len(line) + 1, end), is_cut)
        match = _FIELD.match(line)
        if line[:1] in (b" ", b"\t") and found:
            found[-1][1].append(b" " + line.strip())
        elif match is not None and len(found) < MAX_FIELDS:
            found.append((match[1].decode("ascii").lower(), [match[2].rstrip()]))
        elif match is not None:
            is_cut = True
        elif index > 0 and not (index + 1 < len(lines) and _FIELD.match(lines[index + 1])):
            return _joined(found, place, is_cut)
        place += len(line) + 1
    if limit == end:
        return _joined(found, end, is_cut)
    blank = data.find(b"\n\n", limit - 1, end)
    return _joined(found, end if blank < 0 else blank + 2, True)


def _joined(found: list[tuple[str, list[bytes]]], body: int, is_cut: bool) -> tuple[Fields, int, bool]:
    pairs = []
    for name, pieces in found:
        value = b"".join(pieces).strip()
        is_cut = is_cut or len(value) > MAX_FIELD_BYTES
        pairs.append((name, value[:MAX_FIELD_BYTES]))
    return Fields(tuple(pairs)), body, is_cut


def decode_words(raw: bytes) -> str:
    """A header's value as one line of text: RFC 2047 words decoded, adjacent ones joined, control characters gone.

    >>> decode_words(b"=?utf-8?q?caf=C3?= =?utf-8?q?=A9?= =?x-none?b?!?=")
    'café'
    """
    text = decode(raw)
    if "=?" in text:
        text = "".join(_decoded_pieces(_BETWEEN_WORDS.sub(r"\1", text)))
    return _CONTROL.sub("", text.replace("\n", " ")).strip()


def _decoded_pieces(text: str) -> Iterator[str]:
    """Neighbouring words of one charset are decoded together: writers cut letters in two."""
    pending, charset, end = b"", "", 0
    for match in _WORD.finditer(text):
        data = _word_bytes(match[2], match[3])
        if match.start() == end and pending and charset == match[1].lower():
            pending += data
        else:
            yield decode(pending, charset)
            yield text[end : match.start()]
            pending, charset = data, match[1].lower()
        end = match.end()
    yield decode(pending, charset)
    yield text[end:]


def _word_bytes(encoding: str, body: str) -> bytes:
    data = body.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b"_", b" "))
    return decode_base64(data)


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def decode_base64(data: bytes) -> bytes:
    """What can be read of it: foreign characters are skipped, missing padding is added, joined pieces are read on."""
    pieces = data.translate(None, _NOT_BASE64).split(b"=", 64)
    decoded = []
    for piece in pieces:
        whole = piece.rstrip(b"=")
        whole = whole[: len(whole) - 1] if len(whole) % 4 == 1 else whole
        if b"=" not in whole:
            decoded.append(base64.b64decode(whole + b"=" * (-len(whole) % 4)))
    return b"".join(decoded)


def read_addresses(raw: bytes) -> tuple[Address, ...]:
    """The addresses of a field such as To, the first 200; quotes, comments, groups and plain rubbish are survived.

    >>> read_addresses(b'"Srisuk, Mali" <mali@example.com>, krit@example.com (Krit)')
    (Address(email='mali@example.com', name='Srisuk, Mali'), Address(email='krit@example.com', name=''))
    """
    found: list[Address] = []
    for piece in _split_addresses(decode(raw)):
        if len(found) >= MAX_ADDRESSES:
            break
        opening = piece.rfind("<")
        closing = piece.find(">", opening)
        if opening >= 0 and closing > opening:
            email = piece[opening + 1 : closing].strip()
            name = piece[:opening]
        else:
            match = _ADDRESS.search(piece)
            email, name = (match[0], "") if match else ("", "")
        if "@" in email:
            email = email.rsplit(":", 1)[-1]  # a source route of old, or mailto:
            found.append(Address(email=email[:320], name=_display_name(name)))
    return tuple(found)


def _split_addresses(text: str) -> Iterator[str]:
    """Pieces between commas and semicolons that stand outside quotes, angle brackets and comments."""
    start, in_quotes, in_angle, comments, is_escaped = 0, False, False, 0, False
    for index, letter in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif letter == "\\":
            is_escaped = in_quotes or comments > 0
        elif letter == '"' and not comments:
            in_quotes = not in_quotes
        elif in_quotes:
            continue
        elif letter == "(":
            comments += 1
        elif letter == ")":
            comments = max(0, comments - 1)
        elif comments:
            continue
        elif letter in "<>":
            in_angle = letter == "<"
        elif letter in ",;" and not in_angle:
            yield text[start:index]
            start = index + 1
    rest = text[start:]
    if in_quotes or comments:  # a quote that never ends: cut at every comma rather than lose all that follows
        yield from rest.split(",")
    else:
        yield rest


def _display_name(text: str) -> str:
    name = decode_words(text.strip().strip('"').replace('\\"', '"').encode("utf-8", "replace"))
    return name.strip().strip("\"'").strip()[:200]


def read_message_ids(raw: bytes) -> tuple[str, ...]:
    """Message ids with their angle brackets, in order and without doubles, the first and last hundred of very many.

    >>> read_message_ids(b"<a@x> <b@y>\\t<a@x>"), read_message_ids(b"bare@x")
    (('<a@x>', '<b@y>'), ('<bare@x>',))
    """
    text = decode_words(raw)
    ids = [f"<{inner}>" for inner in _MESSAGE_ID.findall(text)] or [f"<{bare}>" for bare in _BARE_ID.findall(text)]
    unique = tuple(dict.fromkeys(ids))
    return unique if len(unique) <= MAX_IDS else unique[: MAX_IDS // 2] + unique[-MAX_IDS // 2 :]


def read_date(raw: bytes) -> datetime | None:
    """A Date field in UTC; None where it is absent or no date."""
    text = decode_words(raw)[:200]
    if not text:
        return None
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


_PARAMETER = re.compile(
    r';\s{0,50}([A-Za-z0-9_*%-]{1,60})\s{0,20}=\s{0,20}(?:"((?:[^"\\]|\\.){0,1000})"?|([^;\s]{0,1000}))'
)


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The lower-case head of `Content-Type` and its like, and its parameters; pieces of RFC 2231 are joined.

    >>> read_parameters('multipart/Report; report-type=delivery-status; boundary*0="a"; boundary*1=b')
    ('multipart/report', {'report-type': 'delivery-status', 'boundary': 'ab'})
    """
    head = value.split(";", 1)[0].strip().lower()[:100]
    parameters: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(value)[:60]:
        key = str(name).lower().split("*")[0]
        piece = re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        is_continued = re.search(r"\*[1-9]", name) is not None
        parameters[key] = parameters.get(key, "") + piece if is_continued else parameters.get(key, piece)
    return head, parameters


def first_of(fields: Fields, names: Sequence[str]) -> str:
    """The first of several fields that is there and not empty."""
    return next((text for text in (fields.get(name) for name in names) if text), "")
