"""A loopback port in front of a mail server that counts what passes, and breaks or falls silent when it is told to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress


class Line:
    """Connections to `port` lead to `target`. The first ones break as `cuts` say: after so many bytes of the server."""

    def __init__(self, target: int, *, cuts: Sequence[int] = ()) -> None:
        self.connections = 0
        self.commands: list[bytes] = []
        """What clients said, a line each, without tags."""
        self.bytes_given = 0
        """How much the server said."""
        self._target = target
        self._cuts = list(cuts)
        self._silenced = threading.Event()
        self._silent_at = ""
        self.is_silent = False
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def fall_silent(self) -> None:
        """From now on the connections that stand stay open, and nothing passes; new ones work."""
        self._silenced.set()
        self._silenced = threading.Event()

    def fall_silent_at(self, verb: str) -> None:
        """Say nothing more on a connection on which that command comes; `is_silent` says that it came."""
        self._silent_at = verb

    def break_off(self) -> None:
        """Break the connections that stand; new ones work."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def verbs(self) -> list[str]:
        """The commands that were given, without what they were given with: `LOGIN`, `UID FETCH`, …"""
        found = []
        for line in self.commands:
            words = line.decode("ascii", "replace").split()
            found.append(" ".join(words[:2] if words[:1] == ["UID"] else words[:1]).upper())
        return found

    def serve(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                inside, _ = self._listener.accept()
                self.connections += 1
                self._start(self._carry, inside, self._cuts.pop(0) if self._cuts else None, self._silenced)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.break_off()
        for thread in self._threads:
            thread.join()

    def _start(self, act: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=act, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _carry(self, inside: socket.socket, cut: int | None, silenced: threading.Event) -> None:
        with inside, socket.create_connection(("127.0.0.1", self._target)) as outside:
            self._open += [inside, outside]
            back = threading.Thread(target=self._listen, args=(inside, outside, silenced))
            back.start()
            left = cut
            with suppress(OSError):
                while left != 0 and (data := outside.recv(4096 if left is None else min(left, 4096))):
                    if not silenced.is_set():
                        self.bytes_given += len(data)
                        inside.sendall(data)
                    left = None if left is None else left - len(data)
            for end in (inside, outside):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join()

    def _listen(self, inside: socket.socket, outside: socket.socket, silenced: threading.Event) -> None:
        rest = b""
        with suppress(OSError):
            while data := inside.recv(4096):
                if silenced.is_set():
                    continue
                *lines, rest = (rest + data).split(b"\r\n")
                commands = [line.partition(b" ")[2] or line for line in lines]
                self.commands += commands
                if self._silent_at and any(each.startswith(self._silent_at.encode()) for each in commands):
                    self.is_silent = True
                    continue
                outside.sendall(data)
            outside.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(target: int, *, cuts: Sequence[int] = ()) -> Iterator[Line]:
    """A line to a port of this machine, gone at the end."""
    line = Line(target, cuts=cuts)
    server = threading.Thread(target=line.serve)
    server.start()
    try:
        yield line
    finally:
        line.close()
        server.join()


def wait_until(is_so: Callable[[], bool], what: str, *, seconds: float = 60.0) -> None:
    """Return once it is so; fail where it does not come about within any reasonable time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"in vain waited for: {what}"
        time.sleep(0.01)
