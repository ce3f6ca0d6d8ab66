"""What stands on the wire: raw bytes, read back by parsers that are not ours."""

import base64
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.clock import SeededChance
from nurture.delivery.compose import compose, new_message_id
from nurture.delivery.headers import MAX_LINE, plain
from nurture.domain.content import Attachment, Content, MailUrls
from nurture.domain.sender import Sender
from nurture.errors import InvalidInput

THAI = "สวัสดีครับคุณสมชาย ขอบคุณที่สนใจทดลองใช้ระบบของเรา พรุ่งนี้ 09:00 น. คุยกันได้ไหมครับ"
MALI = Sender(name="mali", email="mali@example.com", display_name="Mali Srisuk")
PLAIN_FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]


def a_content(**changes: Any) -> Content:
    return Content(**{"subject": "Hello", "html": None, "text": "Hello", "language": "en", **changes})


def composed(**changes: Any) -> bytes:
    defaults: dict[str, Any] = {
        "content": a_content(),
        "sender": MALI,
        "recipient": "somchai@example.org",
        "recipient_name": "Somchai",
        "message_id": "<1@example.com>",
        "date": datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    }
    return compose(**{**defaults, **changes})


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=default))


def head_lines(raw: bytes) -> list[bytes]:
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def decoded(raw: bytes, name: str) -> str:
    """A header as the old, lenient reader decodes it."""
    return str(make_header(decode_header(message_from_bytes(raw)[name])))


def test_a_plain_message_is_readable_without_any_decoder() -> None:
    assert composed() == (
        b"From: Mali Srisuk <mali@example.com>\r\n"
        b"To: Somchai <somchai@example.org>\r\n"
        b"Subject: Hello\r\n"
        b"Date: Mon, 02 Mar 2026 02:00:00 +0000\r\n"
        b"Message-ID: <1@example.com>\r\n"
        b"Content-Language: en\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hello\r\n"
    )


def test_a_thai_subject_and_name_arrive_right() -> None:
    raw = composed(content=a_content(subject=THAI, text=THAI, language="th"), recipient_name="สมชาย ใจดี")
    message = read(raw)
    assert message["Subject"] == THAI
    assert message["To"].addresses[0].display_name == "สมชาย ใจดี"
    assert message["To"].addresses[0].addr_spec == "somchai@example.org"
    assert message.get_content() == THAI + "\r\n"
    assert raw.isascii()
    assert max(map(len, head_lines(raw))) <= 78


def test_thai_travels_in_base64_and_nearly_english_text_in_quoted_printable() -> None:
    english = "A café is not a cafe.\n" * 20
    assert read(composed(content=a_content(text=THAI)))["Content-Transfer-Encoding"] == "base64"
    assert read(composed(content=a_content(text=english)))["Content-Transfer-Encoding"] == "quoted-printable"
    assert read(composed(content=a_content(text=english))).get_content().replace("\r\n", "\n") == english


def test_text_and_html_are_alternatives_and_attachments_stand_beside_them() -> None:
    name = "โบรชัวร์สินค้าใหม่ล่าสุดของเรา ฉบับสมบูรณ์ที่สุด.pdf"
    files = (
        Attachment(filename=name, content_type="application/pdf", data=bytes(range(256)) * 9),
        Attachment(filename="../../etc/price list.csv", content_type="no type\r\nBcc: x@y.z", data=b"a;b\n"),
    )
    raw = composed(content=a_content(html="<p>Hi</p>", text=THAI, attachments=files))
    message = read(raw)
    assert message.get_content_type() == "multipart/mixed"
    body, *attached = message.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content_type() for part in message.walk() if part.get_content_maintype() == "application"] == [
        "application/pdf",
        "application/octet-stream",
    ]
    assert [part.get_filename() for part in attached] == [name, "price list.csv"]
    assert attached[0].get_payload(decode=True) == files[0].data
    assert b"Bcc" not in raw


