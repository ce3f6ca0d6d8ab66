"""The house keeps its own rules: short rooms with names that say something, no late import, no secret word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "nurture").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "types", "models", "consts", "core"}
VAGUE_VERBS = re.compile(r"^_?(handle|process|manage)(_[a-z]|$)")  # aiosmtpd asks for handle_RCPT and its like
NAMES_OF_LIBRARIES = {"process_bind_param", "process_result_value", "_handle_client"}
NAMES_OF_LIBRARIES |= {"handle_starttag", "handle_endtag", "handle_data"}
LATE_IMPORTS_ALLOWED = {"nurture/cli/main.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_one_room(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert len(source.splitlines()) <= LONGEST_MODULE, "split it: no room has more than 400 lines"
    assert path.stem not in VAGUE, "a name that says what is in the room"
    assert ast.get_docstring(tree), "a module says in one sentence what room it is"
    for function in functions(tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        assert length <= LONGEST_FUNCTION or function.name in {"command", "import_"}, f"{function.name} fits no screen"
        is_ours = function.name not in NAMES_OF_LIBRARIES
        assert not (is_ours and VAGUE_VERBS.match(function.name)), f"{function.name} says nothing"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_at_its_top(path: Path) -> None:
    if name_of(path) in LATE_IMPORTS_ALLOWED:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = [
        node.lineno
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late, f"late imports in lines {late}: a name on the wrong floor"
    assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name_of)
def test_a_room_has_no_hall(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(tree.body) == 1, "__init__.py holds a docstring and nothing else"


def test_nothing_is_left_open_in_the_code() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [name_of(path) for path in MODULES if left.search(path.read_text(encoding="utf-8"))]
    assert found == []
