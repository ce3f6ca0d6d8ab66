"""Simulating: ninety days of ten thousand people, as somebody calls it who waits for it."""

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.figures import Row, Sizes, at_most, row
from tests.benchmarks.place import ROOT


def measure(sizes: Sizes) -> Iterator[Row]:
    """The row about `nurture simulate`."""
    seconds = [_seconds(sizes.simulated) for _ in range(sizes.rounds)]
    yield row(f"simulate {sizes.simulated:,} contacts x 90 days", seconds, "s", at_most(20))


def _seconds(contacts: int) -> float:
    arguments = ("simulate", "sales-cycle", "--contacts", str(contacts), "--days", "90", "--seed", "7", "--json")
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "nurture", *arguments], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
