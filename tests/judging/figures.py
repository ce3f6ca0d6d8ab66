"""What is counted, collection by collection; `others` are the best figures of other tools on the full sets."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nurture.domain.verdict import Verdict
from nurture.inbox.html_text import to_text
from nurture.inbox.parse import parse
from nurture.inbox.thread import answers
from nurture.inbox.written import written
from tests.judging.collection import as_mail, collections_in, labelled
from tests.support.judging import classify

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LINE_ENDS = (b"\n", b"\r\n", b"\r")
SECONDS_ALLOWED = 2.0


@dataclass(slots=True, kw_only=True)
class Figure:
    """One line of the table: `seen` of `of`, or a plain number where `of` is 0; `missed` names what was not right."""

    name: str
    goal: str
    others: str = ""
    seen: int = 0
    of: int = 0
    holds: bool = True
    missed: list[str] = field(default_factory=list)

    def count(self, is_right: bool, what: str) -> None:
        self.of += 1
        self.seen += is_right
        if not is_right:
            self.missed.append(what)

    def hold_to(self, share: float) -> "Figure":
        self.holds = self.of > 0 and self.seen >= share * self.of
        return self


def all_figures() -> Iterator[Figure]:
    """Every figure of the table, in its order."""
    yield hard_or_soft()
    yield recipients_found()
    yield exact_recipients()
    yield delays()
    yield complaints()
    yield absences()
    yield false_absences()
    yield false_bounces()
    for name in collections_in("replies"):
        yield exact_text(name)
    yield empty_texts()
    yield from hostile()
    yield line_ends()


def judged(raw: bytes) -> Verdict:
    return classify(parse(raw), now=NOW)


def hard_or_soft() -> Figure:
    figure = Figure(name="sisimai: hard or soft agrees", goal=">= 97 %", others="Sisimai 98.5 %, RFC 3464 alone 58 %")
    for entry, raw in labelled("bounces/sisimai"):
        if entry["label"] != "bounce":
            continue
        expected = sorted(each["hard"] for each in entry["expected"])
        found = sorted(each.is_hard for each in judged(raw).failures)
        for place, is_hard in enumerate(expected):
            seen = found[place] if place < len(found) else None
            figure.count(seen == is_hard, f"{entry['file']}: {[x['reason'] for x in entry['expected']]} seen {found}")
    return figure.hold_to(0.97)


def recipients_found() -> Figure:
    figure = Figure(name="bounces: a failed recipient found", goal=">= 99 %")
    for folder in ("bounces/sisimai", "bounces/flufl", "bounces/flanker"):
        for entry, raw in labelled(folder):
            if entry["label"] == "bounce":
                failures = judged(raw).failures
                figure.count(any("@" in each.recipient for each in failures), f"{folder}/{entry['file']}")
    return figure.hold_to(0.99)


def exact_recipients() -> Figure:
    figure = Figure(name="flufl: exactly the failed recipients", goal=">= 90 %", others="Sisimai 93 of 109")
    for entry, raw in labelled("bounces/flufl"):
        expected = {address.lower() for address in (*entry["permanent"], *entry["temporary"])}
        found = {each.recipient.lower() for each in judged(raw).failures}
        figure.count(found == expected, f"{entry['file']}: {sorted(expected)} seen {sorted(found)}")
    return figure.hold_to(0.9)


def delays() -> Figure:
    """By what they say: the two labelled as delays report that the server gave up, and one that is no bounce for its

    collectors tells of a full mailbox. What counts is that no address is given up for what passes.
    """
    figure = Figure(name="flanker, sisimai-not: failure, passing or none", goal="all")
    for folder in ("bounces/flanker", "bounces/sisimai-not"):
        for entry, raw in labelled(folder):
            verdict = judged(raw)
            gave_up = any(failure.is_hard for failure in verdict.failures)
            is_right = verdict.kind == "bounce" if entry["label"] == "bounce" else not gave_up
            figure.count(is_right, f"{entry['file']}: {entry['label']} seen {verdict.kind}")
    return figure.hold_to(1)


def complaints() -> Figure:
    figure = Figure(name="ARF: complaints", goal="all")
    for folder in collections_in("arf"):
        for entry, raw in labelled(folder):
            kind = judged(raw).kind
            figure.count(kind == "complaint", f"{entry['file']}: seen {kind}")
    return figure.hold_to(1)


def absences() -> Figure:
    figure = Figure(name="out of office found", goal="all", others="Auto-Submitted alone 6 of 16")
    for folder in collections_in("autoreply"):
        for entry, raw in labelled(folder):
            verdict = judged(raw)
            figure.count(verdict.kind == "auto_reply", f"{entry['file']}: {verdict.kind}, {verdict.reason}")
    return figure.hold_to(1)


def false_absences() -> Figure:
    figure = Figure(name="ordinary mail taken for out of office", goal="0")
    ordinary = [
        *((name, False) for name in collections_in("mime")),
        *((name, True) for name in collections_in("replies")),
    ]
    for folder, is_body in ordinary:
        for entry, raw in labelled(folder):
            verdict = judged(as_mail(entry, raw) if is_body else raw)
            if verdict.kind == "auto_reply":
                figure.missed.append(f"{folder}/{entry['file']}: {verdict.reason}")
    figure.seen, figure.holds = len(figure.missed), not figure.missed
    return figure


REALLY_REPORTS = (b"multipart/report", b"Returned Mail", b"message/delivery-status")


def false_bounces() -> Figure:
    """The collections of ordinary mail hold a few reports, which are told by what stands in them."""
    figure = Figure(name="ordinary mail taken for a delivery report", goal="0")
    for folder in collections_in("mime"):
        for entry, raw in labelled(folder):
            verdict = judged(raw)
            if verdict.kind in ("bounce", "delayed", "complaint") and not any(sign in raw for sign in REALLY_REPORTS):
                figure.missed.append(f"{folder}/{entry['file']}: {verdict.kind}, {verdict.reason}")
    figure.seen, figure.holds = len(figure.missed), not figure.missed
    return figure


OTHERS = {
    "replies/discourse-trimmer": "best stranger talon 32 of 64",
    "replies/crisp": "best stranger discourse 36 of 47",
    "replies/talon": "best stranger discourse 42 of 64 (plain)",
}


def exact_text(folder: str) -> Figure:
    figure = Figure(name=f"{folder}: what was written", goal=">= 80 %", others=OTHERS.get(folder, ""))
    for entry, raw in labelled(folder):
        text = written(parse(as_mail(entry, raw)))
        figure.count(_is_expected(entry, text), f"{entry['file']}")
    return figure.hold_to(0.8)


def _is_expected(entry: dict[str, Any], text: str) -> bool:
    if entry["label"] == "assertions":
        has_all = all(piece in text for piece in entry["body_contains"])
        return has_all and not any(piece in text for piece in entry["body_excludes"])
    if entry.get("kind") == "html":
        return "".join(text.split()) == "".join(_expected_text(entry).split())
    return _lines(text) == _lines(entry["expected"])


def _expected_text(entry: dict[str, Any]) -> str:
    """What is expected; some collections say it as HTML, of which people see the text."""
    return to_text(entry["expected"]) if entry.get("kind") == "html" else entry.get("expected", "x")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]


def empty_texts() -> Figure:
    figure = Figure(name="empty although there was text", goal="0")
    for folder in collections_in("replies"):
        for entry, raw in labelled(folder):
            if raw.strip() and _expected_text(entry).strip() and not written(parse(as_mail(entry, raw))).strip():
                figure.missed.append(f"{folder}/{entry['file']}")
    figure.seen, figure.holds = len(figure.missed), not figure.missed
    return figure


def hostile() -> Iterator[Figure]:
    faults = Figure(name="all mails: exceptions", goal="0")
    slow = Figure(name="all mails: over two seconds", goal="0")
    for folder in collections_in("*"):
        for entry, raw in labelled(folder):
            began = time.perf_counter()
            fault = _fault_of(lambda mail=raw: (judged(mail), answers(parse(mail))))  # type: ignore[misc]
            if fault:
                faults.missed.append(f"{folder}/{entry['file']}: {fault!r}")
            if time.perf_counter() - began > SECONDS_ALLOWED:
                slow.missed.append(f"{folder}/{entry['file']}")
    for figure in (faults, slow):
        figure.seen, figure.holds = len(figure.missed), not figure.missed
        yield figure


def _fault_of(act: Callable[[], object]) -> Exception | None:
    try:
        act()
    except Exception as fault:  # noqa: BLE001  every fault is counted
        return fault
    return None


def line_ends() -> Figure:
    figure = Figure(name="other verdict with CRLF or CR line ends", goal="0")
    for folder in collections_in("*"):
        for entry, raw in labelled(folder):
            plain = raw.replace(b"\r\n", b"\n")
            if b"\r" in plain:
                continue  # it mixes line ends itself: what they mean is the mail's own riddle
            verdicts = [judged(plain.replace(b"\n", line_end)) for line_end in LINE_ENDS]
            if any(verdict != verdicts[0] for verdict in verdicts):
                figure.missed.append(f"{folder}/{entry['file']}")
    figure.seen, figure.holds = len(figure.missed), not figure.missed
    return figure
