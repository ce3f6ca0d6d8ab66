"""Links of ours in a text, however it quotes them: plain, broken over lines, or inside somebody else's address."""

import re

MOST_LINKS = 100
_LOOKED_AT = 256 * 1024
# A slash may stand percent-encoded, once for each scanner that wrapped the address.
_SLASH = r"(?:/|%(?:25){0,4}2[fF])"
_LINK = re.compile(rf"{_SLASH}([uoc]){_SLASH}([A-Za-z0-9_-]{{32}})(?![A-Za-z0-9_-])")
_BROKEN = re.compile(r"=?[ \t]{0,4}\n[> \t]{0,20}")


def links_of_ours(text: str) -> tuple[str, ...]:
    """What looks like the path of a link of ours (`u/TOKEN`, `o/TOKEN`, `c/TOKEN`), in order and without doubles.

    Whether we signed the token is for others to say, so that it does not matter what address stands before it.

    >>> links_of_ours("https://safe.example/?url=https%3A%2F%2Fa.example%2Fu%2FAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-&x=1")
    ('u/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-',)
    """
    looked_at = text[:_LOOKED_AT]
    found = [f"{purpose}/{token}" for purpose, token in _LINK.findall(looked_at)]
    if not found and "\n" in looked_at:
        # A mail program broke the line in mid-address.
        found = [f"{purpose}/{token}" for purpose, token in _LINK.findall(_BROKEN.sub("", looked_at))]
    return tuple(dict.fromkeys(found))[:MOST_LINKS]
