"""Workers killed while they send: nothing twice, nothing lost, and at most one unknown a connection."""

from pathlib import Path

from tests.faults.kill_sends import CONNECTIONS, PEOPLE_PER_KILL, kill_sends


def check(folder: Path, *, kills: int, database_url: str) -> None:
    people = PEOPLE_PER_KILL * kills
    found = kill_sends(folder, kills=kills, seed=7, people=people, database_url=database_url)
    log = (folder / "workers.log").read_text()
    assert found.broken == [], log[-2000:]
    assert found.kills == kills
    assert found.unknown <= kills * CONNECTIONS
    assert found.accepted == 2 * people - found.unknown + found.unknown_and_accepted


def test_thirty_kills_leave_no_duplicate_nothing_lost_and_few_unknown(tmp_path: Path, sqlite_url: str) -> None:
    check(tmp_path, kills=30, database_url=sqlite_url)


def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    check(tmp_path, kills=10, database_url=postgres_url)
