"""HTML as mail programs write it: what they quote is found by its structure, whatever its language."""

import pytest

from nurture.inbox.html_text import read_html
from nurture.inbox.parse import parse
from nurture.inbox.quote import own_words
from nurture.inbox.written import written
from tests.inbox.layouts import layouts

WORDS = "Yes, Thursday suits me. Shall we say 10:00?"
QUOTED = "Hello Somchai, shall we meet on 5 March? Unsubscribe: https://example.com/u"


def own(source: str) -> str:
    return own_words(read_html(source).unquoted)


PROGRAMS = layouts("html")


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_the_quote_of_a_mail_program_is_left_out(source: str) -> None:
    source = source.replace("{WORDS}", WORDS).replace("{QUOTED}", QUOTED)
    assert own(source) == WORDS
    assert "5 March" in read_html(source).whole


def test_answers_between_quoted_elements_are_kept_in_their_order() -> None:
    gmail = (
        '<div dir="ltr">See below.</div><div class="gmail_quote"><div class="gmail_attr">On Mon, Mali wrote:<br></div>'
        '<blockquote class="gmail_quote" style="border-left:1px solid">When?</blockquote><div>On Thursday.</div>'
        '<blockquote class="gmail_quote" style="border-left:1px solid">Where?</blockquote><div>At ours.</div></div>'
    )
    thunderbird = (
        '<p>See below.</p><div class="moz-cite-prefix">On 2/3/26 9:00, Mali wrote:</div><blockquote type="cite">When?'
        '</blockquote><p>On Thursday.</p><blockquote type="cite">Where?</blockquote><p>At ours.</p>'
    )
    for source in (gmail, thunderbird):
        assert own(source).replace("\n\n", "\n") == "See below.\nOn Thursday.\nAt ours."


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<p>The plan:</p><blockquote style="margin:0 0 0 40px;border:none;">10 seats</blockquote><p>Fine?</p>',
         "The plan: 10 seats Fine?"),
        ('<p>Our offer:</p><div style="border-top:1px solid #ccc">Ten seats are what we need.</div>',
         "Our offer: Ten seats are what we need."),
        ('<p>Fine.</p><div style="border-top:1px solid #ccc">Note: our budget is 500.</div>',
         "Fine. Note: our budget is 500."),
        ('<p>Hi Mali,</p><div id="AppleMailSignature">Thursday is fine.</div>', "Hi Mali, Thursday is fine."),
        ('<p>Hi Mali,</p><div id="ms-outlook-mobile-signature">Thursday is fine.</div>', "Hi Mali, Thursday is fine."),
        ('<div style="border-left:3px solid red">A note in a box.</div><p>Yes?</p>', "A note in a box. Yes?"),
        ("<table><tr><td>Seats</td><td>10</td></tr></table><p>Yes, this one.</p>", "Seats 10 Yes, this one."),
        ('<div id="quote-form">We want a quote for 10 seats.</div>', "We want a quote for 10 seats."),
        ("<blockquote>only this</blockquote>", "only this"),
        ('<div class="gmail_signature">only a signature</div>', "only a signature"),
        ('<div class="gmail_quote">only a quote</div>', "only a quote"),
        ("<p>a &lt; b &amp; c</p><script>x()</script><style>p {}</style><!-- no -->", "a < b & c"),
        ('<p style="display:none">preview</p><p>Hello</p>', "Hello"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_quote_stays(source: str, words: str) -> None:
    mail = parse(f"From: a@example.org\nContent-Type: text/html; charset=utf-8\n\n{source}".encode())
    assert " ".join(written(mail).split()) == words


def test_deep_nests_of_quotes_lose_no_words() -> None:
    nest = '<div class="gmail_quote"><div>On Mon, Mali wrote:</div><blockquote class="gmail_quote"><div>Hi</div>' * 120
    assert own(f"<div>{WORDS}</div>{nest}") == WORDS
    assert own(f"{'<div>' * 300}{WORDS}") == WORDS
