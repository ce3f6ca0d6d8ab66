"""What a relay does at each point of the conversation, and what becomes of the message."""

import asyncio

import pytest

from nurture.delivery.pool import SmtpTransport
from nurture.delivery.smtp import Deadlines
from nurture.domain.message import Accepted, Deferred, Outcome, Rejected, Unknown
from nurture.errors import RelayUnavailable
from tests.delivery.parcels import BIG, IMPATIENT, PATIENT, Mark, a_parcel, relay, send
from tests.support.mail_server import DROP, HANG, RESET, Fault, MailServer, Point


def test_an_accepted_message_arrives_byte_for_byte_with_its_dots() -> None:
    data = b"Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\nlast without line end."
    with MailServer() as server:
        (outcome,) = send(server, a_parcel(data=data))
    assert outcome == Accepted(reply="250 2.0.0 Ok: queued as 1")
    assert [(mail.sender, mail.recipient, mail.data) for mail in server.accepted] == [
        ("mali@example.org", "somchai@example.com", data + b"\r\n")
    ]


def test_a_large_message_arrives_whole() -> None:
    data = b"Subject: large\r\n\r\n" + b".0123456789" * 7 + b"\r\n" + (b"x" * 76 + b"\r\n") * 30_000
    with MailServer() as server:
        (outcome,) = send(server, a_parcel(data=data))
    assert isinstance(outcome, Accepted)
    assert server.accepted[0].data == data


def test_messages_share_one_connection_and_it_is_left_politely() -> None:
    with MailServer() as server:
        send(server, *(a_parcel(f"a{number}@example.com") for number in range(5)))
        server.wait_for("QUIT")
    assert server.connections == 1
    assert len(server.accepted) == 5


ENVELOPE = [Point.MAIL, Point.RCPT, Point.DATA]


@pytest.mark.parametrize("point", ENVELOPE)
def test_a_4xx_before_the_content_defers_and_the_next_message_goes_on(point: Point) -> None:
    mark = Mark()
    with MailServer() as server:
        server.misbehave(Fault(point, "450 4.7.1 Greylisted, try later", times=1))
        first, second = send(server, a_parcel(), a_parcel("b@example.com"), mark=mark)
        assert server.count("RSET") == 1
    assert first == Deferred(
        reason=f"450 4.7.1 Greylisted, try later (answer to {point})", is_relay_wide=point is Point.MAIL
    )
    assert isinstance(second, Accepted)
    assert (server.connections, mark.asked) == (1, 1)


@pytest.mark.parametrize(
    ("point", "reply", "kind"),
    [
        (Point.MAIL, "553 5.7.1 Sender not allowed", "policy"),
        (Point.RCPT, "550 5.1.1 User unknown", "address"),
        (Point.RCPT, "554 5.7.1 Blocked using zen.spamhaus.example", "policy"),
        (Point.DATA, "554 5.7.1 Rejected", "policy"),
        (Point.DOT, "554 5.6.0 Message content not accepted", "content"),
        (Point.DOT, "550 5.7.1 This looks like spam", "policy"),
        (Point.DOT, "552 5.3.4 Message too big", "content"),
    ],
)
def test_a_5xx_rejects_and_the_next_message_goes_on(point: Point, reply: str, kind: str) -> None:
    with MailServer() as server:
        server.misbehave(Fault(point, reply, times=1))
        first, second = send(server, a_parcel(), a_parcel("b@example.com"))
    assert isinstance(first, Rejected)
    assert (first.kind, first.reason.startswith(reply)) == (kind, True)
    assert isinstance(second, Accepted)
    assert [mail.recipient for mail in server.accepted] == ["b@example.com"]


@pytest.mark.parametrize("point", [*ENVELOPE, Point.CONTENT])
def test_421_before_the_dot_defers_for_the_whole_relay(point: Point) -> None:
    with MailServer() as server:
        server.misbehave(Fault(point, "421 4.3.2 Shutting down", times=1))
        first, second = send(server, a_parcel(data=BIG), a_parcel("b@example.com"))
    assert isinstance(first, Deferred)
    assert first.is_relay_wide
    assert isinstance(second, Accepted)
    assert server.connections == 2


@pytest.mark.parametrize("does", [DROP, RESET])
@pytest.mark.parametrize("point", [*ENVELOPE, Point.CONTENT])
def test_a_break_before_the_dot_is_certain_and_the_next_message_goes_on(point: Point, does: str) -> None:
    with MailServer() as server:
        server.misbehave(Fault(point, does, times=1))
        first, second = send(server, a_parcel(data=BIG), a_parcel("b@example.com"))
    assert isinstance(first, Deferred)
    assert first.is_relay_wide
    assert isinstance(second, Accepted)
    assert [mail.recipient for mail in server.accepted] == ["b@example.com"]


@pytest.mark.parametrize("point", ENVELOPE)
def test_silence_before_the_content_is_certain(point: Point) -> None:
    mark = Mark()
    with MailServer() as server:
        server.misbehave(Fault(point, HANG, times=1))
        first, second = send(server, a_parcel(), a_parcel("b@example.com"), mark=mark, timeout=1.0)
    assert isinstance(first, Deferred)
    assert first.is_relay_wide
    assert isinstance(second, Accepted)
    assert mark.asked == 1


