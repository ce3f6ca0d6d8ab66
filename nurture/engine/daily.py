"""The daily enrollment: whoever matches a campaign's audience is asked in, in slices that hold no lock for long."""

from datetime import datetime

from nurture.domain.campaign import Campaign
from nurture.engine.enroll import audience_batch, count_new, enroll
from nurture.engine.rules import Rules
from nurture.store import project
from nurture.store.database import Database

_SLICE = 200


def enroll_daily(database: Database, campaign: Campaign, *, rules: Rules, now: datetime) -> int | None:
    """Ask in everybody whom the audience finds, once per day of the project's zone; None where that was done today."""
    today = now.astimezone(rules.zone).date().isoformat()
    name = f"daily/{campaign.name}"
    with database.write() as conn:
        if project.get(conn, name) == today:
            return None
        project.put(conn, name, today)
    return enroll_audience(database, campaign, rules=rules, now=now, because="daily: in the audience")


def enroll_audience(
    database: Database,
    campaign: Campaign,
    *,
    rules: Rules,
    now: datetime,
    because: str,
    is_by_hand: bool = False,
) -> int:
    """Ask in everybody whom the campaign's audience finds; how many were new."""
    new = 0
    after_id = 0
    while True:
        with database.write() as conn:
            ids = audience_batch(conn, campaign, rules=rules, now=now, after_id=after_id, limit=_SLICE)
            if not ids:
                return new
            found = enroll(conn, campaign, ids, rules=rules, now=now, because=because, is_by_hand=is_by_hand)
            new += count_new(found)
            after_id = ids[-1]
