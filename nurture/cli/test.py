"""`nurture test`: scenarios as golden tests of campaigns, played by the real engine without a network."""

import gc
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.markup import escape

from nurture.app import house_of, library_of
from nurture.checks.report import Report, report_of
from nurture.checks.scenarios import SCENARIOS, read_scenarios
from nurture.cli.check import in_words as problem_in_words
from nurture.cli.output import console, json_option, print_json
from nurture.cli.project import project_of
from nurture.cli.scenario_view import as_json, show_result
from nurture.errors import InvalidInput, UsageError
from nurture.loader.scenario_update import NewLine, with_expectations
from nurture.simulation.scenario_record import mended
from nurture.simulation.scenario_run import Result, run_scenarios


@click.command("test")
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@click.option("-k", "words", metavar="WORDS", default="", help="Only scenarios whose name, campaign or file has them.")
@click.option("--update", "is_updating", is_flag=True, help="Write what happens into the files, to look at and keep.")
@json_option
@click.pass_context
def command(ctx: click.Context, path: Path | None, words: str, is_updating: bool, is_json: bool) -> None:
    """Play the scenarios in campaigns/tests, or at PATH, and compare each with what it expects.

    The real engine runs on a clock that jumps, with a database in memory and no network: nobody is mailed. Exits with 1
    where a scenario is not met or cannot be read.
    """
    project = project_of(ctx)
    root = project.root.resolve()
    where = path or root / SCENARIOS
    if not where.exists():
        hint = "`nurture init` makes an example; docs/testing-campaigns.md tells how to write one."
        raise UsageError(f"there are no scenarios at {where}", hint=hint)
    house = house_of(project)
    gc.freeze()  # what was built once stays: else the collector would go through it again and again
    files = read_scenarios(root, house.renderer, where)
    report = report_of([problem for each in files for problem in each.problems], campaigns=0)
    played = run_scenarios(house, files, library_of(project).campaigns, words=words)
    results = list(played) if is_json or is_updating else _shown(played)
    changed = _update(results) if is_updating else []
    if is_json:
        print_json({**as_json(results, problems=report), "updated": changed})
    else:
        _sum_up(results, report, changed, words)
    is_met = all(result.is_met or (is_updating and result.comparison) for result in results)
    ctx.exit(0 if is_met and not report.errors else 1)


def _shown(played: Iterable[Result]) -> list[Result]:
    """Show each result when it is there."""
    out, results = console(), list[Result]()
    for result in played:
        if not results or results[-1].source.file != result.source.file:
            out.print(f"[bold]{escape(result.source.file)}[/]")
        show_result(out, result)
        results.append(result)
    return results


def _update(results: Sequence[Result]) -> list[str]:
    """Write into every file what its scenarios came to; the files that are others now."""
    changed = []
    for path, group in groupby(results, key=lambda result: result.source.path):
        # As bytes, so that no end of a line becomes another one.
        before = path.read_bytes().decode("utf-8")
        after = before
        # From the last to the first: what is changed moves only what stands below it.
        for result in sorted(group, key=lambda each: each.scenario.line, reverse=True):
            if result.comparison and not result.is_met:
                after = _updated(after, result, mended(result.comparison))
        if after != before:
            path.write_bytes(after.encode("utf-8"))
            changed.append(str(path))
    return changed


def _updated(text: str, result: Result, lines: Sequence[NewLine]) -> str:
    try:
        return with_expectations(text, result.scenario.line, lines)
    except InvalidInput as problem:
        place = f"{result.source.file}:{result.scenario.line}"
        raise InvalidInput(problem.message, where=place, hint=problem.hint) from None


def _sum_up(results: Sequence[Result], report: Report, changed: Sequence[str], words: str) -> None:
    out = console()
    for problem in sorted((*report.errors, *report.warnings)):
        out.print(problem_in_words(problem))
    for result in results if changed else ():
        if result.trouble:
            show_result(out, result)
    for each in changed:
        out.print(f"Updated {escape(each)}: read the difference before you keep it.")
    if changed:
        return
    failed = sum(not result.is_met for result in results)
    if not results:
        out.print("No scenario was played" + (f": none has {escape(words)}." if words else "."))
    elif failed:
        out.print(f"[red bold]{failed} of {_counted(len(results))} not met.[/]")
    else:
        out.print(f"[green bold]All right[/]: {_counted(len(results))} met.")


def _counted(number: int) -> str:
    return f"{number} {'scenario' if number == 1 else 'scenarios'}"
