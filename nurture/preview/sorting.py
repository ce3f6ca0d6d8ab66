"""Which of a campaign's problems belong to which of its mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nurture.domain.campaign import EmailAction
from nurture.errors import InvalidInput, Problem
from nurture.loader.campaign_file import Loaded
from nurture.rendering.failure import FOLDER
from nurture.rendering.source import TemplateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Problems by the id of the email step that they are in, and those that are in none."""

    of_step: Mapping[str, tuple[Problem, ...]]
    of_none: tuple[Problem, ...]


def sort_problems(problems: Sequence[Problem], loaded: Loaded, folder: TemplateFolder) -> Sorted:
    """Each problem where it shows: in all mails of a template, or in the step on whose lines it is."""
    steps_of_file = _steps_of_files(loaded, folder)
    emails = {step for steps in steps_of_file.values() for step in steps}
    of_step: dict[str, list[Problem]] = {}
    of_none: list[Problem] = []
    for problem in dict.fromkeys(problems):
        if problem.file == loaded.file:
            step = _step_at(loaded, problem.line)
            owners = [step] if step in emails else []
        else:
            owners = steps_of_file.get(problem.file, [])
        for owner in owners:
            of_step.setdefault(owner, []).append(problem)
        if not owners:
            of_none.append(problem)
    return Sorted(of_step={step: tuple(found) for step, found in of_step.items()}, of_none=tuple(of_none))


def _steps_of_files(loaded: Loaded, folder: TemplateFolder) -> dict[str, list[str]]:
    """Ids of email steps by the files of their templates; a template that is not there counts as a file."""
    found: dict[str, list[str]] = {}
    for _, step in loaded.draft.all_steps() if loaded.draft else ():
        if isinstance(step.action, EmailAction):
            for name in _sources(step.action.template, folder):
                found.setdefault(FOLDER + name, []).append(step.id)
    return found


def _sources(template: str, folder: TemplateFolder) -> list[str]:
    try:
        variants = folder.variants(template).values()
    except InvalidInput:
        return [template]
    return [name for variant in variants for name in (variant.source, variant.text) if name]


def _step_at(loaded: Loaded, line: int) -> str | None:
    """The last step that begins at or above the line, unless a stage or key outside of steps begins after it."""
    marks = [(loaded.document.mark(place).line, step) for step, place in loaded.step_places.items()]
    above = [found for found in marks if found[0] <= line]
    if not above:
        return None
    begin, step = max(above)
    outside = (
        loaded.document.key_mark(place).line
        for place in loaded.document.keys
        if len(place) == 1 or (len(place) == 2 and place[0] == "stages")
    )
    return None if any(begin < other <= line for other in outside) else step
