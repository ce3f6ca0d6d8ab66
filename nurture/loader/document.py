"""YAML as marketers write it, with the place of every key and value: the one home of yaml.

Why an own composer over PyYAML's events rather than its loaders: they forget positions, take the last of two equal
keys, and read `no`, `012` and `9:30` as false, 10 and 570. Here scalars are those of YAML 1.2, save that a number that
begins with 0 stays text (`0105536000315` is an identity, not an amount) and dates stay text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from nurture.errors import Problem, Severity

T = TypeVar("T")
Tree = str | int | float | bool | None | list["Tree"] | dict[str, "Tree"]
Place = tuple[str | int, ...]
"""The way from the root of a document to one of its values: keys of mappings, indices of lists."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
MAX_NODES = 100_000
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_OTHER_INT = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands in its file; both count from 1."""

    line: int
    column: int


_START = Mark(1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file as written. `value` is None where nothing in it can be used; `problems` then say why.

    `on_one_line` has the texts whose characters stand in the file as they are, with the width of the quote before them.
    `faulty` are places whose values problems speak of already, so that nothing more need be said of them.
    """

    file: str
    value: dict[str, Tree] | None
    problems: tuple[Problem, ...]
    values: Mapping[Place, Mark]
    keys: Mapping[Place, Mark]
    on_one_line: Mapping[Place, int]
    faulty: frozenset[Place] = frozenset()

    def mark(self, place: Place) -> Mark:
        """Where the value at `place` begins, or the nearest value around it that is known."""
        while place not in self.values and place:
            place = place[:-1]
        return self.values.get(place, _START)

    def key_mark(self, place: Place) -> Mark:
        """Where the key of the value at `place` stands; for an item of a list, the item itself."""
        return self.keys.get(place) or self.mark(place)

    def problem(
        self,
        place: Place,
        code: str,
        message: str,
        hint: str = "",
        *,
        on_key: bool = False,
        severity: Severity = "error",
        offset: int = 0,
    ) -> Problem:
        """A problem of the value at `place`, `offset` characters into a text on one line, or of its key."""
        mark = self.key_mark(place) if on_key else self.mark(place)
        inside = self.on_one_line[place] + offset if offset and place in self.on_one_line else 0
        return Problem(
            file=self.file,
            line=mark.line,
            column=mark.column + inside,
            code=code,
            message=message,
            hint=hint,
            severity=severity,
        )


class _Refused(Exception):
    """Nothing of the document can be used, because of this problem."""

    def __init__(self, code: str, message: str, hint: str = "", mark: Mark = _START) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.mark = code, message, hint, mark


