"""The shipped phrase books as a judge, made once for all tests."""

from datetime import datetime
from functools import cache

from nurture.domain.verdict import Verdict
from nurture.inbox.classify import Judge
from nurture.inbox.parse import ParsedMail
from nurture.loader.phrase_books import shipped_phrases


@cache
def shipped_judge() -> Judge:
    return Judge(shipped_phrases())


def classify(mail: ParsedMail, *, now: datetime, country: str | None = None) -> Verdict:
    return shipped_judge().classify(mail, now=now, country=country)
