"""Kept connections, TLS, AUTH, and what happens to messages when we are told to stop."""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from nurture.delivery.pool import Keeping, SmtpTransport
from nurture.delivery.settings import Security, SmtpSettings
from nurture.delivery.smtp import Deadlines
from nurture.domain.message import Accepted, Deferred, Outcome, Rejected
from nurture.errors import InvalidInput, RelayUnavailable
from tests.delivery.parcels import BIG, PATIENT, Mark, a_parcel, relay, send
from tests.support.certificate import Certificate, self_made_certificate
from tests.support.mail_server import DROP, HANG, Fault, MailServer, Point


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_made_certificate(tmp_path_factory.mktemp("certificate"))


def with_transport(
    settings: SmtpSettings,
    play: Callable[[SmtpTransport], Awaitable[Outcome]],
    *,
    tls_context: ssl.SSLContext | None = None,
    deadlines: Deadlines = PATIENT,
    keeping: Keeping | None = None,
) -> Outcome:
    async def all_of_it() -> Outcome:
        transport = SmtpTransport({"mali": settings}, tls_context=tls_context, deadlines=deadlines, keeping=keeping)
        try:
            return await play(transport)
        finally:
            await transport.close()

    return asyncio.run(all_of_it())


async def once(transport: SmtpTransport) -> Outcome:
    return await transport.deliver(a_parcel(), may_write=Mark())


def test_a_connection_that_died_while_idle_is_replaced_without_a_word() -> None:
    mark = Mark()
    with MailServer() as server:

        async def twice(transport: SmtpTransport) -> Outcome:
            await transport.deliver(a_parcel(), may_write=mark)
            await asyncio.to_thread(server.disconnect_all)
            return await transport.deliver(a_parcel("b@example.com"), may_write=mark)

        outcome = with_transport(relay(server), twice)
        assert isinstance(outcome, Accepted)
        assert (server.connections, len(server.accepted), mark.asked) == (2, 2, 2)


def test_a_connection_that_dies_under_the_next_mail_command_is_replaced_once() -> None:
    with MailServer() as server:

        async def twice(transport: SmtpTransport) -> Outcome:
            await once(transport)
            server.misbehave(Fault(Point.MAIL, DROP, times=1))
            return await once(transport)

        assert isinstance(with_transport(relay(server), twice), Accepted)
        assert (server.connections, len(server.accepted)) == (2, 2)


def test_a_relay_that_always_dies_at_mail_is_not_asked_for_ever() -> None:
    with MailServer() as server:

        async def twice(transport: SmtpTransport) -> Outcome:
            await once(transport)
            server.misbehave(Fault(Point.MAIL, DROP))
            return await once(transport)

        outcome = with_transport(relay(server), twice)
        assert isinstance(outcome, Deferred)
        assert outcome.is_relay_wide
        assert server.connections == 2


def test_a_connection_is_given_up_after_its_share_of_messages() -> None:
    with MailServer() as server:

        async def five(transport: SmtpTransport) -> Outcome:
            for _ in range(4):
                await once(transport)
            return await once(transport)

        with_transport(relay(server), five, keeping=Keeping(messages=2))
        server.wait_for("QUIT", 3)
        assert (server.connections, len(server.accepted)) == (3, 5)


def test_an_idle_connection_is_left_politely_after_a_while() -> None:
    with MailServer() as server:

        async def wait_for_the_end(transport: SmtpTransport) -> Outcome:
            outcome = await once(transport)
            await asyncio.to_thread(server.wait_for, "QUIT")
            return outcome

        with_transport(relay(server), wait_for_the_end, keeping=Keeping(idle=0.01))
        assert server.count("QUIT") == 1


def test_a_connection_that_was_idle_for_long_is_asked_first() -> None:
    with MailServer() as server:

        async def twice(transport: SmtpTransport) -> Outcome:
            await once(transport)
            return await once(transport)

        with_transport(relay(server), twice, keeping=Keeping(ask_after=0.0))
        assert (server.count("NOOP"), server.connections, len(server.accepted)) == (1, 1, 2)


def test_at_most_as_many_connections_as_the_settings_say_are_used_at_once() -> None:
    with MailServer() as server:

        async def twenty(transport: SmtpTransport) -> Outcome:
            outcomes = await asyncio.gather(*(once(transport) for _ in range(20)))
            return outcomes[-1]

        with_transport(relay(server, connections=3), twenty)
        assert len(server.accepted) == 20
        assert server.connections == 3


