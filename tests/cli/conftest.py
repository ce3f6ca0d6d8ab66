"""Projects to call commands in: as `nurture init` makes them, with its three people and a database."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import Called, call

Nurture = Callable[..., Called]


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "project"
    assert call("init", folder).code == 0
    assert call("-C", folder, "contacts", "import", folder / "contacts.csv").code == 0
    return folder


@pytest.fixture
def project(_made: Path, tmp_path: Path) -> Path:
    """A project whose three people are in no campaign yet."""
    return Path(shutil.copytree(_made, tmp_path / "project"))


@pytest.fixture
def nurture(project: Path) -> Nurture:
    """Calls a command in that project."""
    return lambda *arguments: call("-C", project, *arguments)


@pytest.fixture
def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
