"""The frequency caps: how many mails one contact may be sent in any span, and from when on the next one may go."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.duration import Duration, parse_duration

_CAP = re.compile(r"(\d{1,4})\s+per\s+(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `count` mails in every span of length `span`, wherever it begins; `count` and `span` are above zero.

    A span does not contain its end: two mails exactly `span` apart are not in one.
    """

    count: int
    span: timedelta

    def __str__(self) -> str:
        return f"{self.count} per {Duration(days=self.span.days, seconds=self.span.seconds)}"


def parse_cap(text: str) -> Cap | None:
    """The cap that `text` writes, or None where it writes none. A day is 24 hours here: a cap knows no wall clock.

    Business days are not taken: they have no fixed length.

    >>> parse_cap("3 per 7d"), parse_cap("none per day")
    (Cap(count=3, span=datetime.timedelta(days=7)), None)
    """
    found = _CAP.fullmatch(text.strip())
    duration = parse_duration(found[2]) if found else None
    if found is None or duration is None:
        return None
    cap = Cap(count=int(found[1]), span=timedelta(days=duration.days, seconds=duration.seconds))
    return cap if cap.count and cap.span else None


def earliest_under_caps(sent_at: Sequence[datetime], caps: Sequence[Cap], at: datetime) -> tuple[datetime, Cap | None]:
    """The first moment not before `at` at which one more mail keeps every cap, and the cap that held it until then.

    `sent_at` may be in any order and may lie after `at` (the system clock was set back): those count as well.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> moment, cap = earliest_under_caps([nine], [Cap(count=1, span=timedelta(hours=20))], nine + timedelta(hours=1))
    >>> f"{moment:%d %H:%M}", str(cap)
    ('03 05:00', '1 per 20h')
    """
    # Any `count` mails that lie closer together than the span leave no room from `span` before the last of them to
    # `span` after the first; both ends are free.
    ordered = sorted(sent_at)
    taken = [
        (ordered[last] - cap.span, ordered[first] + cap.span, cap)
        for cap in caps
        for first, last in enumerate(range(cap.count - 1, len(ordered)))
        if ordered[last] - ordered[first] < cap.span and ordered[first] + cap.span > at
    ]
    moment, held_by = at, None
    for begin, end, cap in sorted(taken, key=lambda span: span[0]):
        if begin < moment < end:
            moment, held_by = end, cap
    return moment, held_by
