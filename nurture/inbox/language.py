"""The language of a text: its script tells most, in Latin letters the small words do."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

_LOOKED_AT = 2_000
_SCRIPTS: tuple[tuple[str, int, int], ...] = (
    ("th", 0x0E00, 0x0E7F),
    ("lo", 0x0E80, 0x0EFF),
    ("my", 0x1000, 0x109F),
    ("km", 0x1780, 0x17FF),
    ("ja", 0x3041, 0x30FF),
    ("ko", 0x1100, 0x11FF),
    ("ko", 0xAC00, 0xD7AF),
    ("zh", 0x3400, 0x9FFF),
    ("ru", 0x0400, 0x052F),
    ("el", 0x0370, 0x03FF),
    ("he", 0x0590, 0x05FF),
    ("ar", 0x0600, 0x06FF),
    ("hi", 0x0900, 0x097F),
)
_LEAST_SHARE = 0.25
"""Of the letters: a Thai mail is full of English names, an English one names a Thai at most."""

_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("vi", re.compile("[đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")),
    ("de", re.compile("ß")),
    ("es", re.compile("[ñ¿¡]")),
    ("pt", re.compile("[ãõ]")),
)
_CLOSE_KIN: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("ru", "uk", re.compile("[іїєґ]")),
    ("ar", "fa", re.compile("[پچژگ]")),
)
_WORD = re.compile(r"[^\W\d_]{1,20}")


def language_of(text: str, small_words: Mapping[str, Sequence[str]], *, phrases_in: Sequence[str] = ()) -> str | None:
    """Its ISO 639-1 code, None where nothing tells. `text` is normalised.

    `small_words` are the commonest words by language; `phrases_in` the languages of phrases found in it, which decide
    where the text is too short for small words to tell.

    >>> language_of("wir haben kein interesse", {"de": ["wir", "kein"], "en": ["we", "no"]})
    'de'
    """
    text = text[:_LOOKED_AT]
    by_script = _by_script(text)
    if by_script:
        return by_script
    scores = _by_small_words(text, small_words)
    found = Counter(language for language in phrases_in if language)
    for language, count in found.items():
        scores[language] = scores.get(language, 0) + 0.8 * count
    for language, mark in _MARKS:
        if language in small_words and mark.search(text):
            scores[language] = scores.get(language, 0) + (2 if language == "vi" else 1)
    ranked = sorted(scores.items(), key=lambda each: -each[1])[:2]
    if not ranked or ranked[0][1] < 0.5:
        return None
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return found.most_common(1)[0][0] if found else ranked[0][0]
    return ranked[0][0]


def _by_script(text: str) -> str | None:
    letters = [ord(letter) for letter in text if letter.isalpha()]
    if not letters:
        return None
    counted: Counter[str] = Counter()
    for letter in letters:
        if letter > 0x036F:
            counted.update(language for language, first, last in _SCRIPTS if first <= letter <= last)
    if counted["ja"] and counted["ja"] * 8 >= counted["zh"]:
        counted["ja"] += counted.pop("zh", 0)
    if not counted:
        return None
    language, count = counted.most_common(1)[0]
    if count < _LEAST_SHARE * len(letters):
        return None
    return next((kin for base, kin, mark in _CLOSE_KIN if base == language and mark.search(text)), language)


def _by_small_words(text: str, small_words: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Points by language: a word that only one language has tells more than one that several share."""
    spoken_in: dict[str, list[str]] = {}
    for language, words in small_words.items():
        for word in words:
            spoken_in.setdefault(word, []).append(language)
    scores = dict.fromkeys(small_words, 0.0)
    for word in _WORD.findall(text):
        languages = spoken_in.get(word, ())
        for language in languages:
            scores[language] += 1 / len(languages)
    return scores
