"""The line above quoted mail that says who wrote it and when: `On 2 March 2026, Mali wrote:`.

Its marks are alike everywhere: a date, an address, a word for writing, a colon. So the lists need not be complete, and
whoever adds a language adds a word. Every look is linear in a bounded text.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

MAX_LENGTH = 600
"""Characters that an attribution has at most: mailing lists give people addresses of hundreds."""

_MAX_LINES = 7

_OPENERS = (
    "on ", "at ", "am ", "um ", "le ", "el ", "il ", "il giorno ", "em ", "no dia ", "a ", "op ", "den ",
    "på ", "i ",
    "dne ", "dňa ", "dnia ", "w dniu ", "wiadomość ", "ma ", "vào ", "lúc ", "pada ", "στις ", "την ", "в ",
    "во ", "у ",
    "la ", "pe ", "în ", "на ", "dana ", "u ", "missatge de ", "noong ", "kel ", "tarihinde ", "ngày ", "tanggal ",
    "quoting ", "zitat von ", "citando ", "citat ", "in article ", "in message ",
    "เมื่อ", "ในวันที่", "วันที่", "ใน ", "在", "于", "於", "בתאריך", "ב-", "ביום ", "في ", "بتاريخ ", "يوم ",
)  # fmt: skip
_VERBS = frozenset(
    """
    wrote|writes|sent|said|schrieb|schreibt|schreef|geschreven|écrit|ecrit|écrivait|escribió|escribio|escribe|
    scritto|
    scrive|escreveu|escreve|skrev|skriver|napisał|napisala|napisała|pisze|napsal|napsala|napísal|napísala|kirjoitti|
    написал|написала|пишет|писал|писала|пише|написав|написа|viết|menulis|yazdı|yazdi|yazmış|scris|írta|napisao|
    napisal|
    rašė|rakstīja|kirjutas|escrit|έγραψε|έγραφε|כתב|כתבה|כתבו|מאת|كتب|كتبت|كتابة|napisali|skrifaði|nagsulat
    """.replace("\n    ", "")
    .strip()
    .split("|")
)
_VERB_ENDS = (
    "เขียนว่า", "เขียน", "เขียนข้อความ", "写道", "寫道", "写到", "撰写", "来信", "のメール", "書きました", "님이 작성",
    "작성",
    "쓴 글", "님의 글", "লিখেছেন", "ने लिखा",
)  # fmt: skip
_WRITERS = frozenset({"i", "we", "he", "she", "they", "ich", "wir", "er", "sie"})
"""Before a word for writing they make a sentence; a mail program gives a name, or `you`."""

_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_TIME = re.compile(r"\d{1,2}\s?[:.h：時时시点點]\s?\d{2}|\d{1,2}\s?(?:am|pm|uhr)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d{2}(?!\d)")
_BEGINS_DATED = re.compile(r"(?:[^\W\d_]{1,12}[.,]{0,2}\s){0,2}\d{1,4}(?:[\s./,:-]|年|月|년|th\b|st\b|nd\b|rd\b)")
_MONTH_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}\b|"
    r"\b\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
_STAMPED = re.compile(r"\d{4}-\d\d-\d\d,? \d\d?:\d\d(?::\d\d)? (?:GMT|UTC)[+-]\d\d:?\d\d\s\S")
_DASHED = re.compile(
    r"[^\W\d_][^\n<>-]{1,60} ?-{2,3}\s?(?:\d\d?[./]\d\d?[./]\d{2,4}|\d{4}-\d\d-\d\d) "
    r"\d\d?[:.]\d\d(?:[:.]\d\d)?(?: [AP]M)?\s?-{2,3}"
)
"""Notes: `Anna Berg ---09.03.2026 09:00:00---Hello, shall we`: the beginning of the quoted text ends it."""

_DECORATION = " \t*_-–—|"
_COLONS = (":", "：")
_VERB_LAST = re.compile(rf"(?:^|\s)(?:{'|'.join(sorted(_VERBS - {'sent', 'said'}))})(?:\(a\))?[\s*_-]{{0,20}}$")
"""Without a colon nothing may follow."""


def attribution_length(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on are one attribution; 0 where none begins there."""
    first = lines[index].strip()
    if not first or len(first) > MAX_LENGTH or not _may_begin(first):
        return 0
    joined = ""
    for length, piece in enumerate(lines[index : index + _MAX_LINES], start=1):
        joined = f"{joined} {piece.strip()}" if joined else piece.strip()
        if len(joined) > MAX_LENGTH:
            return 0
        if piece.strip() and _may_end(joined):
            if is_attribution(joined, is_followed=length <= 2 and quote_follows(lines, index + length)):
                return length if _begins_nowhere_later(lines, index, length) else 0
        elif not piece.strip() and "<" not in joined and not _goes_on_with_address(lines, index + length):
            return 0
    return 0


