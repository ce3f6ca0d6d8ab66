"""The language of an automatic mail: by its script, else by the language whose phrases it holds most of."""

import re
from collections import Counter

from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Patterns

_LOOKED_AT = 1_500
_SCRIPTS = (
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_UKRAINIAN = re.compile("[\u0456\u0457\u0454\u0491]")
_WORD = re.compile(r"[^\W\d_]")
_TELLING = (
    "absent",
    "automatic_statement",
    "automatic",
    "absent_subject",
    "notice",
    "ticket",
    "unmonitored",
    "left",
    "back_before",
    "back_after",
    "until_before",
    "substitute",
    "challenge_ask",
    "challenge_held",
    *(f"month_{month}" for month in range(1, 13)),
    *(f"weekday_{day}" for day in range(1, 8)),
)


def language_of(mail: ParsedMail, text: str, patterns: Patterns) -> str | None:
    """ISO 639-1, or None where nothing tells; `text` is normalised. What stands first counts in a mail of two."""
    text = text[:_LOOKED_AT]
    letters = len(_WORD.findall(text)) or 1
    for language, script in _SCRIPTS:
        if len(script.findall(text)) * 4 >= letters:
            return language
    if len(_CYRILLIC.findall(text)) * 3 >= letters:
        return "uk" if _UKRAINIAN.search(text) else "ru"
    counted: Counter[str] = Counter()
    for group in _TELLING:
        for found in patterns.find(group, text):
            counted[found.language] += len(found.words)
    if counted:
        return counted.most_common(1)[0][0] or None
    tag = mail.fields.get("content-language")[:2].lower()
    return tag if len(tag) == 2 and tag.isascii() and tag.isalpha() else None
