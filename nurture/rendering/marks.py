"""Rendering's trick with Markdown and MJML: Jinja's marks become plain words while the static text is turned into HTML.

So a contact's values never pass through the Markdown or MJML parser: they come in afterwards, through Jinja's
escaping, and cannot become markup, whatever they say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment

_OPENING = {"variable_begin": "variable_end", "block_begin": "block_end", "comment_begin": "comment_end"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One `{{ … }}`, `{% … %}` or `{# … #}` as written, and the line it begins on."""

    source: str
    line: int
    is_statement: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A text whose marks are words: `{prefix}{n}s` for statements and comments, `{prefix}{n}v` for values."""

    text: str
    marks: tuple[Mark, ...]
    prefix: str

    @property
    def word(self) -> str:
        """A pattern for any mark, with its number in group 1."""
        return rf"{self.prefix}(\d+)[sv]z"

    @property
    def statement(self) -> str:
        """A pattern for a mark that prints nothing."""
        return rf"{self.prefix}\d+sz"

    def restored(self, text: str) -> str:
        """The text with Jinja's marks back."""
        return re.sub(self.word, lambda found: self.marks[int(found[1])].source, text)

    def line_map(self, converted: str) -> dict[int, int]:
        """For each line of the restored text on which marks stand, the line of the first one's source."""
        lines: dict[int, int] = {}
        line = 1
        position = 0
        for found in re.finditer(self.word, converted):
            line += converted.count("\n", position, found.start())
            position = found.end()
            mark = self.marks[int(found[1])]
            for offset in range(mark.source.count("\n") + 1):
                lines.setdefault(line + offset, mark.line + offset)
            line += mark.source.count("\n")
        return lines


@lru_cache(maxsize=64)
def mark(source: str, environment: Environment) -> Marked:
    """`source` with its Jinja marks as words; raises TemplateSyntaxError where Jinja cannot tell its marks apart."""
    prefix = "zqj"
    while prefix in source:
        prefix += "j"
    return _join(_pieces(environment.lexer.tokeniter(source, None)), prefix)


def _pieces(tokens: Iterable[tuple[int, str, str]]) -> Iterable[str | Mark]:
    collected: list[str] = []
    began = 0
    until = ""
    for line, kind, value in tokens:
        if until:
            collected.append(value)
            if kind == until:
                yield Mark("".join(collected), began, is_statement=kind != "variable_end")
                until = ""
        elif kind in _OPENING:
            collected, began, until = [value], line, _OPENING[kind]
        elif kind in ("raw_begin", "raw_end"):
            yield Mark(value, line, is_statement=True)
        else:
            yield value


def _join(pieces: Iterable[str | Mark], prefix: str) -> Marked:
    marks: list[Mark] = []
    text: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            text.append(piece)
            continue
        text.append(f"{prefix}{len(marks)}{'s' if piece.is_statement else 'v'}z")
        marks.append(piece)
    return Marked("".join(text), tuple(marks), prefix)
