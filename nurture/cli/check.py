"""`nurture check`: everything that is wrong with a project, said before anybody is mailed.

It needs neither database nor network, so it goes past the composition root and imports neither.
"""

from pathlib import Path

import click
from rich.markup import escape

from nurture.checks.project import check_project
from nurture.checks.report import Report
from nurture.cli.excerpt import excerpt
from nurture.cli.output import console, json_option, print_json
from nurture.errors import Problem
from nurture.rendering.renderer import Renderer
from nurture.settings import Project, read_config

_COLOURS = {"error": "red", "warning": "yellow"}


@click.command("check")
@json_option
@click.pass_context
def command(ctx: click.Context, is_json: bool) -> None:
    """Say everything that is wrong with config, campaigns, templates and scenarios, each with its place and what to do.

    Exits with 1 where there is an error; warnings alone are no reason to stop.
    """
    report = checked(Path(ctx.obj["folder"]), ctx.obj["config"])
    if is_json:
        print_json(report.as_json())
    else:
        _show(report, Path(ctx.obj["folder"]))
    ctx.exit(1 if report.errors else 0)


def checked(folder: Path, config: str | None) -> Report:
    """The report on the project in `folder`, its config at `config` if that is given."""
    read = read_config(folder, Path(config) if config else None)
    renderer = renderer_for(read.draft) if read.draft else None
    closed_days = read.draft.closed_days if read.draft else frozenset()
    return check_project(folder.resolve(), config_problems=read.problems, renderer=renderer, closed_days=closed_days)


def renderer_for(project: Project) -> Renderer:
    """A renderer of the project's templates, made without the composition root."""
    return Renderer(
        project.root,
        languages=project.languages,
        company=project.company,
        project_name=project.name,
        vocabulary=project.vocabulary,
    )


def _show(report: Report, root: Path) -> None:
    out = console()
    file = ""
    for problem in sorted((*report.errors, *report.warnings)):
        if out.is_terminal and file and file != problem.file:
            out.print()
        file = problem.file
        told, hint = _told(problem), _hint(problem)
        line = excerpt(root, problem, width=out.width) if out.is_terminal else ""
        out.print("\n".join(part for part in (told, line, hint) if part))
    found = [_counted(len(report.errors), "error"), _counted(len(report.warnings), "warning")]
    campaigns = _counted(report.campaigns, "campaign")
    if report.errors or report.warnings:
        colour = "red" if report.errors else "yellow"
        out.print(f"\n[{colour} bold]{', '.join(found)}[/] in {campaigns} and the config.")
    else:
        out.print(f"[green bold]All right[/]: {campaigns} and the config, without errors or warnings.")


def in_words(problem: Problem) -> str:
    """A problem on two lines with rich's markup: the place first, as terminals and editors open it at a click."""
    hint = _hint(problem)
    return f"{_told(problem)}\n{hint}" if hint else _told(problem)


def _told(problem: Problem) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    colour = _COLOURS[problem.severity]
    code = escape(f"[{problem.code}]")
    return f"[bold]{escape(place)}[/]: [{colour}]{problem.severity}[/] [dim]{code}[/] {escape(problem.message)}"


def _hint(problem: Problem) -> str:
    return f"    [cyan]→[/] {escape(problem.hint[0].upper() + problem.hint[1:])}" if problem.hint else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
