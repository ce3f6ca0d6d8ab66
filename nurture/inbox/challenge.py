"""Challenges: somebody's filter holds our mail until the sender has shown that he is no machine."""

import re

from nurture.domain.verdict import Verdict
from nurture.inbox.automatic_language import language_of
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Patterns, normalised
from nurture.inbox.written import written

_LOOKED_AT = 2_500
_GUARDS = re.compile(
    r"spam-?arrest|boxtrapper|\btmda|qurb|spamhero|choicemail|mailblocks|bluebottle|0spam|earthlink.{0,20}spamblocker|"
    r"spam-?blocker|challenge-?response|active spam killer|sendio|spamcease|mailfrontier|vanquish|"
    r"hashcash|uol antispam|anti-?spam.{0,6}uol|knowspam|spamlion|digiportal|cleanmail",
    re.IGNORECASE,
)
_GUARD_FIELDS = (
    "x-mailer",
    "user-agent",
    "x-delivery-agent",
    "x-generated-by",
    "from",
    "sender",
    "reply-to",
    "message-id",
)


def challenge(mail: ParsedMail, patterns: Patterns) -> Verdict | None:
    """A verdict `challenge` where a filter asks the sender to prove who he is.

    Two of three must agree: that our mail is held, what we are to do, and a subject or program of such filters. One
    alone is also what account confirmations and moderators of lists write.
    """
    text = written(mail)[:_LOOKED_AT]
    said = normalised(text)
    asked = patterns.first("challenge_ask", said)
    held = patterns.first("challenge_held", said)
    is_guard = _guards(mail) or patterns.first("challenge_subject", normalised(mail.subject[:200])) is not None
    words = asked or held
    if words is None or not ((asked and (held or is_guard)) or (held and _guards(mail))):
        return None
    return Verdict(
        kind="challenge",
        reason=f"asks to confirm: {words.words[:80]}",
        confidence=0.9 if asked and held and is_guard else 0.8,
        text=text,
        language=language_of(mail, said, patterns),
    )


def _guards(mail: ParsedMail) -> bool:
    named = " ".join(mail.fields.get(name)[:200] for name in _GUARD_FIELDS)
    return _GUARDS.search(named) is not None or any(_GUARDS.search(name) for name, _ in mail.fields.pairs[:200])