def read_document(path: Path, file: str) -> Document:
    """The YAML file at `path`, which problems call `file`. Never raises: what is wrong is in `problems`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return _unusable(file, _Refused("unreadable", f"the file cannot be read: {error.strerror or error}"))
    return load_yaml(data, file)


def load_yaml(source: bytes | str, file: str) -> Document:
    """The document that `source` writes. Never raises: what is wrong is in `problems`, all of it where possible."""
    try:
        composer = _Composer(_decoded(source), file)
        return composer.compose()
    except _Refused as refused:
        return _unusable(file, refused)


def load_yaml_list(source: bytes | str, file: str) -> tuple[Document, ...]:
    """As `load_yaml` for a file of many: documents divided by `---`, each of them one mapping or a list of mappings.

    Places are counted inside each mapping.
    """
    try:
        return tuple(_Composer(_decoded(source), file).compose_each())
    except _Refused as refused:
        return (_unusable(file, refused),)


def _unusable(file: str, refused: _Refused) -> Document:
    problem = Problem(
        file=file,
        line=refused.mark.line,
        column=refused.mark.column,
        code=refused.code,
        message=refused.message,
        hint=refused.hint,
    )
    return Document(file=file, value=None, problems=(problem,), values={}, keys={}, on_one_line={})


def _decoded(source: bytes | str) -> str:
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        raise _Refused("too_large", f"the file is larger than {MAX_BYTES // 1000} kB", "split it")
    text = source if isinstance(source, str) else _text_of(source)
    text = text.removeprefix("\ufeff")
    if bad := _FORBIDDEN.search(text):
        raise _Refused(
            "syntax",
            f"the character U+{ord(bad[0]):04X} may not stand in YAML",
            "take it out, or write it as an escape in double quotes",
            _mark_of_offset(text, bad.start()),
        )
    return text


def _text_of(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        raise _Refused(
            "encoding",
            "the file is not in UTF-8",
            "save it again with the encoding UTF-8",
            _mark_of_offset(before, len(before)),
        ) from error


def _mark_of_offset(text: str, offset: int) -> Mark:
    before = text[:offset]
    return Mark(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


def _scalar(text: str) -> Tree:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OTHER_INT.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and (number := float(text)) not in (float("inf"), float("-inf")) and not text.isdigit():
        return number
    return text


class _Composer:
    """Turns the event stream of one document into plain values, counting nodes and depth as it goes."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._values: dict[Place, Mark] = {}
        self._keys: dict[Place, Mark] = {}
        self._on_one_line: dict[Place, int] = {}
        self._problems: list[Problem] = []
        self._anchors: dict[str, tuple[Tree, int]] = {}
        self._nodes = 0

    def compose(self) -> Document:
        events = _events(self._text)
        value: Tree = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(
                        "syntax", "a second document begins here", "one file holds one; take out `---`", _mark(event)
                    )
            elif isinstance(event, yaml.NodeEvent):
                value = self._node(event, events, ())
        if value is None and not self._problems:
            raise _Refused("empty", "the file is empty", "it must hold keys and values, as `key: value`")
        if not isinstance(value, dict):
            raise _Refused(
                "not_a_mapping", "the file must hold keys and values", "write `key: value` lines", self._values[()]
            )
        return Document(
            file=self._file,
            value=value,
            problems=tuple(self._problems),
            values=self._values,
            keys=self._keys,
            on_one_line=self._on_one_line,
        )

    def compose_each(self) -> list[Document]:
        events = _events(self._text)
        found: list[Document] = []
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._values, self._keys, self._on_one_line = {}, {}, {}
                self._anchors = {}
            elif isinstance(event, yaml.NodeEvent):
                value = self._node(event, events, ())
                if isinstance(value, list):
                    found += [self._part((index,), item) for index, item in enumerate(value)]
                elif value is not None:
                    found.append(self._part((), value))
        if not found and not self._problems:
            raise _Refused("empty", "the file is empty", "it must hold keys and values, as `key: value`")
        return found

    def _part(self, place: Place, value: Tree) -> Document:
        """The document of one mapping; it takes the problems that were found up to its end with it."""
        if not isinstance(value, dict):
            raise _Refused(
                "not_a_mapping", "here must be keys and values", "write `key: value` lines", self._values[place]
            )
        problems, self._problems = tuple(self._problems), []
        return Document(
            file=self._file,
            value=value,
            problems=problems,
            values=_under(place, self._values),
            keys=_under(place, self._keys),
            on_one_line=_under(place, self._on_one_line),
        )

    def _node(self, event: yaml.NodeEvent, events: Iterator[Any], place: Place) -> Tree:
        self._values[place] = _mark(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._count(1, event)
        if len(place) > MAX_DEPTH:
            raise _Refused("too_deep", f"nested more than {MAX_DEPTH} deep", "write it flatter", mark=_mark(event))
        nodes_before = self._nodes
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!" and tag not in _CORE_TAGS:
            self._add(_mark(event), "tag", f"the tag {tag} is not known here", "take it out; values have no tags")
        value: Tree
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event.value) if event.implicit[0] and not tag else _tagged(event.value, tag)
            begin, end = event.start_mark, event.end_mark
            quote = 0 if event.style is None or event.style == "" else 1
            if begin and end and begin.line == end.line and end.column - begin.column == len(event.value) + 2 * quote:
                self._on_one_line[place] = quote
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(events, place)
        else:
            value = self._mapping(events, place)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._nodes - nodes_before + 1)
        return value

    def _list(self, events: Iterator[Any], place: Place) -> list[Tree]:
        items: list[Tree] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*place, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], place: Place) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise _Refused(
                    "syntax", "a key must be a word", "put a text that begins with { or [ in quotes", _mark(key)
                )
            name, mark = key.value, _mark(key)
            self._count(1, key)
            inside = (*place, name)
            if name == "<<" and key.implicit[0]:
                self._add(mark, "merge_key", "merge keys (`<<`) are not taken", "write the keys out")
                self._forget(events, inside)
            elif name in found:
                first = self._keys[inside].line
                self._add(mark, "duplicate_key", f"the key {name} is here twice", f"the first is in line {first}")
                self._forget(events, inside)
            else:
                self._keys[inside] = mark
                found[name] = self._node(next(events), events, inside)
        return found

    def _forget(self, events: Iterator[Any], place: Place) -> None:
        """Read a value that is not taken, under a place that nothing else has."""
        self._node(next(events), events, (*place[:-1], f"\0{len(self._problems)}"))

    def _alias(self, event: yaml.AliasEvent) -> Tree:
        if event.anchor not in self._anchors:
            raise _Refused(
                "syntax",
                f"*{event.anchor} has no &{event.anchor} before it",
                "write the value itself",
                mark=_mark(event),
            )
        value, size = self._anchors[event.anchor]
        self._count(size, event)
        return value

    def _count(self, nodes: int, event: yaml.Event) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _Refused(
                "too_large",
                f"more than {MAX_NODES:,} values (an alias counts as what it stands for)",
                "split the file, or write less",
                mark=_mark(event),
            )

    def _add(self, mark: Mark, code: str, message: str, hint: str) -> None:
        self._problems.append(
            Problem(file=self._file, line=mark.line, column=mark.column, code=code, message=message, hint=hint)
        )


