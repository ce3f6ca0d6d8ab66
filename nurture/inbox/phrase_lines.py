"""Hundreds of phrases looked for at once."""

import re

import re2

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.max_mem = 64 * 1024 * 1024
_OPTIONS.never_capture = True

_CONTINUED_LINE = re.compile(r"\\\n\s*")


class PhraseLines:
    """Patterns, one a line, as one; a backslash at its end continues a line.

    Of RE2, which takes a fiftieth of the time for hundreds of them, whatever the text.
    """

    def __init__(self, lines: str) -> None:
        patterns = [line.strip() for line in _CONTINUED_LINE.sub("", lines).split("\n")]
        self._pattern = re2.compile("|".join(pattern for pattern in patterns if pattern), _OPTIONS)

    def find(self, text: str) -> tuple[int, int] | None:
        """Where the first of them stands; `text` holds no surrogates."""
        match = self._pattern.search(text)
        return (match.start(), match.end()) if match else None
