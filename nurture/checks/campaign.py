"""Checks one campaign: its file, the mails and texts in it, the files that it names, and the way through it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from nurture.checks.allow import without_allowed
from nurture.checks.conditions import condition_problems
from nurture.checks.course import course_problems
from nurture.checks.keywords import keyword_problems
from nurture.checks.reach import reach_problems
from nurture.domain.calendar import DAY, HORIZON_DAYS, Calendar
from nurture.domain.campaign import (
    Campaign,
    EmailAction,
    NotifyAction,
    ReplyRule,
    Stage,
    Step,
    StepTiming,
    TaskAction,
)
from nurture.domain.window import is_open_day, window_never_opens
from nurture.errors import InvalidInput, Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.document import Place
from nurture.loader.library import load_campaign_file
from nurture.loader.nearest import nearest
from nurture.loader.replies import DEFAULT_REPLIES
from nurture.rendering.attachments import attached
from nurture.rendering.files import confined
from nurture.rendering.renderer import Renderer

_USUAL_HINTS = {
    "template_syntax": "look for a missing brace, quote or end tag",
    "unknown_field": "declare it in config.yaml",
    "template_error": "look at what the template takes in",
}


def check_campaign(
    path: Path, root: Path, renderer: Renderer, *, closed_days: frozenset[date] = frozenset()
) -> list[Problem]:
    """Everything wrong with the campaign file at `path` and with what it uses, save what comments there allow."""
    return without_allowed(root, looked_at(path, root, renderer, closed_days))


def looked_at(path: Path, root: Path, renderer: Renderer, closed_days: frozenset[date]) -> list[Problem]:
    """As `check_campaign`, with what comments allow."""
    with renderer.folder.held():
        loaded = load_campaign_file(path, renderer.vocabulary, renderer.links_of)
        problems = list(loaded.problems)
        if loaded.draft is not None:
            problems += _CampaignCheck(loaded, loaded.draft, root, renderer, closed_days).problems()
    return problems


class _CampaignCheck:
    """Looks at what is left of one campaign once its own faults are told."""

    def __init__(
        self, loaded: Loaded, draft: Campaign, root: Path, renderer: Renderer, closed_days: frozenset[date]
    ) -> None:
        self._loaded = loaded
        self._draft = draft
        self._root = root
        self._renderer = renderer
        self._closed_days = closed_days

    def problems(self) -> Iterator[Problem]:
        """All problems; those of one template are told once for each step that sends it."""
        for stage, step in self._draft.all_steps():
            place = self._loaded.step_places.get(step.id)
            if place is not None:
                yield from self._step(step, place)
                yield from self._timing(step, place, stage)
        for stage in self._draft.stages:
            if stage.playbook is not None:
                yield from self._file(stage.playbook, ("stages", stage.name, "playbook"), "playbook")
            yield from self._replies(stage)
        yield from course_problems(self._loaded, self._draft)
        yield from reach_problems(self._loaded, self._draft, self._renderer.vocabulary)
        yield from condition_problems(self._loaded, self._draft, self._renderer.vocabulary)
        yield from keyword_problems(self._loaded, self._draft, self._renderer)

    def _step(self, step: Step, place: Place) -> Iterator[Problem]:
        match step.action:
            case EmailAction() as action:
                yield from self._email(action, place)
            case TaskAction() as task:
                yield from self._text(task.title, (*place, "task"))
                if task.playbook is not None and (*place, "playbook") in self._loaded.document.keys:
                    yield from self._file(task.playbook, (*place, "playbook"), "playbook")
            case NotifyAction() as notify:
                for key, text in (("subject", notify.subject), ("text", notify.text)):
                    if text is not None:
                        yield from self._text(text, (*place, key))
            case _:
                pass

    def _email(self, action: EmailAction, place: Place) -> Iterator[Problem]:
        mark = self._loaded.document.mark((*place, "email"))
        found = self._renderer.check(
            replace(action, attach=()),
            file=self._loaded.file,
            line=mark.line,
            column=mark.column,
            campaign=self._draft,
        )
        yield from (self._at_its_key(_named_alike(problem), place) for problem in found)
        yield from self._one_language(action, place)
        yield from self._attachments(action.attach, (*place, "attach"))
        links = self._renderer.links_of(action.template)
        for other in links.keys() & self._loaded.step_places.keys():
            link = links[other]
            message = f"`{other}` is the name of a link and of a step"
            yield Problem(
                file=link.file,
                line=link.line,
                column=link.column,
                code="step_and_link",
                message=message,
                hint="clicked(…) could mean both: give one of them another name",
            )

    def _at_its_key(self, problem: Problem, place: Place) -> Problem:
        """What is odd about the step's own subject stands at that, not at the step."""
        own = (*place, "subject")
        if problem.file != self._loaded.file or not problem.code.startswith("subject_"):
            return problem
        mark = self._loaded.document.mark(own)
        return replace(problem, line=mark.line, column=mark.column)

    def _one_language(self, action: EmailAction, place: Place) -> Iterator[Problem]:
        languages = self._renderer.languages
        own = (*place, "subject")
        if len(languages) < 2 or action.subject is None or "language" in action.subject:
            return
        message = f"one subject goes to people of {len(languages)} languages"
        hint = "write it into the head of each template, or ask for contact.language in it"
        yield self._loaded.document.problem(own, "subject_language", message, hint, severity="warning")

    def _attachments(self, names: tuple[str, ...], place: Place) -> Iterator[Problem]:
        for index, name in enumerate(names):
            where = (*place, index) if (*place, index) in self._loaded.document.values else place
            if name == "invoice":
                continue  # not available yet, which the loader says
            try:
                attached(self._root, (name,))
            except InvalidInput as error:
                hint = error.hint or self._file_hint(name)
                yield self._loaded.document.problem(where, "attachment", error.message, hint)

    def _text(self, source: str, place: Place) -> Iterator[Problem]:
        mark = self._loaded.document.mark(place)
        found = self._renderer.check_text(
            source, file=self._loaded.file, line=mark.line, column=mark.column, campaign=self._draft
        )
        yield from (_named_alike(problem) for problem in found)

    def _file(self, name: str, place: Place, what: str) -> Iterator[Problem]:
        try:
            confined(self._root, name, what=what)
        except InvalidInput as error:
            hint = error.hint or self._file_hint(name)
            yield self._loaded.document.problem(place, "missing_file", error.message, hint)

    def _file_hint(self, name: str) -> str:
        folder = (self._root / name).parent
        there = [path.relative_to(self._root).as_posix() for path in folder.iterdir()] if folder.is_dir() else []
        near = nearest(name, there)
        return f"did you mean {near}?" if near else "make the file, or take it out here"

    def _timing(self, step: Step, place: Place, stage: Stage) -> Iterator[Problem]:
        is_closed = self._is_always_closed(step.timing)
        if not window_never_opens(step.timing) and not is_closed:
            return
        document = self._loaded.document
        candidates: list[Place] = [(*place, key) for key in ("at", "days", "window")]
        candidates += [("stages", stage.name, "window"), ("window",)]
        where = next((found for found in candidates if found in document.keys), place)
        hint = "let `at` and `days` lie inside the window, or give the step `window: any`"
        if is_closed:
            hint = "every day of the window is a closed day for more than a year: look at `closed_days` in config.yaml"
        yield document.problem(where, "window_never_opens", f"the time of `{step.id}` never comes", hint)

    def _is_always_closed(self, timing: StepTiming) -> bool:
        """Whether the project's own closed days leave no open day for so long that a step is given up."""
        if not timing.window.keeps_holidays or not self._closed_days:
            return False
        calendar = Calendar(zone=ZoneInfo("UTC"), closed_days=self._closed_days)
        first = min(self._closed_days)
        return not any(is_open_day(timing, first + distance * DAY, calendar) for distance in range(HORIZON_DAYS))

    def _replies(self, stage: Stage) -> Iterator[Problem]:
        for intent, rule in stage.replies.items():
            if rule.task is None or _is_ours(intent, rule):
                continue
            own: Place = ("stages", stage.name, "replies", intent, "task")
            is_own = own in self._loaded.document.keys
            yield from self._text(rule.task.title, own if is_own else ("replies", intent, "task"))


def _is_ours(intent: str, rule: ReplyRule) -> bool:
    ours = DEFAULT_REPLIES[intent].task
    return ours is not None and rule.task == ours


def _named_alike(problem: Problem) -> Problem:
    """Rendering writes its codes with hyphens; reports have one spelling for all."""
    code = problem.code.replace("-", "_")
    return replace(problem, code=code, hint=problem.hint or _USUAL_HINTS.get(code, "look at the words for templates"))
