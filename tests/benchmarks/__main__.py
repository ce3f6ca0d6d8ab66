"""`make bench`: every figure side by side in one run, as a table and in build/bench.json. Nothing is asserted.

Rates of one machine say little: read the ratios. What falls short of its goal is shown as such.
"""

import argparse
import logging
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

import structlog

from tests.benchmarks import checking, incoming, queue, sending, simulating, starting
from tests.benchmarks.figures import FULL, QUICK, kept, machine, shown
from tests.benchmarks.place import ROOT


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure, side by side in one run.")
    parser.add_argument("--quick", action="store_true", help="only show that it runs; its figures say nothing")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", help="where the rows are kept")
    asked = parser.parse_args()
    sizes = QUICK if asked.quick else FULL
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="nurture-bench-") as name:
        folder = Path(name)
        rows = []
        for each in chain(
            starting.measure(sizes),
            simulating.measure(sizes),
            checking.measure(folder, sizes),
            incoming.measure(folder, sizes),
            queue.measure(folder, sizes),
            sending.measure(folder, sizes),
        ):
            rows.append(each)
            sys.stderr.write(f"{time.perf_counter() - began:4.0f} s  {each.name}\n")
    kept(asked.json, rows, is_quick=asked.quick)
    facts = ", ".join(f"{name}: {value}" for name, value in machine().items())
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{shown(rows)}\n{facts}\n{seconds:.0f} s; kept in {asked.json}\n")


if __name__ == "__main__":
    main()
