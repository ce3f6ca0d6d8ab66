"""When to try again what certainly did not succeed."""

from datetime import timedelta

_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60, 120, 240))
_LOOKS_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300))
_LOOKS_AGAIN_WHEN_REFUSED = timedelta(minutes=15)
RELAY_RETRY_AFTER = timedelta(minutes=1)
POLICY_HOLDS_FOR = timedelta(hours=1)
_TAKEN_BACK_AT_ONCE = 50


def retry_after(attempts: int, jitter: float) -> timedelta:
    """The wait after the `attempts`-th try, up to four hours; `jitter` in [0, 1] spreads it by up to a fifth.

    Greylisting relays want a few minutes, full mailboxes hours; RFC 5321 4.5.4.1 asks for at least half an hour
    once the first tries have failed, and for four or five days in all.

    >>> retry_after(1, 0.0), retry_after(99, 1.0)
    (datetime.timedelta(seconds=120), datetime.timedelta(seconds=17280))
    """
    return _DELAYS[min(max(attempts, 1), len(_DELAYS)) - 1] * (1 + jitter / 5)


def retry_after_interruption(attempts: int) -> timedelta:
    """The wait of a message whose worker ended before it wrote anything of it: none, for nobody refused anything.

    One that was there every time when a worker ended may be what ends them, and then lets the others go first.

    >>> retry_after_interruption(1), retry_after_interruption(51)
    (datetime.timedelta(0), datetime.timedelta(seconds=60))
    """
    return timedelta() if attempts <= _TAKEN_BACK_AT_ONCE else RELAY_RETRY_AFTER


def look_again_after(failures: int, jitter: float, *, is_refused: bool = False) -> timedelta:
    """The wait after the `failures`-th look in a row that a mailbox did not allow, up to five minutes.

    A server that refuses us (`is_refused`) is left alone for longer: asking again and again locks accounts.
    `jitter` in [0, 1] spreads the waits by up to a half, lest all who lost one server come back at once.

    >>> look_again_after(1, 0.0), look_again_after(99, 1.0)
    (datetime.timedelta(seconds=5), datetime.timedelta(seconds=450))
    """
    wait = _LOOKS_AGAIN[min(max(failures, 1), len(_LOOKS_AGAIN)) - 1]
    return (_LOOKS_AGAIN_WHEN_REFUSED if is_refused else wait) * (1 + jitter / 2)
