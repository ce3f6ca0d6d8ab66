"""What a human answer means, judged as a careful person would: phrase by phrase, what is said outright first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from nurture.domain.verdict import INTENTS, Intent, Verdict
from nurture.inbox.language import language_of
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Found, Patterns
from nurture.inbox.said import Said, Span
from nurture.inbox.until import Later, later_days
from nurture.inbox.written import written

_LONGEST_WORDS = 120
_MOST_WORDS = 5
_NEGATED_WITHIN = 24
_NEGATED_WITHIN_TIGHT = 6
"""Letters between `not` and what it denies; fewer where words are not set apart."""

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", re.ASCII)
_ANSWERED = re.compile(
    r"\s{0,5}(?:re|aw|sv|antw|rif|ref|res|fwd?|wg|tr|ตอบกลับ|回复|答复|返信)\s{0,3}[:：]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A phrase and what it means; `is_strong` where it says so outright and of today."""

    intent: Intent
    is_strong: bool
    start: int
    end: int
    language: str


def human_reply(mail: ParsedMail, patterns: Patterns, *, now: datetime, country: str | None) -> Verdict:
    """The verdict `reply` with the words of its writer and the intent they show."""
    text = written(mail)
    is_in_subject = not text.strip() and not _ANSWERED.match(mail.subject)
    said = Said(mail.subject if is_in_subject else text)
    meant = meaning(said, patterns, today=mail.written_at(now).date(), country=country)
    return Verdict(
        kind="reply",
        reason=f"wrote: {meant.words[0]}" if meant.words else "nothing in it says what is meant",
        confidence=meant.confidence,
        text=text,
        intent=meant.intent,
        intent_words=meant.words,
        language=meant.language,
        until=meant.until,
        colleague=_colleague(mail, text, said, patterns, meant.intent),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The intent of a text and the words that led to it, as they were written, the weightiest first."""

    intent: Intent
    words: tuple[str, ...] = ()
    confidence: float
    until: date | None = None
    language: str | None = None


def meaning(said: Said, patterns: Patterns, *, today: date, country: str | None = None) -> Meaning:
    """What a text means. `today` is what `in three months` counts from, `country` whether months come first in it."""
    findings = findings_in(said, patterns)
    language = language_of(
        said.text,
        patterns.words("small_words"),
        phrases_in=[finding.language for finding in findings],
    )
    later = later_days(said, patterns, today=today, country=country, language=language)
    findings = [_put_off(finding, said, patterns, later) for finding in findings]
    intent, confidence = _decided(findings, has_day=bool(later))
    if intent == "other":
        return Meaning(intent="other", confidence=confidence, language=language)
    leading = sorted(
        (finding for finding in findings if finding.intent == intent),
        key=lambda finding: (not finding.is_strong, finding.start),
    )
    words = [said.as_written(finding.start, finding.end)[:_LONGEST_WORDS] for finding in leading]
    return Meaning(
        intent=intent,
        words=tuple(dict.fromkeys(word for word in words if word))[:_MOST_WORDS],
        confidence=confidence,
        until=_until(leading, said, later) if intent == "not_now" else None,
        language=language,
    )


def findings_in(said: Said, patterns: Patterns) -> list[Finding]:
    """Every phrase with a meaning, in the order of the text; what a longer phrase covers does not count."""
    phrases, covered = _phrases(said, patterns)
    negations = [
        (each.start, each.end)
        for each in patterns.find("negation", said.text)
        if not any(start <= each.start and each.end <= end for start, end in covered)
    ]
    turns = [each.start for each in patterns.find("but", said.text)]
    past = [each.start for each in patterns.find("past", said.text)]
    ifs = [each.start for each in patterns.find("if_so", said.text)]
    found: list[Finding] = []
    for phrase in phrases:
        clause = said.clause_at(phrase.start, turns)
        turned = _denied(phrase, said, negations)
        if turned is None:
            continue
        is_past = turned.intent in ("interested", "not_interested", "not_now") and _marked(past, clause, phrase)
        is_if = turned.intent in ("interested", "not_interested") and _marked(ifs, clause, phrase)
        if (is_past or is_if) and not turned.is_strong:
            continue
        found.append(replace(turned, is_strong=turned.is_strong and not is_past and not is_if))
    found += _asked(said, covered)
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def _phrases(said: Said, patterns: Patterns) -> tuple[list[Finding], list[tuple[int, int]]]:
    """The phrases that no longer one covers, and the spans of which something is known, small talk too."""
    every: list[tuple[int, Found, Intent, bool]] = [
        (0, each, "other", True) for each in patterns.find("other", said.text)
    ]
    for order, intent in enumerate(INTENTS, start=1):
        if intent != "other":
            every += [(order, each, intent, True) for each in patterns.find(intent, said.text)]
            every += [(order + 10, each, intent, False) for each in patterns.find(f"perhaps_{intent}", said.text)]
    every += [(7, each, "interested", True) for each in patterns.find("contact_me", said.text)]
    every += _alone(said, patterns)
    every.sort(key=lambda each: (each[1].start - each[1].end, each[0], each[1].start))
    kept: list[Finding] = []
    covered: list[tuple[int, int]] = []
    for _, found, intent, is_strong in every:
        if any(start < found.end and found.start < end for start, end in covered):
            continue
        if not is_strong and said.sentence_at(found.start).is_asked:
            continue
        covered.append((found.start, found.end))
        if intent != "other":
            kept.append(
                Finding(
                    intent=intent,
                    is_strong=is_strong,
                    start=found.start,
                    end=found.end,
                    language=found.language,
                )
            )
    return kept, covered


def _alone(said: Said, patterns: Patterns) -> Iterator[tuple[int, Found, Intent, bool]]:
    """Short words that mean something where they are a sentence of their own, and less where a comma follows."""
    for sentence in said.sentences:
        pieces = [(sentence.start, sentence.end, True)]
        comma = said.text.find(",", sentence.start, sentence.end)
        if comma > 0:
            pieces.append((sentence.start, comma, False))
        for start, end, is_strong in pieces:
            for order, intent in ((1, "interested"), (4, "not_interested")):
                found = patterns.whole(f"{intent}_alone", said.text[start:end])
                if found:
                    moved = replace(found, start=start + found.start, end=start + found.end)
                    yield order, moved, intent, is_strong  # type: ignore[misc]


def _denied(phrase: Finding, said: Said, negations: Sequence[tuple[int, int]]) -> Finding | None:
    """The phrase, or what it becomes behind a `not`: nothing, save that interest becomes its contrary."""
    if phrase.intent == "wrong_person":
        return phrase
    for start, end in negations:
        gap = said.text[end : phrase.start]
        most = _NEGATED_WITHIN_TIGHT if said.text[end - 1] > "\u0e00" else _NEGATED_WITHIN
        if end <= phrase.start and len(gap) <= most and not any(mark in gap for mark in ",.;:!?\n"):
            if phrase.intent != "interested":
                return None
            return replace(phrase, intent="not_interested", is_strong=phrase.is_strong and len(gap) <= 1, start=start)
    return phrase


def _marked(marks: Sequence[int], clause: Span, phrase: Finding) -> bool:
    return any(clause.holds(mark) and not phrase.start <= mark < phrase.end for mark in marks)


def _asked(said: Said, covered: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Sentences with a question mark in which nothing else is said outright, small talk neither."""
    for sentence in said.sentences:
        words = said.text[sentence.start : sentence.end]
        if not sentence.is_asked or not any(letter.isalpha() for letter in words):
            continue
        if any(sentence.holds(start) for start, _ in covered):
            continue
        start = sentence.start + len(words) - len(words.lstrip())
        yield Finding(intent="question", is_strong=False, start=start, end=sentence.end, language="")


def _put_off(finding: Finding, said: Said, patterns: Patterns, later: Sequence[Later]) -> Finding:
    """A wish to be contacted on a day that is far off is no interest of today."""
    if finding.intent != "interested":
        return finding
    text = said.text[finding.start : finding.end]
    sentence = said.sentence_at(finding.start)
    is_contact = patterns.whole("contact_me", text) is not None
    if is_contact and any(day.is_far and sentence.holds(day.start) for day in later):
        return replace(finding, intent="not_now")
    return finding


def _decided(findings: Sequence[Finding], *, has_day: bool) -> tuple[Intent, float]:
    """The intent, what is said outright before what is only likely, and how sure that is."""
    strong = {finding.intent for finding in findings if finding.is_strong}
    weak = {finding.intent for finding in findings if not finding.is_strong}
    sure = 0.9 if len(strong) < 2 else 0.75
    if "wrong_person" in strong:
        return "wrong_person", sure
    if "not_now" in strong and (has_day or "not_interested" not in strong):
        return "not_now", sure
    for intent in ("not_interested", "interested"):
        if intent in strong:
            return intent, sure
    if "not_now" in weak and has_day and "question" not in strong:
        return "not_now", 0.75
    if "question" in strong:
        return "question", 0.9 if not weak else 0.8
    for intent in ("question", "wrong_person", "not_interested", "not_now", "interested"):
        if intent in weak:
            return intent, 0.7 if len(weak) == 1 else 0.6
    return "other", 0.5


def _until(leading: Sequence[Finding], said: Said, later: Sequence[Later]) -> date | None:
    """The day that stands in the sentence of the refusal, else the first of the text."""
    sentences = [said.sentence_at(finding.start) for finding in leading]
    near = (day for day in later if any(each.holds(day.start) for each in sentences))
    chosen = next(near, None) or next(iter(later), None)
    return chosen.on if chosen else None


def _colleague(mail: ParsedMail, text: str, said: Said, patterns: Patterns, intent: Intent) -> str | None:
    """The address that the person names: not the writer's own and none that the mail went to on our side."""
    if intent != "wrong_person" and patterns.first("colleague", said.text) is None:
        return None
    own = mail.from_.email.lower()
    domain = own.rpartition("@")[2]
    ours = {each.lower() for each in mail.recipients if each.lower().rpartition("@")[2] != domain}
    named = [match[0].rstrip(".'-") for match in _ADDRESS.finditer(text)]
    if not named and patterns.first("in_copy", said.text):
        named = [each for each in mail.recipients if each.lower() not in ours]
    return next((each for each in named if each.lower() != own and each.lower() not in ours), None)
