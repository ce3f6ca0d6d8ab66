"""How results of scenarios are shown: what was expected beside what happened, each with its reason."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nurture.checks.report import Report
from nurture.cli.output import table
from nurture.domain.calendar import wall_of
from nurture.loader.scenario_writing import expectation_text
from nurture.simulation.scenario_compare import Comparison, Line
from nurture.simulation.scenario_facts import Fact
from nurture.simulation.scenario_run import Result

_COLOURS = {"met": "green", "differs": "red", "missing": "red", "unexpected": "red", "beside": "dim"}
_MARKS = {"met": "✓", "differs": "✗", "missing": "✗", "unexpected": "✗", "beside": " "}
_WORDS = {"not_enrolled": "not asked in", "done": "done", "waits": "stands at", "trouble": "could not be done:"}


def show_result(out: Console, result: Result) -> None:
    """One line for a scenario that holds; for another the whole story, and what is the first to differ."""
    if result.is_met:
        out.print(f"[green]✓[/] {escape(result.scenario.name)}")
        return
    place = f"{result.source.file}:{result.scenario.line}"
    out.print(f"[red]✗ [bold]{escape(result.scenario.name)}[/][/] [dim]{escape(place)}[/]")
    if result.comparison is None:
        out.print(f"    {escape(result.trouble)}")
        return
    out.print(story(result.comparison))
    if first := result.comparison.first_difference:
        out.print(f"    [red]First difference:[/] {escape(in_words(first, result.comparison.played.zone))}\n")


def story(comparison: Comparison) -> Table:
    """Everything that was expected and happened, in order, the first difference marked with an arrow."""
    shown = table("  ", "when", "expected", "happened", "because", narrow=("  ", "when"))
    zone = comparison.played.zone
    for line in comparison.lines:
        colour = _COLOURS[line.standing]
        mark = "→ ✗" if line is comparison.first_difference else f"  {_MARKS[line.standing]}"
        cells = (mark, _when(line, zone), _expected(line), _happened(line.fact), _because(line))
        shown.add_row(*(f"[{colour}]{escape(cell)}[/]" if cell.strip() else "" for cell in cells))
    return shown


def in_words(line: Line, zone: ZoneInfo) -> str:
    """What is not met, in one sentence."""
    if line.standing == "missing" and line.expected:
        return f"expected {_expected(line)}, and it did not happen"
    if line.standing == "unexpected" and line.fact:
        return f"{_happened(line.fact)} on {_moment(line.fact.at, zone)}, which nobody expects: {line.fact.because}"
    return f"expected {_expected(line)}, but {line.why}" if line.expected else line.why


def as_json(results: Sequence[Result], *, problems: Report) -> dict[str, object]:
    """The shape of `test --json`; its keys are stable."""
    return {
        "scenarios": [_one_as_json(result) for result in results],
        "passed": sum(result.is_met for result in results),
        "failed": sum(not result.is_met for result in results),
        "problems": problems.as_json()["errors"],
    }


def _one_as_json(result: Result) -> dict[str, object]:
    made: dict[str, object] = {
        "file": result.source.file,
        "line": result.scenario.line,
        "scenario": result.scenario.name,
        "campaign": result.scenario.campaign,
        "passed": result.is_met,
        "trouble": result.trouble,
        "lines": [],
    }
    if result.comparison:
        zone = result.comparison.played.zone
        made["lines"] = [
            {
                "standing": line.standing,
                "expected": _expected(line) or None,
                "at": line.fact.at.astimezone(zone) if line.fact else None,
                "what": line.fact.kind if line.fact else None,
                "name": line.fact.name if line.fact else None,
                "because": line.fact.because if line.fact else None,
                "subject": line.fact.subject or None if line.fact else None,
                "why": line.why,
            }
            for line in result.comparison.lines
        ]
    return made


def _when(line: Line, zone: ZoneInfo) -> str:
    return _moment(line.fact.at, zone) if line.fact else ""


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{wall_of(at, zone):%a %Y-%m-%d %H:%M}"


def _expected(line: Line) -> str:
    return expectation_text(line.expected)[1:-1] if line.expected else ""


def _happened(fact: Fact | None) -> str:
    if fact is None:
        return "nothing"
    if fact.kind == "heard":
        return f"({fact.name})"
    kind = f" ({fact.task_kind})" if fact.task_kind else ""
    return f"{_WORDS.get(fact.kind, fact.kind)} {fact.name}{kind}"


def _because(line: Line) -> str:
    why = line.why if line.standing in ("differs", "missing") else ""
    because = line.fact.because if line.fact else ""
    return " | ".join(part for part in (why, because) if part)
