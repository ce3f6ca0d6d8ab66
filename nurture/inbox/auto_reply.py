"""Answers that no person wrote: out of office, acknowledgements, mailboxes that nobody reads or that are given up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from nurture.domain.verdict import Verdict
from nurture.inbox.automatic_language import language_of
from nurture.inbox.automatic_marks import Marks, marks
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Found, Patterns, normalised
from nurture.inbox.return_date import return_date
from nurture.inbox.substitute import substitute
from nurture.inbox.written import written

_LOOKED_AT = 1_500
_NEAR_BEGINNING = 250
_LONGEST_NOTICE = 900
_SHORT = 8
"""Letters of a phrase such as `auto`, which opens a subject of automatic mail only where a mark follows it."""

_OPENS = frozenset("([【-/|")
_ANSWERS = re.compile(
    r"^\W{0,3}(?:re|aw|antw|antwort|sv|vs|odp|res|ref|rif|ynt|yn|答复|回复|回覆|返信|fw|fwd|wg|tr|rv|i|doorst|vb|απ|отв|ответ|"
    r"ตอบ|ตอบกลับ)(?:\[\d{1,2}\])?\s?:",
)
_OURS_FOLLOWS = re.compile(r"(?:^|\s)(?:re|aw|sv|antw|fw|fwd|wg|tr|回复|ตอบ)\s?:")
_AMERICAN_ZONE = re.compile(r"-0[4-8]00\b|\b[ECMP][SD]T\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What subject and text say in the words of automatic mail; `subject` is normalised, `text` its beginning."""

    subject: str
    text: str
    automatic_subject: Found | None
    absent_subject: Found | None
    weak_subject: Found | None
    statement: Found | None
    absent: Found | None
    notice: Found | None
    ticket: Found | None
    unmonitored: Found | None
    left: Found | None
    conversation: Found | None
    unanswerable: Found | None


def auto_reply(mail: ParsedMail, patterns: Patterns, *, now: datetime, country: str | None) -> Verdict | None:
    """A verdict `auto_reply`, with the day of return where one is named; None where a person seems to have written."""
    text = written(mail)
    said = _said(mail, text, patterns)
    found = marks(mail)
    reason, confidence = _sign(found, said, mail)
    if not reason:
        return None
    what = _what(said)
    language = language_of(mail, f"{normalised(text[:_LOOKED_AT])} {said.subject}", patterns)
    back = return_date(
        f"{_own_subject(said, patterns)}\n\n{text}",
        patterns,
        today=mail.written_at(now).date(),
        country=country,
        language=_language_tag(mail, language),
        is_absence=not what,
    )
    return Verdict(
        kind="auto_reply",
        reason=f"{reason}; {what}" if what else reason,
        confidence=confidence,
        return_on=back,
        text=text,
        language=language,
        substitute=substitute(mail, text, patterns),
    )


def _said(mail: ParsedMail, text: str, patterns: Patterns) -> _Said:
    subject, begins = normalised(mail.subject[:300]), normalised(text[: 2 * _LOOKED_AT])[:_LOOKED_AT]
    own = not _ANSWERS.match(subject)
    return _Said(
        subject=subject,
        text=begins,
        automatic_subject=_heads("automatic", subject, patterns) if own else None,
        absent_subject=_heads("absent_subject", subject, patterns) if own else None,
        weak_subject=_heads("absent_subject_weak" if own else "absent_subject", subject, patterns),
        statement=patterns.first("automatic_statement", begins) or _alone("automatic", begins, patterns),
        absent=patterns.first("absent", begins[: 2 * _NEAR_BEGINNING]),
        notice=patterns.first("notice", begins),
        ticket=patterns.first("ticket", begins) or patterns.first("ticket", subject),
        unmonitored=patterns.first("unmonitored", begins) or patterns.first("unmonitored", subject),
        left=patterns.first("left", begins[: 2 * _NEAR_BEGINNING]),
        conversation=patterns.first("conversation", begins),
        unanswerable=patterns.first("unanswerable", begins),
    )


