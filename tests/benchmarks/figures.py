"""What a figure is, how long is measured for it, and how a run of them is shown and kept."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is done for each figure; `rounds` of everything alternate."""

    rounds: int
    yardstick_mails: int
    mails: int
    stock_mails: int
    contacts: int
    small_queue: int
    large_queue: int
    due: int
    idle_passes: int
    starts: int
    simulated: int
    campaigns: int


FULL = Sizes(
    rounds=3,
    yardstick_mails=2000,
    mails=400,
    stock_mails=150,
    contacts=5000,
    small_queue=25_000,
    large_queue=250_000,
    due=500,
    idle_passes=20,
    starts=5,
    simulated=10_000,
    campaigns=100,
)
QUICK = Sizes(
    rounds=1,
    yardstick_mails=50,
    mails=20,
    stock_mails=5,
    contacts=200,
    small_queue=200,
    large_queue=1000,
    due=40,
    idle_passes=2,
    starts=1,
    simulated=20,
    campaigns=2,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What docs/performance.md wants reached: at least, or at most, so much."""

    value: float
    is_least: bool

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.value:g}"

    def holds(self, value: float) -> bool:
        return value >= self.value if self.is_least else value <= self.value


def at_least(value: float) -> Goal:
    return Goal(value=value, is_least=True)


def at_most(value: float) -> Goal:
    return Goal(value=value, is_least=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure as measured: the median of its rounds, the least and the most; without a goal it explains others."""

    name: str
    value: float
    unit: str
    goal: str | None
    holds: bool | None
    spread: tuple[float, float]


def row(name: str, values: Sequence[float], unit: str, goal: Goal | None = None) -> Row:
    """The median of `values` held against the goal."""
    middle = median(values)
    return Row(
        name=name,
        value=_rounded(middle),
        unit=unit,
        goal=str(goal) if goal else None,
        holds=goal.holds(middle) if goal else None,
        spread=(_rounded(min(values)), _rounded(max(values))),
    )


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round: what was measured in the same minute is compared."""
    return [one / other for one, other in zip(above, below, strict=True)]


def shown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = [("figure", "median", "least - most", "goal", "holds")]
    words = {None: "", True: "yes", False: "no"}
    for each in rows:
        spread = f"{each.spread[0]:g} - {each.spread[1]:g}"
        lines.append((each.name, f"{each.value:g} {each.unit}", spread, each.goal or "", words[each.holds]))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def kept(path: Path, rows: Sequence[Row], *, is_quick: bool) -> None:
    """Write the rows with the machine they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine(), "quick": is_quick, "rows": [asdict(each) for each in rows]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, str | int | float]:
    """What the figures depend on. `load` is the mean number of runnable tasks in the last minute: others' work too."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _rounded(value: float) -> float:
    """Three digits that count."""
    return float(f"{value:.3g}")
