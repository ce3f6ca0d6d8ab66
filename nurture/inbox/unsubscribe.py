"""A wish to get nothing more, written by hand or by the button of a mail program."""

import re

from nurture.domain.verdict import Verdict
from nurture.inbox.intent import findings_in
from nurture.inbox.language import language_of
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Found, Patterns, normalised
from nurture.inbox.said import Said
from nurture.inbox.written import written

_LONGEST = 500
_LONGEST_UNDER_SUBJECT = 200
_WITH_TOKEN = re.compile(r"\s{0,5}(?:unsubscribe|unsub|opt-?out)[ :+=/-]{1,3}[\w.~-]{4,100}\s{0,5}", re.IGNORECASE)
_MAILBOX = re.compile(r"(?:unsubscribe|unsub|optout|opt-out)\b", re.IGNORECASE)


def unsubscribe_request(mail: ParsedMail, patterns: Patterns) -> Verdict | None:
    """A verdict `unsubscribe` where that is what the person wants; quoted footers and letters only mention it."""
    text = written(mail)
    said = Said(text)
    found = _in_text(said, patterns)
    if found is not None:
        words = said.as_written(found.start, found.end)
        language = language_of(said.text, patterns.words("small_words"), phrases_in=[found.language])
        return Verdict(
            kind="unsubscribe", reason=f"wrote: {words[:100]}", confidence=0.95, text=text, language=language
        )
    if len(text.strip()) <= _LONGEST_UNDER_SUBJECT and (subject := _in_subject(mail, text, patterns)):
        return Verdict(kind="unsubscribe", reason=f"subject: {subject[:100]}", confidence=0.95, text=text)
    return None


def _in_text(said: Said, patterns: Patterns) -> Found | None:
    """The wish in a short answer; one that comes with business of its own is for a person to read."""
    if not said.text or len(said.text) > _LONGEST:
        return None
    whole = patterns.whole("unsubscribe_alone", said.text)
    if whole:
        return whole
    harmless = [(each.start, each.end) for each in patterns.find("no_unsubscribe", said.text)]
    wishes = [
        each
        for each in patterns.find("unsubscribe", said.text)
        if not any(
            start < each.end and each.start < end and end - start >= each.end - each.start for start, end in harmless
        )
    ]
    if not wishes:
        wishes = [
            replaced
            for sentence in said.sentences[:1]
            if len(said.text) <= _LONGEST_UNDER_SUBJECT
            and (replaced := patterns.whole("unsubscribe_alone", said.text[sentence.start : sentence.end]))
        ]
    if not wishes:
        return None
    others = [
        finding
        for finding in findings_in(said, patterns)
        if finding.is_strong
        and finding.intent == "interested"
        and not any(wish.start < finding.end and finding.start < wish.end for wish in wishes)
    ]
    return None if others else wishes[0]


def _in_subject(mail: ParsedMail, text: str, patterns: Patterns) -> str:
    """The subject as mail programs make it from List-Unsubscribe, or as a person writes it; an answer has `Re:`."""
    subject = mail.subject[:_LONGEST_UNDER_SUBJECT]
    plain = normalised(subject)
    if (
        patterns.whole("unsubscribe_alone", plain)
        or patterns.whole("unsubscribe", plain)
        or _WITH_TOKEN.fullmatch(subject)
    ):
        return subject.strip()
    if not text.strip() and not plain and any(_MAILBOX.match(each) for each in mail.recipients):
        return "none, sent to the address for unsubscribing"
    return ""
