"""Facts that happened, in the past tense; every number in every report is a count of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from nurture.domain.value import Value

BUILT_IN_EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "contact_created": (),
        "contact_changed": (),
        "form_submitted": (),
        "message_sent": ("step",),
        "message_opened": ("step",),
        "link_clicked": ("step", "link"),
        "reply_received": ("intent", "text"),
        "order_placed": ("total", "currency"),
        "order_paid": ("total", "currency"),
        "order_shipped": (),
        "offer_redeemed": (),
        "task_done": ("title",),
        "stage_entered": ("stage",),
        "unsubscribed": ("scope",),
        "bounced": ("reason",),
    }
)
"""Events that conditions and `enroll.when` may name undeclared, with the fields that `last(…)` may ask for."""

INTERNAL_EVENTS = frozenset(
    {
        "enrolled",
        "finished",
        "step_skipped",
        "step_done",
        "step_failed",
        "message_deferred",
        "message_failed",
        "message_unknown",
        "message_cancelled",
        "paused",
        "resumed",
        "task_created",
        "auto_reply_received",
        "complained",
        "delivery_delayed",
        "challenge_received",
        "mail_unmatched",
        "mail_corrected",
        "reopened",
        "owner_wrote",
        "suppressed",
        "unsuppressed",
        "sender_held",
        "sender_released",
        "version_taken",
    }
)
"""Events of the engine's own log, which only `why` and reports read."""

_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`id` is 0 until the store gives one. `because` is the reason of the decision that it records.

    `is_human` is False for an open or click that was judged to be a machine's, and for everything else True.
    """

    name: str
    at: datetime
    id: int = 0
    contact_id: int | None = None
    enrollment_id: int | None = None
    message_id: int | None = None
    campaign: str | None = None
    stage: str | None = None
    step: str | None = None
    link: str | None = None
    is_human: bool = True
    because: str = ""
    fields: Mapping[str, Value] = field(default_factory=lambda: _NO_FIELDS)
