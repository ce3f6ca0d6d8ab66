"""Looking for work: what a pass with nothing to do costs, and a claim in a large queue beside one in a small."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import update

from nurture.app import build_engine, library_of, renderer_of, rules_of
from nurture.clock import SystemChance, SystemClock
from nurture.engine.claim import Lease, claim
from nurture.engine.perform import Desk
from nurture.settings import Project
from nurture.store.database import Database
from nurture.store.tables import enrollments
from tests.benchmarks.figures import Row, Sizes, at_most, ratios, row
from tests.benchmarks.place import filled, make_project

LATER = timedelta(days=30)
AT_ONCE = 100
"""How many a worker claims at once."""


def measure(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The rows about the queue."""
    counts = {"small": sizes.small_queue, "large": sizes.large_queue}
    projects = {name: make_project(folder / name, port=25) for name in counts}
    with ExitStack() as stack:
        databases = {
            name: stack.enter_context(filled(projects[name], count, due_in=LATER)) for name, count in counts.items()
        }
        idle = asyncio.run(_idle_passes(projects["large"], databases["large"], sizes.idle_passes))
        costs: dict[str, list[float]] = {name: [] for name in counts}
        for number in range(sizes.rounds):
            for name, database in databases.items():
                costs[name].append(_claim_all(projects[name], database, counts[name], sizes.due, number))
    large, small = f"{sizes.large_queue:,}", f"{sizes.small_queue:,}"
    yield row(f"idle pass over {large} enrollments", [1000 * seconds for seconds in idle], "ms", at_most(5))
    yield row(
        f"claiming one of {sizes.due:,} due among {large}", [1e6 * one / sizes.due for one in costs["large"]], "µs"
    )
    yield row(
        f"claiming {sizes.due:,} due among {large} ÷ among {small}",
        ratios(costs["large"], costs["small"]),
        "x",
        at_most(3),
    )


async def _idle_passes(project: Project, database: Database, passes: int) -> list[float]:
    engine = build_engine(project, database, clock=SystemClock(), chance=SystemChance())
    taken = []
    try:
        await engine.pulse.one_pass()
        for _ in range(passes):
            began = time.perf_counter()
            await engine.pulse.one_pass()
            taken.append(time.perf_counter() - began)
    finally:
        await engine.close()
    # The usual pass: one of many that meets the disk busy says nothing about the queue.
    return [*taken, median(taken)]


def _claim_all(project: Project, database: Database, count: int, due: int, number: int) -> float:
    """Seconds to claim `due` rows that stand apart, with their facts, decisions and intents, committed."""
    desk = Desk(rules=rules_of(project), renderer=renderer_of(project), chance=SystemChance())
    campaigns = library_of(project).campaigns
    now = SystemClock().now()
    apart = count // (4 * due)
    ids = [1 + number + place * 4 * apart for place in range(due)] if apart else list(range(1, count + 1))[:due]
    with database.write() as conn:
        conn.execute(update(enrollments).where(enrollments.c.id.in_(ids)).values(due_at=now))
    claimed = 0
    began = time.perf_counter()
    while claimed < len(ids):
        lease = Lease(token=desk.chance.token(), until=now + timedelta(minutes=2))
        with database.write() as conn:
            found = claim(conn, desk, campaigns, now=now, limit=AT_ONCE, lease=lease)
        assert found.assignments
        claimed += len(found.assignments)
    return time.perf_counter() - began
