"""Thirty workers killed while they send: nothing twice, nothing lost, and at most one unknown a connection."""

from pathlib import Path

from tests.faults.kill_sends import CONNECTIONS, PEOPLE_PER_KILL, kill_sends

KILLS = 30


def test_thirty_kills_leave_no_duplicate_nothing_lost_and_few_unknown(tmp_path: Path, database_url: str) -> None:
    found = kill_sends(tmp_path, kills=KILLS, seed=7, people=PEOPLE_PER_KILL * KILLS, database_url=database_url)
    log = (tmp_path / "workers.log").read_text()
    assert found.broken == [], log[-2000:]
    assert found.kills == KILLS
    assert found.unknown <= KILLS * CONNECTIONS
    assert found.accepted == 2 * PEOPLE_PER_KILL * KILLS - found.unknown + found.unknown_and_accepted
