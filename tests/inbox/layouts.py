"""What mail programs put around quotes, read from `tests/golden/quotes`: who adds a program adds a piece."""

from pathlib import Path

QUOTES = Path(__file__).parent.parent / "golden" / "quotes"


def layouts(name: str) -> dict[str, str]:
    """The pieces of a file by their names, which stand in lines that begin with `===`."""
    pieces = (QUOTES / f"{name}.txt").read_text(encoding="utf-8").split("\n=== ")
    named = (piece.removeprefix("=== ").partition("\n") for piece in pieces)
    return {title: text.rstrip("\n") for title, _, text in named}


def lines_of(name: str) -> list[str]:
    """The lines of a file, each a case of its own."""
    return (QUOTES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
