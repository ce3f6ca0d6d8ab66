"""Many messages into Postfix's sink, which reads the wire with other eyes than aiosmtpd."""

import asyncio

from nurture.delivery.pool import SmtpTransport
from nurture.delivery.settings import SmtpSettings
from nurture.domain.message import Accepted, Outcome
from tests.delivery.parcels import Mark, a_parcel
from tests.delivery.test_compose import THAI, a_content, composed
from tests.support.smtp_sink import running_sink


def test_a_thousand_messages_over_four_connections_arrive_once_each() -> None:
    async def all_of_them(port: int) -> list[Outcome]:
        settings = SmtpSettings(host="127.0.0.1", port=port, security="none", timeout=30.0)
        transport = SmtpTransport({"mali": settings})
        try:
            return await asyncio.gather(
                *(
                    transport.deliver(
                        a_parcel(f"a{number}@example.com", data=b"X-Number: %d\r\n" % number + message),
                        may_write=Mark(),
                    )
                    for number in range(1000)
                )
            )
        finally:
            await transport.close()

    message = composed(content=a_content(subject=THAI, text=THAI + "\n.\n..\n.dot", html=f"<p>{THAI}</p>" * 50))
    with running_sink() as sink:
        outcomes = asyncio.run(all_of_them(sink.port))
        mails = sink.mails()
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(mails) == 1000
    body = message.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n")
    assert all(mail.endswith(body) or mail.rstrip(b"\n").endswith(body.rstrip(b"\n")) for mail in mails)
    assert len({mail.partition(b"X-Number: ")[2].partition(b"\n")[0] for mail in mails}) == 1000
