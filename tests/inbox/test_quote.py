import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.inbox.quote import own_words


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Mar 2026 at 09:00, Mali Srisuk <mali@example.com> wrote:",
        "On Mon, 2 Mar 2026 at 09:00, Mali Srisuk from the sales team of\nAcme <mali@example.com>\nwrote:",
        "Am 02.03.2026 um 09:00 schrieb Mali Srisuk:",
        "Le 2 mars 2026 à 09:00, Mali Srisuk <mali@example.com> a écrit :",
        "El 2 mar 2026, a las 09:00, Mali <mali@example.com> escribió:",
        "Il giorno 2 mar 2026, alle ore 09:00, Mali ha scritto:",
        "Op 2 mrt. 2026 om 09:00 heeft Mali het volgende geschreven:",
        "เมื่อ จ. 2 มี.ค. 2026 เวลา 09:00 Mali Srisuk <mali@example.com> เขียนว่า:",
        "ในวันที่ 2 มี.ค. 2569 เวลา 09:00 น. มะลิ ศรีสุข เขียนว่า:",
        "2026年3月2日(月) 9:00 Mali <mali@example.com>:",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "-----Ursprüngliche Nachricht-----",
        "-----ข้อความต้นฉบับ-----",
        "From: Mali <mali@example.com>\nSent: Monday, 2 March 2026 09:00\nTo: Somchai\nSubject: Hello",
        "________________________________\nจาก: Mali\nส่งเมื่อ: 2 มีนาคม 2569\nถึง: Somchai\nเรื่อง: สวัสดี",
        "*Von:* Mali\n*Gesendet:* Montag, 2. März 2026\n*An:* Somchai\n*Betreff:* Hallo",
    ],
)
def test_what_stands_below_an_attribution_is_not_the_persons(attribution: str) -> None:
    assert own_words(f"Yes, please.\n\n{attribution}\n\nHello Somchai,\nshall we meet?\n") == "Yes, please."


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "On 2 March 2026, Mali wrote:\n> When?\nOn Thursday.\n> Where?\nIn your office.\n"
    assert own_words(text) == "On Thursday.\nIn your office."


@pytest.mark.parametrize("signature", ["-- \nSomchai", "--\nSomchai", "Sent from my iPhone", "ส่งจาก iPhone ของฉัน"])
def test_a_signature_is_left_out(signature: str) -> None:
    assert own_words(f"See you.\n\n{signature}\n") == "See you."


def test_words_that_only_resemble_marks_are_kept() -> None:
    for text in (
        "On Monday I wrote to your colleague: no answer.",
        "Date: Wednesday\nTime: 7:00\nAddress: 130 Fox St",
        "From what I see, the 2 plans are alike.",
    ):
        assert own_words(text) == text


def test_a_mail_that_is_nothing_but_quote_or_signature_is_not_empty() -> None:
    assert own_words("> only quoted") == "> only quoted"
    assert own_words("-- \nSomchai") == "Somchai"
    assert own_words("On 2 March 2026, Mali wrote:\n> hi") != ""


pieces = st.sampled_from(
    [
        "On 1 wrote:",
        "> x",
        "-- ",
        "From: a",
        "To: b",
        "Sent: c",
        "hello",
        "",
        "<a@b.c>:",
        "เมื่อ 1 เขียนว่า:",
        "--- On 1 wrote:",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(pieces, max_size=30).map("\n".join)))
def test_words_never_vanish_altogether(text: str) -> None:
    if any(letter.isprintable() and not letter.isspace() for letter in text):
        assert own_words(text)
    if not text.strip():
        assert own_words(text) == ""


def test_blank_lines_between_answers_stay_as_they_were_written() -> None:
    text = "On 2 March 2026, Mali wrote:\n> When?\nThursday.\n\n> Where?\n\nAt ours.\n"
    assert own_words(text) == "Thursday.\n\nAt ours."
    assert own_words("Hi,\nOn 2 March 2026, Mali wrote:\n> When?\n\nThursday.") == "Hi,\nThursday."


def test_one_word_answers_between_quoted_lines_are_kept() -> None:
    assert own_words("> Is Thursday fine?\nYes\n> And ten o'clock?\nok\n> Where?\nhere") == "Yes\nok\nhere"


def test_a_quoted_line_that_was_broken_stays_quoted() -> None:
    link = "> See (https://example.com/action\n_nonce=3dd518)\n> for more"
    line = f"> {'a long line that some program broke ' * 2}\ninto two\n> and more"
    for quoted in (link, line):
        assert own_words(f"Yes.\n\n{quoted}\n") == "Yes."


def test_a_long_paragraph_in_one_line_is_kept_whole() -> None:
    paragraph = "We would like to know more about it. " * 200
    assert own_words(f"{paragraph}\n\nOn 2 March 2026, Mali wrote:\n> hi") == paragraph.strip()


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(pieces, max_size=30).map("\n".join)))
def test_nothing_is_said_that_the_mail_does_not_say(text: str) -> None:
    visible = "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
    said = "".join(letter for letter in own_words(text) if letter.isprintable() and not letter.isspace())
    rest = iter(visible)
    assert all(letter in rest for letter in said)
