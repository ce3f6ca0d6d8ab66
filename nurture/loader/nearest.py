"""The nearest right word: what somebody who wrote a wrong one most likely meant."""

from collections.abc import Iterable

_LONGEST_WORD = 60


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that is fewest slips of the pen away, None where none is near.

    A slip is a letter too many, missing, wrong or swapped with its neighbour (Damerau); capitals and `-` for `_` cost
    nothing. A third of the letters may be wrong, one always.

    >>> nearest("awarness", ["awareness", "intent"]), nearest("xyz", ["awareness"])
    ('awareness', None)
    """
    asked = _plain(word)
    if len(asked) > _LONGEST_WORD:
        return None
    allowed = max(1, len(asked) // 3)
    best: str | None = None
    for candidate in sorted(set(words)):
        plain = _plain(candidate)
        if abs(len(plain) - len(asked)) > allowed:
            continue
        slips = _slips(asked, plain)
        if slips < allowed or (slips == allowed and best is None):
            best, allowed = candidate, slips
    return best


def did_you_mean(word: str, words: Iterable[str], *, most: int = 8) -> str:
    """A hint: the nearest of `words`, else all of them where they are few; empty where there is nothing to say."""
    known = list(words)
    if near := nearest(word, known):
        return f"did you mean {near}?"
    if known and len(known) <= most:
        return f"one of: {', '.join(known)}"
    return ""


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")


def _slips(left: str, right: str) -> int:
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
