"""Starting: what `nurture --help` costs beside a Python that does nothing."""

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.figures import Row, Sizes, at_most, ratios, row
from tests.benchmarks.place import ROOT


def measure(sizes: Sizes) -> Iterator[Row]:
    """The row about starting."""
    helps, nothings = [], []
    for _ in range(sizes.starts):
        nothings.append(_seconds("-c", "pass"))
        helps.append(_seconds("-m", "nurture", "--help"))
    yield row("nurture --help ÷ python -c pass", ratios(helps, nothings), "x", at_most(5))


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
