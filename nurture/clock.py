"""The ground: where time and chance come from, so that everything above takes them as arguments."""

import random
import secrets
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; aware UTC."""

    def now(self) -> datetime: ...

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds to wait until `moment`; never below 0."""
        ...


class Chance(Protocol):
    """Everything that is drawn: ids, tokens, jitter."""

    def token(self, nbytes: int = 16) -> str:
        """`nbytes` of chance as lower-case hexadecimal."""
        ...

    def uniform(self, low: float, high: float) -> float: ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self.now()).total_seconds())


class HandClock:
    """Stands still until it is moved: for tests, and for the demo, which jumps from due to due."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def seconds_until(self, moment: datetime) -> float:
        return 0.0 if moment <= self._now else (moment - self._now).total_seconds()

    def move_to(self, moment: datetime) -> None:
        """Set the time; also backwards, as a mended system clock does."""
        self._now = moment

    def advance(self, span: timedelta) -> None:
        self._now += span


class SystemChance:
    """Chance of the operating system."""

    def token(self, nbytes: int = 16) -> str:
        return secrets.token_hex(nbytes)

    def uniform(self, low: float, high: float) -> float:
        return secrets.SystemRandom().uniform(low, high)


class SeededChance:
    """The same draws for the same seed: for simulation and tests, never for anything secret."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  reproducible on purpose

    def token(self, nbytes: int = 16) -> str:
        return self._random.randbytes(nbytes).hex()

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)
