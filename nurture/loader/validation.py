"""Holds a document against its shape: every fault as a problem with its place, and what is left as the shape.

Pydantic tells all faults of one pass but gives nothing when there is one. So faulty parts are cut out and the rest is
read again, and what comes after (names, conditions) can tell its own problems in the same look. Places of cut lists
are counted back to those of the file.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nurture.errors import Problem, Severity
from nurture.loader.document import Document, Place, Tree
from nurture.loader.nearest import did_you_mean
from nurture.loader.words import QUOTE, show

ShapeT = TypeVar("ShapeT", bound=BaseModel)
_ROUNDS = 5
_WANTED: Mapping[str, str] = {
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "dict_type": "a mapping of keys and values",
    "list_type": "a list",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "none_required": "nothing",
}
_HINTS: Mapping[str, str] = {
    "a mapping of keys and values": "write `key: value` lines under it",
    "a list": "write [a, b], or a line with `- ` for each",
    "true or false": "write true or false",
    "a whole number": "write a number without quotes",
    "a number": "write a number without quotes",
    "a text": QUOTE,
    "nothing": "write the key alone, with nothing after the colon",
}
_NOT_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


@dataclass(slots=True, kw_only=True)
class Checked(Generic[ShapeT]):
    """The shape, without what was faulty, and the problems so far; `shape` is None where nothing is left."""

    document: Document
    shape: ShapeT | None
    problems: list[Problem]
    cut: set[Place] = field(default_factory=set)
    kept: Mapping[Place, list[int]] = field(default_factory=dict)

    def add(
        self,
        place: Place,
        code: str,
        message: str,
        hint: str = "",
        *,
        on_key: bool = False,
        severity: Severity = "error",
        offset: int = 0,
        lacks: tuple[str, ...] = (),
    ) -> None:
        """Note a problem of the value at `place` of the shape, `offset` characters into a text on one line.

        Where it `lacks` keys that only a fault has taken out, nothing is noted: the fault is told already.
        """
        place = self.written(place)
        if any((*place, key) in self.cut for key in lacks):
            return
        problem = self.document.problem(place, code, message, hint, on_key=on_key, severity=severity, offset=offset)
        self.problems.append(problem)

    def written(self, place: Place) -> Place:
        """The place in the file of a place in the shape."""
        return _written(place, self.kept)

    def is_cut_at(self, place: Place) -> bool:
        """Whether some key of the mapping at `place` of the shape was faulty and is left out."""
        place = self.written(place)
        return any(gone[:-1] == place for gone in self.cut)

    def is_cut_under(self, *keys: str | int) -> bool:
        """Whether something at or under that place of the file was faulty and is left out of the shape."""
        return any(place[: len(keys)] == keys for place in self.cut)


def check_shape(document: Document, model: type[ShapeT], may_be_empty: Callable[[Place], bool]) -> Checked[ShapeT]:
    """The document as `model`; keys without a value are faulty save where `may_be_empty` says otherwise."""
    checked: Checked[ShapeT] = Checked(
        document=document, shape=None, problems=list(document.problems), cut=set(document.faulty)
    )
    if document.value is None:
        return checked
    _find_empty(document.value, (), may_be_empty, checked)
    unknown: list[tuple[Place, str]] = []
    for _ in range(_ROUNDS):
        kept: dict[Place, list[int]] = {}
        data = _without(document.value, (), checked.cut, kept)
        checked.kept = kept
        try:
            checked.shape = model.model_validate(data)
            break
        except ValidationError as error:
            for details in error.errors(include_url=False):
                _note(details, data, checked, unknown)
    for place, name in unknown:
        hint = did_you_mean(name, _keys_at(checked, place[:-1], model), most=12)
        checked.problems.append(
            document.problem(place, "unknown_key", f"the key {show(name)} is not known here", hint, on_key=True)
        )
    return checked


def _find_empty(value: Tree, place: Place, may_be_empty: Callable[[Place], bool], checked: Checked[Any]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if inner is None and not may_be_empty((*place, key)):
                checked.problems.append(
                    checked.document.problem(
                        (*place, key),
                        "empty_value",
                        f"{key} has no value",
                        "write one, or take the key out",
                        on_key=True,
                    )
                )
                checked.cut.add((*place, key))
            else:
                _find_empty(inner, (*place, key), may_be_empty, checked)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _find_empty(inner, (*place, index), may_be_empty, checked)


def _without(value: Tree, place: Place, cut: set[Place], kept: dict[Place, list[int]]) -> Tree:
    if isinstance(value, dict):
        return {
            key: _without(inner, (*place, key), cut, kept) for key, inner in value.items() if (*place, key) not in cut
        }
    if isinstance(value, list):
        indices = [index for index in range(len(value)) if (*place, index) not in cut]
        if len(indices) < len(value):
            kept[place] = indices
        return [_without(value[index], (*place, index), cut, kept) for index in indices]
    return value


def _written(place: Place, kept: Mapping[Place, list[int]]) -> Place:
    made: Place = ()
    for part in place:
        made = (*made, kept[made][part] if isinstance(part, int) and made in kept else part)
    return made


def _note(details: ErrorDetails, data: Tree, checked: Checked[Any], unknown: list[tuple[Place, str]]) -> None:
    """Turn one of pydantic's errors into a problem and cut out what it is about.

    Its location holds names of union members as well, which are no part of the document.
    """
    here, found = data, []
    loc = details["loc"]
    for part in loc:
        if isinstance(here, dict) and part in here:
            here = here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            continue
        found.append(part)
    place = _written(tuple(found), checked.kept)
    if place in checked.cut:
        return
    checked.cut.add(place)
    document = checked.document
    match details["type"]:
        case "extra_forbidden":
            unknown.append((place, str(loc[-1])))
        case "missing":
            message = f"{_quoted(place)} lacks the key {loc[-1]}"
            checked.problems.append(document.problem(place, "missing", message, f"write `{loc[-1]}:`", on_key=True))
        case _:
            code, message, hint = _in_words(details)
            is_key = loc[-1] == "[key]"
            checked.problems.append(document.problem(place, code, message, hint, on_key=is_key))


def _quoted(place: Place) -> str:
    words = [str(part) for part in place if isinstance(part, str)]
    return words[-1] if words else "the file"


def _in_words(details: ErrorDetails) -> tuple[str, str, str]:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if "message" in context:
        return kind, context["message"], context["hint"]
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context["expected"]))
        hint = did_you_mean(value, words) if isinstance(value, str) else f"one of: {', '.join(words)}"
        return "unknown_word", f"{show(value)} is not one of the words for this", hint
    if kind in _WANTED:
        hint = _HINTS[_WANTED[kind]]
        if kind == "bool_type" and isinstance(value, str) and value.lower() in _NOT_BOOLEANS:
            hint = f"write {_NOT_BOOLEANS[value.lower()]}"
        return "wrong_type", f"{show(value)} stands where {_WANTED[kind]} must", hint
    if kind == "wrong_type":
        return "wrong_type", f"{show(value)} stands where a text or a mapping must", QUOTE
    wanted = details["msg"].lower().removeprefix("input should be ")
    return "bad_value", f"{show(value)} cannot stand here", f"write something {wanted}"


def _keys_at(checked: Checked[Any], place: Place, model: type[BaseModel]) -> list[str]:
    """The keys that the shape at this place of the file knows; none where nothing is left of it."""
    here: Any = checked.shape
    made: Place = ()
    for part in place:
        if isinstance(here, BaseModel):
            here = getattr(here, _names_of(type(here)).get(str(part), ""), None)
        elif isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list | tuple) and isinstance(part, int):
            index = checked.kept[made].index(part) if made in checked.kept and part in checked.kept[made] else part
            here = here[index] if index < len(here) else None
        made = (*made, part)
    if isinstance(here, BaseModel):
        return list(_names_of(type(here)))
    return list(_names_of(model)) if not place else []


def _names_of(model: type[BaseModel]) -> dict[str, str]:
    return {info.alias or name: name for name, info in model.model_fields.items()}
