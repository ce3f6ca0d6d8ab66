"""Holds what a scenario expects against what happened: line by line, each fact and expectation at its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from nurture.domain.calendar import moment_of, start_of_day, wall_of
from nurture.domain.scenario import Expectation, Scenario
from nurture.simulation.scenario_facts import Fact
from nurture.simulation.scenario_play import Played

Standing = Literal["met", "differs", "missing", "unexpected", "beside"]
"""`beside`: it happened, and nobody asked about it."""

Faults = Callable[[Expectation, Fact], list[str]]
_DOES_SOMETHING = ("email", "task", "notify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An expectation with its `index` in the file, a fact, or both that belong together; `why` says what is not met."""

    standing: Standing
    expected: Expectation | None = None
    index: int | None = None
    fact: Fact | None = None
    why: str = ""

    @property
    def is_met(self) -> bool:
        return self.standing in ("met", "beside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All lines in the order of time."""

    played: Played
    lines: tuple[Line, ...]

    @property
    def is_met(self) -> bool:
        return all(line.is_met for line in self.lines)

    @property
    def first_difference(self) -> Line | None:
        return next((line for line in self.lines if not line.is_met), None)


def compare(played: Played) -> Comparison:
    """Every mail must be expected, in order, unless the scenario looks at what it lists alone; all else that happens
    may be left unsaid, and what is said must have happened.
    """
    comparer = _Comparer(played)
    return Comparison(played=played, lines=tuple(comparer.lines()))


class _Comparer:
    def __init__(self, played: Played) -> None:
        self._played = played
        self._scenario: Scenario = played.scenario
        self._zone: ZoneInfo = played.zone
        self._used: set[int] = set()

    def lines(self) -> list[Line]:
        found = [*self._emails(), *self._others()]
        used = {id(line.fact) for line in found if line.fact}
        found += [self._left(fact) for fact in self._played.facts if id(fact) not in used]
        if not self._scenario.expect:
            why = "nothing is expected: `nurture test --update` writes down what happens"
            found.insert(0, Line(standing="differs", why=why))
        order = {id(fact): place for place, fact in enumerate(self._played.facts)}
        return sorted(found, key=lambda line: self._place(line, order))

    def _left(self, fact: Fact) -> Line:
        match fact.kind:
            case "trouble":
                return Line(standing="unexpected", fact=fact, why=fact.because)
            case "email" if not self._scenario.is_listed_only:
                return Line(standing="unexpected", fact=fact, why="nobody expects this mail")
            case "not_enrolled" if fact.name == self._scenario.campaign and fact.because != "had it before":
                return Line(standing="unexpected", fact=fact, why=f"they were not asked in: {fact.because}")
            case _:
                return Line(standing="beside", fact=fact)

    def _emails(self) -> list[Line]:
        """Expected and sent mails paired so that as many as can be stand beside each other, in order."""
        wanted = [(index, each) for index, each in enumerate(self._scenario.expect) if each.kind == "email"]
        sent = [fact for fact in self._played.facts if fact.kind == "email"]
        lines = []
        for place, fact in _aligned(wanted, sent, self._faults):
            if place is not None:
                index, expected = wanted[place]
                lines.append(self._line(index, expected, fact))
        return lines

    def _line(self, index: int, expected: Expectation, fact: Fact | None) -> Line:
        if fact is None:
            return Line(standing="missing", expected=expected, index=index, why="it did not happen")
        faults = self._faults(expected, fact)
        standing: Standing = "differs" if faults else "met"
        return Line(standing=standing, expected=expected, index=index, fact=fact, why="; ".join(faults))

    def _others(self) -> list[Line]:
        return [
            self._other(index, expected)
            for index, expected in enumerate(self._scenario.expect)
            if expected.kind != "email"
        ]

    def _other(self, index: int, expected: Expectation) -> Line:
        match expected.kind:
            case "never":
                fact = next((fact for fact in self._played.facts if self._did(fact, expected.name)), None)
                return self._against(index, expected, fact, f"{expected.name} came all the same")
            case "nothing_until":
                assert expected.day is not None  # noqa: S101  the loader asks for it
                until = start_of_day(expected.day, self._zone)
                early = (fact for fact in self._played.facts if fact.kind in _DOES_SOMETHING and fact.at < until)
                return self._against(index, expected, next(early, None), "something came before")
            case kind:
                facts = [fact for fact in self._played.facts if fact.kind == kind and id(fact) not in self._used]
                named = [fact for fact in facts if self._is_named(expected, fact)]
                fact = min(named, key=lambda each: len(self._faults(expected, each)), default=None)
                if fact is None and len(facts) == 1 and kind in ("outcome", "not_enrolled"):
                    fact = facts[0]
                if fact and kind != "notify":  # one mail may be that to the team and to one of them
                    self._used.add(id(fact))
                return self._line(index, expected, fact)

    def _against(self, index: int, expected: Expectation, fact: Fact | None, why: str) -> Line:
        if fact is None:
            return Line(standing="met", expected=expected, index=index)
        return Line(standing="differs", expected=expected, index=index, why=f"{why}, {self._wall(fact.at)}")

    @staticmethod
    def _did(fact: Fact, step: str) -> bool:
        return fact.kind in ("email", "done", "task") and fact.step == step

    def _is_named(self, expected: Expectation, fact: Fact) -> bool:
        match expected.kind:
            case "task":
                return _contains(fact.name, expected.name)
            case "notify":
                return fact.name in self._played.people.get(expected.name, (expected.name,))
            case "not_enrolled":
                return True
            case _:
                return fact.name == expected.name

    def _faults(self, expected: Expectation, fact: Fact) -> list[str]:
        """What of the expectation does not hold of the fact, in words."""
        wall = wall_of(fact.at, self._zone)
        faults = [] if self._is_named(expected, fact) else [f"it was {fact.name}"]
        if expected.day and expected.day != wall.date():
            faults.append(f"it was {wall:%a %Y-%m-%d}")
        if expected.at and expected.at != wall.time().replace(second=0, microsecond=0):
            faults.append(f"it was at {wall:%H:%M}")
        if expected.task_kind and expected.task_kind != fact.task_kind:
            faults.append(f"its kind is {fact.task_kind}")
        if expected.because and not _contains(fact.because, expected.because):
            faults.append(f"the reason was: {fact.because}")
        if expected.subject and not _is_same(fact.subject, expected.subject):
            faults.append(f"its subject is: {fact.subject}")
        faults += [f"it does not contain: {text}" for text in expected.contains if not _contains(fact.text, text)]
        return faults

    def _place(self, line: Line, order: Mapping[int, int]) -> tuple[datetime, int, int]:
        """Where the line stands: at its fact's moment, else at the end of the minute that was expected."""
        if line.fact:
            last = line.fact.kind == "waits"
            return self._played.ended_at if last else line.fact.at, order[id(line.fact)], 0
        expected = line.expected
        if expected is None:
            return self._scenario.start, -1, 0
        if expected.day is None or expected.kind in ("never", "nothing_until"):
            return self._played.ended_at, len(order), line.index or 0
        at = expected.at
        moment = (
            moment_of(datetime.combine(expected.day, at), self._zone) if at else start_of_day(expected.day, self._zone)
        )
        return moment, len(order), line.index or 0

    def _wall(self, moment: datetime) -> str:
        return f"{wall_of(moment, self._zone):%a %Y-%m-%d %H:%M}"


def _aligned(
    wanted: Sequence[tuple[int, Expectation]], sent: Sequence[Fact], faults: Faults
) -> list[tuple[int | None, Fact | None]]:
    """Pairs of equal names in both orders, as many as there can be and of those the ones with fewest faults."""
    best = [[0.0] * (len(sent) + 1) for _ in range(len(wanted) + 1)]
    for i in range(len(wanted) - 1, -1, -1):
        for j in range(len(sent) - 1, -1, -1):
            pair = _worth(wanted[i][1], sent[j], faults)
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + pair if pair else 0.0)
    found: list[tuple[int | None, Fact | None]] = []
    i = j = 0
    while i < len(wanted):
        pair = _worth(wanted[i][1], sent[j], faults) if j < len(sent) else 0.0
        if pair and best[i][j] == best[i + 1][j + 1] + pair:
            found.append((i, sent[j]))
            i, j = i + 1, j + 1
        elif j < len(sent) and best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, None))
            i += 1
    return found


def _worth(expected: Expectation, fact: Fact, faults: Faults) -> float:
    return 1.0 + 1.0 / (1 + len(faults(expected, fact))) / 1024 if expected.name == fact.name else 0.0


def _contains(text: str, part: str) -> bool:
    return " ".join(part.split()).casefold() in " ".join(text.split()).casefold()


def _is_same(left: str, right: str) -> bool:
    return " ".join(left.split()) == " ".join(right.split())
