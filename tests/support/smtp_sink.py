"""Postfix's own sink as a relay: a second opinion on what we write to the wire, by a server that is not ours."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.missing import missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """A running sink; `mails` reads what it took, envelope as X-Mail-Args and X-Rcpt-Args headers."""

    port: int
    folder: Path

    def mails(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("mail*"))]


def installed_sink() -> str | None:
    """The path of smtp-sink, which Debian puts where ordinary users do not look."""
    return shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@contextmanager
def running_sink(*options: str) -> Iterator[Sink]:
    """A sink on loopback that keeps each message; skips the test where it is not installed, fails it in CI."""
    program = installed_sink()
    if program is None:
        missing("smtp-sink is not installed (Debian: apt install postfix)")
    if os.geteuid() == 0:
        options = ("-u", "nobody", *options)
    with tempfile.TemporaryDirectory(prefix="smtp-sink-") as name:
        folder = Path(name)
        folder.chmod(0o777)  # it gives up root's rights before it writes
        port = _free_port()
        command = [program, *options, "-d", "mail.", f"127.0.0.1:{port}", "512"]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            _wait_until_open(port, process)
            yield Sink(port=port, folder=folder)
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
    pytest.fail(f"smtp-sink did not start: {process.communicate()[0].decode(errors='replace')}")
