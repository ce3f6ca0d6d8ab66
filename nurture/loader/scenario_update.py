"""Puts other expectations into a scenario's file: only their lines change, every other byte and comment stays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from nurture.errors import InvalidInput

_DASH = re.compile(r"\s*-\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """One line of the new `expect`: the old one of that `index`, another `text` in its place, or a new one.

    Old ones that no new line names go.
    """

    index: int | None = None
    text: str | None = None


def with_expectations(text: str, line: int, wanted: Sequence[NewLine]) -> str:
    """The file's text with `wanted` as the `expect` of the scenario whose first key stands in `line`.

    Raises InvalidInput where the file is laid out so that lines cannot be changed.
    """
    lines = text.splitlines(keepends=True)
    scenario = _scenario_at(text, line)
    if scenario is None or scenario.flow_style:
        raise InvalidInput("this scenario stands in braces", hint="write it in lines, `key: value`, to have it updated")
    key, node = next(((key, value) for key, value in scenario.value if key.value == "expect"), (None, None))
    indent = " " * scenario.start_mark.column
    if key is None or node is None:
        at = _last_line(scenario) + 1
        return _joined([*lines[:at], *_whole(wanted, indent, lines)], lines[at:])
    if isinstance(node, yaml.SequenceNode) and node.value and _has_own_lines(node, lines):
        first, last = key.start_mark.line + 1, _last_line(node) + 1
        return _joined([*lines[:first], *_edited(node, lines, wanted, first)], lines[last:])
    last = max(_last_line(node), key.start_mark.line) + 1
    return _joined([*lines[: key.start_mark.line], *_whole(wanted, indent, lines)], lines[last:])


def _joined(before: list[str], after: list[str]) -> str:
    return "".join([*before, *after])


def _scenario_at(text: str, line: int) -> yaml.MappingNode | None:
    for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
        for node in root.value if isinstance(root, yaml.SequenceNode) else [root]:
            if isinstance(node, yaml.MappingNode) and node.value and node.value[0][0].start_mark.line + 1 == line:
                return node
    return None


def _has_own_lines(node: yaml.SequenceNode, lines: list[str]) -> bool:
    """Whether each item begins a line of its own with a dash."""
    begins = [(item.start_mark.line, item.start_mark.column) for item in node.value]
    return len({line for line, _ in begins}) == len(begins) and all(
        _DASH.fullmatch(lines[line][:column]) for line, column in begins
    )


def _edited(node: yaml.SequenceNode, lines: list[str], wanted: Sequence[NewLine], first: int) -> list[str]:
    """The lines of the list anew; what stands above an item, such as a comment, stays above it."""
    prefix = lines[node.value[0].start_mark.line][: node.value[0].start_mark.column]
    newline = _newline(lines)
    by_index = {each.index: each for each in wanted if each.index is not None}
    found: list[str] = []
    rest = list(wanted)
    above = first
    for index, item in enumerate(node.value):
        if index in by_index:
            while rest and rest[0].index != index:
                found.append(f"{prefix}{rest.pop(0).text}{newline}")
            rest = rest[1:]
        begin, end = item.start_mark.line, _last_line(item)
        found += lines[above:begin]
        above = end + 1
        match by_index.get(index):
            case None:
                pass
            case NewLine(text=None):
                found += lines[begin : end + 1]
            case NewLine(text=text):
                found.append(f"{lines[begin][: item.start_mark.column]}{text}{_tail(item, lines)}")
    return _ended(found, newline) + [f"{prefix}{each.text}{newline}" for each in rest]


def _tail(item: yaml.Node, lines: list[str]) -> str:
    """What stands behind an item in its last line, such as a comment."""
    last = _last(item)
    return lines[last.end_mark.line][last.end_mark.column :] if last.end_mark.column else _newline(lines)


def _whole(wanted: Sequence[NewLine], indent: str, lines: list[str]) -> list[str]:
    newline = _newline(lines)
    before = [newline] if lines and not lines[-1].endswith(("\n", "\r")) else []
    return [*before, f"{indent}expect:{newline}", *(f"{indent}  - {each.text}{newline}" for each in wanted)]


def _ended(lines: list[str], newline: str) -> list[str]:
    """A last line that the file does not end gets its end, so that more may follow."""
    if lines and not lines[-1].endswith(("\n", "\r")):
        return [*lines[:-1], lines[-1] + newline]
    return lines


def _newline(lines: list[str]) -> str:
    return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"


def _last(node: yaml.Node) -> yaml.Node:
    """The node that ends where this one does: PyYAML has a block end only where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        tail = node.value[-1]
        return _last(tail[1] if isinstance(tail, tuple) else tail)
    return node


def _last_line(node: yaml.Node) -> int:
    last = _last(node)
    if not last.end_mark.column and last.end_mark.line > last.start_mark.line:
        return last.end_mark.line - 1
    return last.end_mark.line
