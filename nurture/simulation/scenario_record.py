"""What happened, as expectations: what `nurture test --update` writes, and what a recorded scenario begins with."""

from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from nurture.domain.calendar import wall_of
from nurture.domain.scenario import Expectation, ExpectationKind
from nurture.loader.scenario_update import NewLine
from nurture.loader.scenario_writing import expectation_text
from nurture.simulation.scenario_compare import Comparison, Line
from nurture.simulation.scenario_facts import Fact

_RECORDED: dict[str, ExpectationKind] = {
    "email": "email",
    "stage": "stage",
    "task": "task",
    "outcome": "outcome",
    "not_enrolled": "not_enrolled",
}


def recorded(facts: Iterable[Fact], zone: ZoneInfo) -> list[Expectation]:
    """Every mail, stage, task and outcome as a line of `expect`, on the clock of `zone`."""
    return [expected_of(fact, zone) for fact in facts if fact.kind in _RECORDED]


def expected_of(fact: Fact, zone: ZoneInfo) -> Expectation:
    """The line that this fact meets."""
    wall = wall_of(fact.at, zone)
    if fact.kind == "not_enrolled":
        return Expectation(kind="not_enrolled", because=fact.because)
    return Expectation(
        kind=_RECORDED[fact.kind],
        name=fact.name,
        day=wall.date(),
        at=wall.time().replace(second=0, microsecond=0) if fact.kind == "email" else None,
        task_kind=fact.task_kind,
    )


def mended(comparison: Comparison) -> list[NewLine]:
    """The lines of an `expect` that this play meets: those that hold as they stand, the others as it came."""
    zone = comparison.played.zone
    if not comparison.played.scenario.expect:
        return [NewLine(text=expectation_text(each)) for each in recorded(comparison.played.facts, zone)]
    made: dict[int, NewLine] = {}
    new: list[tuple[int, NewLine]] = []
    for place, line in enumerate(comparison.lines):
        if line.index is not None:
            if changed := _mended(line, comparison, zone):
                made[line.index] = changed
        elif line.standing == "unexpected" and line.fact and line.fact.kind in _RECORDED:
            new.append((place, NewLine(text=expectation_text(expected_of(line.fact, zone)))))
    return _in_place(comparison, made, new)


def _in_place(comparison: Comparison, made: dict[int, NewLine], new: list[tuple[int, NewLine]]) -> list[NewLine]:
    """The kept lines in their order, each new one before the first kept one that comes after it in time."""
    found = [made[index] for index in sorted(made)]
    for place, line in new:
        after = [each.index for each in comparison.lines[place + 1 :] if each.index in made and each.fact]
        following = next(iter(after), None)
        before = next((i for i, each in enumerate(found) if each.index == following), None) if after else None
        if before is None:
            before = _behind(comparison, place, found)
        found.insert(before, line)
    return found


def _behind(comparison: Comparison, place: int, found: list[NewLine]) -> int:
    """Behind the last line that speaks of something earlier; behind what was put there before."""
    earlier = {each.index for each in comparison.lines[:place] if each.index is not None and each.fact}
    places = [i for i, each in enumerate(found) if each.index in earlier]
    at = max(places) + 1 if places else 0
    while at < len(found) and found[at].index is None:
        at += 1
    return at


def _mended(line: Line, comparison: Comparison, zone: ZoneInfo) -> NewLine | None:
    """None for a line that must go."""
    expected = line.expected
    if line.standing == "met" or expected is None:
        return NewLine(index=line.index)
    if expected.kind == "nothing_until":
        early = [fact for fact in comparison.played.facts if fact.kind in ("email", "task", "notify")]
        day = wall_of(early[0].at, zone).date() if early else expected.day
        return NewLine(index=line.index, text=expectation_text(replace(expected, day=day)))
    if line.fact is None:
        return None
    return NewLine(index=line.index, text=expectation_text(_as_it_came(expected, line.fact, zone)))


def _as_it_came(expected: Expectation, fact: Fact, zone: ZoneInfo) -> Expectation:
    """The same line with what was wrong in it put right; it says no more than it did."""
    wall = wall_of(fact.at, zone)
    text = fact.text.casefold()
    kept = tuple(each for each in expected.contains if " ".join(each.split()).casefold() in text)
    is_same_reason = expected.because and expected.because.casefold() in fact.because.casefold()
    return replace(
        expected,
        name=fact.name if expected.kind in ("outcome", "stage", "email") else expected.name,
        day=wall.date() if expected.day else None,
        at=wall.time().replace(second=0, microsecond=0) if expected.at else None,
        subject=fact.subject if expected.subject else None,
        contains=kept,
        because=expected.because if is_same_reason or not expected.because else fact.because,
        task_kind=fact.task_kind if expected.task_kind else None,
    )
