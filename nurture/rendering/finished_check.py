"""Rendering's look at a finished mail: what shows only once the layout stands around it and values are put in."""

import html
import re
from collections.abc import Iterator, Sequence

from nurture.domain.content import Content
from nurture.errors import Problem
from nurture.rendering.failure import FOLDER
from nurture.rendering.source import SourceFile

GMAIL_CLIPS_AT = 102_000
"""Bytes of HTML after which Gmail hides the rest of a mail, the unsubscribe link with it."""

_LINK = re.compile(r"<a\b([^<>]*+)>((?:[^<]++|<(?!/?a\b))*+)</a", re.IGNORECASE)
_HREF = re.compile(r"\shref=\"([^\"]*)\"", re.IGNORECASE)
_ALT = re.compile(r"\salt=\"([^\"]*)\"", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")


def finished_problems(file: SourceFile, mails: Sequence[Content]) -> Iterator[Problem]:
    """What is wrong with the mails that were made from one source for several people."""
    largest = max(len((mail.html or "").encode()) for mail in mails)
    if largest > GMAIL_CLIPS_AT:
        message = f"the mail has {largest // 1000} kB: Gmail cuts it at {GMAIL_CLIPS_AT // 1000}"
        yield _warning(file, 0, "too-large", message, "Shorten it.")
    for target in {target: None for mail in mails for target in _empty_links(mail.html or "")}:
        hint = "Write what the reader finds there; a picture says it in its alt text."
        line = _line_of(target, file.body)
        yield _warning(file, line, "empty-link", f"the link to {target[:80]} has no words", hint)


def _empty_links(document: str) -> Iterator[str]:
    for link in _LINK.finditer(document):
        target = _HREF.search(link[1])
        words = _TAG.sub("", link[2]) + "".join(_ALT.findall(link[2]))
        if target and not html.unescape(words).strip():
            yield html.unescape(target[1])


def _line_of(target: str, body: str) -> int:
    """The line on which the target is written; 0 where a value makes it, or the layout has it."""
    offset = body.find(target)
    return 0 if offset < 0 else body.count("\n", 0, offset) + 1


def _warning(file: SourceFile, line: int, code: str, message: str, hint: str) -> Problem:
    column = 1 if line else 0
    return Problem(
        file=FOLDER + file.name, line=line, column=column, code=code, message=message, hint=hint, severity="warning"
    )
