"""The parts of a mail, found by a walker of our own whose work is bounded whatever the mail says.

The standard library's parser raises on a tenth of real malformed mail and overflows the stack at 3,000 nested parts.
"""

import binascii
import re
from dataclasses import dataclass

from nurture.inbox.charset import decode
from nurture.inbox.headers import Fields, decode_base64, read_fields, read_parameters

MAX_BYTES = 26 * 1024 * 1024
MAX_PARTS = 200
MAX_DEPTH = 20
MAX_TEXT_BYTES = 1024 * 1024
_SCAN_BUDGET = (
    4 * MAX_BYTES
)  # bytes looked through for boundaries over all levels: a deep nest of a large mail ends there

_ANY_BOUNDARY = re.compile(rb"\n--([^\n]{1,200})")
_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
_UU_BEGIN = re.compile(rb"^begin [0-7]{3} [^\n]{0,200}\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf of the tree, or a message inside the mail (whose own leaves follow it, one `message_depth` further in)."""

    fields: Fields
    content_type: str
    parameters: dict[str, str]
    start: int
    end: int
    message_depth: int

    @property
    def is_attachment(self) -> bool:
        return self.fields.get("content-disposition").lower().startswith("attachment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mime:
    """A whole mail: `data` has LF line ends and begins with one, which the spans of `parts` count from."""

    data: bytes
    fields: Fields
    content_type: str
    parameters: dict[str, str]
    parts: tuple[Part, ...]
    is_truncated: bool

    def text_of(self, part: Part, limit: int = MAX_TEXT_BYTES) -> str:
        """The decoded text of a part, from at most `limit` decoded bytes."""
        return decode(self.bytes_of(part, limit), part.parameters.get("charset", ""))

    def bytes_of(self, part: Part, limit: int = MAX_TEXT_BYTES) -> bytes:
        """The content with its transfer encoding undone, cut at `limit`."""
        encoding = part.fields.get("content-transfer-encoding").lower().strip("\"' ")
        encoded = self.data[part.start : min(part.end, part.start + 4 * limit)]
        if encoding == "base64":
            return decode_base64(encoded)[:limit]
        if encoding == "quoted-printable":
            return binascii.a2b_qp(encoded)[:limit]
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return _undo_uuencode(encoded, limit)
        return encoded[:limit]


def with_lf(raw: bytes) -> bytes:
    """The same bytes with every kind of line end (CRLF, CR, LF, and the CRCRLF of broken relays) as LF."""
    if b"\r" not in raw:
        return raw
    return raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def walk(raw: bytes) -> Mime:
    """The parts of a mail in order. Never raises; what lies beyond a cap is left out and `is_truncated` says so."""
    data = b"\n" + with_lf(raw[:MAX_BYTES]).lstrip(b"\n")
    walker = _Walker(data, is_truncated=len(raw) > MAX_BYTES)
    fields, kind, parameters = walker.entity(1, len(data), default="text/plain", depth=0, message_depth=0)
    return Mime(
        data=data,
        fields=fields,
        content_type=kind,
        parameters=parameters,
        parts=tuple(walker.parts),
        is_truncated=walker.is_truncated,
    )


class _Walker:
    """Carries what the whole walk may still spend."""

    def __init__(self, data: bytes, *, is_truncated: bool) -> None:
        self.data = data
        self.parts: list[Part] = []
        self.is_truncated = is_truncated
        self._budget = _SCAN_BUDGET

    def entity(
        self, start: int, end: int, *, default: str, depth: int, message_depth: int
    ) -> tuple[Fields, str, dict[str, str]]:
        """One header and what it governs; appends the leaves."""
        fields, body, is_cut = read_fields(self.data, start, end)
        self.is_truncated = self.is_truncated or is_cut
        kind, parameters = read_parameters(fields.get("content-type"))
        kind = kind if kind.count("/") == 1 and not kind.startswith("/") and not kind.endswith("/") else default
        if kind.startswith("multipart/") and self._children(
            body, end, kind, parameters, depth=depth, message_depth=message_depth
        ):
            return fields, kind, parameters
        self._leaf(fields, kind, parameters, body, end, message_depth)
        if kind in _MESSAGE_TYPES:
            self._message_inside(fields, body, end, depth=depth, message_depth=message_depth)
        return fields, kind, parameters

    def _leaf(
        self, fields: Fields, kind: str, parameters: dict[str, str], start: int, end: int, message_depth: int
    ) -> None:
        if len(self.parts) >= MAX_PARTS:
            self.is_truncated = True
            return
        kind = "text/plain" if kind.startswith("multipart/") else kind
        self.parts.append(
            Part(
                fields=fields,
                content_type=kind,
                parameters=parameters,
                start=start,
                end=end,
                message_depth=message_depth,
            )
        )

    def _message_inside(self, fields: Fields, body: int, end: int, *, depth: int, message_depth: int) -> None:
        """A message in a message; one that is encoded, which RFC 2046 forbids, stays a leaf."""
        if fields.get("content-transfer-encoding").lower() in ("base64", "quoted-printable"):
            return
        if depth + 1 >= MAX_DEPTH:
            self.is_truncated = True
            return
        while body < end and self.data[body : body + 1] == b"\n":
            body += 1
        self.entity(body, end, default="text/plain", depth=depth + 1, message_depth=message_depth + 1)

    def _children(
        self, body: int, end: int, kind: str, parameters: dict[str, str], *, depth: int, message_depth: int
    ) -> bool:
        """Walk the parts of a multipart; False where its boundary is nowhere, so that its body is read as text."""
        if depth + 1 >= MAX_DEPTH or self._budget < end - body:
            self.is_truncated = True
            return False
        spans = self._spans(body, end, parameters.get("boundary", "").rstrip())
        if not spans:
            return False
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        for start, stop in spans:
            if len(self.parts) >= MAX_PARTS:
                self.is_truncated = True
                break
            self.entity(start, stop, default=default, depth=depth + 1, message_depth=message_depth)
        return True

    def _spans(self, body: int, end: int, boundary: str) -> list[tuple[int, int]]:
        """Where the parts between the boundary lines lie; a wrong boundary is replaced by what looks like one."""
        sign = boundary.encode("utf-8", "replace")
        if not sign or self.data.find(b"\n--" + sign, body - 1, end) < 0:
            guess = _ANY_BOUNDARY.search(self.data, body - 1, min(end, body + 64 * 1024))
            sign = guess[1].rstrip() if guess else b""
            if not sign or b" " in sign:
                return []
        self._budget -= end - body
        line = re.compile(rb"\n--" + re.escape(sign) + rb"(--)?[ \t]{0,100}(?=\n|\Z)")
        spans: list[tuple[int, int]] = []
        start = -1
        for match in line.finditer(self.data, body - 1, end):
            if start >= 0:
                spans.append((start, max(start, match.start())))
            start = min(match.end() + 1, end)
            if match[1] is not None:
                start = -1
                break
            if len(spans) > MAX_PARTS:
                self.is_truncated = True
                start = -1
                break
        if start >= 0:
            spans.append((start, end))
        return spans


def _undo_uuencode(data: bytes, limit: int) -> bytes:
    """A line of two bytes may stand for forty-five: what comes out is counted, not what goes in."""
    begin = _UU_BEGIN.search(data)
    decoded = bytearray()
    for line in data[begin.end() if begin else 0 :].split(b"\n", limit // 20):
        if line == b"end" or len(decoded) >= limit:
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            break
    return bytes(decoded[:limit])
