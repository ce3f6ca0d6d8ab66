"""The day on which somebody who is away says to be back, told from the other days that such a text names."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from nurture.inbox.dates import TEXT_LOOKED_AT, StatedDay, dates_in
from nurture.inbox.patterns import Patterns, normalised

Role = Literal["back", "until", "away", "other"]
_BEFORE = 110
_AFTER = 70
_BESIDE = 14
_PARAGRAPHS = re.compile(r"\n[ \t]{0,20}\n")
_SENTENCE_END = re.compile(r"[!?;。¶•|]|(?<=[^\W\d]{3})\.(?=\s|$)|(?<=\d{4})\.(?=\s|$)|(?<=[)\"'])\.(?=\s|$)")
_CLAUSE_END = re.compile(r"[,、;،]")


def return_date(
    text: str,
    patterns: Patterns,
    *,
    today: date,
    country: str | None = None,
    language: str | None = None,
    is_absence: bool = True,
) -> date | None:
    """The day of return that `text` names: the day of `back on`, else of `until`, else the last day of an absence.

    It may lie in the past, as forgotten automatic replies have it; None where none is named. Without `is_absence`
    (an acknowledgement) a day counts only where a word for coming back or `until` stands with it.
    """
    text = normalised(_PARAGRAPHS.sub(" ¶ ", text[:TEXT_LOOKED_AT]))
    found: dict[Role, list[StatedDay]] = {"back": [], "until": [], "away": [], "other": []}
    for day, role in _roles(text, patterns, today, country, language):
        found[role].append(day)
    if found["back"]:
        return _chosen(found["back"], today)
    if found["until"]:
        return _chosen(found["until"], today)
    if is_absence and found["away"]:
        return max(day.day for day in found["away"])
    return None


def _chosen(days: list[StatedDay], today: date) -> date:
    """The first that is still to come, dates before weekdays and these before `next week`; else the last of them."""
    for kind in ("date", "day", "weekday", "relative", "month"):
        of_kind = [day.day for day in days if day.kind == kind]
        if of_kind:
            return next((day for day in of_kind if day >= today), max(of_kind))
    return days[0].day


def _roles(
    text: str, patterns: Patterns, today: date, country: str | None, language: str | None
) -> Iterator[tuple[StatedDay, Role]]:
    days = dates_in(text, patterns, today=today, country=country, language=language)
    ends = [
        match.end() for match in _SENTENCE_END.finditer(text) if not any(d.start <= match.start() < d.end for d in days)
    ]
    for place, day in enumerate(days):
        begin = max([end for end in ends if end <= day.start], default=0)
        finish = min([end for end in ends if end > day.end], default=len(text))
        earlier = days[place - 1].end if place else 0
        later = days[place + 1].start if place + 1 < len(days) else len(text)
        before = text[max(begin, earlier, day.start - _BEFORE) : day.start]
        after = text[day.end : min(finish, later, day.end + _AFTER)]
        sentence = text[max(begin, day.start - 2 * _BEFORE) : min(finish, day.end + 2 * _AFTER)]
        yield day, _role(before, after, sentence, patterns, day, is_followed=later < finish)


def _role(before: str, after: str, sentence: str, patterns: Patterns, day: StatedDay, *, is_followed: bool) -> Role:
    """What the words around a day make of it; those right beside it first."""
    if _stands_before("other_date", before, patterns) or _stands_before("since_before", before, patterns):
        return "other"
    if _stands_after("since_after", after, patterns):
        return "other"
    is_back = patterns.first("back_before", before) is not None
    if _stands_after("until_after", after, patterns):
        return "until"
    if _stands_before("until_before", before, patterns) and not (is_back and day.kind == "month"):
        return "until"
    if is_back:
        return "back"
    # `9 March back on` leads to a later day, `9 March back,` does not.
    clause, *further = _CLAUSE_END.split(after, maxsplit=1)
    ends_here = bool(further) or not is_followed
    if patterns.first("back_after", clause if is_followed else after) and ends_here:
        return "back"
    if day.first is not None:
        return "until"
    if _stands_before("from_before", before, patterns):
        return "back" if ends_here and patterns.first("back_before", clause) else "other"
    if _stands_after("from_after", after, patterns):
        return "other"
    is_certain = day.kind not in ("month", "day")
    if is_certain and any(patterns.first(group, sentence) for group in ("absent", "absent_subject")):
        return "away"
    return "other"


def _stands_before(group: str, before: str, patterns: Patterns) -> bool:
    """Whether a phrase of `group` ends `before`, but for a word or two such as an article or a weekday."""
    before = before[-60:]
    last = max(patterns.find(group, before), key=lambda found: found.end, default=None)
    if last is None:
        return False
    rest = before[last.end :]
    return len(rest) <= _BESIDE and not re.search(r"[.,!?;:¶]", rest.strip(" ,.:")) and len(rest.split()) <= 1


def _stands_after(group: str, after: str, patterns: Patterns) -> bool:
    first = patterns.first(group, after)
    return first is not None and not after[: first.start].strip(" ,")
