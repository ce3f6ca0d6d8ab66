"""Signatures, lines of telephones and footers go; everything that a person wrote for this mail stays."""

import pytest

from nurture.inbox.quote import own_words
from tests.inbox.layouts import layouts, lines_of

WORDS = "Yes, Thursday suits me.\nShall we say 10:00?"

DEVICES = lines_of("device_lines")


@pytest.mark.parametrize("device", DEVICES)
def test_the_line_of_a_telephone_or_mail_program_goes(device: str) -> None:
    assert own_words(f"{WORDS}\n\n{device}\n") == WORDS
    assert own_words(f"{WORDS}\n\n{device}\n\nOn 2 March 2026, Mali <m@example.com> wrote:\n> Hi\n") == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "Sent from the warehouse on Monday, it should be there.",
        "Did you get it?\nSent by email yesterday.",
        "Hello,\nSent by mail.",
        "The parcel:\nsent with DHL to your office today",
        "Hi,\nget Outlook working first, then we talk.",
        "Enviado ayer a su oficina.",
        "Hallo,\ngesendet habe ich es gestern.",
        "สวัสดีครับ\nส่งเอกสารให้แล้วครับ",
        "Our shop sells phones.\nFrom my point of view we need 5 seats.",
    ],
)
def test_a_sentence_about_sending_stays(text: str) -> None:
    assert own_words(text) == text


SIGNATURES = layouts("signatures")


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_or_footer_goes(signature: str) -> None:
    assert own_words(f"{WORDS}\n\n{signature}\n") == WORDS
    assert own_words(f"{WORDS}\n\n{signature}\n\nOn 2 March 2026, Mali <m@example.com> wrote:\n> Hi\n") == WORDS
    assert own_words(f"> Thursday?\n{WORDS}\n\n{signature}\n") == WORDS


BLOCKS = layouts("contact_blocks")


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_formula_and_name_stay_while_the_block_to_reach_the_person_by_goes(block: str) -> None:
    kept, _, gone = block.partition("\n|")
    assert own_words(f"{WORDS}\n\n{kept}\n{gone}\n") == f"{WORDS}\n\n{kept}"


@pytest.mark.parametrize(
    "text",
    [
        "Please write to my colleague instead:\n\nJane Doe\njane@example.org\n+66 2 123 4567",
        "Thanks!\nPlease call Jane: +66 2 123 4567, she decides.",
        "Thank you.\nPlease contact my colleague Jane Doe about this in future.\njane@example.org",
        "Call me: 081-234-5678",
        "โทรหาผมได้ที่ 081-234-5678 ครับ\nขอบคุณครับ",
        "Best regards,\nSomchai",
        "Yes.\n\nBest regards\n\nSomchai Jaidee",
        "Yes.\n\nThanks,\nBob\n\nPS: my new number is +66 2 123 4567.",
        "Yes.\n\nThanks,\nBob\n+66 2 123 4567\n\nPS bring cake",
        "Here is the text for the foot of your page:\n\nDisclaimer",
        "Fine.\n\nTo unsubscribe somebody, which form do we need?",
        "I keep this confidential.\nAre you the intended recipient of our order?",
        "Please remove me from your mailing list.",
        "I want to unsubscribe from this. How? https://example.com/x",
        "One\n---\nThe second part is a whole sentence that goes on.\n---\nAnd the third is one as well, I think.",
        "We make printers and care for the environment.",
        "Important notice: we are closed on Monday.\n\nPlease come on Tuesday.",
        "My address: 99 Sukhumvit Road, Bangkok 10110",
        "Great!\n\n👍",
        "Sounds good :)",
        "...",
        "+1",
        "👍",
    ],
)
def test_what_a_person_tells_is_no_signature(text: str) -> None:
    assert own_words(text) == text


def test_a_warning_on_top_that_a_filter_added_goes() -> None:
    for banner in (
        "CAUTION: This email originated from outside of us.\nDo not click links unless you know the sender.",
        "[EXTERNAL EMAIL]",
        "You don't often get email from somchai@example.org. Learn why this is important<https://a.ms>",
        "ACHTUNG: Diese E-Mail stammt von außerhalb. Klicken Sie keine Links an.",
    ):
        assert own_words(f"{banner}\n\n{WORDS}\n") == WORDS
    assert own_words(f"[EXTERNAL EMAIL]\n{WORDS}\n") == WORDS


def test_answers_below_a_signature_between_quotes_are_kept() -> None:
    quoted = f"On 2 March 2026, Mali wrote:\n> When?\nThursday.\n> Where?\n{WORDS}\n\n-- \nSomchai"
    assert (
        own_words(f"My answers are below.\n\n-- \nSomchai\n\n{quoted}")
        == f"My answers are below.\n\nThursday.\n{WORDS}"
    )


def test_a_name_behind_a_dash_below_the_letter_signs_it() -> None:
    assert own_words(f"{WORDS}\n\n-Somchai Jaidee\n") == WORDS
    for text in ("Two things:\n\n- Price", "We need\n-Seats", "-Somchai", f"{WORDS}\n\n-5 degrees"):
        assert own_words(text) == text
