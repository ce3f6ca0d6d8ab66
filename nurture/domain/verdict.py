"""What an inbound mail is, as a value: the judgement, its reason, and what it says."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

VerdictKind = Literal["bounce", "delayed", "complaint", "unsubscribe", "auto_reply", "challenge", "reply", "unreadable"]
Intent = Literal["interested", "question", "not_now", "not_interested", "wrong_person", "other"]
INTENTS: tuple[Intent, ...] = (
    "interested",
    "question",
    "not_now",
    "not_interested",
    "wrong_person",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One recipient that a delivery report names; `status` is the RFC 3463 code or empty; `is_hard` is by reason."""

    recipient: str
    status: str = ""
    is_hard: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reason` says in words what led to it; further attributes are filled by kind.

    `return_on` is the day on which an automatic reply says its writer is back, `substitute` the address of who stands
    in, which is never mailed. Of a reply: `intent_words` led to the intent, `until` is the day before which the writer
    does not want to hear from us, `colleague` the address of who is said to be in charge. `language` is ISO 639-1.
    """

    kind: VerdictKind
    reason: str
    confidence: float = 1.0
    failures: tuple[Failure, ...] = ()
    feedback_type: str | None = None
    return_on: date | None = None
    text: str = ""
    intent: Intent | None = None
    intent_words: tuple[str, ...] = ()
    language: str | None = None
    until: date | None = None
    colleague: str | None = None
    substitute: str | None = None
