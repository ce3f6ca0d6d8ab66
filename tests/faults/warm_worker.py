"""Starts `nurture worker` as often as asked without paying its imports each time: a fork of a process that has them.

One line on stdin is one worker; its process id is answered at once, and "ended" once it has. A worker is a process of
its own in every respect that a SIGKILL touches: sockets, file locks, the database, everything in memory.
"""

import os
import sys

import nurture.cli.worker  # noqa: F401  what a fork is to find imported
from nurture.cli.main import main


def _serve(folder: str) -> None:
    for _ in sys.stdin:
        process = os.fork()
        if process == 0:
            try:
                main(["-C", folder, "worker", "--yes"])
            finally:
                os._exit(1)
        _say(str(process))
        os.waitpid(process, 0)
        _say("ended")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve(sys.argv[1])
