"""After a crash: what the ledger says of messages whose worker is gone."""

from collections.abc import Mapping
from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.domain.message import Unknown
from nurture.engine.perform import Desk
from nurture.engine.record import record_afterwards, take_back
from nurture.store import messages
from nurture.store.connection import Connection

NOT_WRITTEN = "its worker ended before anything of it was written"
MAY_BE_SENT = "its worker ended between the final dot and the relay's reply"


def recover(conn: Connection, desk: Desk, campaigns: Mapping[str, Campaign], *, now: datetime) -> int:
    """Settle every `sending` whose lease is over; how many there were.

    The mark is committed before the first byte of the content is written, and only under an unexpired lease: no mark
    means certainly not sent, a mark without an outcome means unknown.
    """
    expired = messages.expired(conn, now)
    for message in expired:
        if message.dot_at is None:
            take_back(conn, desk, campaigns, message, reason=NOT_WRITTEN, now=now)
        else:
            record_afterwards(conn, desk, campaigns, message, Unknown(reason=MAY_BE_SENT), now=now)
    return len(expired)
