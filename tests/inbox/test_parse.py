import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.inbox.mime import MAX_DEPTH, MAX_PARTS
from nurture.inbox.parse import parse

HEAD = b"From: Somchai <somchai@example.com>\nTo: mali@example.com\nSubject: hi\n"


def test_a_plain_mail_is_read() -> None:
    mail = parse(
        b"From: =?utf-8?b?4Liq4Lih4LiK4Liy4Lii?= <somchai@example.com>\r\n"
        b"To: Mali <mali+abc@example.com>\r\nDelivered-To: mali@example.com\r\n"
        b"Subject: =?utf-8?q?Re:_caf=C3?=\r\n =?utf-8?q?=A9?=\r\nMessage-ID: <1@example.com>\r\n"
        b"In-Reply-To: <0@example.com>\r\nReferences: <a@example.com>\r\n <0@example.com>\r\n"
        b"Date: Mon, 2 Mar 2026 09:00:00 +0700\r\n\r\nYes.\r\n"
    )
    assert (mail.from_.name, mail.from_.email) == ("สมชาย", "somchai@example.com")
    assert mail.recipients == ("mali@example.com", "mali+abc@example.com")
    assert mail.subject == "Re: café"
    assert (mail.message_id, mail.in_reply_to) == ("<1@example.com>", ("<0@example.com>",))
    assert mail.references == ("<a@example.com>", "<0@example.com>")
    assert str(mail.date) == "2026-03-02 02:00:00+00:00"
    assert mail.text_plain == "Yes.\n"
    assert not mail.is_truncated


def test_the_plain_part_is_preferred_and_attachments_are_no_text() -> None:
    mail = parse(
        HEAD
        + b'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: multipart/alternative; boundary="i"\n\n'
        b"--i\nContent-Type: text/plain\n\nplain\n--i\nContent-Type: text/html\n\n<p>html</p>\n--i--\n"
        b"--o\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--o--\n"
    )
    assert (mail.body, mail.text_html.strip()) == ("plain", "html")


def test_html_alone_becomes_text() -> None:
    mail = parse(HEAD + b"Content-Type: text/html\n\n<p>Hello <b>you</b></p><script>x()</script>")
    assert mail.body.strip() == "Hello you"


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [("base64", b"4Liq4Lin4Lix4Liq\n4LiU4Li1"), ("quoted-printable", "สวัสดี".encode().hex("=").upper().encode())],
)
def test_transfer_encodings_are_undone(encoding: str, encoded: bytes) -> None:
    encoded = b"=" + encoded if encoding == "quoted-printable" else encoded
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    assert parse(HEAD + head + encoded).body.strip() == "สวัสดี"


@pytest.mark.parametrize("declared", ["us-ascii", "iso-8859-1", "utf-8", "x-unknown", "", "tis-620", "windows-874"])
def test_thai_is_read_whatever_charset_it_claims(declared: str) -> None:
    head = f"Content-Type: text/plain; charset={declared}\n\n".encode()
    assert parse(HEAD + head + "สนใจครับ ขอราคาด้วย".encode("cp874")).body == "สนใจครับ ขอราคาด้วย"
    assert parse(HEAD + head + "สนใจครับ ขอราคาด้วย".encode()).body == "สนใจครับ ขอราคาด้วย"


def test_a_charset_that_is_no_charset_of_text_is_not_used() -> None:
    for name in ("idna", "punycode", "unicode_escape", "base64", "zip", "rot13", "undefined", "mbcs", "\0"):
        head = f'Content-Type: text/plain; charset="{name}"\n\n'.encode()
        assert parse(HEAD + head + b"xn--\\q \xe9").body == "xn--\\q é"


def test_a_missing_or_wrong_boundary_is_guessed() -> None:
    body = b"--real\nContent-Type: text/plain\n\nthe text\n--real--\n"
    for declared in (b"", b'; boundary="wrong"'):
        mail = parse(HEAD + b"Content-Type: multipart/mixed" + declared + b"\n\n" + body)
        assert mail.body == "the text"


def test_a_multipart_without_any_boundary_is_read_as_text() -> None:
    assert parse(HEAD + b"Content-Type: multipart/mixed; boundary=x\n\njust text\n").body == "just text\n"


def test_a_mail_without_a_header_is_text() -> None:
    assert parse(b"Hello there\nhow are you\n").fields.pairs == ()


def test_a_line_that_is_no_field_does_not_end_the_header() -> None:
    mail = parse(b"From: a@example.com\nthis is rubbish\nSubject: hi\n\ntext")
    assert (mail.subject, mail.body) == ("hi", "text")


def test_depth_parts_and_header_bytes_are_capped() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000))
    assert parse(HEAD + nested).is_truncated
    many = parse(HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 5_000)
    assert many.is_truncated
    assert many.text_plain.count("x") <= MAX_PARTS
    long = parse(b"To: " + b"a@example.com, " * 11_000 + b"\nSubject: hi\n\ntext")
    assert (long.is_truncated, long.subject, long.body) == (True, "hi", "text")
    assert parse(b"X-Long: x\n" * 100_000 + b"\ntext").is_truncated
    inner = parse(HEAD + b"Content-Type: message/rfc822\n\n" * (MAX_DEPTH + 5) + b"text")
    assert inner.is_truncated


def test_text_is_capped_and_says_so() -> None:
    mail = parse(HEAD + b"\n" + b"word " * 500_000)
    assert len(mail.body) <= 1024 * 1024
    assert mail.is_truncated


def test_a_mail_fetched_in_part_says_so() -> None:
    assert parse(HEAD + b"\ntext", is_partial=True).is_truncated


def test_broken_addresses_are_survived() -> None:
    for raw, email in [
        (b'"Srisuk, Mali" <mali@example.com>', "mali@example.com"),
        (b'"unclosed <a@example.com>', "a@example.com"),
        (b"(((((( a@example.com", "a@example.com"),
        (b"<<a@example.com>>", "<a@example.com"),
        (b"=?utf-8?q?a@b?= <c@example.com>", "c@example.com"),
        (b"MAILER-DAEMON <>", ""),
    ]:
        assert parse(b"From: " + raw + b"\n\nx").from_.email.lstrip("<") == email.lstrip("<")
    assert parse(b"From: MAILER-DAEMON <>\n\nx").from_.name == "MAILER-DAEMON <>"


lines = st.sampled_from(
    [
        b"From: a@example.com",
        b"Subject: =?utf-8?q?x",
        b"Content-Type: multipart/report; boundary=b; report-type=delivery-status",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Transfer-Encoding: base64",
        b"--b",
        b"--b--",
        b"",
        b" folded",
        b"Final-Recipient: rfc822;a@example.com",
        b"<p><table><td>x",
        b"\xff\xfe\x00",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(lines, max_size=25), st.sampled_from([b"\r\n", b"\r"]))
def test_line_ends_do_not_matter(parts: list[bytes], line_end: bytes) -> None:
    assert parse(line_end.join(parts)) == parse(b"\n".join(parts))
