"""`run`, `worker` and `web` as processes: what they say, whom they refuse, and how they end."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND, edit, spawn


@pytest.fixture
def listening_project(project: Path, free_port: int) -> Path:
    """A project whose web listener has a port of its own."""
    edit(project, "project: project", f"project: project\nweb: {{port: {free_port}}}")
    return project


@contextmanager
def running(project: Path, command: str = "run") -> Iterator[subprocess.Popen[str]]:
    """The command at work: it has said so."""
    process = subprocess.Popen(
        [*COMMAND, "-C", str(project), command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


@pytest.mark.parametrize("command", ["run", "web"])
def test_a_request_to_end_is_obeyed_with_success(listening_project: Path, command: str) -> None:
    with running(listening_project, command) as process:
        assert ended(process) == (0, "")


def test_a_second_run_on_the_same_file_is_refused(listening_project: Path) -> None:
    with running(listening_project) as process:
        second = spawn("-C", listening_project, "run")
        seen = spawn("-C", listening_project, "status", "--json")

        assert second.code == 2
        assert f"at work on nurture.db already (process {process.pid})" in second.err
        assert seen.json["process"] == process.pid
    assert spawn("-C", listening_project, "status", "--json").json["process"] is None


def test_a_campaign_that_is_wrong_is_shown_and_the_others_run(listening_project: Path) -> None:
    (listening_project / "campaigns" / "broken.yaml").write_text("stages: [")

    with running(listening_project) as process:
        code, err = ended(process)

    assert code == 0
    assert "campaigns/broken.yaml:" in err


def test_a_port_that_is_taken_is_told(listening_project: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        answer = spawn("-C", listening_project, "run")

    assert answer.code == 3
    assert answer.err.splitlines() == [
        f"Error: nothing can listen on 127.0.0.1:{free_port}: the port is taken",
        "  → Another program has the port, or the host is not this machine's: see `web` in config.yaml.",
    ]


def test_first_sends_off_this_machine_want_a_yes(listening_project: Path) -> None:
    smtp = "smtp: {host: mail.example.com, port: 587, security: starttls}"
    edit(listening_project, "transport: {folder: outbox}", smtp)

    answer = spawn("-C", listening_project, "run")

    assert answer.code == 2
    assert "leave this machine" in answer.err
    assert "--yes" in answer.err
