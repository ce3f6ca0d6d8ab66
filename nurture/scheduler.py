"""The heartbeat: APScheduler only wakes the engine's loop; what is due stands in the database and nowhere else."""

from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

BEAT_SECONDS = 1.0


def start_heartbeat(wake: Callable[[], None], *, every_seconds: float = BEAT_SECONDS) -> AsyncIOScheduler:
    """A started scheduler that calls `wake` at every beat; to be shut down by the caller.

    Beats that were missed are one beat, however late: a machine that slept has one pass to make, not thousands.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        wake,
        "interval",
        seconds=every_seconds,
        id="beat",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    return scheduler
