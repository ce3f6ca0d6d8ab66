"""When so much comes back to a sender's mails that it must stop: more of it would ruin the name of its domain."""

from dataclasses import dataclass
from datetime import timedelta

WINDOWS = (timedelta(days=1), timedelta(days=7))
"""A day shows a storm at once; small senders have enough mails to judge by only in a week."""

FEWEST_MAILS = 50
MAILS_PER_BOUNCE = 20
FEWEST_COMPLAINTS = 2
MAILS_PER_COMPLAINT = 1000
FEWEST_ANSWERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Of the mails that a sender sent in a window: how many bounced, were complained of, were answered by machines."""

    bounced: int = 0
    complained: int = 0
    answered: int = 0

    @property
    def enough(self) -> int:
        """From how many mails on none of these is a storm."""
        return max(
            FEWEST_MAILS, self.bounced * MAILS_PER_BOUNCE, self.complained * MAILS_PER_COMPLAINT, self.answered * 2
        )

    @property
    def may_be_a_storm(self) -> bool:
        """Whether it is worth counting the mails at all."""
        return (
            self.bounced * MAILS_PER_BOUNCE > FEWEST_MAILS
            or self.complained >= FEWEST_COMPLAINTS
            or self.answered >= FEWEST_ANSWERS
        )


def storm(returned: Returned, sent: int) -> str | None:
    """Why a sender must stop, in words; None where it need not.

    Bounces above 5 % of at least 50 mails, complaints above 0.1 % and at least 2 of them, or automatic answers, at
    least 50, to more than half of the mails: people are never all away at once.

    >>> storm(Returned(bounced=3), 50), storm(Returned(bounced=3), 60), storm(Returned(bounced=9), 49)
    ('3 of 50 mails bounced: more than 5 %', None, None)
    >>> storm(Returned(complained=2), 1999), storm(Returned(complained=2), 2000), storm(Returned(complained=1), 10)
    ('2 complaints about 1999 mails: more than 0.1 %', None, None)
    """
    if sent >= FEWEST_MAILS and returned.bounced * MAILS_PER_BOUNCE > sent:
        return f"{returned.bounced} of {sent} mails bounced: more than 5 %"
    if returned.complained >= FEWEST_COMPLAINTS and returned.complained * MAILS_PER_COMPLAINT > sent:
        return f"{returned.complained} complaints about {sent} mails: more than 0.1 %"
    if returned.answered >= FEWEST_ANSWERS and returned.answered * 2 > sent:
        return f"machines answered {returned.answered} of {sent} mails: more than half"
    return None
