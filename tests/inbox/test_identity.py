from nurture.inbox.identity import content_digest_of, identity_of
from nurture.inbox.parse import parse
from nurture.inbox.written import written

BARE = b"""From: somchai@example.com
To: mali@acme.example
Date: Mon, 2 Mar 2026 09:00:00 +0700
Subject: Re: Hello

Yes, show me.
"""


def identity(raw: bytes) -> str:
    return identity_of(parse(raw), raw)


def digest(raw: bytes) -> str:
    mail = parse(raw)
    return content_digest_of(mail, written(mail))


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


def test_what_relays_and_lists_change_on_the_way_makes_no_other_mail() -> None:
    footer = b"""
_______________________________________________
Sales mailing list
Sales@lists.acme.example
https://lists.acme.example/mailman/listinfo/sales
"""
    copies = [
        b"Received: by mx2\nDelivered-To: krit@acme.example\n" + BARE,
        BARE.replace(b"\n", b"\r\n"),
        BARE.replace(b"Re: Hello", b"[EXTERNAL] Re: Hello"),
        BARE.replace(b"show me", b"show  me  "),
        b"MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n" + BARE.replace(b"show", b"sh=6Fw"),
        b"MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n"
        + BARE.replace(b"Yes, show me.", b"WWVzLCBzaG93IG1lLgo="),
        BARE + footer,
    ]
    assert [digest(raw) for raw in copies] == [digest(BARE)] * len(copies)


def test_mails_that_say_something_else_differ() -> None:
    others = [
        BARE.replace(b"show me", b"call me"),
        BARE.replace(b"Hello", b"Good bye"),
        BARE.replace(b"Yes, show me.", b"\xf0\x9f\x91\x8d"),
        BARE.replace(b"Yes, show me.", b"\xf0\x9f\x91\x8e"),
        b"In-Reply-To: <2@acme.example>\n" + BARE,
    ]
    assert len({digest(raw) for raw in (BARE, *others)}) == 6


def test_two_reports_that_report_on_different_people_differ() -> None:
    report = b"""From: mailer-daemon@example.com
Message-ID: <1@localhost>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; somchai@example.com
Action: failed
Status: 5.1.1

--x
Content-Type: text/rfc822-headers

Message-ID: <ours-1@acme.example>

--x--
"""
    others = [report.replace(b"somchai", b"anong"), report.replace(b"ours-1", b"ours-2")]
    assert len({digest(raw) for raw in (report, *others)}) == 3
    assert digest(report) == digest(report.replace(b"\n", b"\r\n"))
