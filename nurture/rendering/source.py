"""Rendering's files: which one is a template's source for a language, and what its head says.

Nothing outside `templates/emails/` is ever read: no absolute path, no `..`, no link that leads out.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from nurture.errors import InvalidInput
from nurture.rendering.context import nearest
from nurture.rendering.failure import FOLDER, BadTemplate
from nurture.rendering.files import DiskFiles, Files

KINDS = ("html", "md", "mjml")
"""What a source may be written in; `txt` beside it is a text part of the author's own."""

_NAME = re.compile(r"[\w-]+(?:/[\w-]+)*")
_VARIANT = re.compile(r"(?:\.(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.(?P<kind>html|md|mjml|txt)")
_HEAD_KEYS = ("subject", "preheader", "layout")
_LIMIT = 1_000_000


class HeadValue(NamedTuple):
    """A value of the head and the line it stands on."""

    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file as read; `body` has blank lines in the head's place, so that its line numbers are the file's."""

    name: str
    kind: str
    body: str
    head: Mapping[str, HeadValue] = field(default_factory=lambda: MappingProxyType({}))
    stamp: tuple[int, int]

    @property
    def layout(self) -> str | None:
        """The name of the layout around it; None where it is a whole document or extends one itself."""
        chosen = self.head.get("layout")
        if chosen:
            return None if chosen.value == "none" else chosen.value
        is_whole = self.kind == "mjml" or re.search(r"<html\b|<!doctype|\{%-?\s*extends\b", self.body, re.IGNORECASE)
        return None if is_whole else "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A template in one language: its source and, where there is one, its own text part."""

    language: str
    source: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """What has been looked at since the folder is held still."""

    entries: dict[str, list[str]] = field(default_factory=dict)
    variants: dict[str, dict[str, Variant]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)


