"""`nurture: allow CODE` in a comment: what somebody has looked at and wants to keep, said where it stands.

In YAML and in the head of a template it is `# nurture: allow CODE`, in a template's body `{# nurture: allow CODE #}`;
several codes have commas between them, and whatever follows them is the reason.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nurture.checks.codes import CODES
from nurture.errors import Problem
from nurture.loader.nearest import nearest

_ALLOW = re.compile(
    r"(?:(?:^|\s)#|\{#-?)\s*nurture:\s*allow\b:?[ \t]*(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*)?", re.MULTILINE
)
_ALONE = re.compile(r"\s*(?:#.*|\{#(?:(?!#\}).)*#\})\s*")
_WRITTEN = "write `nurture: allow CODE`, as `nurture: allow subject_long`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """One code that a comment allows, for the lines `line` to `until`: one alone on its line is for the next one too.

    Lines and columns count from 1.
    """

    file: str
    line: int
    column: int
    code: str
    is_alone: bool
    until: int


def allows_in(file: str, text: str) -> Iterator[Allow]:
    """Every allowed code of a file; one with an empty code where a comment names none."""
    if "allow" not in text:
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        for found in _ALLOW.finditer(line):
            if line.count('"', 0, found.start()) % 2:
                continue  # inside a text
            is_alone = _ALONE.fullmatch(line) is not None
            until = _next_but_comments(lines, number) if is_alone else number
            begin = found.start() + len(found[0]) - len(found[0].lstrip())
            codes = re.finditer(r"[\w-]+", found["codes"] or "")
            named = [(found.start("codes") + code.start() + 1, code[0].replace("-", "_")) for code in codes]
            for column, code in named or [(begin + 1, "")]:
                yield Allow(file=file, line=number, column=column, code=code, is_alone=is_alone, until=until)


def _next_but_comments(lines: Sequence[str], number: int) -> int:
    """The number of the first line after `number` that is no comment."""
    while number < len(lines) and _ALONE.fullmatch(lines[number]):
        number += 1
    return number + 1


def without_allowed(root: Path, problems: Sequence[Problem]) -> list[Problem]:
    """The problems that no comment allows."""
    files = {problem.file for problem in problems if problem.severity == "warning"}
    allows = [allow for file in sorted(files) for allow in allows_in(file, text_of(root, file))]
    kept, _ = _divided(problems, allows)
    return kept


def with_vain_allows(root: Path, problems: Sequence[Problem], files: Iterable[str]) -> list[Problem]:
    """The problems that no comment allows, and those of the comments themselves in `files`, all that were checked."""
    told = {problem.file for problem in problems}
    allows = [allow for file in sorted({*files, *told}) for allow in allows_in(file, text_of(root, file))]
    kept, used = _divided(problems, allows)
    return [*kept, *(_vain(allow, kept) for allow in allows if allow not in used)]


def text_of(root: Path, file: str) -> str:
    """The file's text; empty where it cannot be read, which is told elsewhere."""
    try:
        return (root / file).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def _divided(problems: Sequence[Problem], allows: Sequence[Allow]) -> tuple[list[Problem], set[Allow]]:
    """What stays, and the allows that took something away. An error stays: it would break the sending."""
    by_code: dict[tuple[str, str], list[Allow]] = {}
    for allow in allows:
        by_code.setdefault((allow.file, allow.code), []).append(allow)
    kept: list[Problem] = []
    used: set[Allow] = set()
    for problem in problems:
        fitting = [
            allow
            for allow in by_code.get((problem.file, problem.code), ())
            if problem.severity == "warning" and _is_beside(allow, problem)
        ]
        used.update(fitting)
        if not fitting:
            kept.append(problem)
    return kept, used


def _is_beside(allow: Allow, problem: Problem) -> bool:
    """A problem of a whole file, which has no line, is allowed by a comment alone on any line."""
    return allow.line <= problem.line <= allow.until if problem.line else allow.is_alone


def _vain(allow: Allow, kept: Sequence[Problem]) -> Problem:
    fault = next((problem for problem in kept if (problem.file, problem.code) == (allow.file, allow.code)), None)
    if not allow.code:
        code, message, hint = "allow_unknown", "no code is named to allow", _WRITTEN
    elif allow.code not in CODES:
        near = nearest(allow.code, CODES)
        code, message = "allow_unknown", f"there is no code `{allow.code}`"
        hint = f"did you mean {near}?" if near else "docs/checks.md has all of them"
    elif fault is not None and fault.severity == "error":
        code, message = "allow_refused", f"`{allow.code}` is an error here, which nothing allows"
        hint = "mend it: with an error nothing is sent"
    else:
        code, message = "allow_unused", f"nothing here gives `{allow.code}`"
        hint = "take the comment out, or put it on the line of the warning or right before it"
    return Problem(
        file=allow.file,
        line=allow.line,
        column=allow.column,
        code=code,
        message=message,
        hint=hint,
        severity="warning",
    )