def _under(place: Place, known: Mapping[Place, T]) -> dict[Place, T]:
    depth = len(place)
    return {each[depth:]: found for each, found in known.items() if each[:depth] == place}


def _tagged(text: str, tag: str | None) -> Tree:
    return text if tag in (None, "!", "tag:yaml.org,2002:str") else _scalar(text)


def _mark(event: yaml.Event) -> Mark:
    start = event.start_mark
    return Mark(start.line + 1, start.column + 1) if start else _START


def _events(text: str) -> Iterator[yaml.Event]:
    """The parser's events; raises `_Refused` in the words of somebody who does not know the parser."""
    try:
        yield from yaml.parse(text, Loader=_PARSER)
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        mark = Mark(where.line + 1, where.column + 1) if where else _START
        raise _Refused("syntax", *_in_words(error, text, mark), mark) from error
    except yaml.YAMLError as error:
        raise _Refused("syntax", f"this is not YAML: {error}", "begin anew from an example") from error


def _in_words(error: yaml.MarkedYAMLError, text: str, mark: Mark) -> tuple[str, str]:
    lines = text.split("\n")
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    problem = error.problem or "it cannot be read"
    if "\t" in line[: mark.column + 1]:
        return "a tab stands where spaces must", "YAML is indented with spaces"
    if "mapping values are not allowed" in problem:
        return "a second colon, or a line indented wrongly", "put a text that has a colon in quotes; indent as above"
    if "cannot start any token" in problem and mark.column <= len(line):
        return f"a value may not begin with {line[mark.column - 1]}", "put it in quotes"
    began = error.context_mark
    since = f" ({error.context}, from line {began.line + 1})" if error.context and began else ""
    return f"{problem}{since}", "look for a missing quote, bracket or indent"
