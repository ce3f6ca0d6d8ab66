"""A file of `campaigns/tests/` from YAML to scenarios, with everything that is wrong in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nurture.domain.campaign import Campaign
from nurture.domain.duration import Duration
from nurture.domain.scenario import NOBODY, Expectation, ExpectationKind, Happen, Moment, Scenario
from nurture.domain.value import Value
from nurture.domain.vocabulary import Vocabulary
from nurture.domain.zone import known_zone
from nurture.errors import Problem
from nurture.loader.campaign_file import LinksOf
from nurture.loader.document import MAX_BYTES, Document, Place, load_yaml_list
from nurture.loader.nearest import did_you_mean
from nurture.loader.scenario_acts import read_event, read_timeline, read_value, settable
from nurture.loader.scenario_names import Names
from nurture.loader.scenario_shape import EXPECTED, ExpectShape, ScenarioShape, TriggerShape
from nurture.loader.validation import Checked, check_shape
from nurture.loader.words import show

FindCampaign = Callable[[str], Campaign | None]
"""The campaign of that name as far as it could be read; None where nothing is known of it."""

_NEEDED = ("scenario", "campaign", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """What one file says: only `scenarios` in which nothing is wrong, and all problems."""

    path: Path
    file: str
    scenarios: tuple[Scenario, ...]
    problems: tuple[Problem, ...]


def scenario_files(where: Path) -> list[Path]:
    """The scenario files at `where`, a file or a folder of them, by name."""
    if where.is_file():
        return [where]
    return sorted(path for ending in ("*.yaml", "*.yml") for path in where.rglob(ending) if path.is_file())


def read_scenario_file(
    path: Path, file: str, *, vocabulary: Vocabulary, find: FindCampaign, links_of: LinksOf | None = None
) -> ScenarioFile:
    """The file at `path`, which problems call `file`. Never raises: what is wrong is in `problems`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        problem = Problem(file=file, code="unreadable", message=message)
        return ScenarioFile(path=path, file=file, scenarios=(), problems=(problem,))
    read = load_scenarios(data, file, vocabulary=vocabulary, find=find, links_of=links_of)
    return replace(read, path=path)


def load_scenarios(
    data: bytes | str, file: str, *, vocabulary: Vocabulary, find: FindCampaign, links_of: LinksOf | None = None
) -> ScenarioFile:
    """The scenarios that `data` writes: one or more documents, or a list.

    Without `links_of` the names of links are taken on trust.
    """
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for document in load_yaml_list(data, file):
        checked = check_shape(document, ScenarioShape, _may_be_empty)
        scenario = None
        if checked.shape is not None:
            scenario = _ScenarioReader(checked, checked.shape, vocabulary, find, links_of).read()
        problems += checked.problems
        if scenario and not any(problem.severity == "error" for problem in checked.problems):
            scenarios.append(scenario)
    return ScenarioFile(path=Path(file), file=file, scenarios=tuple(scenarios), problems=tuple(sorted(problems)))


def _may_be_empty(place: Place) -> bool:
    return place[-1] in ("timeline", "expect") or (len(place) > 1 and place[-2] in ("set", "fields", "contact"))


