"""Claiming: what is due, by nobody twice, within the room that senders have."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.store import contacts, enrollments, messages
from nurture.store.database import Database
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import LEASE_END, a_run


def claim(conn: Connection, lease: str = "t1", **changes: Any) -> list[Enrollment]:
    defaults: dict[str, Any] = {
        "now": NOW,
        "limit": 100,
        "lease_token": lease,
        "lease_until": LEASE_END,
        "campaigns": ["cycle", "other"],
        "rooms": {"mali": 100, "anan": 100},
    }
    return enrollments.claim_due(conn, **{**defaults, **changes})


def names(conn: Connection, claimed: list[Enrollment]) -> list[str]:
    """Whom the claim was of, in its order."""
    people = contacts.get_many(conn, [run.contact_id for run in claimed])
    return [people[run.contact_id].address.partition("@")[0] for run in claimed]


def test_what_is_claimed_is_nobody_elses_until_its_lease_is_over(database: Database) -> None:
    with database.write() as conn:
        a_run(conn, "a")
        (mine,) = claim(conn)
        assert (mine.lease_token, mine.lease_until) == ("t1", LEASE_END)
        assert claim(conn, "t2") == []
        assert [run.lease_token for run in claim(conn, "t2", now=LEASE_END)] == ["t2"]


def test_only_what_is_due_unfinished_and_of_a_running_campaign_is_claimed(database: Database) -> None:
    with database.write() as conn:
        a_run(conn, "a")
        a_run(conn, "b", due_at=NOW + timedelta(microseconds=1))
        a_run(conn, "c", due_at=None)
        a_run(conn, "d", state=EnrollmentState.FINISHED)
        a_run(conn, "e", state=EnrollmentState.PAUSED)
        a_run(conn, "f", campaign="held")
        assert sorted(names(conn, claim(conn))) == ["a", "e"]
        assert claim(conn, campaigns=[]) == []
        assert claim(conn, campaigns=["held"], limit=0) == []


def test_a_sender_is_given_no_more_than_its_room_the_most_urgent_first(database: Database) -> None:
    sends = {"will_send": True}
    with database.write() as conn:
        a_run(conn, "a", **sends, priority=0, has_sent=True, due_at=NOW - timedelta(days=9))
        a_run(conn, "b", **sends, priority=1, due_at=NOW - timedelta(days=1))
        a_run(conn, "c", **sends, priority=1, due_at=NOW - timedelta(days=2))
        a_run(conn, "d", **sends, priority=1, has_sent=True)
        a_run(conn, "e", **sends, priority=2)
        a_run(conn, "f", **sends, sender="anan")
        assert names(conn, claim(conn, rooms={"mali": 4, "anan": 0})) == ["e", "d", "c", "b"]
        assert names(conn, claim(conn, rooms={"mali": 4, "anan": 1})) == ["f", "a"]


def test_what_will_not_send_or_was_woken_needs_no_room(database: Database) -> None:
    with database.write() as conn:
        a_run(conn, "a")
        woken = a_run(conn, "b", will_send=True)
        enrollments.wake(conn, contact_id=woken.contact_id, now=NOW)
        a_run(conn, "c", will_send=True)
        a_run(conn, "d", will_send=True, sender="of no config")
        assert sorted(names(conn, claim(conn, rooms={"mali": 0}))) == ["a", "b", "d"]


def test_senders_share_the_places_and_what_one_leaves_the_others_take(database: Database) -> None:
    with database.write() as conn:
        for name in "abcd":
            a_run(conn, name, will_send=True)
        for name in "ef":
            a_run(conn, name, will_send=True, sender="anan")
        shared = claim(conn, limit=4)
        assert sorted(run.sender for run in shared) == ["anan", "anan", "mali", "mali"]
        assert [run.sender for run in claim(conn, limit=4)] == ["mali", "mali"]


def test_neither_mails_nor_looks_keep_the_others_waiting(database: Database) -> None:
    with database.write() as conn:
        for name in "abcd":
            a_run(conn, name, will_send=True, due_at=NOW - timedelta(hours=1))
        for name in "efgh":
            a_run(conn, name)
        assert sorted(names(conn, claim(conn, limit=4))) == ["a", "b", "e", "f"]
        assert sorted(names(conn, claim(conn, limit=100))) == ["c", "d", "g", "h"]


def test_a_limit_is_filled_by_one_kind_where_there_is_no_other(database: Database) -> None:
    with database.write() as conn:
        for name in "abcd":
            a_run(conn, name)
        for name in "efgh":
            a_run(conn, name, will_send=True)
        assert len(claim(conn, limit=4, rooms={"mali": 0})) == 4
        assert len(claim(conn, limit=4)) == 4


def test_of_one_contact_one_run_is_taken_at_a_time(database: Database) -> None:
    with database.write() as conn:
        a_run(conn, "a")
        a_run(conn, "a", campaign="other", will_send=True)
        a_run(conn, "b")
        assert sorted(names(conn, claim(conn))) == ["a", "b"]
        assert names(conn, claim(conn)) == ["a"]
        assert claim(conn) == []


def test_contacts_whom_another_worker_is_deciding_on_are_passed_over(postgres_url: str) -> None:
    one, other = Database(postgres_url), Database(postgres_url)
    with one.write() as conn:
        for name in "abc":
            a_run(conn, name)
        a_run(conn, "a", campaign="other")
    with one.write() as mine:
        assert names(mine, claim(mine, "t1", campaigns=["cycle"], limit=2)) == ["a", "b"]
        with other.write() as theirs:
            assert names(theirs, claim(theirs, "t2")) == ["c"]
    with other.write() as theirs:
        assert [run.campaign for run in claim(theirs, "t3")] == ["other"]
    one.close()
    other.close()


def test_looking_for_work_reads_the_indexes_of_due_and_leased_rows_alone(sqlite_database: Database) -> None:
    statements: list[str] = []
    with sqlite_database.write() as conn:
        a_run(conn, "a")
        driver: Any = conn.connection.driver_connection
        driver.set_trace_callback(statements.append)
        enrollments.next_due_at(conn)
        messages.next_due_at(conn)
        messages.expired(conn, NOW)
        messages.claim_due_notices(conn, now=NOW, limit=9, lease_token="t1", lease_until=LEASE_END)
        claim(conn)
        driver.set_trace_callback(None)
        searches = [each for each in statements if each.startswith("SELECT") and "contacts" not in each]
        plans = {" ".join(row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}")) for each in searches}
    used = {word for plan in plans for word in plan.split() if word.startswith("ix_")}
    assert len(searches) >= 8
    assert used == {"ix_enrollments_due", "ix_enrollments_leased", "ix_messages_due", "ix_messages_open"}
    assert not [plan for plan in plans if "ix_" not in plan]
