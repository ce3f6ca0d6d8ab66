"""Postfix's own tools: the sink that takes every mail, and the source that is the yardstick."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.place import CONNECTIONS


def tool(name: str) -> str | None:
    """The path of `smtp-sink` or `smtp-source`, which Debian puts where ordinary users do not look."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@contextmanager
def sink() -> Iterator[int]:
    """The port on loopback of a sink that throws away what it takes."""
    program = tool("smtp-sink")
    assert program, "smtp-sink is not installed (Debian: apt install postfix)"
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "512"])
    try:
        _wait_until_open(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def yardstick(port: int, *, mails: int, size: int) -> float:
    """Mails a second of `smtp-source -d` with messages of `size` bytes over as many connections as we use."""
    program = tool("smtp-source")
    assert program, "smtp-source is not installed (Debian: apt install postfix)"
    began = time.perf_counter()
    command = [program, "-d", "-s", str(CONNECTIONS), "-m", str(mails), "-l", str(size), f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)
    return mails / (time.perf_counter() - began)


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    while True:
        assert process.poll() is None, "smtp-sink did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