class _ScenarioReader:
    """Reads what is left of one scenario once its shape is checked, noting what is wrong at its place."""

    def __init__(
        self,
        checked: Checked[ScenarioShape],
        shape: ScenarioShape,
        vocabulary: Vocabulary,
        find: FindCampaign,
        links_of: LinksOf | None,
    ) -> None:
        self._checked = checked
        self._shape = shape
        self._vocabulary = vocabulary
        self._find = find
        self._links_of = links_of

    def read(self) -> Scenario | None:
        shape, checked = self._shape, self._checked
        for key in _NEEDED:
            if getattr(shape, key) is None:
                checked.add((), "missing", f"the scenario lacks the key {key}", f"write `{key}:`", lacks=(key,))
        names = self._names()
        self._not_yet()
        email, values, tags = self._contact()
        happens = self._enrolled_by(shape.enrolled_by)
        timeline = read_timeline(shape.timeline or [], checked, self._vocabulary, names)
        expect = tuple(
            found
            for index, each in enumerate(shape.expect or [])
            if (found := self._expectation(each, ("expect", index), names))
        )
        if shape.scenario is None or shape.campaign is None or shape.start is None:
            return None
        return Scenario(
            name=shape.scenario,
            campaign=shape.campaign,
            start=shape.start,
            email=email,
            values=values,
            tags=tags,
            happens=happens,
            beside=shape.beside or (),
            timeline=timeline,
            expect=expect,
            until=self._until(),
            is_listed_only=shape.only == "listed",
            line=first_line(checked.document),
        )

    def _names(self) -> Names:
        """What the scenario may name; a campaign that is not there is told."""
        shape = self._shape
        found: dict[str, Campaign | None] = {}
        named: list[tuple[str, Place]] = [(shape.campaign, ("campaign",))] if shape.campaign else []
        is_list = isinstance((self._checked.document.value or {}).get("beside"), list)
        named += [(each, ("beside", i) if is_list else ("beside",)) for i, each in enumerate(shape.beside or ())]
        for name, place in named:
            if name not in self._vocabulary.campaigns:
                hint = did_you_mean(name, self._vocabulary.campaigns) or "name a file of campaigns/ without its ending"
                self._checked.add(place, "unknown_campaign", f"there is no campaign {show(name)}", hint)
            else:
                found[name] = self._find(name)
        return Names(checked=self._checked, main=shape.campaign or "", campaigns=found, links_of=self._links_of)

    def _not_yet(self) -> None:
        if self._shape.best == "learned":
            message = "`best: learned` is not available yet"
            self._checked.add(("best",), "later", message, "take it out for now", on_key=True)
        if self._shape.variants is not None:
            message = "variants are not available yet"
            self._checked.add(("variants",), "later", message, "take it out for now", on_key=True)

    def _contact(self) -> tuple[str, Mapping[str, Value], tuple[str, ...]]:
        email, values, tags = NOBODY, dict[str, Value](), tuple[str, ...]()
        known = settable(self._vocabulary, "email", "tags")
        for name, written in (self._shape.contact or {}).items():
            place: Place = ("contact", name)
            value = read_value(name, written, known, place, self._checked)
            if name == "email" and isinstance(value, str):
                email = self._address(value, place)
            elif name == "tags":
                tags = value if isinstance(value, tuple) else ()
            elif name == "timezone" and isinstance(value, str) and known_zone(value) is None:
                hint = "write a name of tzdata, as Asia/Bangkok"
                self._checked.add(place, "unknown_zone", f"there is no time zone {show(value)}", hint)
            else:
                values[name] = value
        return email, values, tags

    def _address(self, text: str, place: Place) -> str:
        local, _, domain = text.rpartition("@")
        if not local or not domain or " " in text:
            self._checked.add(place, "bad_address", f"{show(text)} is no mail address", "write it as mali@example.com")
        return text

    def _enrolled_by(self, shape: TriggerShape | None) -> Happen | None:
        if shape is None:
            return None
        return read_event(shape.event, shape.fields or {}, ("enrolled_by",), self._checked, self._vocabulary)

    def _until(self) -> Moment | None:
        until = self._shape.until
        if until is None:
            return None
        return Moment(after=until) if isinstance(until, Duration) else Moment(day=until)

    def _expectation(self, shape: ExpectShape, place: Place, names: Names) -> Expectation | None:
        said = [key for key in EXPECTED if getattr(shape, key) is not None]
        if len(said) != 1:
            self._note_no_expectation(place, said)
            return None
        kind, value = said[0], getattr(shape, said[0])
        names.check_expected(kind, value, (*place, kind))
        self._misplaced(shape, kind, place)
        if kind == "nothing_until":
            return Expectation(kind="nothing_until", day=value)
        return Expectation(
            kind=_KINDS[kind],
            name="" if value is True or kind == "not_enrolled" else value,
            day=shape.date,
            at=shape.at,
            subject=shape.subject,
            contains=shape.contains or (),
            because=value if kind == "not_enrolled" and value is not True else shape.because,
            task_kind=shape.kind,
        )

    def _note_no_expectation(self, place: Place, said: list[str]) -> None:
        """Nothing is noted where a key was only taken out by its fault."""
        if not said and self._checked.is_cut_at(place):
            return
        message = f"the line expects {' and '.join(said)}" if said else "the line says not what is expected"
        hint = "write a line for each" if said else f"add one of: {', '.join(EXPECTED)}"
        self._checked.add(place, "entry_kind", message, hint)

    def _misplaced(self, shape: ExpectShape, kind: str, place: Place) -> None:
        for key, kinds in _ONLY_WITH.items():
            if getattr(shape, key) is not None and kind not in kinds:
                hint = f"it goes with {' or '.join(kinds)}"
                self._checked.add(
                    (*place, key), "misplaced_key", f"`{key}` says nothing of `{kind}`", hint, on_key=True
                )


_KINDS: Mapping[str, ExpectationKind] = {
    "email": "email",
    "never": "never",
    "skipped": "skipped",
    "stage": "stage",
    "task": "task",
    "notify": "notify",
    "outcome": "outcome",
    "not_enrolled": "not_enrolled",
}
_DATED = ("email", "skipped", "stage", "task", "notify", "outcome")
_ONLY_WITH: Mapping[str, tuple[str, ...]] = {
    "subject": ("email", "notify"),
    "contains": ("email", "notify"),
    "kind": ("task",),
    "because": ("skipped", "stage", "outcome", "task", "email"),
    "date": _DATED,
    "at": _DATED,
}


def first_line(document: Document) -> int:
    """Where the scenario begins in its file."""
    return min((mark.line for mark in document.keys.values()), default=1)
