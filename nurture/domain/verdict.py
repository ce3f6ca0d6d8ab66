"""What an inbound mail is, as a value: the judgement, its reason, and what it says."""

from collections.abc import Mapping
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


FAILURE_REASONS: Mapping[str, str] = {
    "user unknown": "Nobody has this address.",
    "domain unknown": "The part after the @ does not exist.",
    "moved away": "The person has left this address.",
    "domain takes no mail": "The domain says that it receives no mail.",
    "address disabled": "The account is suspended or locked for now.",
    "mailbox full": "There is no room in the mailbox.",
    "message too large": "The mail is larger than that mailbox or server allows.",
    "recipient refused": "The server refused this mail to that person: a filter, or perhaps nobody is there.",
    "refused by policy": "A rule of the receiving organisation forbids the mail.",
    "taken for spam": "The content was judged to be spam.",
    "virus found": "The content was judged to be dangerous.",
    "content refused": "The form of the content, or something attached, is not accepted there.",
    "sender refused": "The address in From or in the envelope is not accepted there.",
    "sender not authenticated": "SPF, DKIM or DMARC did not vouch for the sender.",
    "sending server blocked": "The address of the sending server is on a block list.",
    "bad reputation": "The sending server or domain has too bad a name.",
    "sending server unnamed": "The sending server's address has no name in the DNS, or another one than it says.",
    "access denied": "The sender is not authorised to write there, or the connection is not secure enough.",
    "relaying denied": "The server does not feel responsible for that domain.",
    "too much mail": "Too many messages, recipients or connections in too short a time.",
    "asked to come later": "The server wants to be tried again (greylisting).",
    "not accepted in time": "The mail could not be delivered for so long that the server gave up.",
    "server not reached": "The connection failed, or the mail went in circles.",
    "trouble at the receiving server": "Something is out of order there.",
    "delivery program failed": "The program that puts the mail into the mailbox failed.",
    "protocol broken": "The mail or the conversation breaks a standard.",
    "delayed": "Not delivered yet; the server goes on trying.",
    "delivered": "Delivered, as far as the report knows.",
    "complaint": "The recipient called the mail unwanted.",
    "no reason understood": "The report gives no reason that the program understands.",
}
"""Every `reason` of a failure, with what it means."""

HARD_REASONS = frozenset({"user unknown", "domain unknown", "moved away", "domain takes no mail", "complaint"})
"""What will be no other next time: only these may make a failure hard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One recipient that a report names.

    `recipient` is the address that was written to, as far as the report tells; `final_recipient` the one that it was
    forwarded or expanded to and that failed, empty where it is the same. `status` is the RFC 3463 code, empty where
    none is given. `reason` is one of FAILURE_REASONS; `is_hard` means that the address will not work again.
    """

    recipient: str
    final_recipient: str = ""
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
