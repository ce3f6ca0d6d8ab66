"""Calling `nurture` as a person does: in this process for most commands, as one of its own where it runs on."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nurture.cli.main import main

COMMAND = [sys.executable, "-m", "nurture"]


@dataclass(frozen=True, slots=True)
class Called:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def call(*arguments: str | Path) -> Called:
    """Run a command in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(each) for each in arguments])
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    return Called(code, out.getvalue(), err.getvalue())


def spawn(*arguments: str | Path, seconds: float = 60, **environ: str) -> Called:
    """Run a command in a process of its own, to its end."""
    done = subprocess.run(
        [*COMMAND, *(str(each) for each in arguments)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environ},
    )
    return Called(done.returncode, done.stdout, done.stderr)


def edit(folder: Path, old: str, new: str, file: str = "config.yaml") -> None:
    """Change one place in a file of the project."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
