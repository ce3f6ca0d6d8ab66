"""A whole name in one cell as the first and the last name that greetings need."""

import re

_TITLE = re.compile(
    r"(?:(?:mr|mrs|ms|miss|dr|prof|khun)\.?\s+|(?:นาย|นางสาว|น\.ส\.|ดร\.)\s*|(?:นาง|คุณ)\s+)(?=\S)",
    re.IGNORECASE,
)
"""Thai titles are written onto the name; `คุณ` and `นาง` begin names too (คุณากร), so they need a blank after them."""


def split_name(text: str) -> tuple[str, str]:
    """First and last name without a title; the last may be empty.

    >>> split_name("นายสมชาย ใจดี"), split_name("Srisuk, Mali"), split_name("Dr. Ana Maria Silva")
    (('สมชาย', 'ใจดี'), ('Mali', 'Srisuk'), ('Ana', 'Maria Silva'))
    """
    if text.count(",") == 1 and not _TITLE.match(text):
        last, first = (part.strip() for part in text.split(","))
        if first and last:
            return first, last
    bare = _TITLE.sub("", text.strip(), count=1) if _TITLE.match(text.strip()) else text
    first, _, last = " ".join(bare.split()).partition(" ")
    return first, last
