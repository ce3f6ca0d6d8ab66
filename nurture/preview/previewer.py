"""The previewer: a campaign's mails for a person and a language, from the files as they are at this moment."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nurture.checks.campaign import check_campaign
from nurture.clock import Clock
from nurture.domain.campaign import Campaign, EmailAction, TaskAction
from nurture.domain.facts import Facts
from nurture.engine.letter import Letter
from nurture.engine.rules import Rules
from nurture.errors import ConfigError, InvalidInput, NurtureError, Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.library import campaign_files, load_campaign_file
from nurture.loader.nearest import did_you_mean
from nurture.preview.course import Place, course_of
from nurture.preview.excerpt import Trouble, problem_of, with_lines
from nurture.preview.letter import PreviewWriter
from nurture.preview.people import SAMPLES, Somebody, sample_facts
from nurture.preview.shown import ShownMail, read_back
from nurture.preview.sorting import Sorted, sort_problems
from nurture.preview.watch import Watch
from nurture.rendering.renderer import Renderer

FactsOf = Callable[[str, Campaign, Rules, datetime], Facts]
"""What is known of the contact of that address. Raises InvalidInput where there is none."""

Search = Callable[[str], Sequence[Somebody]]
"""Contacts in whose address or name a text stands, a handful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What the mails of a project are made of, as its config says."""

    root: Path
    config: Path
    languages: tuple[str, ...]
    rules: Rules
    renderer: Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step on the way; `mail` or `trouble` only for an email, whose problems are what `check` says about it."""

    place: Place
    number: int = 0
    mail: ShownMail | None = None
    trouble: Trouble | None = None
    problems: tuple[Trouble, ...] = ()

    @property
    def is_email(self) -> bool:
        return isinstance(self.place.step.action, EmailAction)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCampaign:
    """A campaign for one person. `problems` are those of no mail in particular, and of the config as it is now.

    `languages` are all that the templates have; `language` is the one that was asked for, empty for the person's own.
    """

    name: str
    description: str
    who: str
    language: str
    languages: tuple[str, ...]
    steps: tuple[ShownStep, ...]
    problems: tuple[Trouble, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every mail could be written and no error stands anywhere."""
        troubles = (*self.problems, *(each for step in self.steps for each in step.problems))
        has_error = any(trouble.problem.severity == "error" for trouble in troubles)
        return not has_error and not any(step.trouble for step in self.steps)


class Previewer:
    """Reads the config anew by `read` when a file has changed; what it says last without an error stands.

    Several threads may ask, one at a time is answered.
    """

    def __init__(self, read: Callable[[], Materials], *, facts_of: FactsOf, search: Search, clock: Clock) -> None:
        self._read = read
        self._materials = read()
        self._facts_of = facts_of
        self.search = search
        self._clock = clock
        self._lock = threading.Lock()
        root = self._materials.root
        self._watch = Watch([root / "campaigns", root / "templates", self._materials.config])
        self._seen = self._watch.digest()
        self._config_problems: tuple[Problem, ...] = ()
        self._checked: dict[str, tuple[str, list[Problem]]] = {}

    @property
    def project(self) -> str:
        return self._materials.rules.project

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the project, the fall-back first."""
        return self._materials.languages

    def digest(self) -> str:
        """Another one as soon as a file has changed."""
        with self._lock:
            return self._watch.digest()

    def campaigns(self) -> tuple[str, ...]:
        """The names of all campaign files, right or wrong."""
        return tuple(dict.fromkeys(path.stem for path in self._files()))

    def campaign(self, name: str, *, who: str, language: str = "") -> ShownCampaign:
        """All steps in order. `who` is a word of SAMPLES or a contact's address; `language` "" is their own.

        Raises InvalidInput for a campaign or contact that is not there; what is wrong in the files is in the answer.
        """
        with self._lock:
            self._refresh()
            loaded = self._loaded(name)
            problems = sort_problems(self._problems(loaded), loaded, self._materials.renderer.folder)
            draft = loaded.draft
            steps: tuple[ShownStep, ...] = ()
            languages = self._materials.languages
            if draft is not None and draft.stages:
                facts = self._facts(draft, who, language)
                steps = tuple(self._steps(draft, facts, problems))
                languages = tuple(dict.fromkeys([*languages, *sorted(self._template_languages(draft))]))
            root = self._materials.root
            return ShownCampaign(
                name=name,
                description=draft.description if draft else "",
                who=who,
                language=language,
                languages=languages,
                steps=steps,
                problems=tuple(with_lines(root, each) for each in (*self._config_problems, *problems.of_none)),
            )

    def letter(self, name: str, step_id: str, *, who: str, language: str = "") -> tuple[Letter, ShownMail]:
        """One mail with its bytes. Raises InvalidInput, also where it cannot be written."""
        with self._lock:
            self._refresh()
            draft = self._loaded(name).draft
            found = draft.step(step_id) if draft else None
            if draft is None or found is None or not isinstance(found[1].action, EmailAction):
                raise InvalidInput(f"{name} has no email step {step_id!r}")
            facts = self._facts(draft, who, language)
            previewed = self._writer().write(draft, found[1], facts, now=facts.now)
            return previewed.letter, read_back(previewed)

    def _refresh(self) -> None:
        digest = self._watch.digest()
        if digest == self._seen:
            return
        self._seen = digest
        try:
            self._materials = self._read()
            self._config_problems = ()
        except ConfigError as wrong:
            self._config_problems = wrong.problems

    def _files(self) -> list[Path]:
        return campaign_files(self._materials.root / "campaigns")

    def _loaded(self, name: str) -> Loaded:
        path = next((path for path in self._files() if path.stem == name), None)
        if path is None:
            raise InvalidInput(f"there is no campaign {name!r}", hint=did_you_mean(name, self.campaigns()))
        renderer = self._materials.renderer
        return load_campaign_file(path, renderer.vocabulary, renderer.links_of)

    def _problems(self, loaded: Loaded) -> list[Problem]:
        known = self._checked.get(loaded.name)
        if known is None or known[0] != self._seen:
            root = self._materials.root
            path = root / loaded.file
            known = (
                self._seen,
                check_campaign(path, root, self._materials.renderer, closed_days=self._materials.rules.closed_days),
            )
            self._checked[loaded.name] = known
        return known[1]

    def _facts(self, campaign: Campaign, who: str, language: str) -> Facts:
        rules, now = self._materials.rules, self._clock.now()
        if who in SAMPLES:
            return sample_facts(
                who, language=language or self._materials.languages[0], campaign=campaign,
                vocabulary=rules.vocabulary, now=now, zone=rules.zone,
            )  # fmt: skip
        facts = self._facts_of(who, campaign, rules, now)
        return replace(facts, contact=replace(facts.contact, language=language)) if language else facts

    def _writer(self) -> PreviewWriter:
        return PreviewWriter(rules=self._materials.rules, renderer=self._materials.renderer)

    def _template_languages(self, campaign: Campaign) -> Collection[str]:
        found: set[str] = set()
        for _, step in campaign.all_steps():
            if isinstance(step.action, EmailAction):
                try:
                    found |= self._materials.renderer.folder.variants(step.action.template).keys()
                except InvalidInput:
                    continue  # told where the mail would stand
        return found

    def _steps(self, campaign: Campaign, facts: Facts, problems: Sorted) -> list[ShownStep]:
        writer, root = self._writer(), self._materials.root
        shown: list[ShownStep] = []
        number = 0
        for place in course_of(campaign):
            if not isinstance(place.step.action, EmailAction):
                shown.append(ShownStep(place=self._with_title(place, facts)))
                continue
            number += 1
            mail, fault = None, None
            checked = list(problems.of_step.get(place.step.id, ()))
            try:
                mail = read_back(writer.write(campaign, place.step, facts, now=facts.now))
            except NurtureError as error:
                fault = _as_checked(problem_of(error, f"campaigns/{campaign.name}.yaml"), checked)
            shown.append(
                ShownStep(
                    place=place,
                    number=number,
                    mail=mail,
                    trouble=with_lines(root, fault) if fault else None,
                    problems=tuple(with_lines(root, each) for each in checked if each != fault),
                )
            )
        return shown

    def _with_title(self, place: Place, facts: Facts) -> Place:
        """A task with its title as the team will read it."""
        if not isinstance(place.step.action, TaskAction):
            return place
        try:
            title = self._materials.renderer.text(place.step.action.title, facts)
        except InvalidInput:
            return place  # `check` tells it
        return replace(place, what=f"{place.step.action.kind}: {title}")


def _as_checked(fault: Problem, checked: Sequence[Problem]) -> Problem:
    """The fault as `check` tells it, which knows the column and what to do; else as it came."""
    alike = (each for each in checked if (each.file, each.line, each.severity) == (fault.file, fault.line, "error"))
    return next(alike, fault)
