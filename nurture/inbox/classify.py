"""What an inbound mail is. The order matters: half of all delivery reports carry the marks of automatic replies too."""

from collections.abc import Sequence
from datetime import datetime

from nurture.domain.phrases import PhraseBook
from nurture.domain.verdict import Verdict
from nurture.inbox.auto_reply import auto_reply
from nurture.inbox.challenge import challenge
from nurture.inbox.complaint import complaint
from nurture.inbox.intent import human_reply
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Patterns
from nurture.inbox.report import delivery_report
from nurture.inbox.unsubscribe import unsubscribe_request


class Judge:
    """Judges mails by the phrase books it is given. Raises InvalidInput for a pattern that cannot be used."""

    def __init__(self, books: Sequence[PhraseBook]) -> None:
        self._patterns = Patterns(books)

    def classify(self, mail: ParsedMail, *, now: datetime, country: str | None = None) -> Verdict:
        """The verdict on a mail; never raises.

        `now` (aware) is what `back on Monday` in a mail without a Date counts from. `country` (ISO 3166) of the person
        it is from, where known, tells whether 3/4 is in March or in April.
        """
        if not mail.fields.pairs and not mail.body.strip():
            return Verdict(kind="unreadable", reason="neither header nor text")
        return (
            delivery_report(mail)
            or complaint(mail)
            or unsubscribe_request(mail, self._patterns)
            or challenge(mail, self._patterns)
            or auto_reply(mail, self._patterns, now=now, country=country)
            or human_reply(mail, self._patterns, now=now, country=country)
        )
