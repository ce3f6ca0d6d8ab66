"""When an address that refuses our mails for now is given up, as if it had refused them for good."""

from collections.abc import Sequence
from datetime import datetime, timedelta

MOST = 5
WITHIN = timedelta(days=30)
ARRIVED_AFTER = timedelta(days=3)
"""A mail of which nothing came back for so long has arrived: most servers give up within two days and say so."""


def is_given_up(
    bounced_at: Sequence[datetime],
    *,
    signs_of_life_at: Sequence[datetime],
    sent_at: Sequence[datetime],
    now: datetime,
) -> bool:
    """Whether an address has bounced softly 5 times within 30 days, without a success since the first of them.

    `sent_at` are mails that did not come back. A success is a sign of life (a reply, a person's open or click) or
    such a mail once it is three days old.

    >>> days = [datetime(2026, 3, day) for day in range(1, 10)]
    >>> now = days[8]
    >>> is_given_up(days[3:8], signs_of_life_at=[days[0]], sent_at=[days[8]], now=now)
    True
    >>> is_given_up(days[3:8], signs_of_life_at=[days[5]], sent_at=[], now=now)
    False
    """
    arrived = [at for at in sent_at if now - at >= ARRIVED_AFTER]
    success = max((*signs_of_life_at, *arrived), default=None)
    counted = [at for at in bounced_at if now - at <= WITHIN and (success is None or at > success)]
    return len(counted) >= MOST
