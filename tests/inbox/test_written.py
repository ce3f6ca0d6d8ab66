"""Which part of a mail says what its writer wrote, and how the parts help each other."""

import pytest

from nurture.inbox.parse import parse
from nurture.inbox.written import written


def a_mail(*, plain: str = "", html: str = "", writer: str = "Somchai Jaidee <somchai@example.org>") -> bytes:
    parts = [("plain", plain)] if plain else []
    parts += [("html", html)] if html else []
    body = "".join(f"--b\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n" for kind, text in parts)
    head = f"From: {writer}\nTo: mali@example.com\nSubject: Re: hi\nContent-Type: multipart/alternative; boundary=b\n\n"
    return f"{head}{body}--b--\n".encode()


def words(raw: bytes) -> str:
    return written(parse(raw))


def test_the_plain_part_speaks() -> None:
    raw = a_mail(plain="Yes,\nplease.\n\nOn 2 March 2026, Mali wrote:\n> hi", html="<p>Yes, please.</p>")
    assert words(raw) == "Yes,\nplease."


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "   \n\n",
        "Your mail client does not support HTML messages.",
        "This is an HTML message. Please view it in a browser: https://example.com/v",
        "Ihr E-Mail-Programm unterstützt leider kein HTML.",
        "Votre logiciel de messagerie ne prend pas en charge le HTML.",
        "โปรแกรมอีเมลของคุณไม่รองรับ HTML",
    ],
)
def test_a_plain_part_that_says_nothing_gives_way_to_the_html(plain: str) -> None:
    assert words(a_mail(plain=plain, html="<p>Yes, <b>please</b>.</p>")) == "Yes, please."


def test_a_plain_part_about_html_is_a_persons_where_it_is_all() -> None:
    assert words(a_mail(plain="Our shop does not support HTML mails.")) == "Our shop does not support HTML mails."


def test_the_html_shows_where_the_quote_begins_that_the_plain_part_does_not_mark() -> None:
    plain = "Yes,\nplease.\n\nQwert zuiop asdf\n\nHello Somchai, shall we meet?"
    html = (
        '<p>Yes, please.</p><div class="gmail_quote"><div class="gmail_attr">Qwert zuiop asdf</div>'
        "<blockquote>Hello Somchai, shall we meet?</blockquote></div>"
    )
    assert words(a_mail(plain=plain, html=html)) == "Yes,\nplease."


def test_the_plain_part_stays_whole_where_the_html_says_otherwise() -> None:
    assert words(a_mail(plain="Yes, please. Call me.", html="<p>No, thanks.</p>")) == "Yes, please. Call me."
    assert words(a_mail(plain="👍", html='<p>👍</p><div class="gmail_quote">Shall we meet?</div>')) == "👍"


def test_html_that_stands_in_the_plain_part_is_read_as_such() -> None:
    assert words(a_mail(plain="<html><body><p>Yes, please.</p></body></html>")) == "Yes, please."


@pytest.mark.parametrize(
    "signature",
    [
        "Somchai Jaidee\nSales Manager\nAcme Co., Ltd.\nTel: +66 2 123 4567",
        "SOMCHAI JAIDEE\nwww.example.org",
        "Jaidee, Somchai\nsomchai@example.org\n99 Sukhumvit Road, Bangkok",
    ],
)
def test_a_block_below_the_writers_name_goes_without_a_formula_too(signature: str) -> None:
    name, _, _ = signature.partition("\n")
    assert words(a_mail(plain=f"Thursday suits me.\n\n{signature}")) == f"Thursday suits me.\n\n{name}"


def test_a_block_below_another_name_is_what_the_person_tells() -> None:
    text = "Jane decides on this.\n\nJane Doe\nHead of Sales\nTel: +66 2 123 4567"
    assert words(a_mail(plain=text)) == text
    text = "You may reach me here:\n\nSomchai Jaidee\nTel: +66 2 123 4567"
    assert words(a_mail(plain=text)) == text


def test_whatever_is_marked_as_quoted_or_signed_there_are_words_where_there_is_text() -> None:
    for html in (
        '<div class="gmail_quote"><blockquote type="cite">all of it</blockquote></div>',
        '<div class="moz-signature">all of it</div>',
        '<div id="divRplyFwdMsg"><b>From:</b> x</div>all of it',
        '<blockquote type="cite">all of it',
    ):
        assert "all of it" in words(a_mail(html=html)), html
        assert "all of it" in words(a_mail(plain="> all of it", html=html)), html


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_change_nothing_even_within_encoded_text(line_end: str) -> None:
    text = "Yes.\n\n> Where?\nAt ours.\n-- \nSomchai\n\nOn 2 March 2026, Mali wrote:\n> hi\n"
    assert words(a_mail(plain=text).replace(b"\n", line_end.encode())) == "Yes.\n\nAt ours."
    encoded = text.replace("\n", line_end).encode().hex("=").upper()
    head = (
        f"Content-Type: text/plain; charset=utf-8{line_end}Content-Transfer-Encoding: quoted-printable{line_end * 2}="
    )
    assert words((head + encoded).encode()) == "Yes.\n\nAt ours."
