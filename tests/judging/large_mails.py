"""Mails of the largest size that is read, each judged in a process of its own, which says how much memory that took."""

import base64
import random
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nurture.inbox.mailbox import MAX_MAIL_BYTES
from nurture.inbox.parse import parse
from nurture.inbox.thread import answers
from tests.judging.figures import NOW
from tests.support.judging import classify

_HEAD = b"From: a@example.com\nTo: mali@example.com\nSubject: hi\n"
_BASE64 = base64.encodebytes(b"hello ")


def _many(piece: bytes) -> bytes:
    return piece * (MAX_MAIL_BYTES // len(piece))


MAILS: Mapping[str, Callable[[], bytes]] = {
    "a text": lambda: _HEAD + b"\n" + _many(b"hello world\n"),
    "a text with CRLF": lambda: _HEAD + b"\r\n" + _many(b"hello world\r\n"),
    "line ends only": lambda: _many(b"\r"),
    "HTML": lambda: _HEAD + b"Content-Type: text/html\n\n" + _many(b"<div><p>hello</p>"),
    "base64": lambda: _HEAD + b"Content-Transfer-Encoding: base64\n\n" + _many(_BASE64),
    "UTF-16": lambda: _HEAD + b"Content-Type: text/plain; charset=utf-16\n\n" + _many(b"\xd8\x00a\x00"),
    "parts": lambda: _HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n" + _many(b"--a\n\nx\n"),
    "recipients": lambda: _HEAD + b"Content-Type: message/delivery-status\n\n" + _many(b"Final-Recipient: a@b.c\n\n"),
    "noise": lambda: random.Random(1).randbytes(MAX_MAIL_BYTES),
}


def main() -> None:
    raw = MAILS[sys.argv[1]]()
    mail = parse(raw)
    classify(mail, now=NOW)
    answers(mail)
    print(_peak_megabytes())  # noqa: T201


def _peak_megabytes() -> int:
    """Of this process alone: `ru_maxrss` also remembers the one that started it, such as a long run of tests."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
