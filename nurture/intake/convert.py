"""Cells of text as the values that contact fields hold, each refused with words that help to mend it."""

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from nurture.domain.contact import STANDARD_FIELDS
from nurture.domain.value import FieldSpec, Value
from nurture.errors import InvalidInput
from nurture.intake.country import country_code, country_names, language_tag
from nurture.intake.dates import parse_date, parse_datetime

Converter = Callable[[str], Value]

LONGEST_STANDARD_TEXT = 250
LONGEST_TEXT = 10_000
MOST_TAGS = 100
LONGEST_TAG = 100
_LARGEST_NUMBER = 2**53  # beyond it JSON readers lose digits

_YES = frozenset({"yes", "y", "true", "t", "1", "on", "x", "ok", "✓", "✔", "ใช่", "จริง", "ได้", "ยินยอม", "ตกลง"})
_NO = frozenset(
    {"no", "n", "false", "f", "0", "off", "-", "✗", "ไม่", "ไม่ใช่", "ไม่จริง", "เท็จ", "ไม่ได้", "ไม่ยินยอม", "ไม่ตกลง"}
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:([,' ])\d{3})(?:\1\d{3})*(?:\.\d+)?")
_SPLIT_LIST = re.compile(r"[;|]")
_SPLIT_TAGS = re.compile(r"[;|,]")


class TooLong(InvalidInput):
    """More text than the field keeps."""


def converter(spec: FieldSpec, zone: ZoneInfo) -> Converter:
    """What turns a cell, blanks around it gone and not empty, into a value of the field; it raises InvalidInput.

    `zone` is where a wall time without offset is meant.
    """
    if spec.name in STANDARD_FIELDS:
        return _STANDARD.get(spec.name, _one_line)
    match spec.type:
        case "text":
            return _text
        case "number":
            return parse_number
        case "bool":
            return parse_bool
        case "date":
            return parse_date_cell
        case "datetime":
            return partial(_datetime, zone=zone)
        case "choice":
            return partial(_choice, choices=spec.choices)
        case "list":
            return _list


def parse_number(text: str) -> int | float:
    """The number, with thousands separators or Thai digits as may be; raises InvalidInput.

    >>> parse_number("1,250.50"), parse_number("๑๒"), parse_number("-3")
    (1250.5, 12, -3)
    """
    plain = _western_digits(text).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").replace("−", "-")
    if _GROUPED_NUMBER.fullmatch(plain):
        plain = re.sub(r"[,' ]", "", plain)
    if not _PLAIN_NUMBER.fullmatch(plain):
        hint = "Write a decimal point, as in 1250.50." if "," in plain else "Write digits alone, without a unit."
        raise InvalidInput(f"{text!r} is not a number.", hint=hint)
    is_whole = plain.lstrip("+-").isdigit()
    if is_whole and len(plain) < 400 and abs(int(plain)) <= _LARGEST_NUMBER:
        return int(plain)
    number = float(plain)
    if is_whole or not math.isfinite(number):
        raise InvalidInput(f"{text!r} is too large a number.", hint="A code or a phone number belongs in a text field.")
    return number


def parse_bool(text: str) -> bool:
    """True for yes, no otherwise, in English or Thai; raises InvalidInput for anything else."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InvalidInput(f"{text!r} is neither yes nor no.", hint="Write yes or no, true or false, 1 or 0, ใช่ or ไม่ใช่.")


def parse_date_cell(text: str) -> Value:
    """The day, Thai digits understood."""
    return parse_date(_western_digits(text))


def parse_tags(text: str) -> tuple[str, ...]:
    """Tags parted by semicolon, bar or comma, each once and in order of first mention; raises InvalidInput."""
    return _parts(text, _SPLIT_TAGS)


def nearest(word: str, words: Iterable[str], *, likeness: float = 0.7) -> str | None:
    """The one of `words` that `word` was probably meant to be."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=likeness)
    return found[0] if found else None


def _one_line(text: str) -> str:
    """Text of a standard field: it goes into headers and greetings, so it is one line."""
    if len(text) <= LONGEST_STANDARD_TEXT and text.isprintable() and "  " not in text:  # the short way of most cells
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    clean = " ".join(_clean(text).split())
    if len(clean) > LONGEST_STANDARD_TEXT:
        raise TooLong(f"It has {len(clean)} characters; at most {LONGEST_STANDARD_TEXT} are kept here.")
    return clean


def _text(text: str) -> str:
    clean = _clean(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(clean) > LONGEST_TEXT:
        raise TooLong(f"It has {len(clean)} characters; at most {LONGEST_TEXT} are kept here.")
    return clean


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    if found := _CONTROL.search(text):
        raise InvalidInput(f"It holds the control character U+{ord(found[0]):04X}.")
    return unicodedata.normalize("NFC", text)


def _datetime(text: str, *, zone: ZoneInfo) -> Value:
    return parse_datetime(_western_digits(text), zone)


def _choice(text: str, *, choices: tuple[str, ...]) -> Value:
    if text in choices:
        return text
    folded = {choice.casefold(): choice for choice in choices}
    if found := folded.get(text.casefold()):
        return found
    near = nearest(text.casefold(), folded, likeness=0.5)
    hint = f"Did you mean {folded[near]}?" if near else f"It may be {', '.join(choices)}."
    raise InvalidInput(f"{text!r} is not one of the choices.", hint=hint)


def _list(text: str) -> Value:
    return _parts(text, _SPLIT_LIST)


def _parts(text: str, split: re.Pattern[str]) -> tuple[str, ...]:
    parts = tuple(dict.fromkeys(part for raw in split.split(text) if (part := _one_line(raw.strip()))))
    if len(parts) > MOST_TAGS:
        raise TooLong(f"It lists {len(parts)} words; at most {MOST_TAGS} are kept.")
    if long := next((part for part in parts if len(part) > LONGEST_TAG), None):
        raise TooLong(f"{long[:30]!r}… has {len(long)} characters; a word of a list may have {LONGEST_TAG}.")
    return parts


@lru_cache(maxsize=4096)
def _country(text: str) -> Value:
    code = country_code(text)
    if code is None:
        near = nearest(text.casefold(), country_names())
        hint = f"Did you mean {country_code(near)} ({near.title()})?" if near else "Write its two letters, such as TH."
        raise InvalidInput(f"{text!r} is not a country.", hint=hint)
    return code


@lru_cache(maxsize=4096)
def _language(text: str) -> Value:
    tag = language_tag(text)
    if tag is None:
        raise InvalidInput(f"{text!r} is not a language.", hint="Write its tag, such as th or en-GB.")
    return tag


@lru_cache(maxsize=4096)
def _timezone(text: str) -> Value:
    zones = _zones()
    if found := zones.get(text.casefold().replace(" ", "_")):
        return found
    near = nearest(text.casefold(), zones) or nearest(text.casefold(), {z.split("/")[-1]: z for z in zones})
    full = zones.get(near or "") or next((z for plain, z in zones.items() if near and plain.endswith(f"/{near}")), None)
    hint = f"Did you mean {full}?" if full else "Write its name in tzdata, such as Asia/Bangkok."
    raise InvalidInput(f"{text!r} is not a time zone.", hint=hint)


@cache
def _zones() -> Mapping[str, str]:
    return MappingProxyType({name.casefold(): name for name in sorted(available_timezones())})


def _western_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


_STANDARD: Mapping[str, Converter] = MappingProxyType(
    {"country": _country, "language": _language, "timezone": _timezone, "tags": parse_tags}
)
