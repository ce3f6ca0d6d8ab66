"""Puts the environment into a config: `${NAME}`, and `${NAME:-default}` where the name may be missing or empty."""

import re
from collections.abc import Mapping
from dataclasses import replace

from nurture.errors import Problem
from nurture.loader.document import Document, Place, Tree

_REFERENCE = re.compile(r"\$(?:(?P<escaped>\$)\{|\{(?P<inner>[^{}]*)\})|(?P<open>\$\{)")
_INNER = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)


def interpolate(document: Document, environ: Mapping[str, str]) -> Document:
    """The document with every reference replaced in its values, never in its keys; `$${` writes a plain `${`.

    What comes from the environment stays text. A name that is missing and has no default becomes a problem.
    """
    if document.value is None:
        return document
    faults: dict[Place, Problem] = {}
    value = _mapping(document.value, (), environ, document, faults)
    return replace(
        document, value=value, problems=(*document.problems, *faults.values()), faulty=document.faulty | faults.keys()
    )


def is_written_out(text: object) -> bool:
    """Whether a value, before interpolation, itself says something, be it as the default of a reference.

    >>> is_written_out("hunter2"), is_written_out("${PASSWORD:-hunter2}"), is_written_out("${PASSWORD:-}")
    (True, True, False)
    """
    if not isinstance(text, str):
        return isinstance(text, int | float)
    return bool(_REFERENCE.sub(_default_of, text).strip())


def _default_of(found: re.Match[str]) -> str:
    inner = _INNER.fullmatch(found["inner"] or "")
    return (inner["default"] or "") if inner else ""


def _mapping(
    value: dict[str, Tree], place: Place, environ: Mapping[str, str], document: Document, faults: dict[Place, Problem]
) -> dict[str, Tree]:
    return {key: _value(inner, (*place, key), environ, document, faults) for key, inner in value.items()}


def _value(
    value: Tree, place: Place, environ: Mapping[str, str], document: Document, faults: dict[Place, Problem]
) -> Tree:
    match value:
        case dict():
            return _mapping(value, place, environ, document, faults)
        case list():
            return [_value(inner, (*place, index), environ, document, faults) for index, inner in enumerate(value)]
        case str():
            return _text(value, place, environ, document, faults)
        case _:
            return value


def _text(text: str, place: Place, environ: Mapping[str, str], document: Document, faults: dict[Place, Problem]) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "${"
        inner = _INNER.fullmatch(found["inner"] or "")
        if inner is None:
            hint = "write ${NAME} or ${NAME:-default}"
            message = "this is no reference to the environment"
            faults[place] = document.problem(place, "bad_reference", message, hint, offset=found.start())
            return ""
        name, default = inner["name"], inner["default"]
        if default is not None:
            return environ.get(name) or default
        if name not in environ:
            message = f"the environment has no {name}"
            hint = f"set it, or write ${{{name}:-default}}"
            faults[place] = document.problem(place, "missing_environment", message, hint, offset=found.start())
            return ""
        return environ[name]

    return _REFERENCE.sub(replaced, text)
