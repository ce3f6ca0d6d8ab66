"""The daily enrollment: whoever matches a campaign's audience is asked in, in slices that hold no lock for long."""

from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.engine.enroll import audience_batch, count_new, enroll
from nurture.engine.rules import Rules
from nurture.store import project
from nurture.store.connection import Connection
from nurture.store.database import Database

_SLICE = 200


def enroll_daily(database: Database, campaign: Campaign, *, rules: Rules, now: datetime) -> int | None:
    """Ask in everybody whom the audience finds, once per day of the project's zone; None where that was done today."""
    today = now.astimezone(rules.zone).date().isoformat()
    name = f"daily/{campaign.name}"
    new: int | None = None
    while True:
        with database.write() as conn:
            # Kept with every slice, so that an outage in the middle leaves nobody out and asks nobody twice.
            day, _, after_id = (project.get(conn, name) or "").partition("/")
            if day == today and not after_id:
                return new
            found, last_id = _enroll_slice(
                conn,
                campaign,
                rules=rules,
                now=now,
                after_id=int(after_id) if day == today else 0,
            )
            new = (new or 0) + found
            project.put(conn, name, today if last_id is None else f"{today}/{last_id}")


def _enroll_slice(
    conn: Connection, campaign: Campaign, *, rules: Rules, now: datetime, after_id: int
) -> tuple[int, int | None]:
    """How many of the next contacts were new, and the last one's id; None where there are no more."""
    ids = audience_batch(conn, campaign, rules=rules, now=now, after_id=after_id, limit=_SLICE)
    found = enroll(conn, campaign, ids, rules=rules, now=now, because="daily: in the audience")
    return count_new(found), ids[-1] if ids else None
