"""`make judge`: how well inbound mail is judged, on mail that nobody here wrote, beside what others reach on it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.judging.collection import CORPORA, NOT_HERE
from tests.judging.figures import Figure, all_figures

OUT = Path("build/judge.json")


def main() -> int:
    if not CORPORA.is_dir():
        print(NOT_HERE, file=sys.stderr)  # noqa: T201
        return 0
    figures = list(all_figures())
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(figure) for figure in figures], indent=1, ensure_ascii=False) + "\n")
    print(f"{'what':44} {'seen':>14} {'goal':>9}        others")  # noqa: T201
    for figure in figures:
        print(line_of(figure))  # noqa: T201
        if not figure.holds or "-v" in sys.argv:
            for missed in figure.missed:
                print(f"      {missed}")  # noqa: T201
    return 0 if all(figure.holds for figure in figures) else 1


def line_of(figure: Figure) -> str:
    seen = f"{figure.seen} of {figure.of}" if figure.of else str(figure.seen)
    share = f" {figure.seen / figure.of:6.1%}" if figure.of else ""
    holds = "" if figure.holds else "FALLS SHORT"
    return f"{figure.name:44} {seen:>14}{share:8} {figure.goal:>9} {holds:11} {figure.others}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
