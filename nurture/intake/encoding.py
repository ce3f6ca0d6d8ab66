"""Which encoding a file of contacts is in: decided from the whole file, read once or twice in small pieces.

Spreadsheets of Thai companies come as UTF-8, UTF-16 or in the single-byte pages of old Windows, cp874 (Thai) and cp1252
(western European), and nothing in the file says which. A byte order mark and the zero bytes of UTF-16 are plain to see;
UTF-8 proves itself by being valid; between the pages decides what the bytes would spell.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nurture.errors import InvalidInput

_PIECE = 256 * 1024
_PREFIX = 8 * 1024
_ENOUGH_VOTES = 20_000  # runs of letters beyond ASCII, after which the answer no longer changes

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RUN = re.compile(rb"([A-Za-z]?)([\x80-\xff]+)([A-Za-z]?)")
"""Everything beyond ASCII that stands together, with its neighbours."""
_UTF8 = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+"
)
_IN_BOTH_PAGES = re.compile(rb"[\x80\x85\x91-\x97\xa0]+")  # euro, ellipsis, quotation marks, bullet, dashes, space
_THAI = re.compile(rb"[\xa1-\xda\xdf-\xfb]+")
_THAI_CONSONANT = re.compile(rb"[\xa1-\xce]")
_NOT_THAI_SPELLING = re.compile(
    rb"^[\xd1\xd4-\xda\xe7-\xee]"  # a mark that stands above or below nothing
    rb"|[\xe0-\xe4](?![\xa1-\xce])"  # a vowel written first with no consonant after it
    rb"|[\xe7-\xec][\xd1\xd4-\xda\xe7-\xeb]"  # a tone with another mark above it
)
_WESTERN = re.compile(rb"[\xc0-\xd6\xd8-\xf6\xf8-\xfe]+|[\xa1-\xbf]")  # letters, or one sign such as a degree


@dataclass(slots=True)
class _Votes:
    """How many runs beyond ASCII each encoding would explain."""

    utf8: int = 0
    thai: int = 0
    western: int = 0
    either_page: int = 0
    none: int = 0

    def count(self, piece: bytes) -> None:
        for before, run, after in _RUN.findall(piece):
            if _UTF8.fullmatch(run):
                self.utf8 += 1
                continue
            is_touching_latin = bool(before or after)
            for letters in _IN_BOTH_PAGES.split(run):
                if not letters:
                    self.either_page += 1
                elif _is_thai(letters, is_touching_latin=is_touching_latin):
                    self.thai += 1
                elif (is_touching_latin or len(letters) == 1) and _WESTERN.fullmatch(letters):
                    self.western += 1
                else:
                    self.none += 1

    def winner(self) -> str:
        if self.utf8 > self.thai + self.western + self.none:
            return "utf-8"  # damaged in places: those rows are refused, the others read right
        if self.thai > self.western:
            return "cp874"
        if self.western or self.either_page:
            return "cp1252"
        return "utf-8"


def detect_encoding(path: Path) -> str:
    """The name of the Python codec that reads `path`; a file of ASCII alone is `utf-8`.

    The file is read in pieces from its beginning to its end, since its first Thai name may be in its last row.
    """
    with path.open("rb") as file:
        prefix = file.read(_PREFIX)
    for mark, name in _BYTE_ORDER_MARKS:
        if prefix.startswith(mark):
            return name
    if wide := _utf16_without_mark(prefix):
        return wide
    if _is_utf8(path):
        return "utf-8"
    votes = _Votes()
    for piece in _pieces(path):
        if not piece.isascii():
            votes.count(piece)
            if votes.utf8 + votes.thai + votes.western > _ENOUGH_VOTES:
                break
    return votes.winner()


def known_encoding(name: str) -> str:
    """The codec for an encoding that a person named; raises InvalidInput where Python knows none such for text.

    A byte order mark is never a part of the first column's name, so `utf-8` reads with or without one.
    """
    try:
        io.TextIOWrapper(io.BytesIO(), name)  # refuses codecs that are not of text, such as hex
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = "utf-8, utf-16, cp1252 (western European) or cp874 (Thai)"
        raise InvalidInput(f"There is no text encoding called {name!r}.", hint=f"Write {known}.") from None
    return "utf-8-sig" if codec == "utf-8" else codec


def _is_thai(letters: bytes, *, is_touching_latin: bool) -> bool:
    """Whether Thai would spell so: western text has its accents one by one between plain letters."""
    return (
        len(letters) >= (3 if is_touching_latin else 2)
        and _THAI.fullmatch(letters) is not None
        and _THAI_CONSONANT.search(letters) is not None
        and _NOT_THAI_SPELLING.search(letters) is None
    )


def _utf16_without_mark(prefix: bytes) -> str | None:
    """The byte order of UTF-16 text: every ASCII character of it brings a zero byte on the same side."""
    even, odd = prefix[0::2].count(0), prefix[1::2].count(0)
    if max(even, odd) * 10 < max(len(prefix), 10) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _pieces(path: Path) -> Iterator[bytes]:
    """The file in pieces that never cut a run of bytes beyond ASCII, unless it is longer than a piece."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            whole = rest + piece
            end = len(whole)
            while end > len(whole) - 1024 and end > 0 and whole[end - 1] >= 0x80:
                end -= 1
            rest = whole[end:]
            yield whole[:end]
    yield rest
