"""The body of a mail: its parts, each in the smallest encoding that every relay carries unharmed."""

import base64
import binascii
import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import quote

from nurture.delivery.headers import plain
from nurture.domain.content import Attachment, Content

_LINE_END = re.compile(r"\r\n|\r|\n")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]")
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}")
_SEVEN_BIT_LINE = 900
_PARAMETER_ROOM = 56


def body_of(content: Content, *, seed: str) -> tuple[list[tuple[str, str]], bytes]:
    """The MIME fields of the message's head and the body below it, with CRLF; `seed` makes boundaries repeatable."""
    text = _text_part("plain", content.text)
    parts = text if content.html is None else _joined("alternative", [text, _text_part("html", content.html)], seed)
    if not content.attachments:
        return parts
    return _joined("mixed", [parts, *(_file_part(attachment) for attachment in content.attachments)], seed)


_Part = tuple[list[tuple[str, str]], bytes]


def _text_part(subtype: str, text: str) -> _Part:
    raw = _LINE_END.sub("\r\n", text).encode("utf-8", "replace")
    if raw and not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    encoding, body = _encoded(raw)
    return [("Content-Type", f"text/{subtype}; charset=utf-8"), ("Content-Transfer-Encoding", encoding)], body


def _encoded(raw: bytes) -> tuple[str, bytes]:
    """The shorter of quoted-printable and base64, and neither where the text is plain ASCII in short lines."""
    if not _BINARY.search(raw) and max(map(len, raw.split(b"\r\n"))) <= _SEVEN_BIT_LINE:
        return "7bit", raw
    printable = binascii.b2a_qp(raw, istext=True)
    if len(printable) * 3 <= len(raw) * 4:
        return "quoted-printable", printable
    return "base64", _base64_lines(raw)


def _base64_lines(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def _file_part(attachment: Attachment) -> _Part:
    is_typed = _CONTENT_TYPE.fullmatch(attachment.content_type) and not attachment.content_type.startswith("multipart/")
    return [
        ("Content-Type", attachment.content_type if is_typed else "application/octet-stream"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", "attachment" + _filename(attachment.filename)),
    ], _base64_lines(attachment.data)


def _filename(name: str) -> str:
    """The parameter for a file's name (RFC 2183), beyond ASCII or long ones in the pieces of RFC 2231."""
    shown = plain(PurePosixPath(name.replace("\\", "/")).name, 200) or "attachment"
    if shown.isascii() and len(shown) <= _PARAMETER_ROOM and "=?" not in shown:
        quoted = shown.replace('"', '\\"')
        return f';\r\n filename="{quoted}"'
    escaped = [quote(character, safe="") for character in shown]
    pieces = [""]
    for character in escaped:
        if len(pieces[-1]) + len(character) > _PARAMETER_ROOM:
            pieces.append("")
        pieces[-1] += character
    if len(pieces) == 1:
        return f";\r\n filename*=utf-8''{pieces[0]}"
    first, *others = pieces
    return f";\r\n filename*0*=utf-8''{first}" + "".join(
        f";\r\n filename*{number}*={piece}" for number, piece in enumerate(others, 1)
    )


def _joined(subtype: str, parts: list[_Part], seed: str) -> _Part:
    boundary = _boundary(subtype, parts, seed)
    delimiter = b"--" + boundary.encode()
    body = b""
    for fields, content in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
        body += delimiter + b"\r\n" + head + b"\r\n" + content + b"\r\n"
    return [("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"')], body + delimiter + b"--\r\n"


def _boundary(subtype: str, parts: list[_Part], seed: str) -> str:
    """`=_` cannot stand in quoted-printable or base64; a 7bit part is looked through."""
    number = 0
    while True:
        boundary = "=_" + hashlib.sha256(f"{seed} {subtype} {number}".encode()).hexdigest()[:32]
        if not any(boundary.encode() in body for _, body in parts):
            return boundary
        number += 1
