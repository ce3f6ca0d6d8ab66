"""The nearest word is the one that was meant, or none."""

from hypothesis import given
from hypothesis import strategies as st

from nurture.loader.nearest import did_you_mean, nearest

KEYS = ("description", "enroll", "sender", "stages", "window", "timing")


def test_slips_of_the_pen_find_their_word() -> None:
    assert [nearest(word, KEYS) for word in ("descripton", "enrol", "stage", "Timing", "windwo")] == [
        "description",
        "enroll",
        "stages",
        "timing",
        "window",
    ]


def test_a_hint_lists_few_words_and_says_nothing_of_many() -> None:
    assert did_you_mean("xyzzy", ("a", "b")) == "one of: a, b"
    assert did_you_mean("xyzzy", [f"word{number}" for number in range(20)]) == ""


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=5))
def test_what_is_found_is_one_of_the_words_and_a_word_finds_itself(word: str, words: list[str]) -> None:
    assert nearest(word, words) in (None, *words)
    if word in words:
        assert nearest(word, words) in words