class TemplateFolder:
    """The project's `templates/emails/`; reads a file again when its time or size has changed.

    `files` are a version's own, where it is not the folder on disk that counts.
    """

    def __init__(self, root: Path, languages: tuple[str, ...], files: Files | None = None) -> None:
        self._files = files or DiskFiles(root)
        self._languages = languages or ("en",)
        self._read: dict[str, SourceFile] = {}
        self._held: _Held | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Inside, nothing is looked at twice on the disk: for one look over many mails, in one thread."""
        before = self._held
        self._held = before or _Held()
        try:
            yield
        finally:
            self._held = before

    @property
    def read_names(self) -> tuple[str, ...]:
        """The names of all files that have been read so far."""
        return tuple(self._read)

    def variants(self, template: str) -> dict[str, Variant]:
        """The template in each language that it has; BadTemplate where it has no or two sources for one."""
        if self._held is None:
            return self._variants(template)
        if template not in self._held.variants:
            self._held.variants[template] = self._variants(template)
        return self._held.variants[template]

    def _variants(self, template: str) -> dict[str, Variant]:
        if not _NAME.fullmatch(template):
            raise BadTemplate(
                f"`{template}` is not the name of a template",
                file=FOLDER + template,
                code="template-missing",
                hint="Write its path under templates/emails/, without the ending.",
            )
        found = self._found(template)
        variants: dict[str, Variant] = {}
        for language, kinds in found.items():
            sources = [kinds[kind] for kind in KINDS if kind in kinds]
            for extra in sources[1:]:
                raise _two_sources(sources[0][-1], extra[-1])
            for names in kinds.values():
                if len(names) > 1:
                    raise _two_sources(*names[:2])
            if sources:
                text = kinds.get("txt", [None])[0]
                variants[language] = Variant(language=language, source=sources[0][0], text=text)
        if self._languages[0] not in variants:
            raise self._missing(template, found)
        return variants

    def names(self) -> list[str]:
        """The names of all files of the folder."""
        return self._files.below(FOLDER)

    def _found(self, template: str) -> dict[str, dict[str, list[str]]]:
        """Names of files by language and kind."""
        parent, _, stem = template.rpartition("/")
        found: dict[str, dict[str, list[str]]] = {}
        for entry in self._entries(parent):
            variant = _VARIANT.fullmatch(entry[len(stem) :]) if entry.startswith(stem) else None
            if variant:
                language = (variant["language"] or self._languages[0]).lower()
                language = next((known for known in self._languages if known.lower() == language), language)
                name = f"{parent}/{entry}" if parent else entry
                found.setdefault(language, {}).setdefault(variant["kind"], []).append(name)
        return found

    def _entries(self, folder: str) -> list[str]:
        if self._held is not None and folder in self._held.entries:
            return self._held.entries[folder]
        entries = list(self._files.names_in(FOLDER + folder))
        if self._held is not None:
            self._held.entries[folder] = entries
        return entries

    def _missing(self, template: str, found: Mapping[str, object]) -> BadTemplate:
        known = sorted({path.split(".")[0] for path in self._files.below(FOLDER)})
        hint = nearest(template, known) or f"Write {FOLDER}{template}.md."
        what = f"in {self._languages[0]}, the project's first language" if found else ""
        return BadTemplate(
            f"there is no template `{template}` {what}".strip(),
            file=FOLDER + template,
            code="template-missing",
            hint=hint,
        )

    def pick(self, template: str, language: str | None) -> Variant:
        """The variant for a contact's language (BCP 47): that one, else its base language, else the project's first."""
        variants = self.variants(template)
        by_tag = {known.lower(): variant for known, variant in variants.items()}
        tag = (language or "").lower()
        return by_tag.get(tag) or by_tag.get(tag.split("-")[0]) or variants[self._languages[0]]

    def read(self, name: str) -> SourceFile:
        """The file as it is now."""
        if self._held is not None and name in self._held.read:
            return self._read[name]
        file = self._as_it_is(name)
        if self._held is not None:
            self._held.read.add(name)
        return file

    def _as_it_is(self, name: str) -> SourceFile:
        stamp = self._files.stamp(name, within=FOLDER, what="template")
        kept = self._read.get(name)
        if kept is not None and kept.stamp == stamp:
            return kept
        if stamp[1] > _LIMIT:
            raise BadTemplate("the file is larger than a megabyte", file=FOLDER + name)
        try:
            text = _with_plain_ends(self._files.read(name, within=FOLDER, what="template").decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise BadTemplate("the file is not UTF-8", file=FOLDER + name, hint="Save it as UTF-8.") from error
        head, body = _split(text, FOLDER + name)
        self._read[name] = SourceFile(name=name, kind=name.rpartition(".")[2], body=body, head=head, stamp=stamp)
        return self._read[name]

    def is_current(self, file: SourceFile) -> bool:
        """Whether the file on disk is still the one that was read."""
        if self._held is not None and file.name in self._held.read:
            return self._read[file.name] is file
        try:
            return self._files.stamp(file.name, within=FOLDER) == file.stamp
        except (OSError, InvalidInput):
            return False


def _with_plain_ends(text: str) -> str:
    """The text with line ends as every system but one writes them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _two_sources(first: str, second: str) -> BadTemplate:
    return BadTemplate(
        f"{first} and {second} are both the source of one template in one language",
        file=FOLDER + second,
        code="template-duplicate",
        hint="Keep one.",
    )


def _split(text: str, file: str) -> tuple[Mapping[str, HeadValue], str]:
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return MappingProxyType({}), text
    head: dict[str, HeadValue] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return MappingProxyType(head), "\n" * number + "\n".join(lines[number:])
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        key = key.strip()
        if not colon or key not in _HEAD_KEYS:
            hint = nearest(key, _HEAD_KEYS) or f"The head has {', '.join(_HEAD_KEYS)}, each on a line."
            raise BadTemplate(
                f"`{key}` is no key of the head", file=file, line=number, column=1, code="head", hint=hint
            )
        if key in head:
            raise BadTemplate(f"`{key}` is there twice", file=file, line=number, column=1, code="head")
        head[key] = HeadValue(_unquoted(value.strip()), number)
    raise BadTemplate(
        "the head has no end", file=file, line=1, column=1, code="head", hint="Close it with a line `---`."
    )


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value
