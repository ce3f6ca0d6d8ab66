"""Hostile mail: whatever the bytes are, they are read, threaded and judged without an exception, within the caps."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.inbox.mime import MAX_TEXT_BYTES
from nurture.inbox.parse import ParsedMail, parse
from nurture.inbox.thread import answers
from tests.support.judging import classify

GOLDEN = sorted((Path(__file__).parent.parent / "golden" / "inbound").glob("*.eml"))
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HEAD = b"From: a@example.com\nTo: mali@example.com\nSubject: hi\n"
REPORT = b"Return-Path: <>\nSubject: failure notice\nFrom: MAILER-DAEMON@example.com\n\n"
HTML = HEAD + b"Content-Type: text/html\n\n"


def read(raw: bytes) -> ParsedMail:
    mail = parse(raw)
    classify(mail, now=NOW)
    answers(mail)
    return mail


@given(st.binary(max_size=2_000))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    read(raw)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_mails_with_broken_bytes_are_read(path: Path) -> None:
    chance = random.Random(path.stem)
    raw = path.read_bytes()
    for _ in range(8):  # the long run is `python -m tests.judging.mutations`
        broken = bytearray(raw)
        for _ in range(chance.randint(1, 30)):
            place = chance.randrange(len(broken))
            match chance.randrange(4):
                case 0:
                    broken[place] = chance.randrange(256)
                case 1:
                    del broken[place : place + chance.randrange(40)]
                case 2:
                    broken[place:place] = raw[place : place + chance.randrange(80)]
                case _:
                    broken[place:place] = chance.choice(
                        [b"\0", b"\r", b"\n\n", b"=?", b"--b1\n", b'"', b"(", b"<", b"\xff"]
                    )
            broken = broken or bytearray(b"x")
        read(bytes(broken))


def many(piece: bytes, size: int = 600_000) -> bytes:
    return piece * (size // len(piece))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"To: " + many(b"a@example.com, ", 160_000) + b"\n\nx", id="an address header of 160 kB"),
        pytest.param(b"From: " + many(b"(", 16_000) + b"\n\nx", id="comments in comments"),
        pytest.param(b"Subject: " + many(b"=?utf-8?q?a?=", 16_000) + b"\n\nx", id="encoded words"),
        pytest.param(b"Subject: " + many(b"=?", 16_000) + b"\n\nx", id="encoded words that never end"),
        pytest.param(HEAD + b"Content-Type: message/rfc822\n\n" * 3_000, id="messages in messages"),
        pytest.param(
            HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)),
            id="3,000 nested parts",
        ),
        pytest.param(
            HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n" + many(b"--a\n\nx\n", 2_000_000), id="many parts"
        ),
        pytest.param(
            HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n" + many(b"--ab\nx\n", 2_000_000), id="almost parts"
        ),
        pytest.param(many(b"A: b\n", 3_000_000), id="many fields"),
        pytest.param(HEAD + b"X: " + many(b" y\n", 2_000_000), id="many folds"),
        pytest.param(b"Content-Type: multipart/mixed; " + many(b'a="', 16_000) + b"\n\nx", id="quotes in parameters"),
        pytest.param(HEAD + b"\n" + many(b"On 1 On 1 " * 190 + b"wrote:\n"), id="attributions in attributions"),
        pytest.param(HEAD + b"\n" + many(b"From: x\n"), id="headers in the text"),
        pytest.param(HEAD + b"\n" + many(b"Message-ID:\n"), id="message ids in the text"),
        pytest.param(HEAD + b"\n" + many(b">"), id="quote marks"),
        pytest.param(HEAD + b"\n" + many(b"a1 b2 c@d " * 58 + b":\n"), id="lines like attributions"),
        pytest.param(HEAD + b"\n" + many(b"wrote 1 2 3:\n"), id="attributions alone"),
        pytest.param(HEAD + b"\n" + many(b"-----Original\n"), id="titles"),
        pytest.param(HEAD + b"\n" + many(b"---\nfoo bar\n"), id="marks of signatures"),
        pytest.param(HEAD + b"\n" + many(b"x\n\nregards,\nfoo\n"), id="closings"),
        pytest.param(HEAD + b"\n" + many(b"confidential intended " * 20 + b"\n\n"), id="disclaimers almost"),
        pytest.param(HEAD + b"\n" + many(b"> x\ny\n\n"), id="answers between quotes"),
        pytest.param(HEAD + b"\n" + many(b"- - " * 22 + b"\n"), id="lines that might begin an attribution"),
        pytest.param(REPORT + many(b"user account mailbox address "), id="words of reasons"),
        pytest.param(REPORT + many(b"a@"), id="almost addresses"),
        pytest.param(b"Auto-Submitted: auto-replied\n\n" + many(b"until 1.1.2026 "), id="dates"),
        pytest.param(HTML + many(b"<div>"), id="elements in elements"),
        pytest.param(HTML + many(b"<p><br>"), id="paragraphs"),
        pytest.param(HTML + many(b"<hr id=zwchr>"), id="heads of quotes"),
        pytest.param(HTML + many(b"<blockquote type=cite>x</blockquote>"), id="quotes"),
        pytest.param(HTML + many(b"<div class=gmail_signature>x</div>"), id="signatures"),
        pytest.param(HTML + many(b"<div class=gmail_quote>"), id="containers in containers"),
        pytest.param(HTML + many(b"<script>"), id="scripts that never end"),
        pytest.param(HTML + many(b"<blockquote "), id="tags that never end"),
        pytest.param(HTML + many(b"<table><tr><td>a</td></tr></table>"), id="tables"),
        pytest.param(HEAD + b"Content-Transfer-Encoding: base64\n\n" + many(b"="), id="padding only"),
        pytest.param(
            HEAD + b"Content-Transfer-Encoding: uuencode\n\nbegin 644 x\n" + many(b"M\n", 4_000_000),
            id="uuencoded bomb",
        ),
        pytest.param(HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + many(b"+AAA"), id="UTF-7"),
        pytest.param(
            HEAD + b"Content-Type: message/delivery-status\n\n" + many(b"Final-Recipient: rfc822; a@b.c\n\n"),
            id="recipients",
        ),
        pytest.param(many(b"\r", 5_000_000), id="line ends only"),
        pytest.param(many(b"\0", 5_000_000), id="zeros"),
    ],
)
def test_what_keeps_other_parsers_busy_is_read_within_the_caps(raw: bytes) -> None:
    mail = read(raw)
    assert len(mail.text_plain) + len(mail.text_html) <= 2 * MAX_TEXT_BYTES
    assert len(mail.returned) + len(mail.status_groups) <= 400


def test_half_a_letter_out_of_utf_7_becomes_no_text_that_nothing_can_write() -> None:
    head = b"From: a@x.example\nSubject: =?utf-7?q?+2AA-?=\nContent-Type: text/plain; charset=utf-7\n\n"
    mail = parse(head + b"+2AA- unsubscribe")
    assert mail.subject.encode()
    assert mail.body.encode()
