"""All campaigns of a project: those that can run by name, and what is wrong with the others.

A file that is saved broken disables nothing that runs: its last good version stays, with the problem shown.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from nurture.domain.campaign import Campaign
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import Problem
from nurture.loader.campaign_file import LinksOf, Loaded, load_campaign
from nurture.loader.document import MAX_BYTES

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
Inspect = Callable[[Path], Sequence[Problem]]
"""Everything that is wrong with a campaign file and with what it uses, such as its templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """One file as last seen: its stamp (mtime in ns and size), the last good version and the problems of now."""

    stamp: tuple[int, int]
    campaign: Campaign | None
    problems: tuple[Problem, ...]


def campaign_files(folder: Path) -> list[Path]:
    """The campaign files in `folder`, by name; scenarios in its `tests/` are none."""
    return sorted(path for ending in ("*.yaml", "*.yml") for path in folder.glob(ending) if path.is_file())


def campaign_names(folder: Path) -> tuple[str, ...]:
    """The names of all campaigns that have a file, right or wrong."""
    return tuple(sorted({path.stem for path in campaign_files(folder)}))


def load_campaign_file(path: Path, vocabulary: Vocabulary, links_of: LinksOf | None = None) -> Loaded:
    """One file of `campaigns/`; a name that no campaign can have and an unreadable file are problems too."""
    file = f"{path.parent.name}/{path.name}"
    problems = _name_problems(path, file)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        unreadable = Problem(file=file, code="unreadable", message=message)
        return replace(load_campaign(b"", name=path.stem, file=file, vocabulary=vocabulary), problems=(unreadable,))
    loaded = load_campaign(data, name=path.stem, file=file, vocabulary=vocabulary, links_of=links_of)
    return replace(loaded, problems=(*problems, *loaded.problems))


def _name_problems(path: Path, file: str) -> list[Problem]:
    problems = []
    if not _NAME.fullmatch(path.stem):
        hint = "rename the file: letters, digits, `-` and `_`"
        problems.append(Problem(file=file, code="bad_name", message=f"`{path.stem}` is no campaign's name", hint=hint))
    if path.suffix == ".yml" and path.with_suffix(".yaml").exists():
        hint = "keep one of the two files"
        message = f"there is {path.stem}.yaml too"
        problems.append(Problem(file=file, code="duplicate_campaign", message=message, hint=hint))
    return problems


class Library:
    """The campaigns in `folder`.

    `inspect` may find further problems in a campaign that loads; it is asked again when anything under the folders
    of `beside` changes, since templates are edited without the campaign. `seen` counts how often anything had changed.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        *,
        links_of: LinksOf | None = None,
        inspect: Inspect | None = None,
        beside: Sequence[Path] = (),
    ) -> None:
        self._folder = folder
        self._vocabulary = vocabulary
        self._links_of = links_of
        self._inspect = inspect
        self._beside = tuple(beside)
        self._seen_beside: frozenset[tuple[str, int, int]] = frozenset()
        self._known: dict[Path, _Known] = {}
        self.seen = 0
        self.refresh()

    @property
    def campaigns(self) -> Mapping[str, Campaign]:
        """The last good version of each campaign by name, also of those with `enabled: false`."""
        found = {known.campaign.name: known.campaign for known in self._known.values() if known.campaign is not None}
        return MappingProxyType(found)

    @property
    def enabled(self) -> Mapping[str, Campaign]:
        """The campaigns that may ask people in and send."""
        return MappingProxyType({name: found for name, found in self.campaigns.items() if found.is_enabled})

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files as they are now, also where an older version runs on."""
        return tuple(problem for known in self._known.values() for problem in known.problems)

    @property
    def sound(self) -> Mapping[Path, Campaign]:
        """The campaigns whose file is right as it is now, by the file."""
        return MappingProxyType(
            {
                path: each.campaign
                for path, each in self._known.items()
                if each.campaign and not _has_error(each.problems)
            }
        )

    @property
    def faults(self) -> Mapping[str, tuple[Problem, ...]]:
        """What is wrong with each file that must not run as it is now, by the campaign's name."""
        return MappingProxyType(
            {path.stem: each.problems for path, each in self._known.items() if _has_error(each.problems)}
        )

    def refresh(self) -> bool:
        """Read again what changed on disk; whether any campaign or problem is another now.

        A file that is gone takes its campaign with it.
        """
        before = (dict(self.campaigns), self.problems)
        files = campaign_files(self._folder)
        seen = _stamps(self._beside)
        is_same = seen == self._seen_beside
        self._seen_beside = seen
        known = {path: self._looked_at(path, self._known.get(path), is_same=is_same) for path in files}
        if known != self._known or not is_same:
            self.seen += 1
        self._known = known
        return before != (dict(self.campaigns), self.problems)

    def _looked_at(self, path: Path, known: _Known | None, *, is_same: bool) -> _Known:
        stamp = stamp_of(path)
        if known is not None and known.stamp == stamp and is_same:
            return known
        loaded = load_campaign_file(path, self._vocabulary, self._links_of)
        campaign = loaded.campaign
        problems = loaded.problems
        if campaign is not None and self._inspect is not None:
            problems = tuple(self._inspect(path))
            campaign = None if _has_error(problems) else campaign
        if campaign is None and known is not None:
            campaign = known.campaign
        return _Known(stamp=stamp, campaign=campaign, problems=problems)


def _has_error(problems: Sequence[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def stamp_of(path: Path) -> tuple[int, int]:
    """Its time in nanoseconds and its size: another one says that the file was written. Zeros where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _stamps(folders: Sequence[Path]) -> frozenset[tuple[str, int, int]]:
    """Every file below the folders with its time and size."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return frozenset((str(path), *stamp_of(path)) for path in files)
