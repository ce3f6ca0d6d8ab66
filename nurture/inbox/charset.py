"""Bytes to text when the declared charset may lie: what is certainly right first, then what was said, then a guess."""

import codecs
import re

_ALIASES = {
    "windows-874": "cp874",
    "x-windows-874": "cp874",
    "tis-620": "cp874",  # real mail under this name has the quotes and dashes that only cp874 knows
    "tis620": "cp874",
    "iso-8859-11": "cp874",
    "iso-8859-1": "cp1252",  # the same superset that browsers use
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso8859-8",
}
# Only charsets of text: Python also knows codecs that unpack, escape or take quadratic time.
_IS_TEXT = re.compile(r"(ascii|utf-?(7|8|16|32).{0,6}|iso8859|cp\d{2,5}|koi8|mac-|big5|gb18030|gb2312|gbk|hz$|euc_|"
                      r"shift_jis|iso2022|johab|tis-620|ptcp154|kz1048|hp-roman8)")  # fmt: skip
_SEVEN_BIT = re.compile(r"(utf-?(7|16|32)|iso2022|hz)")
_THAI_RUN = re.compile(rb"[\xa1-\xda\xdf-\xfb]{3,}")
_HIGH = bytes(range(0x80, 0x100))
_HALF = re.compile("[\ud800-\udfff]")  # of a letter of two: UTF-7 lets it stand alone, and nothing else takes it


def decode(data: bytes, declared: str = "") -> str:
    """`data` as text; never raises, and what cannot be read becomes U+FFFD.

    Valid UTF-8 is hardly ever anything else, so it wins over the declaration, save over charsets that look like
    ASCII while they are not (ISO-2022-JP, UTF-7, UTF-16).

    >>> decode("สวัสดี".encode("cp874"), "iso-8859-1"), decode("Grüße".encode(), "iso-8859-1")
    ('สวัสดี', 'Grüße')
    """
    text = _decoded(data, declared)
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def _decoded(data: bytes, declared: str) -> str:
    codec = _codec(declared)
    if codec and _SEVEN_BIT.match(codec):
        text = _strictly(data, codec)
        if text is not None:
            return text
    text = _strictly(data, "utf-8-sig")
    if text is not None:
        return text
    if codec in ("", "cp1252", "utf-8") and _looks_thai(data):
        return data.decode("cp874", "replace")
    if codec:
        text = _strictly(data, codec)
        if text is not None:
            return text
    if codec and codec not in ("utf-8", "ascii"):
        return data.decode(codec, "replace")
    return _mostly_utf8(data) or data.decode("cp1252", "replace")


def _codec(declared: str) -> str:
    """The name of Python's codec for a declared charset; empty where there is none that makes text."""
    name = declared.strip().strip("\"'").split("*")[0].lower()[:40]
    try:
        codec = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError, ImportError):
        return ""
    return codec if _IS_TEXT.match(codec) else ""


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _looks_thai(data: bytes) -> bool:
    """Whether most high bytes stand in runs of Thai letters; accents of western text stand alone."""
    high = len(data) - len(data.translate(None, _HIGH))
    in_runs = sum(len(run) for run in _THAI_RUN.findall(data))
    return in_runs * 10 >= high * 8


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 with a damaged letter here or there, as a cut in mid-letter leaves it; None where it is not that."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    whole = sum(1 for letter in text if letter > "\x7f") - damaged
    return text if damaged * 20 <= whole else None
