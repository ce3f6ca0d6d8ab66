"""The line above a quote as mail programs write it, in their languages: what stands below is not the person's."""

import pytest

from nurture.inbox.attribution import before_attribution
from nurture.inbox.quote import own_words
from tests.inbox.layouts import layouts

BELOW = "Hello Somchai,\nshall we meet on 5 March?\n\nBest regards\nMali"
ATTRIBUTIONS = layouts("attributions")


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_what_stands_below_an_attribution_is_quoted_with_marks_or_without(attribution: str) -> None:
    quoted = "\n".join(f"> {line}" for line in BELOW.split("\n"))
    assert own_words(f"Yes, please.\n\n{attribution}\n\n{BELOW}\n") == "Yes, please."
    assert own_words(f"Yes, please.\nGreat.\n{attribution}\n{quoted}\n") == "Yes, please.\nGreat."


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_answer_below_the_quote_is_found(attribution: str) -> None:
    quoted = "\n".join(f"> {line}" for line in BELOW.split("\n"))
    assert own_words(f"{attribution}\n{quoted}\n\nYes, please.\n") == "Yes, please."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to your colleague: no answer.",
        "On 2 March 2026 at 9:00 I wrote:\nplease send the 2 offers.",
        "Am Montag um 10:00 schrieb ich Ihnen schon.",
        "There were 2 things that your colleague wrote:\n1. the price\n2. the date",
        "You can reach my colleague on 2 March 2026 under this address:\njane@example.org",
        "Our 3 plans in 2026:\n- grow\n- hire",
        "We meet at 10:30:\nroom 4",
        "Le 2 mars nous serons à Paris : venez !",
        "El 5 de marzo a las 10:00 estaré libre:\nllámame.",
        "วันที่ 5 มีนาคม 2569 เวลา 10:00 น. สะดวกครับ:\nห้องประชุมใหญ่",
        "Here is what we need:\n2026: 5 seats\n2027: 10 seats",
    ],
)
def test_sentences_with_dates_and_colons_are_the_persons(text: str) -> None:
    assert own_words(text) == text
    assert own_words(f"Hello Mali,\n\n{text}\n\nBye") == f"Hello Mali,\n\n{text}\n\nBye"


def test_the_last_line_of_the_person_is_not_drawn_into_the_attribution() -> None:
    text = "I have 2 questions.\nOn the offer of 2026:\nOn 2 March 2026, at 09:00, Mali <mali@example.com> wrote:\n> Hi"
    assert own_words(text) == "I have 2 questions.\nOn the offer of 2026:"


@pytest.mark.parametrize(
    ("line", "before"),
    [
        ("Fine. On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:", "Fine."),
        ("Passt. Am 02.03.2026 um 09:00 schrieb Mali <mali@example.com>:", "Passt."),
        ("Oui merci Le 2 mars 2026 à 09:00, Mali <mali@example.com> a écrit :", "Oui merci"),
        ("ok--- On Wed, Apr 4, 2012 at 3:59 PM, me@example.com wrote:", "ok"),
        ("See you On 5 March at 10:30, as I wrote:", ""),
        ("On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:", ""),
    ],
)
def test_words_on_the_same_line_as_the_attribution_are_kept(line: str, before: str) -> None:
    assert before_attribution(line) == before


@pytest.mark.parametrize("above", ["Mali wrote:", "Mali Srisuk <mali@example.com> writes:",
"Quoting Mali <mali@example.com>:",
                                   "Zitat von Mali <mali@example.com>:", "Mali a écrit :",
                                   "* Mali Srisuk wrote:"])  # fmt: skip
def test_an_attribution_without_a_date_is_known_by_the_quote_below(above: str) -> None:
    assert own_words(f"Agreed.\n\n{above}\n> Shall we?\n> Yes?\n") == "Agreed."