def test_a_long_plain_filename_arrives_in_short_lines() -> None:
    name = "a very long name for a price list of everything we sell, with 'quotes' and = signs (2026).csv"
    raw = composed(content=a_content(attachments=(Attachment(filename=name, content_type="text/csv", data=b"x"),)))
    assert [part.get_filename() for part in read(raw).iter_attachments()] == [name]
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_list_unsubscribe_stays_on_one_line_and_unencoded_with_the_longest_token() -> None:
    page = "https://mail.example.com/u/" + "A-_9" * 180
    raw = composed(
        urls=MailUrls(unsubscribe=page), unsubscribe_mailto="mali+u" + "a" * 39 + "@example.com", list_id="cycle.acme"
    )
    lines = head_lines(raw)
    mailto = b"mailto:mali+u" + b"a" * 39 + b"@example.com?subject=unsubscribe"
    assert b"List-Unsubscribe: <" + page.encode() + b">, <" + mailto + b">" in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"List-Id: <cycle.acme>" in lines


def test_a_list_unsubscribe_that_cannot_stand_on_one_line_is_told() -> None:
    with pytest.raises(InvalidInput, match="longer than 998 bytes"):
        composed(urls=MailUrls(unsubscribe="https://mail.example.com/" + "a" * 990))


@pytest.mark.parametrize(
    "url", ["https://x/> <mailto:evil@x", "https://x/\r\nBcc: a@b.c", "javascript:1", "https://x/é"]
)
def test_an_unsubscribe_url_that_would_say_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="cannot stand in List-Unsubscribe"):
        composed(urls=MailUrls(unsubscribe=url))


def test_a_mail_without_urls_carries_no_list_headers() -> None:
    raw = composed(is_automatic=True)
    assert b"List-" not in raw
    assert read(raw)["Auto-Submitted"] == "auto-generated"


def test_an_answer_names_the_mails_before_it_one_id_a_line() -> None:
    raw = composed(in_reply_to="<b@x>", references=["<a@x>", "<b@x>"])
    assert b"In-Reply-To: <b@x>\r\n" in raw
    assert b"References: <a@x>\r\n <b@x>\r\n" in raw


def test_a_long_thread_keeps_its_first_and_its_newest_ids() -> None:
    ids = [f"<{'m' * 60}{number:03}@example.com>" for number in range(100)]
    raw = composed(in_reply_to=ids[-1], references=ids[:-1])
    value = message_from_bytes(raw)["References"].split()
    assert value[0] == ids[0]
    assert value[1:] == ids[-len(value) + 1 :]
    assert 8 < len(value) < 14
    assert b"=?" not in raw


def test_what_is_no_message_id_is_left_out_of_a_thread() -> None:
    raw = composed(in_reply_to="<a@x>\r\nBcc: <b@y>", references=["nonsense", "<é@x>", f"<{'a' * 400}@x>", "<c@x>"])
    assert message_from_bytes(raw)["In-Reply-To"] is None
    assert message_from_bytes(raw)["References"] == "<c@x>"


def test_an_internationalised_domain_is_ascii_everywhere() -> None:
    sender = Sender(name="m", email="mali@ตัวอย่าง.ไทย", display_name="มะลิ")
    raw = composed(sender=sender, recipient="info@ตัวอย่าง.ไทย", reply_to="mali+abc@ตัวอย่าง.ไทย", recipient_name="")
    assert b"To: info@xn--72c1a1bt4awk9o.xn--o3cw4h\r\n" in raw
    assert b"<mali+abc@xn--72c1a1bt4awk9o.xn--o3cw4h>\r\n" in raw
    assert raw.partition(b"\r\n\r\n")[0].isascii()


def test_a_local_part_beyond_ascii_stands_as_it_is() -> None:
    raw = composed(recipient="สมชาย@example.com")
    assert "To: Somchai <สมชาย@example.com>\r\n".encode() in raw


@pytest.mark.parametrize(
    "recipient", ["", "a", "a@", "@b", "a b@c.d", "a@b..c", "a@b\r\nBcc: c@d.e", "a@b,c@d.e", "a@faß.de", "<a@b.c>"]
)
def test_a_recipient_that_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(InvalidInput):
        composed(recipient=recipient)


def test_the_measured_trap_of_an_encoded_line_break_adds_no_header() -> None:
    raw = composed(content=a_content(subject="=?utf-8?q?a=0ABcc:_x@y.z?="))
    assert b"Subject: a Bcc: x@y.z\r\n" in raw
    again = message_from_bytes(read(raw).as_bytes(), policy=default)
    assert list(again.keys()) == PLAIN_FIELDS


