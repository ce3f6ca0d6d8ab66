"""What `nurture check` answers: every problem of a project, in the order of its files."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nurture.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`campaigns` counts the files that were looked at, right or wrong."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    campaigns: int

    def as_json(self) -> dict[str, object]:
        """The shape of `check --json`; its keys are stable."""
        return {
            "errors": [problem.as_plain() for problem in self.errors],
            "warnings": [problem.as_plain() for problem in self.warnings],
            "campaigns": self.campaigns,
        }


def report_of(problems: Iterable[Problem], *, campaigns: int) -> Report:
    """Each problem once, those of one file together, from top to bottom."""
    ordered = sorted({_placed(problem) for problem in problems})
    return Report(
        errors=tuple(problem for problem in ordered if problem.severity == "error"),
        warnings=tuple(problem for problem in ordered if problem.severity == "warning"),
        campaigns=campaigns,
    )


def _placed(problem: Problem) -> Problem:
    """What is wrong with a file as a whole is shown at its beginning, where an editor can jump to."""
    return replace(problem, line=problem.line or 1, column=problem.column or 1)
