"""Runs phrase books over what people wrote, on an engine whose time is linear whatever the text and the pattern.

RE2 knows word ends in ASCII only, so that the ends of words are written out here, for every script.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import re2

from nurture.domain.phrases import PhraseBook
from nurture.errors import InvalidInput

_MOST_MEMORY = 1024 * 1024  # bytes for each compiled group: RE2 fills it while it reads and then begins anew
_MOST_FOUND = 200
_NO_LETTER = (
    r"\x00-/:-@\[-`{-\x{a9}\x{ab}-\x{b4}\x{b6}-\x{b9}\x{bb}-\x{bf}"
    r"\x{0e00}-\x{0eff}\x{2000}-\x{206f}\x{2190}-\x{2bff}\x{3000}-\x{9fff}\x{1f000}-\x{1faff}"
)
"""What ends a word: marks, symbols, and the letters of scripts without spaces. Ranges, for RE2 is slow to make ready
what is told by Unicode class."""
_BEFORE, _AFTER = rf"(?:^|[{_NO_LETTER}])", rf"(?:$|[{_NO_LETTER}])"
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
    """Phrase books, each group made ready when it is first asked for: no mail needs all of them.

    Patterns are those that `check_pattern` has let pass.
    """

    def __init__(self, books: Sequence[PhraseBook]) -> None:
        self.books = tuple(books)
        self._made: dict[str, _Group | None] = {}

    def _group(self, name: str) -> "_Group | None":
        if name not in self._made:
            is_there = any(book.groups.get(name) for book in self.books)
            self._made[name] = _Group(name, self.books) if is_there else None
        return self._made[name]

    def find(self, group: str, text: str) -> Iterator[Found]:
        """Where phrases of `group` stand in a normalised text, in any language, longest at each place first."""
        if made := self._group(group):
            yield from islice(made.find(text), _MOST_FOUND)

    def first(self, group: str, text: str) -> Found | None:
        """The first of them."""
        return next(self.find(group, text), None)

    def whole(self, group: str, text: str) -> Found | None:
        """The phrase that is all there is in a normalised text, save what is neither letter nor figure around it."""
        made = self._group(group)
        return made.whole(text) if made else None

    def words(self, group: str) -> Mapping[str, tuple[str, ...]]:
        """The patterns of a group as they were written, by language."""
        return {book.language: book.groups[group] for book in self.books if group in book.groups}


class _Group:
    """One group over all books: the languages with spaces between words, and those without, one engine each."""

    def __init__(self, name: str, books: Sequence[PhraseBook]) -> None:
        self._name = name
        self._spoken = [
            spoken
            for has_spaces in (True, False)
            if (spoken := [book for book in books if book.groups.get(name) and book.has_spaces is has_spaces])
        ]
        self._searching: list[re2._Regexp] | None = None
        self._matching: list[re2._Regexp] | None = None
        self._by_language: dict[str, re2._Regexp] = {}

    def find(self, text: str) -> Iterator[Found]:
        if self._searching is None:
            self._searching = [self._engine(books, is_whole=False) for books in self._spoken]
        for engine, books in zip(self._searching, self._spoken, strict=True):
            place = 0
            while match := engine.search(text, place):
                start, end = match.span(1)
                yield Found(language=self._language(books, match[1]), words=match[1], start=start, end=end)
                # What ends one word may begin the next: the mark between them is looked at again.
                place = max(end, place + 1)

    def whole(self, text: str) -> Found | None:
        if self._matching is None:
            self._matching = [self._engine(books, is_whole=True) for books in self._spoken]
        bare = text.strip(" .,;:!?\"'()[]<>*_-~…。！、\n")
        for engine, books in zip(self._matching, self._spoken, strict=True):
            if engine.fullmatch(bare):
                start = text.find(bare)
                return Found(language=self._language(books, bare), words=bare, start=start, end=start + len(bare))
        return None

    def _engine(self, books: Sequence[PhraseBook], *, is_whole: bool) -> re2._Regexp:
        phrases = "|".join(_joined(book, self._name) for book in books)
        before, after = (_BEFORE, _AFTER) if books[0].has_spaces and not is_whole else ("", "")
        return _compiled(f"{before}({phrases}){after}")

    def _language(self, books: Sequence[PhraseBook], words: str) -> str:
        if len(books) == 1:
            return books[0].language
        for book in books:
            if book.language not in self._by_language:
                self._by_language[book.language] = _compiled(_joined(book, self._name))
            if self._by_language[book.language].fullmatch(words):
                return book.language
        return ""


def _joined(book: PhraseBook, group: str) -> str:
    return "|".join(f"(?:{unicodedata.normalize('NFC', pattern)})" for pattern in book.groups[group])


def check_pattern(pattern: str, *, where: str = "") -> None:
    """Raises InvalidInput for a pattern that RE2 does not take, and for one that matches where nothing stands."""
    try:
        engine = _compiled(pattern)
    except re2.error as error:
        told = error.args[0] if error.args else error
        told = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
        raise InvalidInput(
            f"{pattern!r} is no pattern: {told}",
            where=where,
            hint="write it in the syntax of RE2; plain words are right",
        ) from error
    if engine.fullmatch(""):
        raise InvalidInput(
            f"{pattern!r} matches where nothing is written", where=where, hint="leave out what makes all of it optional"
        )


def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.longest_match = True
    options.max_mem = _MOST_MEMORY
    return re2.compile(pattern, options)
