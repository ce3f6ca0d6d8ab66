"""The queue on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from nurture.domain.contact import ContactDraft
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.store import contacts, enrollments
from nurture.store.database import Database
from tests.support.builders import MONDAY_NINE

NOW = MONDAY_NINE
SOON = NOW + timedelta(minutes=2)


def a_run(conn: Connection, name: str = "a", campaign: str = "cycle", **changes: object) -> Enrollment:
    """A run of the person `name`, saved with `changes`."""
    address = f"{name}@example.com"
    found = contacts.find(conn, address) or contacts.add(conn, ContactDraft(address=address, email=address), NOW)
    run = enrollments.enroll(
        conn,
        contact_id=found.id,
        campaign=campaign,
        digest="d0",
        stage="awareness",
        step="hello",
        sender="mali",
        now=NOW,
    )
    assert run is not None
    if changes:
        assert enrollments.save(conn, run, replace(run, **changes), now=NOW)  # type: ignore[arg-type]
    found_run = enrollments.get(conn, run.id)
    assert found_run is not None
    return found_run


def claim(conn: Connection, token: str = "t1", **changes: object) -> list[Enrollment]:
    defaults = {
        "now": NOW,
        "limit": 100,
        "lease_token": token,
        "lease_until": SOON,
        "campaigns": ["cycle", "other"],
        "rooms": {"mali": 100, "anan": 100},
    }
    return enrollments.claim_due(conn, **{**defaults, **changes})  # type: ignore[arg-type]


def test_a_contact_has_one_unfinished_run_in_a_campaign(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)
        asked_again = {
            "contact_id": run.contact_id, "campaign": "cycle", "digest": "d0", "stage": "awareness",
            "step": None, "sender": "mali", "now": NOW,
        }  # fmt: skip
        assert enrollments.enroll(conn, **asked_again) is None
        finished = replace(run, state=EnrollmentState.FINISHED, due_at=None)
        assert enrollments.save(conn, run, finished, now=NOW)
        again = enrollments.enroll(conn, **asked_again)
        assert again is not None
        assert enrollments.latest_run(conn, run.contact_id, "cycle") == again
        assert [each.id for each in enrollments.of_contact(conn, run.contact_id)] == [run.id, again.id]
        assert enrollments.unfinished_of(conn, run.contact_id) == [again]


def test_what_is_claimed_is_leased_and_not_claimed_again_before_the_lease_is_over(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)
        assert claim(conn) == [replace(run, lease_token="t1", lease_until=SOON)]
        assert claim(conn, "t2") == []
        assert [each.id for each in claim(conn, "t3", now=SOON)] == [run.id]
