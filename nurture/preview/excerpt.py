"""A problem with the lines of the file that it is in, so that nobody has to look for them."""

from dataclasses import dataclass, replace
from pathlib import Path

from nurture.errors import NurtureError, Problem
from nurture.rendering.failure import BadTemplate

_AROUND = 2
_LONGEST_LINE = 400
_SHOWN = ("campaigns", "templates")
"""Nothing else is ever shown: the config may hold a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """`is_it`: the line that is meant, not one around it."""

    number: int
    text: str
    is_it: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A problem and the lines around its place; none where the place is a whole file."""

    problem: Problem
    lines: tuple[SourceLine, ...] = ()


def with_lines(root: Path, problem: Problem) -> Trouble:
    """The problem with its lines, read from the project's folder."""
    return Trouble(problem=problem, lines=_lines(root.resolve(), problem))


def problem_of(error: NurtureError, file: str) -> Problem:
    """The error as a problem; in `file` as a whole where it has no place of its own."""
    if isinstance(error, BadTemplate):
        problem = error.problem()
        return replace(problem, code=problem.code.replace("-", "_"))
    return Problem(file=file, code="cannot_be_written", message=error.message, hint=error.hint)


def _lines(root: Path, problem: Problem) -> tuple[SourceLine, ...]:
    path = (root / problem.file).resolve()
    if not problem.line or not any(path.is_relative_to(root / folder) for folder in _SHOWN):
        return ()
    try:
        written = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    except OSError:
        return ()
    numbers = range(max(1, problem.line - _AROUND), min(len(written), problem.line + _AROUND) + 1)
    return tuple(
        SourceLine(number=number, text=written[number - 1][:_LONGEST_LINE], is_it=number == problem.line)
        for number in numbers
    )