def test_encoded_words_inside_encoded_words_stay_text() -> None:
    inner = "=?utf-8?q?a=0ABcc:_x@y.z?="
    outer = f"=?utf-8?b?{base64.b64encode(inner.encode()).decode()}?="
    raw = composed(content=a_content(subject=outer))
    assert decoded(raw, "Subject") == inner
    assert list(message_from_bytes(raw).keys()) == PLAIN_FIELDS


def test_a_message_id_is_the_senders_and_never_twice_the_same() -> None:
    chance = SeededChance(1)
    ids = {new_message_id(chance, "mali@ตัวอย่าง.ไทย") for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"<[0-9a-f]{32}@xn--72c1a1bt4awk9o\.xn--o3cw4h>", known) for known in ids)


@pytest.mark.parametrize("message_id", ["", "1@x", "<1@x> <2@x>", "<1@x>\r\nBcc: a@b.c"])
def test_a_message_id_that_is_none_is_refused(message_id: str) -> None:
    with pytest.raises(InvalidInput):
        composed(message_id=message_id)


def test_the_date_keeps_its_zone() -> None:
    assert parsedate_to_datetime(read(composed())["Date"]) == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ['say "hi"', "back\\slash", 'both \\" of', "Srisuk, Mali", "a.b", "(x)", "<x@y.z>", "a@b.c"]
)
def test_a_name_with_special_characters_is_shown_as_it_is(name: str) -> None:
    (mailbox,) = read(composed(recipient_name=name))["To"].addresses
    assert (mailbox.display_name, mailbox.addr_spec) == (name, "somchai@example.org")


HOSTILE_PIECES = st.sampled_from(
    ["\r\n", "\n", "\r", "\0", "\t", "Bcc: x@y.z", "<x@y.z>", ",", ";", ":", '"', "\\", "@", "(", ")", "=?utf-8?q?",
     "=0A", "=0D=0A", "?=", "=?utf-8?b?Cg==?=", "สมชาย", "ป้ำ", "é", "\u2028", "\x85", "\x7f", "\ud800", "🎉", " ", "  ",
     "a" * 90, "=?x?q?=?=", "\u202e", "\ufeff"]
)  # fmt: skip
HOSTILE = st.one_of(st.lists(HOSTILE_PIECES, max_size=12).map("".join), st.text(max_size=80))


@given(subject=HOSTILE, name=HOSTILE, from_name=HOSTILE, filename=HOSTILE, list_id=HOSTILE, feedback_id=HOSTILE)
def test_no_value_adds_a_header_or_a_recipient(
    subject: str, name: str, from_name: str, filename: str, list_id: str, feedback_id: str
) -> None:
    content = a_content(
        subject=subject, attachments=(Attachment(filename=filename, content_type="text/csv", data=b"x"),)
    )
    raw = composed(
        content=content,
        recipient_name=name,
        sender=Sender(name="m", email="mali@example.com", display_name=from_name),
        list_id="c" + list_id,
        feedback_id="f" + feedback_id,
    )
    message = message_from_bytes(raw)
    assert list(message.keys()) == [*PLAIN_FIELDS[:5], "List-Id", "Feedback-ID", *PLAIN_FIELDS[5:8]]
    assert [address for _, address in getaddresses([message["To"]])] == ["somchai@example.org"]
    assert [address for _, address in getaddresses([message["From"]])] == ["mali@example.com"]
    assert [address.addr_spec for address in read(raw)["To"].addresses] == ["somchai@example.org"]
    assert [address.addr_spec for address in read(raw)["From"].addresses] == ["mali@example.com"]
    assert max(map(len, raw.split(b"\r\n"))) <= MAX_LINE
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert decoded(raw, "Subject") == plain(subject, 400)
    for field, meant in (("To", name), ("From", from_name)):
        ((shown, _),) = getaddresses([message[field]])
        assert str(make_header(decode_header(shown))) == plain(meant, 120)
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/csv"]
    assert list(part.keys()) == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]


@given(text=st.text(), html=st.text())
def test_every_text_arrives_as_it_was_written(text: str, html: str) -> None:
    raw = composed(content=a_content(text=text, html=html))
    parts = [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    for part, meant in zip(parts, (text, html), strict=True):
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        lines = re.split(r"\r\n|\r|\n", meant)
        assert payload.decode() == "\r\n".join(lines if lines[-1] == "" else [*lines, ""])
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= MAX_LINE
