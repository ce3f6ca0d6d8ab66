"""What a person wrote as patterns read it, sentence by sentence, with the way back to the words as written."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.inbox.patterns import normalised

LONGEST = 6_000
_SHORT_LINE = 45
"""Letters: who ends a line before that meant to, programs that fold lines do it later."""

_WORD = re.compile(r"\S+")
_NO_WORDS = re.compile(
    r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}|(?:https?://|www\.)[^\s<>\"]{1,500}", re.ASCII | re.IGNORECASE
)
_END = re.compile(r"(?:(?<!\d)[.]|[!?…;])(?=\s|$|[.!?…;)\"'])|[。！？；؟।!?]|\n")
_THAI_PAUSE = re.compile(r"(?<=[\u0e00-\u0e7f]) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of the text, between two places; `is_asked` where a question mark ends it."""

    start: int
    end: int
    is_asked: bool = False

    def holds(self, place: int) -> bool:
        return self.start <= place < self.end


class Said:
    """A text made ready for patterns: `text` is normalised, its addresses are but `@`, and its paragraphs keep apart.

    >>> said = Said("Not  INTERESTED,\\nthanks")
    >>> said.text, said.as_written(0, 14)
    ('not interested,\\nthanks', 'Not INTERESTED')
    """

    def __init__(self, written: str) -> None:
        self._written = written[:LONGEST]
        masked = _NO_WORDS.sub(lambda match: "@" * len(match[0]), self._written)
        pieces: list[str] = []
        self._places: list[int] = []
        self._words: list[tuple[int, int, bool]] = []
        length = last_end = 0
        for match in _WORD.finditer(masked):
            word = normalised(match[0])
            if not word:
                continue
            between = _between(masked, last_end, match.start()) if pieces else ""
            self._places.append(length + len(between))
            self._words.append((match.start(), match.end(), len(word) == len(match[0])))
            pieces += (between, word)
            length += len(between) + len(word)
            last_end = match.end()
        self.text = "".join(pieces)
        self.sentences = tuple(_sentences(self.text))

    def as_written(self, start: int, end: int) -> str:
        """The words that stand between two places of `text`, as the person wrote them."""
        if not self._places or end <= start:
            return ""
        first = self._place(start, is_end=False)
        last = self._place(end - 1, is_end=True)
        return " ".join(self._written[first:last].split())

    def _place(self, place: int, *, is_end: bool) -> int:
        index = max(0, bisect_right(self._places, place) - 1)
        start, end, is_letter_by_letter = self._words[index]
        if not is_letter_by_letter:
            return end if is_end else start
        return min(end, start + place - self._places[index] + is_end)

    def sentence_at(self, place: int) -> Span:
        """The sentence that a place lies in."""
        return next((each for each in self.sentences if each.holds(place)), Span(start=0, end=len(self.text)))

    def clause_at(self, place: int, turns: list[int]) -> Span:
        """The part of that sentence between the words for `but` (at `turns`) and, in Thai, between its pauses."""
        sentence = self.sentence_at(place)
        piece = self.text[sentence.start : sentence.end]
        cuts = [turn for turn in turns if sentence.start <= turn < sentence.end]
        cuts += [sentence.start + pause.end() for pause in _THAI_PAUSE.finditer(piece)]
        start = max((cut for cut in cuts if cut <= place), default=sentence.start)
        end = min((cut for cut in cuts if cut > place), default=sentence.end)
        return Span(start=start, end=end, is_asked=sentence.is_asked and end == sentence.end)


def _between(text: str, start: int, end: int) -> str:
    gap = text[start:end]
    if "\n" not in gap:
        return " "
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return "\n" if gap.count("\n") > 1 or len(line) < _SHORT_LINE else " "


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for match in _END.finditer(text):
        if match.end() > start and text[start : match.end()].strip(" .!?…;\n"):
            yield Span(start=start, end=match.end(), is_asked=match[0] in "?？؟")
            start = match.end()
    if text[start:].strip(" .!?…;\n"):
        yield Span(start=start, end=len(text))
