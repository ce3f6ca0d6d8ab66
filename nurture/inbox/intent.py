"""What a human answer means."""

from datetime import datetime

from nurture.domain.verdict import Verdict
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Patterns
from nurture.inbox.written import written


def human_reply(mail: ParsedMail, patterns: Patterns, *, now: datetime, country: str | None) -> Verdict:  # noqa: ARG001
    """The verdict `reply` with the words of its writer and the intent they show."""
    return Verdict(
        kind="reply", reason="no sign of an automatic mail", confidence=0.9, text=written(mail), intent="other"
    )
