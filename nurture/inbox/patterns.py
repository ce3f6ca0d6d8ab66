"""Runs phrase books over what people wrote, on an engine whose time is linear whatever the text and the pattern.

RE2 knows word ends in ASCII only, so that the ends of words are written out here, for every script.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import re2

from nurture.domain.phrases import PhraseBook
from nurture.errors import InvalidInput

_MOST_MEMORY = 4 * 1024 * 1024  # bytes for each compiled group: RE2 fills it while it reads and then begins anew
_MOST_FOUND = 200
_BEFORE = r"(?:^|[^\pL\pN\pM])"
_TYPED = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"',
        "\u201e": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u00ad": None,
        "\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None, "\ufeff": None, "\u3000": " ",
        **{chr(0xFF01 + place): chr(0x21 + place) for place in range(94)},
        **{chr(0x0E50 + figure): str(figure) for figure in range(10)},
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One phrase in a normalised text: its words as they stand there, between `start` and `end` characters."""

    language: str
    words: str
    start: int
    end: int


def normalised(text: str) -> str:
    """Lower case, one kind of quote, dash, digit and space, composed characters: what patterns are written for.

    >>> normalised("I’m  OUT\\n– ขอบคุณครับ ๑๒")
    "i'm out - ขอบคุณครับ 12"
    """
    composed = unicodedata.normalize("NFC", text.translate(_TYPED)).replace("\u0e4d\u0e32", "\u0e33")
    return " ".join(composed.lower().split())


class Patterns:
    """Phrase books made ready. Raises InvalidInput for a pattern that RE2 does not take, naming it."""

    def __init__(self, books: Sequence[PhraseBook]) -> None:
        self.books = tuple(books)
        self._groups = {name: _Group(name, books) for name in sorted({name for book in books for name in book.groups})}

    def find(self, group: str, text: str) -> Iterator[Found]:
        """Where phrases of `group` stand in a normalised text, in any language, longest at each place first."""
        if group in self._groups:
            yield from islice(self._groups[group].find(text), _MOST_FOUND)

    def first(self, group: str, text: str) -> Found | None:
        """The first of them."""
        return next(self.find(group, text), None)

    def whole(self, group: str, text: str) -> Found | None:
        """The phrase that is all there is in a normalised text, save what is neither letter nor figure around it."""
        return self._groups[group].whole(text) if group in self._groups else None

    def words(self, group: str) -> Mapping[str, tuple[str, ...]]:
        """The patterns of a group as they were written, by language."""
        return {book.language: book.groups[group] for book in self.books if group in book.groups}


class _Group:
    """One group over all books: the languages with spaces between words, and those without, one engine each."""

    def __init__(self, name: str, books: Sequence[PhraseBook]) -> None:
        self._engines: list[re2._Regexp] = []
        self._phrases: list[str] = []
        for has_spaces in (True, False):
            spoken = [book for book in books if book.groups.get(name) and book.has_spaces is has_spaces]
            if spoken:
                each = [_checked(pattern, book, name) for book in spoken for pattern in book.groups[name]]
                phrases = "|".join(f"(?:{pattern})" for pattern in each)
                before, after = (_BEFORE, r"(?:$|[^\pL\pN\pM])") if has_spaces else ("", "")
                self._engines.append(_compiled(f"{before}({phrases}){after}"))
                self._phrases.append(phrases)
        self._written = [(book.language, book.groups[name]) for book in books if book.groups.get(name)]

    # Most groups are never asked for these two, and compiling them all takes longer than judging a mail.
    @cached_property
    def _whole(self) -> list[re2._Regexp]:
        return [_compiled(f"({phrases})") for phrases in self._phrases]

    @cached_property
    def _by_language(self) -> list[tuple[str, re2._Regexp]]:
        return [
            (language, _compiled(unicodedata.normalize("NFC", "|".join(f"(?:{each})" for each in phrases))))
            for language, phrases in self._written
        ]

    def find(self, text: str) -> Iterator[Found]:
        for engine in self._engines:
            place = 0
            while match := engine.search(text, place):
                start, end = match.span(1)
                yield Found(language=self._language(match[1]), words=match[1], start=start, end=end)
                # What ends one word may begin the next: the mark between them is looked at again.
                place = max(end, place + 1)

    def whole(self, text: str) -> Found | None:
        bare = text.strip(" .,;:!?\"'()[]<>*_-~…。！、\n")
        for engine in self._whole:
            match = engine.fullmatch(bare)
            if match:
                start = text.find(bare)
                return Found(language=self._language(bare), words=bare, start=start, end=start + len(bare))
        return None

    def _language(self, words: str) -> str:
        return next((language for language, engine in self._by_language if engine.fullmatch(words)), "")


def _checked(pattern: str, book: PhraseBook, group: str) -> str:
    pattern = unicodedata.normalize("NFC", pattern)
    try:
        _compiled(pattern)
    except re2.error as error:
        message = f"{pattern!r} is no pattern: {error.args[0] if error.args else error}"
        raise InvalidInput(
            message, where=f"{group} of language {book.language}", hint="write it in the syntax of RE2"
        ) from error
    return pattern


def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.longest_match = True
    options.max_mem = _MOST_MEMORY
    return re2.compile(pattern, options)
