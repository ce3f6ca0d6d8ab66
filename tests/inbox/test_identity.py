from nurture.inbox.identity import identity_of
from nurture.inbox.parse import parse

BARE = b"""From: somchai@example.com
To: mali@acme.example
Date: Mon, 2 Mar 2026 09:00:00 +0700
Subject: Re: Hello

Yes, show me.
"""


def identity(raw: bytes) -> str:
    return identity_of(parse(raw), raw)


def test_a_mail_is_known_by_its_message_id() -> None:
    assert identity(b"Message-ID: <1@example.com>\n" + BARE) == "<1@example.com>"


def test_a_mail_without_one_is_known_by_what_it_says_however_it_came() -> None:
    on_another_way = b"Received: by mx2\nDelivered-To: krit@acme.example\n" + BARE
    assert identity(BARE) == identity(on_another_way)
    assert identity(BARE) == identity(BARE.replace(b"\n", b"\r\n")) == identity(BARE.replace(b"\n", b"\r"))
    assert identity(BARE).startswith("<") and identity(BARE).endswith("@no-message-id.invalid>")


def test_two_mails_without_one_are_two() -> None:
    others = [
        BARE.replace(b"show me", b"call me"),
        BARE.replace(b"somchai", b"anong"),
        BARE.replace(b"09:00", b"09:01"),
        BARE.replace(b"Hello", b"Hallo"),
    ]
    assert len({identity(raw) for raw in (BARE, *others)}) == 5


def test_what_is_no_mail_has_an_identity_too() -> None:
    assert len({identity(raw) for raw in (b"", b"\xff\x00", b"\n\n\nx")}) == 3