def _sign(found: Marks, said: _Said, mail: ParsedMail) -> tuple[str, float]:
    """What shows that no person wrote it, and how sure that is; empty where nothing does."""
    if found.sure:
        return found.sure, found.confidence
    if found.is_list:
        return "", 0.0
    if said.automatic_subject:
        return f"subject: {said.automatic_subject.words[:60]}", 0.9
    if said.statement:
        return f"text: {said.statement.words[:60]}", 0.85
    if said.unmonitored and (said.unmonitored.start < _NEAR_BEGINNING):
        return f"text: {said.unmonitored.words[:60]}", 0.85
    return next(_signs_together(found, said, mail), ("", 0.0))


def _signs_together(found: Marks, said: _Said, mail: ParsedMail) -> Iterator[tuple[str, float]]:
    """Signs that need company: a header's and the words', or words that make a notice of absence and nothing else."""
    mark = next(iter(found.likely or found.weak), None) or (said.unanswerable and said.unanswerable.words[:60])
    notice = said.absent or said.left or said.ticket
    phrase = said.absent_subject or said.weak_subject or notice
    if mark and phrase and (found.likely or not said.conversation):
        yield f"{mark}; says: {phrase.words[:60]}", 0.9
    if len(found.likely) >= 2:
        yield " and ".join(found.likely[:2]), 0.8
    if found.likely and "Precedence" in found.likely[0] and mail.in_reply_to:
        yield "answered in bulk", 0.8
    if said.conversation or len(said.text) > _LONGEST_NOTICE:
        return
    if said.absent_subject:
        yield f"subject: {said.absent_subject.words[:60]}", 0.85
    if said.weak_subject and (said.absent or said.notice):
        yield f"subject: {said.weak_subject.words[:60]}", 0.75
    if said.ticket and said.notice:
        yield f"text: {said.ticket.words[:60]}", 0.7
    if said.absent and said.absent.start < _NEAR_BEGINNING and said.notice:
        yield f"text: {said.absent.words[:60]}", 0.7


def _what(said: _Said) -> str:
    """What it is where it is no absence."""
    if said.unmonitored:
        return "nobody reads this mailbox"
    if said.left and not said.absent:
        return "no longer works there"
    if said.ticket and not said.absent and not said.absent_subject:
        return "acknowledges receipt"
    return ""


def _heads(group: str, subject: str, patterns: Patterns) -> Found | None:
    """A phrase that opens a subject or stands in brackets at its end: what follows a colon is a subject of ours."""
    for found in patterns.find(group, subject):
        before, following = subject[: found.start], subject[found.end :].lstrip()
        is_first = not any(letter.isalnum() for letter in before)
        goes_on = following[:1].isalnum() and not _OURS_FOLLOWS.match(following)
        if is_first and (not goes_on or group != "automatic" or len(found.words) > _SHORT):
            return found
        if (before.rstrip() or " ")[-1] in _OPENS and not any(letter.isalnum() for letter in following):
            return found
    return None


def _alone(group: str, text: str, patterns: Patterns) -> Found | None:
    """A phrase that is a sentence of its own, in brackets or at the beginning."""
    for found in patterns.find(group, text):
        before, after = text[: found.start].rstrip()[-1:], text[found.end :].lstrip()[:1]
        if (
            (not before or before in ".!?([*-=|#。【>")
            and (not after or after in ".!?)]*-=|#:。】<")
            and len(found.words) > 4
        ):
            return found
    return None


def _own_subject(said: _Said, patterns: Patterns) -> str:
    """The part of the subject that is the writer's own: `Out until Thursday: <our subject>`."""
    if _ANSWERS.match(said.subject):
        return ""
    ours = _OURS_FOLLOWS.search(said.subject)
    own = said.subject[: ours.start()] if ours else said.subject
    head, colon, tail = own.partition(":")
    if colon and not patterns.first("absent", tail) and not patterns.first("back_before", tail):
        own = head
    return own


def _language_tag(mail: ParsedMail, language: str | None) -> str | None:
    """A tag with a region where the header tells one: by its own field, or by an American zone of an English mail."""
    for name in ("content-language", "accept-language"):
        tag = mail.fields.get(name).split(",")[0].split(";")[0].strip()
        if 5 <= len(tag) <= 12 and "-" in tag and (not language or tag.lower().startswith(language)):
            return tag
    if language == "en" and _AMERICAN_ZONE.search(mail.fields.get("date")[:60]):
        return "en-US"
    return language
