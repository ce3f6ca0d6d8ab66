"""Values with valid defaults, so that a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.campaign import Action, Campaign, EmailAction, Stage, Step
from nurture.domain.contact import Contact
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Facts

MONDAY_NINE = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in Bangkok."""


def a_contact(**changes: Any) -> Contact:
    defaults: dict[str, Any] = {
        "id": 1,
        "address": "somchai@example.com",
        "email": "somchai@example.com",
        "created_at": MONDAY_NINE,
        "first_name": "Somchai",
        "country": "TH",
        "language": "th",
        "timezone": "Asia/Bangkok",
    }
    return Contact(**{**defaults, **changes})


def an_enrollment(**changes: Any) -> Enrollment:
    defaults: dict[str, Any] = {
        "id": 1,
        "contact_id": 1,
        "campaign": "cycle",
        "digest": "d0",
        "stage": "awareness",
        "step": "hello",
        "state": EnrollmentState.ACTIVE,
        "entered_at": MONDAY_NINE,
        "stage_entered_at": MONDAY_NINE,
        "anchor_at": MONDAY_NINE,
        "due_at": MONDAY_NINE,
        "sender": "mali",
    }
    return Enrollment(**{**defaults, **changes})


def facts_of(contact: Contact | None = None, *, now: datetime = MONDAY_NINE, **changes: Any) -> Facts:
    contact = contact or a_contact()
    defaults: dict[str, Any] = {
        "contact": contact,
        "now": now,
        "zone": ZoneInfo(contact.timezone or "UTC"),
        "stage": "awareness",
        "entered_at": MONDAY_NINE,
        "stage_entered_at": MONDAY_NINE,
    }
    return Facts(**{**defaults, **changes})


def a_step(step_id: str = "hello", action: Action | None = None, **changes: Any) -> Step:
    return Step(id=step_id, action=action or EmailAction(template=f"cycle/{step_id}"), **changes)


def a_stage(name: str = "awareness", *steps: Step, **changes: Any) -> Stage:
    return Stage(name=name, steps=steps, **changes)


def a_campaign(*stages: Stage, **changes: Any) -> Campaign:
    defaults: dict[str, Any] = {"name": "cycle", "digest": "d0", "senders": ("mali",)}
    return Campaign(stages=stages or (a_stage("awareness", a_step()),), **{**defaults, **changes})
