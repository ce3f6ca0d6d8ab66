"""The queue: runs begin once, are written only by who has them, and lose no wake."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture.domain.enrollment import EnrollmentState
from nurture.store import enrollments
from nurture.store.database import Database
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import LEASE_END, a_person, a_run, the_run

FINISHED: dict[str, Any] = {"state": EnrollmentState.FINISHED, "due_at": None, "outcome": "won", "finished_at": NOW}


def test_a_contact_has_one_unfinished_run_in_a_campaign(database: Database) -> None:
    with database.write() as conn:
        first = a_run(conn)
        begin: dict[str, Any] = {
            "contact_id": first.contact_id,
            "campaign": "cycle",
            "digest": "d1",
            "stage": "awareness",
            "step": None,
            "sender": "mali",
            "now": NOW,
        }
        assert enrollments.enroll(conn, **begin) is None
        assert enrollments.save(conn, first, replace(first, **FINISHED), now=NOW)
        second = enrollments.enroll(conn, **begin)
        assert second is not None
        other = a_run(conn, campaign="other")
        assert enrollments.latest_run(conn, first.contact_id, "cycle") == second
        assert enrollments.latest_run(conn, first.contact_id, "none") is None
        assert [run.id for run in enrollments.of_contact(conn, first.contact_id)] == [first.id, second.id, other.id]
        assert enrollments.unfinished_of(conn, first.contact_id) == [second, other]


def test_what_is_saved_comes_back_whole(database: Database) -> None:
    everything: dict[str, Any] = {
        "digest": "d7",
        "stage": "intent",
        "step": None,
        "state": EnrollmentState.PAUSED,
        "stage_entered_at": NOW + timedelta(microseconds=1),
        "anchor_at": NOW + timedelta(days=1),
        "sender": "anan",
        "due_at": NOW + timedelta(days=400),
        "outcome": "won",
        "has_sent": True,
        "attempts": 3,
        "retry_at": NOW,
        "because": "the relay said: ยุ่ง",
        "held_by": "retry",
        "will_send": True,
        "priority": 3,
        "lease_token": "t",
        "lease_until": LEASE_END,
    }
    with database.write() as conn:
        before = a_run(conn)
        assert enrollments.save(conn, before, replace(before, **everything), now=NOW)
        assert the_run(conn, before.id) == replace(before, **everything, revision=1)


@pytest.mark.parametrize("change", [{"revision": 1}, {"lease_token": "other"}])
def test_a_run_is_not_written_by_who_knows_it_otherwise(database: Database, change: dict[str, Any]) -> None:
    with database.write() as conn:
        before = a_run(conn)
        stale = replace(before, **change)
        assert not enrollments.save(conn, stale, replace(stale, stage="intent"), now=NOW)
        assert not enrollments.release(conn, stale)
        assert the_run(conn, before.id) == before


def test_of_two_who_save_the_same_run_only_the_first_does(database: Database) -> None:
    with database.write() as conn:
        before = a_run(conn)
        assert enrollments.save(conn, before, replace(before, stage="intent"), now=NOW)
        assert not enrollments.save(conn, before, replace(before, stage="purchase"), now=NOW)
        assert the_run(conn, before.id).stage == "intent"


def test_a_wake_during_a_lease_keeps_the_run_due_now(database: Database) -> None:
    later = NOW + timedelta(seconds=30)
    with database.write() as conn:
        before = a_run(conn, lease_token="t1", lease_until=LEASE_END)
        assert enrollments.wake(conn, contact_id=before.contact_id, now=later) == 1
        assert the_run(conn, before.id).lease_token == "t1"
        after = replace(before, due_at=NOW + timedelta(days=3), lease_token=None)
        assert enrollments.save(conn, before, after, now=later)
        woken = the_run(conn, before.id)
        assert (woken.due_at, woken.wake, woken.lease_token, woken.lease_until) == (later, 1, None, None)


def test_a_wake_that_the_worker_has_seen_is_done_with(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)
        enrollments.wake(conn, contact_id=run.contact_id, now=NOW)
        seen = the_run(conn, run.id)
        assert seen.wake == 1
        assert enrollments.save(conn, seen, replace(seen, due_at=LEASE_END), now=NOW)
        rested = the_run(conn, run.id)
        assert (rested.due_at, rested.wake) == (LEASE_END, 0)


def test_a_finished_run_is_not_woken_nor_kept_due_by_a_wake(database: Database) -> None:
    with database.write() as conn:
        before = a_run(conn)
        enrollments.wake(conn, contact_id=before.contact_id, now=NOW)
        assert enrollments.save(conn, before, replace(before, **FINISHED), now=NOW)
        assert the_run(conn, before.id).due_at is None
        assert enrollments.wake(conn, contact_id=before.contact_id, now=NOW) == 0
        assert the_run(conn, before.id).wake == 0


def test_a_wake_may_be_meant_for_one_campaign(database: Database) -> None:
    with database.write() as conn:
        cycle, other = a_run(conn), a_run(conn, campaign="other")
        a_run(conn, "somebody")
        assert enrollments.wake(conn, contact_id=cycle.contact_id, now=LEASE_END, campaign="other") == 1
        assert the_run(conn, cycle.id).wake == 0
        assert the_run(conn, other.id).due_at == LEASE_END
        assert enrollments.wake(conn, contact_id=cycle.contact_id, now=LEASE_END) == 2
        assert enrollments.wake(conn, contact_id=a_person(conn, "nobody").id, now=NOW) == 0


def test_leases_are_extended_and_given_back_by_their_token(database: Database) -> None:
    later = LEASE_END + timedelta(minutes=2)
    with database.write() as conn:
        mine = a_run(conn, "a", lease_token="t1", lease_until=LEASE_END)
        a_run(conn, "b", lease_token="t2", lease_until=LEASE_END)
        assert enrollments.extend_leases(conn, "t1", later) == 1
        extended = the_run(conn, mine.id)
        assert extended.lease_until == later
        assert enrollments.release(conn, extended)
        assert the_run(conn, mine.id) == replace(mine, lease_token=None, lease_until=None)


def test_the_next_look_is_at_the_earliest_due_run_or_the_end_of_a_lease(database: Database) -> None:
    with database.write() as conn:
        assert enrollments.next_due_at(conn) is None
        a_run(conn, "never", due_at=None)
        a_run(conn, "over", **FINISHED)
        assert enrollments.next_due_at(conn) is None
        a_run(conn, "leased", due_at=NOW, lease_token="t1", lease_until=LEASE_END)
        assert enrollments.next_due_at(conn) == LEASE_END
        a_run(conn, "later", due_at=NOW + timedelta(minutes=1))
        assert enrollments.next_due_at(conn) == NOW + timedelta(minutes=1)
