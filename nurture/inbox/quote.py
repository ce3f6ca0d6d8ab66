"""What the person wrote in an answer: without the mail it quotes and without the signature, line by line.

Every pattern looks at a bounded line: the patterns of reply libraries take seconds on a few kilobytes of hostile mail.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from nurture.inbox.attribution import attribution_length, before_attribution, is_quoted, quote_follows
from nurture.inbox.footer import footer_start, past_banner
from nurture.inbox.quoted_header import header_length, is_rule
from nurture.inbox.signature import signature_start

MAX_LINES = 5_000
_LONGEST_HEAD = 13
_MOST_SIGNED = 500
"""Lines of one's own up to which signatures are looked for: nobody writes more, and looking takes time."""

_LONG_LINE = 60
"""A quoted line of this length may have been broken by a program that did not mark the rest."""

_LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029|\x0b|\x0c")
_UNSEEN = dict.fromkeys(
    map(ord, "\ufeff\u200b\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xad\0")
)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007"), " ")
_OF_LINK = re.compile(r"[=/_&%>)\]]")
_SAYS = re.compile(r"[^\W_\u1427]|[^\s!-/:-@\[-`{-~\u1427—–─━═＝･…]|[:;=8][-']?[)(DPpO/|]|[?!]")
"""A letter, a digit, an emoji, a smiley: lines without are drawn."""


@lru_cache(maxsize=4)  # several rules ask in turn what one mail says
def own_words(text: str, writer: str = "") -> str:
    """The text without quoted mail and signature, its lines stripped at the right.

    Never empty where `text` has words: what cannot be told apart stays. `writer` is the name of who wrote it, where it
    is known; below it stands how to reach him.

    >>> own_words("Sounds good!\\n\\nOn 2 March 2026, Mali wrote:\\n> Shall we meet?\\n\\n-- \\nSomchai")
    'Sounds good!'
    """
    lines = _lines(text)
    pieces = _unquoted(lines)
    for candidate in _candidates(lines, pieces, writer):
        first = next((place for place, line in enumerate(candidate) if _SAYS.search(line)), None)
        if first is not None:
            return "\n".join(candidate[first:]).strip()
    return "\n".join(lines)


def says_something(text: str) -> bool:
    """Whether there is more in a text than drawn lines and quote marks."""
    return _SAYS.search(text) is not None


def _lines(text: str) -> list[str]:
    text = _LINE_ENDS.sub("\n", text).translate(_UNSEEN).translate(_SPACES)
    return [line.rstrip() for line in text.strip().split("\n", MAX_LINES)[:MAX_LINES]]


def _candidates(lines: Sequence[str], pieces: Sequence[Sequence[str]], writer: str) -> Iterator[list[str]]:
    """From what is most likely the person's own to everything."""
    yield _unsigned(pieces, writer)
    yield [line for piece in pieces for line in piece]
    yield _forwarded(lines, writer)
    yield [line for line in lines if not is_quoted(line)]
    yield list(lines)


def _unquoted(lines: Sequence[str]) -> list[list[str]]:
    """What is not quoted, in pieces: between two of them mail was quoted."""
    pieces: list[list[str]] = [[]]
    has_words = False
    index = 0
    while index < len(lines):
        line = lines[index]
        shared = before_attribution(line)
        end_of_head = index + 1 if shared else _past_head(lines, index)
        if end_of_head == index and not is_quoted(line):
            pieces[-1].append(line)
            has_words = has_words or bool(line.strip())
            index += 1
            continue
        if shared:
            pieces[-1].append(shared)
            has_words = True
        if end_of_head > index and has_words and not quote_follows(lines, end_of_head):
            break  # the mail below is quoted without any sign at its lines
        is_apart = index > 0 and not lines[index - 1].strip()
        index = _past_quoted(lines, end_of_head)
        _drop_rule(pieces[-1])
        if pieces[-1]:
            pieces.append([""] if is_apart else [])
    _drop_rule(pieces[-1])
    return pieces


def _past_head(lines: Sequence[str], index: int) -> int:
    """After the head or attribution of a quoted mail that begins here; `index` where none does."""
    if not is_quoted(lines[index]):
        return index + (header_length(lines, index) or attribution_length(lines, index))
    marked = [line.lstrip("> ") for line in takewhile(is_quoted, lines[index : index + _LONGEST_HEAD])]
    is_head_alone = 3 <= len(marked) < _LONGEST_HEAD and header_length(marked, 0) == len(marked)
    return index + len(marked) if is_head_alone else index


def _past_quoted(lines: Sequence[str], index: int) -> int:
    """After the quoted lines that begin here; a broken-off piece between two of them belongs to the quote."""
    for place in range(index, len(lines)):
        if lines[place].strip() and not is_quoted(lines[place]) and not _is_broken_off(lines, place, index):
            return place
    return len(lines)


def _is_broken_off(lines: Sequence[str], place: int, first: int) -> bool:
    """The end of a quoted line that was too long: a piece of a link, or what goes on in lower case."""
    if place == first or not is_quoted(lines[place - 1]):
        return False
    line, above = lines[place].strip(), lines[place - 1].rstrip()
    below = lines[place + 1] if place + 1 < len(lines) else ""
    if len(line.split()) == 1 and _OF_LINK.search(line):
        return is_quoted(below)
    goes_on = line[:1].islower() and above[-1:] not in ".!?:;"
    return goes_on and len(above) >= _LONG_LINE and (is_quoted(below) or not below.strip())


def _drop_rule(piece: list[str]) -> None:
    """Take away the line that some mail programs draw above the quoted head."""
    while piece and (not piece[-1].strip() or is_rule(piece[-1])):
        piece.pop()


def _unsigned(pieces: Sequence[Sequence[str]], writer: str) -> list[str]:
    """Each piece without signature and footer: below answers between quoted lines stands another one."""
    kept: list[str] = []
    has_words = False
    room = _MOST_SIGNED
    for number, piece in enumerate(pieces):
        own = list(piece[past_banner(piece) if number == 0 else 0 :])
        looked_at = own[:room]
        room -= len(looked_at)
        end = _end_of_words(looked_at, has_words_above=has_words, writer=writer)
        if end < len(looked_at):
            own = own[:end]
        while own and not _SAYS.search(own[-1]):
            own.pop()
        kept.extend(own)
        has_words = has_words or bool(own)
    return kept


def _end_of_words(lines: Sequence[str], *, has_words_above: bool, writer: str) -> int:
    end = footer_start(lines)
    end = len(lines) if end is None else end
    start_of_signature = signature_start(lines[:end], has_words_above=has_words_above, writer=writer)
    return end if start_of_signature is None else start_of_signature


def _forwarded(lines: Sequence[str], writer: str) -> list[str]:
    """What a mail that only forwards another has below the head of that."""
    for index in range(len(lines)):
        head = header_length(lines, index)
        if head:
            return _unsigned(_unquoted(lines[index + head :]), writer)
    return []
