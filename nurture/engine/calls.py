"""Webhook steps: called while their enrollment is leased, retried with growing waits, given up with a reason."""

from dataclasses import replace
from datetime import date, datetime

from nurture.clock import Clock
from nurture.domain import transition
from nurture.domain.campaign import WebhookAction
from nurture.domain.facts import Facts
from nurture.engine.claim import Call
from nurture.engine.log import happened
from nurture.engine.rules import Rules
from nurture.engine.store_thread import StoreThread
from nurture.store import enrollments, events
from nurture.store.connection import Connection
from nurture.webhooks.call import Delivered, Json, Refused, Retry, WebhookResult, call, open_client
from nurture.webhooks.retry import next_try


class Caller:
    """Calls webhooks and moves the person on once the other side has answered, or will not."""

    def __init__(self, *, rules: Rules, store: StoreThread, clock: Clock) -> None:
        self._rules = rules
        self._store = store
        self._clock = clock
        self._client = open_client()

    async def make(self, wanted: Call) -> None:
        """One try; its answer is recorded, never raised."""
        action = wanted.step.action
        assert isinstance(action, WebhookAction)  # noqa: S101  only webhooks are called
        now = self._clock.now()
        result = await call(
            self._client,
            action.url,
            payload_of(wanted, now),
            secret=self._rules.webhook_secret,
            event_id=f"{self._rules.project}/{wanted.enrollment.id}/{wanted.step.id}",
            now=now,
            allow_loopback=self._rules.is_local,
        )
        await self._store.write(lambda conn: self._record(conn, wanted, result))

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    def _record(self, conn: Connection, wanted: Call, result: WebhookResult) -> None:
        now = self._clock.now()
        enrollment, step = wanted.enrollment, wanted.step
        match result:
            case Delivered(status=status):
                name, because = "step_done", f"answered {status}"
            case Retry(reason=reason, after=after):
                wait = next_try(enrollment.attempts + 1)
                if wait is not None:
                    again_at = now + max(wait, after) if after else now + wait
                    moved = transition.retry(enrollment, at=again_at, because=reason, will_send=False)
                    enrollments.save(conn, enrollment, replace(moved, lease_token=None, lease_until=None), now=now)
                    return
                name, because = "step_failed", f"given up: {reason}"
            case Refused(reason=reason):
                name, because = "step_failed", reason
        moved = replace(transition.complete(enrollment, wanted.campaign, now), lease_token=None, lease_until=None)
        if enrollments.save(conn, enrollment, moved, now=now):
            events.append(conn, [happened(enrollment, name, now, step=step.id, because=because)])


def payload_of(wanted: Call, now: datetime) -> dict[str, Json]:
    """What a webhook is told: who stands where, and the contact's fields."""
    enrollment = wanted.enrollment
    return {
        "at": now.isoformat(),
        "campaign": enrollment.campaign,
        "run": enrollment.id,
        "stage": enrollment.stage,
        "step": wanted.step.id,
        "contact": _contact_of(wanted.facts),
    }


def _contact_of(facts: Facts) -> dict[str, Json]:
    contact = facts.contact
    known: dict[str, Json] = {
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "phone": contact.phone,
        "country": contact.country,
        "language": contact.language,
        "owner": contact.owner,
        "tags": list(contact.tags),
    }
    known["fields"] = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in contact.fields.items()
    }
    return known
