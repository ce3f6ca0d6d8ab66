"""Rendering's purse: how much one render may do and write, so that a hostile template ends soon and always alike.

Counting, not a clock: the same template with the same facts is refused on every machine or on none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from jinja2.exceptions import SecurityError

from nurture.domain.facts import Facts

MAX_OUTPUT = 500_000
"""Characters that one rendered template may have."""

MAX_TEXT = 100_000
"""Characters that one value inside a template may have."""

MAX_STEPS = 200_000
"""Nodes of templates that one render may pass: about two seconds where each is as slow as it can be."""

MAX_WRITTEN = 4_000_000
"""Characters that all values and captures of one render may have together."""


class TooMuch(SecurityError):
    """A template wants more time or memory than any mail needs."""


@dataclass(slots=True)
class Meter:
    """What is left of one render's allowance."""

    steps: int = MAX_STEPS
    written: int = MAX_WRITTEN

    def step(self, count: int = 1) -> None:
        self.steps -= count
        if self.steps < 0:
            raise TooMuch(f"the template takes more than {MAX_STEPS:,} steps: loops in loops?")

    def grow(self, length: int) -> None:
        """Pay for a text of `length` characters before or just after it is made."""
        if length > MAX_TEXT:
            raise TooMuch(f"a text grows beyond {MAX_TEXT:,} characters")
        self.write(length)

    def write(self, length: int) -> None:
        self.written -= length
        if self.written < 0:
            raise TooMuch(f"the template makes more than {MAX_WRITTEN:,} characters")


@dataclass(slots=True, kw_only=True)
class Render:
    """One render under way: whose it is and what it may still spend."""

    facts: Facts
    language: str
    meter: Meter = field(default_factory=Meter)
    printed: dict[str, None] = field(default_factory=dict)
    """The plain texts that values have become, each once in the order of first printing."""


_under_way: ContextVar[Render] = ContextVar("_under_way")


@contextmanager
def metered(facts: Facts, language: str) -> Iterator[Render]:
    """A render with a fresh allowance; in this thread or task only."""
    render = Render(facts=facts, language=language)
    token = _under_way.set(render)
    try:
        yield render
    finally:
        _under_way.reset(token)


def under_way() -> Render:
    """The render that this code is part of."""
    return _under_way.get()
