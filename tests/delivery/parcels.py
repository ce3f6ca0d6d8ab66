"""Parcels with valid defaults, and the way to send them to a server of tests/support."""

import asyncio

from nurture.delivery.pool import SmtpTransport
from nurture.delivery.settings import SmtpSettings
from nurture.delivery.smtp import Deadlines
from nurture.delivery.transport import Parcel
from nurture.domain.message import Outcome
from tests.support.mail_server import MailServer

BIG = b"Subject: big\r\n\r\n" + (b"x" * 76 + b"\r\n") * 200_000
"""More than the sockets' buffers hold, so that the content cannot have left when the relay stops reading."""

PATIENT = Deadlines(content=30.0, final_reply=30.0)
IMPATIENT = Deadlines(content=30.0, final_reply=0.5)


def relay(server: MailServer, timeout: float = 10.0, **changes: object) -> SmtpSettings:
    return SmtpSettings(host="127.0.0.1", port=server.port, security="none", timeout=timeout, **changes)  # type: ignore[arg-type]


def a_parcel(recipient: str = "somchai@example.com", data: bytes = b"Subject: hello\r\n\r\nhello\r\n") -> Parcel:
    return Parcel(sender="mali", mail_from="mali@example.org", rcpt_to=recipient, data=data)


class Mark:
    """What `may_write` was asked, and what it says."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.asked = 0

    async def __call__(self) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        return self.answer


def send(
    server: MailServer,
    *parcels: Parcel,
    mark: Mark | None = None,
    timeout: float = 10.0,
    deadlines: Deadlines = PATIENT,
) -> list[Outcome]:
    """The outcomes of the parcels, one after the other, over kept connections."""

    async def all_of_them() -> list[Outcome]:
        transport = SmtpTransport({"mali": relay(server, timeout)}, deadlines=deadlines)
        try:
            return [await transport.deliver(parcel, may_write=mark or Mark()) for parcel in parcels]
        finally:
            await transport.close()

    return asyncio.run(all_of_them())
