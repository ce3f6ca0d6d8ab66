"""A line of a project's file as it is shown under a problem, with a mark where the problem is."""

from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.markup import escape

from nurture.checks.allow import text_of
from nurture.errors import Problem


def excerpt(root: Path, problem: Problem, *, width: int) -> str:
    """The line that the problem is about, with a mark under its column; nothing of the config, which holds secrets."""
    lines = text_of(root, problem.file).split("\n") if problem.file.startswith(("campaigns/", "templates/")) else []
    line = lines[problem.line - 1].rstrip().replace("\t", " ") if 0 < problem.line <= len(lines) else ""
    if not line.strip(" -"):
        return ""
    room = max(20, width - 12)
    begin = max(0, problem.column - room // 2) if cell_len(line) > room else 0
    shown = set_cell_size(line[begin:], min(room, cell_len(line[begin:])))
    gap = " " * cell_len(line[begin : max(begin, problem.column - 1)])
    colour = "red" if problem.severity == "error" else "yellow"
    return f"[dim]{problem.line:>8} │[/] {escape(shown)}\n[dim]         │[/] {gap}[{colour}]^[/]"
