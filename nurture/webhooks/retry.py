"""When a call that failed is made again."""

from datetime import timedelta

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=4)
_GIVE_UP_AFTER = 14


def next_try(attempts: int) -> timedelta | None:
    """How long after the last of `attempts` the next one follows; None when it is given up, after about a day.

    The pauses double from a minute to four hours: a restart over there costs minutes, a night's outage no call.

    >>> next_try(1), next_try(4), next_try(14)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=480), None)
    """
    if attempts >= _GIVE_UP_AFTER:
        return None
    return min(_FIRST * (1 << max(0, attempts - 1)), _LONGEST)
