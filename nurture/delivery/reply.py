"""What a relay's reply means for a message, as a pure rule: who is refused, and whether trying again may help.

A wrong guess costs: `address` suppresses a person for ever, `policy` stops the whole sender. So words and the enhanced
status (RFC 3463) are asked before the bare code.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from nurture.domain.message import Accepted, Deferred, Outcome, Rejected, Unknown

Kind = Literal["address", "policy", "content"]


class Stage(StrEnum):
    """Where in the conversation a message is (RFC 5321 3.3)."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "the message"  # the content and its final dot are written


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as one printable line; `status` is the enhanced code such as (5, 1, 1), where it has one."""

    code: int
    text: str

    @property
    def status(self) -> tuple[int, int, int] | None:
        found = _STATUS.match(self.text)
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


def read_reply(code: int, text: str) -> Reply:
    """The reply as it came off the wire, made fit to store and show: one line, at most 500 characters.

    >>> str(read_reply(250, "2.0.0 Ok:\\nqueued"))
    '250 2.0.0 Ok: queued'
    """
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Reply(code, _CONTROL.sub(" ", shown).strip()[:500])


def outcome_of(reply: Reply, stage: Stage) -> Outcome:
    """What a reply that ends the conversation means; before the dot never Accepted and never Unknown.

    >>> outcome_of(Reply(550, "5.1.1 User unknown"), Stage.RCPT).kind
    'address'
    """
    reason = f"{reply} (answer to {stage})"
    if reply.code == 421:
        # After the dot the relay may have queued it before it went away (RFC 5321 3.8).
        return Unknown(reason=reason) if stage is Stage.DOT else Deferred(reason=reason, is_relay_wide=True)
    if 200 <= reply.code <= 299 and stage is Stage.DOT:
        return Accepted(reply=str(reply))
    if 400 <= reply.code <= 499:
        is_relay_wide = stage is Stage.MAIL or (reply.status is not None and reply.status[1] == 3)
        return Deferred(reason=reason, is_relay_wide=is_relay_wide)
    if 500 <= reply.code <= 599:
        return Rejected(reason=reason, kind=_kind(reply, stage))
    return Unknown(reason=reason) if stage is Stage.DOT else Deferred(reason=reason, is_relay_wide=True)


def _kind(reply: Reply, stage: Stage) -> Kind:
    if stage is Stage.MAIL:
        return "content" if _is_about_size(reply) else "policy"
    words = reply.text.casefold()
    by_status = _kind_by_status(reply.status) if reply.status else None
    if _POLICY_WORDS.search(words):
        # Some answer 5.1.1 to a blocked relay; Exchange Online says 5.4.1 "Access denied" of an unknown user.
        return "address" if by_status == "address" and not _BLOCK_WORDS.search(words) else "policy"
    if _ADDRESS_WORDS.search(words) and by_status != "content":
        return "address"
    return by_status or _kind_by_code(reply.code, stage)


def _is_about_size(reply: Reply) -> bool:
    return reply.code == 552 or reply.status in {(5, 3, 4), (5, 2, 3)}


def _kind_by_status(status: tuple[int, int, int]) -> Kind | None:
    match status:
        case (5, 1, 7 | 8):
            return "policy"  # about our address, not theirs
        case (5, 1, _) | (5, 2, 0 | 1) | (5, 4, 1 | 4 | 310):
            return "address"
        case (5, 2, _) | (5, 3, 4) | (5, 6, _):
            return "content"  # a full mailbox too: this message is refused, the person is there
        case (5, 7, _) | (5, 3, _) | (5, 4, _):
            return "policy"
        case _:
            return None


def _kind_by_code(code: int, stage: Stage) -> Kind:
    if code == 552:
        return "content"
    if stage is Stage.RCPT:
        return "address" if code in {501, 550, 551, 553, 556} else "policy"
    return "content" if stage is Stage.DOT else "policy"


_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BLOCK_WORDS = re.compile(r"\bspam|\bblock(ed|list|ing)|\bblack(list|hole)|\bdenylist|\b(rbl|dnsbl)\b|reputation")
_POLICY_WORDS = re.compile(
    _BLOCK_WORDS.pattern + r"|\bpolicy\b|\brelay(ing)?\b.*\b(denied|prohibited|not permitted|not allowed)"
    r"|(access|permission) denied|\b(dmarc|dkim|spf|ptr)\b|reverse dns|authenticat|too many|rate limit"
    r"|\bsender\b|\bfrom (header|address)|\b(helo|ehlo)\b"
)
_ADDRESS_WORDS = re.compile(
    r"(user|recipient|mailbox|address|account)\b.{0,40}"
    r"\b(unknown|not found|not exist|doesn't exist|disabled|inactive|invalid)"
    r"|(unknown|invalid|no such|nonexistent|unrouteable) (user|recipient|mailbox|address|account)"
    r"|mailbox unavailable|no mailbox|not a valid (mailbox|recipient|user)"
)