def test_a_delivery_that_is_cancelled_after_the_mark_still_tells_its_outcome() -> None:
    async def cancelled(transport: SmtpTransport) -> Outcome:
        task: asyncio.Task[Outcome]

        async def mark_and_stop() -> bool:
            task.cancel()
            await asyncio.sleep(0)
            return True

        task = asyncio.ensure_future(transport.deliver(a_parcel(), may_write=mark_and_stop))
        return await task

    with MailServer() as server:
        assert isinstance(with_transport(relay(server), cancelled), Accepted)
        assert len(server.accepted) == 1


def test_a_delivery_that_is_cancelled_before_the_content_is_not_sent_and_its_connection_not_used_again() -> None:
    mark = Mark()
    with MailServer() as server:
        server.misbehave(Fault(Point.RCPT, HANG, times=1))

        async def cancelled(transport: SmtpTransport) -> Outcome:
            task = asyncio.ensure_future(transport.deliver(a_parcel(), may_write=mark))
            await asyncio.to_thread(server.wait_for, "RCPT")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.to_thread(server.wait_for, "LOST")
            return await once(transport)

        assert isinstance(with_transport(relay(server), cancelled), Accepted)
        assert (mark.asked, server.connections, len(server.accepted)) == (0, 2, 1)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_is_spoken_with_a_certificate_that_is_trusted(certificate: Certificate, security: Security) -> None:
    with MailServer(tls=certificate.server, is_tls_from_start=security == "tls") as server:
        settings = SmtpSettings(host="127.0.0.1", port=server.port, security=security, timeout=10.0)

        async def small_and_big(transport: SmtpTransport) -> Outcome:
            await once(transport)
            return await transport.deliver(a_parcel(data=BIG), may_write=Mark())

        outcome = with_transport(settings, small_and_big, tls_context=certificate.trusting_client)
        assert isinstance(outcome, Accepted)
        assert server.accepted[1].data == BIG
        assert server.count("STARTTLS") == (security == "starttls")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Certificate, security: Security) -> None:
    with MailServer(tls=certificate.server, is_tls_from_start=security == "tls") as server:
        settings = SmtpSettings(host="127.0.0.1", port=server.port, security=security, timeout=10.0)
        with pytest.raises(RelayUnavailable, match="certificate is not to be trusted: self"):
            with_transport(settings, once)
        assert server.count("MAIL") == 0


def test_a_certificate_for_another_host_is_refused(certificate: Certificate) -> None:
    with MailServer(tls=certificate.server) as server:
        settings = SmtpSettings(host="127.0.0.2", port=server.port, security="starttls", timeout=10.0)
        with pytest.raises(RelayUnavailable):
            with_transport(settings, once, tls_context=certificate.trusting_client)
        assert server.count("MAIL") == 0


def test_where_starttls_is_stripped_nothing_goes_out_in_clear() -> None:
    with MailServer(login=("mali", "s3cret")) as server:
        settings = SmtpSettings(
            host="127.0.0.1", port=server.port, security="starttls", username="mali", password="s3cret", timeout=10.0
        )
        with pytest.raises(RelayUnavailable, match="offers no STARTTLS"):
            with_transport(settings, once)
        assert (server.count("AUTH"), server.count("MAIL")) == (0, 0)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_relay_that_speaks_no_tls_is_told_apart(security: Security) -> None:
    with MailServer(extensions=False) as server:
        settings = SmtpSettings(host="127.0.0.1", port=server.port, security=security, timeout=1.0)
        with pytest.raises(RelayUnavailable) as raised:
            with_transport(settings, once)
        assert raised.value.hint


def test_the_login_happens_after_tls(certificate: Certificate) -> None:
    with MailServer(tls=certificate.server, login=("mali", "s3cret")) as server:
        settings = SmtpSettings(
            host="localhost", port=server.port, security="starttls", username="mali", password="s3cret", timeout=10.0
        )
        outcome = with_transport(settings, once, tls_context=certificate.trusting_client)
        assert isinstance(outcome, Accepted)
        order = [known.partition(" ")[0] for known in server.commands]
    assert order[:5] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]


def test_a_wrong_password_is_told_without_the_password() -> None:
    secret = "pla-thong-ตัวลับ"
    echo = base64.b64encode(f"\0mali\0{secret}".encode()).decode()
    with MailServer(login=("mali", "other")) as server:
        server.misbehave(Fault(Point.AUTH, f"535 5.7.8 Bad credentials {echo}"))
        settings = relay(server, username="mali", password=secret)
        with pytest.raises(RelayUnavailable, match="refuses the login of mali: 535") as raised:
            with_transport(settings, once)
        told = f"{raised.value} {raised.value!r} {raised.value.__cause__} {settings!r}"
        assert secret not in told
        assert echo not in told
        assert server.count("MAIL") == 0


