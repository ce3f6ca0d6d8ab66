"""Header values as bytes for the wire: our own, since `email.policy` encodes and folds what must stay whole.

Measured with the standard library's `policy.SMTP`: a long List-Unsubscribe becomes RFC 2047 words that no mail client
reads, and a subject that holds an encoded line break becomes a header of its own.
"""

import base64
import quopri
import re
from collections.abc import Iterable, Sequence

from nurture.errors import InvalidInput

MAX_LINE = 998
"""Bytes in a line without its CRLF (RFC 5322 2.1.1)."""

_FOLD_AT = 78
_WORD_ROOM = 75 - len("=?utf-8?q??=")
_MAX_NAME = 120
_MAX_SUBJECT = 400

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]*)\?=(?:\s+(?==\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]*\?=))?")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_Q_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_URI = re.compile(r"(https?|mailto):[!-;=?-~]+")


def plain(value: str, limit: int) -> str:
    """`value` as a person reads it: encoded words decoded, control characters and runs of space made one space.

    >>> plain("=?utf-8?q?a=0ABcc:_x@y.z?=", 100)
    'a Bcc: x@y.z'
    """
    shown = _SURROGATE.sub("\ufffd", _ENCODED_WORD.sub(_decoded_word, value))
    text = _CONTROL.sub(" ", shown).strip(" ")
    return text if len(text) <= limit else text[: limit - 1].rstrip(" ") + "…"


def _decoded_word(word: re.Match[str]) -> str:
    charset, encoding, body = word.groups()
    try:
        if encoding in "bB":
            raw = base64.b64decode(body + "=" * (-len(body) % 4))
        else:
            raw = quopri.decodestring(body.replace("_", " ").encode("ascii"), header=False)
        return raw.decode(charset.partition("*")[0], "replace")
    except (ValueError, LookupError):
        return word.group()


def unstructured(name: str, value: str) -> str:
    """The field's body for running text such as Subject; cut at 400 characters.

    >>> unstructured("Subject", "สวัสดี")
    '=?utf-8?b?4Liq4Lin4Lix4Liq4LiU4Li1?='
    """
    text = plain(value, _MAX_SUBJECT)
    used = len(name) + 2
    if _needs_encoding(text) or any(len(word) > _FOLD_AT for word in text.split(" ")):
        return _encoded_words(text, used)
    return _folded(text.split(" "), used)


def mailbox(name: str, display_name: str, address: str) -> str:
    """The field's body for one mailbox; `address` is already as the wire wants it.

    >>> mailbox("From", "Srisuk, Mali", "mali@example.com")
    '"Srisuk, Mali" <mali@example.com>'
    """
    text = plain(display_name, _MAX_NAME)
    if not text:
        return address
    used = len(name) + 2
    if _needs_encoding(text):
        phrase = _encoded_words(text, used)
    elif _ATOMS.fullmatch(text):
        phrase = text
    else:
        phrase = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = phrase.rpartition("\r\n")[2]
    gap = " " if used + len(last) + len(address) + 3 <= _FOLD_AT else "\r\n "
    return f"{phrase}{gap}<{address}>"


def message_ids(name: str, ids: Sequence[str]) -> str:
    """The field's body for In-Reply-To and References, folded between ids and never encoded.

    What is no message id is left out. Where all together would be too long the first and the newest stay.
    """
    usable = [known for known in ids if _MESSAGE_ID.fullmatch(known) and len(known) < MAX_LINE // 3]
    room = MAX_LINE - len(name) - 2
    kept: list[str] = []
    for known in reversed(usable[1:]):
        if len(usable[0]) + sum(len(other) + 1 for other in kept) + len(known) + 1 > room:
            break
        kept.insert(0, known)
    return "\r\n ".join([*usable[:1], *kept])


def uris(name: str, targets: Iterable[str]) -> str:
    """The field's body for List-Unsubscribe: one line whatever its length (RFC 2369 3.1, RFC 8058).

    Raises InvalidInput for a URI that cannot stand there, or where the line would exceed 998 bytes.
    """
    listed = list(targets)
    for target in listed:
        if not _URI.fullmatch(target):
            raise InvalidInput(f"{target!r} cannot stand in {name}.", hint="Check base_url in config.yaml.")
    body = ", ".join(f"<{target}>" for target in listed)
    if len(name) + 2 + len(body) > MAX_LINE:
        raise InvalidInput(f"{name} would be longer than {MAX_LINE} bytes.", hint="Use a shorter base_url.")
    return body


def _needs_encoding(text: str) -> bool:
    return not text.isascii() or "=?" in text


def _folded(words: list[str], used: int) -> str:
    lines: list[str] = []
    line = words[0]
    for word in words[1:]:
        if used + len(line) + 1 + len(word) > _FOLD_AT:
            lines.append(line)
            line, used = word, 1
        else:
            line += " " + word
    return "\r\n ".join([*lines, line])


def _q_encoded(raw: bytes) -> str:
    return "".join("_" if byte == 0x20 else chr(byte) if byte in _Q_LITERAL else f"={byte:02X}" for byte in raw)


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 words of at most 75 characters in the shorter of both encodings; no character is split between two."""
    whole = text.encode()
    uses_base64 = len(whole) * 4 // 3 < len(_q_encoded(whole))
    words: list[str] = []
    chunk, length = "", 0
    room = min(_WORD_ROOM, _FOLD_AT - 2 - used - len("=?utf-8?q??="))
    for character in text:
        raw = character.encode()
        size = len(raw) if uses_base64 else len(_q_encoded(raw))
        limit = room // 4 * 3 if uses_base64 else room
        if chunk and length + size > limit:
            words.append(_word(chunk, uses_base64))
            chunk, length, room = "", 0, _WORD_ROOM
        chunk += character
        length += size
    return "\r\n ".join([*words, _word(chunk, uses_base64)])


def _word(chunk: str, uses_base64: bool) -> str:
    if uses_base64:
        return f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode()}?="
    return f"=?utf-8?q?{_q_encoded(chunk.encode())}?="