def test_a_relay_that_stops_reading_inside_the_content_is_certain() -> None:
    with MailServer() as server:
        server.misbehave(Fault(Point.CONTENT, HANG, times=1))

        async def one() -> Outcome:
            transport = SmtpTransport({"mali": relay(server)}, deadlines=Deadlines(content=0.3, final_reply=30.0))
            try:
                return await transport.deliver(a_parcel(data=BIG), may_write=Mark())
            finally:
                await transport.close()

        outcome = asyncio.run(one())
    assert isinstance(outcome, Deferred)
    assert "stopped reading" in outcome.reason


def test_a_refusal_inside_the_content_is_heard_although_it_comes_too_early() -> None:
    with MailServer() as server:
        server.misbehave(Fault(Point.CONTENT, "552 5.3.4 Too big", times=1))
        first, second = send(server, a_parcel(data=BIG), a_parcel("b@example.com"))
    assert isinstance(first, Rejected)
    assert first.kind == "content"
    assert isinstance(second, Accepted)


@pytest.mark.parametrize("accepts", [False, True])
@pytest.mark.parametrize("does", [DROP, RESET, HANG, "421 4.3.2 Shutting down"])
def test_after_the_dot_a_break_silence_or_421_is_unknown_whether_or_not_it_was_accepted(
    does: str, accepts: bool
) -> None:
    with MailServer() as server:
        server.misbehave(Fault(Point.DOT, does, times=1, accepts=accepts))
        (first,) = send(server, a_parcel(), deadlines=IMPATIENT if does == HANG else PATIENT)
        (second,) = send(server, a_parcel("b@example.com"))
    assert isinstance(first, Unknown)
    assert isinstance(second, Accepted)
    assert len(server.accepted) == 1 + accepts
    assert server.connections == 2


def test_a_4xx_after_the_dot_is_certain() -> None:
    with MailServer() as server:
        server.misbehave(Fault(Point.DOT, "452 4.3.1 Out of storage", times=1))
        first, second = send(server, a_parcel(), a_parcel("b@example.com"))
    assert first == Deferred(reason="452 4.3.1 Out of storage (answer to the message)", is_relay_wide=True)
    assert isinstance(second, Accepted)
    assert server.connections == 1


@pytest.mark.parametrize("nonsense", ["hello there", "999 what", "354 again"])
def test_a_reply_after_the_dot_that_is_none_is_unknown(nonsense: str) -> None:
    with MailServer() as server:
        server.misbehave(Fault(Point.DOT, nonsense, times=1))
        first, second = send(server, a_parcel(), a_parcel("b@example.com"))
    assert isinstance(first, Unknown)
    assert isinstance(second, Accepted)


def test_no_byte_of_the_content_is_written_where_the_mark_is_refused() -> None:
    mark = Mark(answer=False)
    with MailServer() as server:
        (outcome,) = send(server, a_parcel(), mark=mark)
        server.wait_for("LOST")
    assert outcome == Deferred(reason="held back in the last moment: no longer wanted, or the lease is over")
    assert (mark.asked, server.count("DATA"), server.count("DOT"), server.accepted) == (1, 1, 0, [])


def test_where_the_mark_cannot_be_made_nothing_is_sent_and_the_reason_goes_up() -> None:
    async def broken() -> bool:
        raise LookupError("the database is away")

    async def one(server: MailServer) -> None:
        transport = SmtpTransport({"mali": relay(server)}, deadlines=PATIENT)
        try:
            await transport.deliver(a_parcel(), may_write=broken)
        finally:
            await transport.close()

    with MailServer() as server:
        with pytest.raises(LookupError, match="database is away"):
            asyncio.run(one(server))
        server.wait_for("LOST")
    assert server.accepted == []


def test_the_mark_is_made_after_the_relay_asked_for_the_content() -> None:
    seen: list[str] = []

    async def one(server: MailServer) -> None:
        async def look() -> bool:
            seen.extend(known.partition(" ")[0] for known in server.commands)
            return True

        transport = SmtpTransport({"mali": relay(server)}, deadlines=PATIENT)
        await transport.deliver(a_parcel(), may_write=look)
        await transport.close()

    with MailServer() as server:
        asyncio.run(one(server))
    assert seen == ["EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("does", [DROP, RESET, HANG, "421 4.7.0 Too many connections", "554 No service"])
@pytest.mark.parametrize("point", [Point.GREETING, Point.EHLO])
def test_trouble_in_the_greeting_concerns_the_relay_and_not_the_message(point: Point, does: str) -> None:
    mark = Mark()
    with MailServer() as server:
        server.misbehave(Fault(point, does))
        if point is Point.EHLO and does.startswith("554"):
            assert isinstance(send(server, a_parcel(), mark=mark)[0], Accepted)  # it understands HELO
            return
        with pytest.raises(RelayUnavailable) as raised:
            send(server, a_parcel(), mark=mark, timeout=1.0)
    assert raised.value.where == f"127.0.0.1:{server.port}"
    assert raised.value.hint
    assert mark.asked == 0


def test_nobody_listening_is_told_with_host_and_port() -> None:
    with MailServer() as server:
        pass
    with pytest.raises(RelayUnavailable, match=rf"^127\.0\.0\.1:{server.port}: connecting failed: Connection refused"):
        send(server, a_parcel())
