"""Rows with valid defaults, so that a test of what stands on the store names only what it is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from nurture.domain.contact import Contact, ContactDraft
from nurture.domain.enrollment import Enrollment
from nurture.domain.message import Message, MessageState
from nurture.store import contacts, enrollments, messages
from nurture.store.messages import MessageDraft
from tests.support.builders import MONDAY_NINE

LEASE_END = MONDAY_NINE + timedelta(minutes=2)


def a_person(conn: Connection, name: str = "somchai", **values: Any) -> Contact:
    """The contact NAME@example.com, made where there is none."""
    address = f"{name}@example.com"
    there = contacts.find(conn, address)
    return there or contacts.add(conn, ContactDraft(address=address, email=address, values=values), MONDAY_NINE)


def a_run(
    conn: Connection, name: str = "somchai", campaign: str = "cycle", *, now: datetime = MONDAY_NINE, **changes: Any
) -> Enrollment:
    """A new run of that person through the campaign, saved with `changes`."""
    run = enrollments.enroll(
        conn,
        contact_id=a_person(conn, name).id,
        campaign=campaign,
        digest="d0",
        stage="awareness",
        step="hello",
        sender="mali",
        now=now,
        trigger_event_id=changes.pop("trigger_event_id", None),
    )
    assert run is not None
    if changes:
        assert enrollments.save(conn, run, replace(run, **changes), now=now)
    return the_run(conn, run.id)


def the_run(conn: Connection, enrollment_id: int) -> Enrollment:
    found = enrollments.get(conn, enrollment_id)
    assert found is not None
    return found


def an_intent(conn: Connection, run: Enrollment | None = None, **changes: Any) -> Message:
    """A message of that run, being sent under the lease `t1`."""
    defaults: dict[str, Any] = {
        "key": f"{run.id if run else 'x'}/{changes.get('step', 'hello')}",
        "state": MessageState.SENDING,
        "purpose": "marketing",
        "contact_id": run.contact_id if run else None,
        "enrollment_id": run.id if run else None,
        "campaign": run.campaign if run else None,
        "stage": run.stage if run else None,
        "step": "hello",
        "sender": "mali",
        "recipient": "somchai@example.com",
        "created_at": MONDAY_NINE,
        "lease_token": "t1",
        "lease_until": LEASE_END,
    }
    fields = {**defaults, **changes}
    fields.setdefault("message_id", f"<{fields['key']}@example.net>")
    return messages.write_intent(conn, MessageDraft(**fields))


def the_message(conn: Connection, message_id: int) -> Message:
    found = messages.get(conn, message_id)
    assert found is not None
    return found
