from pathlib import Path

from nurture.domain.link import read_token, sign_token
from nurture.inbox.parse import parse
from nurture.inbox.thread import answers

GOLDEN = Path(__file__).parent.parent / "golden" / "inbound"
KEY = b"k" * 32


def test_the_answered_message_comes_before_older_ones_of_the_thread() -> None:
    mail = parse(b"In-Reply-To: <3@x>\nReferences: <1@x> <2@x> <3@x>\nFrom: a@example.com\n\nhi")
    assert answers(mail).message_ids == ("<3@x>", "<2@x>", "<1@x>")


def test_a_token_comes_out_of_whatever_field_kept_the_address() -> None:
    token = sign_token("reply", 7, KEY)
    for field in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"):
        mail = parse(f"From: a@example.com\n{field}: Mali <mali+{token}@example.com>\n\nhi".encode())
        assert [read_token("reply", found, [KEY]) for found in answers(mail).tokens] == [7]


def test_a_delivery_report_leads_to_the_returned_message() -> None:
    for name in ("bounce-user-unknown", "bounce-own-form", "complaint", "read-receipt"):
        mail = parse((GOLDEN / f"{name}.eml").read_bytes())
        assert answers(mail).message_ids == ("<run-1.hello@example.com>",)


def test_a_returned_header_alone_is_enough() -> None:
    token = sign_token("reply", 9, KEY)
    mail = parse(
        b"From: postmaster@example.net\nContent-Type: multipart/report; boundary=b\n\n--b\n\nfailed\n"
        b"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <9@example.com>\n"
        + f"Reply-To: mali+{token}@example.com\n--b--".encode()
    )
    assert answers(mail).message_ids == ("<9@example.com>",)
    assert answers(mail).tokens == (token,)


def test_who_wrote_is_told_as_written() -> None:
    assert answers(parse(b"From: Somchai <Somchai@Example.com>\n\nhi")).from_address == "Somchai@Example.com"
    assert answers(parse(b"Subject: nobody\n\nhi")).from_address == ""