def before_attribution(line: str) -> str:
    """What stands before an attribution on the same line; empty where there is none.

    >>> before_attribution("Fine. On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:")
    'Fine.'
    """
    if len(line) > MAX_LENGTH or not line.rstrip().endswith(_COLONS) or _is_opened(line.strip(_DECORATION)):
        return ""
    for place in _openings(line):
        if _is_opened(line[place:]) and _TIME.search(line[place:]) and is_attribution(line[place:], is_followed=False):
            return line[:place].rstrip(_DECORATION)
    return ""


def is_attribution(text: str, *, is_followed: bool) -> bool:
    """Whether `text` (lines joined by spaces) is one; `is_followed`: quoted lines come next, so less will do."""
    text = unicodedata.normalize("NFC", text).strip(_DECORATION).lstrip("> ")
    if _STAMPED.match(text) and not text.endswith((".", "!", "?")):
        return True
    if _DASHED.match(text):
        return True
    tokens = text.split()
    has_address = any("@" in token for token in tokens)
    is_bracketed = has_address and any(mark in text for mark in "<([")
    # Addresses go: the digits and names in them are no date and no word.
    bare = " ".join("@" if "@" in token or "//" in token else token for token in tokens)
    is_dated = len(_DIGITS.findall(bare)) >= 2
    has_colon = text.endswith(_COLONS)
    begins = _is_opened(bare) or _BEGINS_DATED.match(bare) is not None
    if has_colon and is_followed and len(text) <= 200 and (_tells(bare, at_end=True) or is_bracketed or begins):
        return True
    if not is_dated and not (_is_opened(bare) and _MONTH_DAY.search(bare)):
        return False
    has_time = _TIME.search(bare) is not None
    if has_colon:
        if is_bracketed and (has_time or _YEAR.search(bare) is not None):
            return True
        return (begins or is_bracketed or has_time) and _tells(bare) and not _is_sentence(bare)
    if _is_opened(bare) and (has_time or is_bracketed) and _VERB_LAST.search(bare.lower()):
        return not _is_sentence(bare)
    return text[:1].isdigit() and text.endswith(">") and is_bracketed and _BEGINS_DATED.match(bare) is not None


def quote_follows(lines: Sequence[str], index: int) -> bool:
    """Whether the next line that says something is marked as quoted."""
    following = next((line for line in lines[index : index + 5] if line.strip()), "")
    return is_quoted(following)


_QUOTED = re.compile(r"\s{0,4}(?:[>＞]|&gt;|[A-Z][a-z]{1,15}>\s|[A-Z]{1,3}>{1,3}\s)")
_FALSE_QUOTE = re.compile(r"\s{0,4}>>>\s.{0,200}<<<\s{0,4}$|\s{0,4}>>>\s>>>")


def is_quoted(line: str) -> bool:
    """Whether a line carries the mark of quoted text; `>>> Look here <<<` does not."""
    return _QUOTED.match(line) is not None and _FALSE_QUOTE.match(line) is None


def _may_begin(line: str) -> bool:
    """Cheap: spares most lines the joining and the looking."""
    start = line.strip(_DECORATION).lstrip("> ")
    return _is_opened(start) or "@" in line or "<" in line or _DIGITS.search(line) is not None or _may_end(line)


def _may_end(text: str) -> bool:
    text = text.rstrip(_DECORATION)
    return (
        text.endswith((*_COLONS, ">"))
        or _VERB_LAST.search(text[-40:].lower()) is not None
        or _STAMPED.match(text) is not None
        or _DASHED.match(text) is not None
    )


def _begins_nowhere_later(lines: Sequence[str], index: int, length: int) -> bool:
    """Whether it takes the first line to make the attribution: else that line is the person's last."""
    for place in range(index + 1, index + length):
        rest = " ".join(line.strip() for line in lines[place : index + length])
        if lines[place].strip() and is_attribution(rest, is_followed=False):
            return False
    return True


def _goes_on_with_address(lines: Sequence[str], index: int) -> bool:
    """Whether an attribution goes on after a blank line, with the address that belongs to it."""
    return index < len(lines) and lines[index].lstrip().startswith("<")


def _is_opened(text: str) -> bool:
    return text[:40].lower().startswith(_OPENERS)


def _openings(line: str) -> list[int]:
    """Where a word begins with a capital after a space, a dash or a full stop; the first few will do."""
    places = [
        place + 1
        for place, (before, letter) in enumerate(pairwise(line))
        if before in " -.!?" and letter.isupper() and place + 1 < len(line)
    ]
    return places[:40]


def _tells(text: str, *, at_end: bool = False) -> bool:
    """Whether a word for writing is there, or among the last three words."""
    text = text.lower().rstrip(" *_-:：").rstrip()
    words = _WORD.findall(text)
    if at_end:
        return not _VERBS.isdisjoint(words[-3:]) or text.endswith(_VERB_ENDS)
    return not _VERBS.isdisjoint(words) or any(end in text for end in _VERB_ENDS)


def _is_sentence(text: str) -> bool:
    """Whether somebody tells of what was written: `On Monday at 10:00 I wrote:`."""
    return any(word in _VERBS and before in _WRITERS for before, word in pairwise(_WORD.findall(text.lower())))
