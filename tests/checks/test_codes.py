"""The table of codes is whole: every code that a golden file or the source names is explained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nurture.checks.codes import CODES

ROOT = Path(__file__).parent.parent.parent
CODE_COMES = {"add": 1, "problem": 1, "_add": 1, "wrong": 0, "_Refused": 0, "_matching": 1}
"""Functions that take a code, and the place of it among their arguments."""


def codes_in(source: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        place = CODE_COMES.get(getattr(call.func, "attr", getattr(call.func, "id", "")))
        named = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        for value in (call.args[place : place + 1] if place is not None else []) + named:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value.replace("-", "_")


def test_every_code_of_the_golden_files_is_explained() -> None:
    told = "".join(path.read_text() for path in (ROOT / "tests/golden/wrong").rglob("*.expected"))

    assert set(re.findall(r" (?:error|warning) (\w+) \| ", told)) <= CODES.keys()


def test_every_code_in_the_source_is_explained() -> None:
    rooms = [ROOT / "nurture" / room for room in ("loader", "checks", "rendering")]
    files = [path for room in rooms for path in room.glob("*.py")] + [ROOT / "nurture" / "settings.py"]

    codes = {code for path in files for code in codes_in(path.read_text())}

    assert len(codes) > 40
    assert codes <= CODES.keys()


def test_each_explanation_is_one_sentence() -> None:
    assert all(text.endswith(".") and text.count(". ") == 0 for text in CODES.values())


GUIDE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", GUIDE, re.MULTILINE | re.DOTALL))


def test_every_code_has_its_section_and_every_section_its_code_in_one_order() -> None:
    assert list(SECTIONS) == list(CODES)


@pytest.mark.parametrize("code", SECTIONS)
def test_a_section_says_how_grave_it_is_and_gives_an_example(code: str) -> None:
    section = SECTIONS[code]

    assert re.match(r"\*(Error|Warning)\b", section)
    assert len(section.partition("Example:")[2]) > 20


def test_what_the_guide_calls_grave_is_so_in_the_golden_files() -> None:
    told = "".join(path.read_text() for path in (ROOT / "tests/golden/wrong").rglob("*.expected"))

    for severity, code in set(re.findall(r" (error|warning) (\w+) \| ", told)):
        assert f"*{severity}" in SECTIONS[code].lower(), code