def test_a_password_never_leaves_this_machine_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer's address is what counts, so the one thing that cannot be had on loopback is pretended."""
    monkeypatch.setattr("nurture.delivery.greeting._is_this_machine", lambda _client: False)
    with MailServer(login=("mali", "s3cret")) as server:
        settings = relay(server, username="mali", password="s3cret")
        with pytest.raises(RelayUnavailable, match="would go out in clear"):
            with_transport(settings, once)
        assert (server.count("AUTH"), server.count("MAIL")) == (0, 0)


def test_a_username_that_the_relay_has_no_use_for_is_told() -> None:
    with (
        MailServer(extensions=False) as server,
        pytest.raises(RelayUnavailable, match="offers no AUTH"),
    ):
        with_transport(relay(server, username="mali", password="s3cret"), once)


def test_a_relay_without_extensions_takes_plain_mail_and_refuses_what_needs_more() -> None:
    with MailServer(extensions=False) as server:
        outcomes = send(
            server,
            a_parcel(),
            a_parcel(data="Subject: é\r\n\r\n".encode()),
            a_parcel("สมชาย@example.com"),
        )
    assert isinstance(outcomes[0], Accepted)
    assert [getattr(outcome, "kind", None) for outcome in outcomes[1:]] == ["content", "content"]
    assert [outcome.reason for outcome in outcomes[1:] if isinstance(outcome, Rejected)] == [
        "the message needs 8BITMIME, which the relay does not offer",
        "สมชาย@example.com needs SMTPUTF8, which the relay does not offer",
    ]
    assert server.accepted[0].options == ()


def test_the_relays_extensions_are_used() -> None:
    data = "Subject: é\r\n\r\nhello\r\n".encode()
    with MailServer(size_limit=500) as server:
        outcomes = send(
            server,
            a_parcel("สมชาย@ตัวอย่าง.ไทย", data=data),
            a_parcel(data=b"Subject: x\r\n\r\n" + b"x\r\n" * 500),
        )
    assert isinstance(outcomes[0], Accepted)
    assert outcomes[1] == Rejected(reason="the message has 1514 bytes and the relay takes 500", kind="content")
    (mail,) = server.accepted
    assert mail.recipient == "สมชาย@xn--72c1a1bt4awk9o.xn--o3cw4h"
    assert set(mail.options) == {f"SIZE={len(data)}", "BODY=8BITMIME", "SMTPUTF8"}
    assert server.count("DATA") == 1


@pytest.mark.parametrize("recipient", ["a@b.org> SIZE=1", "a b@c.org", "a\r\nRCPT TO:<x@y.z>@b.org", "nobody", "a@b@"])
def test_a_recipient_that_is_no_address_is_rejected_unsent(recipient: str) -> None:
    with MailServer() as server:
        (outcome,) = send(server, a_parcel(recipient))
    assert isinstance(outcome, Rejected)
    assert outcome.kind == "address"
    assert server.count("MAIL") == 0


@pytest.mark.parametrize(
    "data", [b"Subject: x\r\n\r\na\n.\nMAIL FROM:<x@y.z>\r\n", b"Subject: x\r\n\r\na\r.\r\n", b"X: y\r\n\r\na\n\rb\r\n"]
)
def test_a_bare_line_end_cannot_smuggle_a_second_message(data: bytes) -> None:
    with MailServer() as server:
        (outcome,) = send(server, a_parcel(data=data))
    assert outcome == Rejected(reason="the message has a line end that is not CRLF", kind="content")
    assert server.accepted == []


def test_an_unknown_sender_is_told() -> None:
    async def unknown(transport: SmtpTransport) -> Outcome:
        return await transport.deliver(a_parcel(), may_write=Mark())

    async def play() -> None:
        await unknown(SmtpTransport({}))

    with pytest.raises(InvalidInput, match="no sender 'mali'"):
        asyncio.run(play())


def test_the_journal_of_the_test_server_outlives_it(tmp_path: Path) -> None:
    with MailServer(journal=tmp_path / "mails.jsonl") as server:
        send(server, a_parcel(data=b"Message-ID: <1@x>\r\n\r\nhello\r\n"))
    assert "<1@x>" in (tmp_path / "mails.jsonl").read_text()
