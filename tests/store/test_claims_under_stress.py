"""Several workers on one database: each run claimed once, nobody waits for ever, no wake is lost."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context

from nurture.store import contacts, enrollments
from nurture.store.database import Database
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import a_run

PEOPLE = 120
WORKERS = 4
TOMORROW = NOW + timedelta(days=1)


def work(url: str, name: str) -> list[int]:
    """Claim, save as waiting until tomorrow, wake somebody now and then; the ids that were claimed."""
    database = Database(url)
    seen: list[int] = []
    while True:
        with database.write() as conn:
            claimed = enrollments.claim_due(
                conn,
                now=NOW,
                limit=7,
                lease_token=f"{name}-{len(seen)}",
                lease_until=TOMORROW,
                campaigns=["cycle", "other"],
                rooms={"mali": 100},
            )
        if not claimed:
            break
        seen += [run.id for run in claimed]
        with database.write() as conn:
            for run in sorted(claimed, key=lambda each: each.id):
                assert enrollments.save(conn, run, replace(run, due_at=TOMORROW, lease_token=None), now=NOW)
    database.close()
    return seen


def wake_everybody(url: str) -> int:
    database = Database(url)
    with database.read() as conn:
        ids = [contact.id for contact in contacts.stream(conn)]
    woken = 0
    for contact_id in ids:
        with database.write() as conn:
            woken += enrollments.wake(conn, contact_id=contact_id, now=TOMORROW)
    database.close()
    return woken


def fill(url: str) -> int:
    database = Database(url)
    with database.write() as conn:
        for number in range(PEOPLE):
            a_run(conn, f"p{number}", will_send=number % 2 == 0, priority=number % 3)
            if number % 4 == 0:
                a_run(conn, f"p{number}", campaign="other")
    database.close()
    return PEOPLE + PEOPLE // 4


def test_threads_claim_every_run_exactly_once(database_url: str) -> None:
    number = fill(database_url)
    with ThreadPoolExecutor(WORKERS) as pool:
        claims = Counter(each for seen in pool.map(work, [database_url] * WORKERS, "abcd") for each in seen)
    finish(database_url, number, claims)


def test_processes_claim_every_run_exactly_once(database_url: str) -> None:
    number = fill(database_url)
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        claims = Counter(each for seen in pool.map(work, [database_url] * WORKERS, "abcd") for each in seen)
    finish(database_url, number, claims)


def finish(url: str, number: int, claims: Counter[int]) -> None:
    """What a worker that found nothing left behind (rows that others had locked) is claimed by one more."""
    claims.update(work(url, "last"))
    assert len(claims) == number
    assert set(claims.values()) == {1}


def test_a_wake_that_comes_at_any_moment_of_a_claim_is_kept(database_url: str) -> None:
    number = fill(database_url)
    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(work, database_url, name) for name in "abc"]
        woken = pool.submit(wake_everybody, database_url)
        claims = Counter(each for worker in workers for each in worker.result())
    assert woken.result() == number
    database = Database(database_url)
    with database.read() as conn:
        runs = [run for contact in contacts.stream(conn) for run in enrollments.unfinished_of(conn, contact.id)]
    database.close()
    assert len(runs) == number
    # Woken and not looked at since: it waits to be. Woken in the middle of a claim: it was looked at once more.
    assert all(run.wake == 1 or claims[run.id] == 2 for run in runs)
