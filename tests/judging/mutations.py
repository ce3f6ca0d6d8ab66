"""Mails broken at random, again and again: whatever the bytes, they are read and judged, soon and without a fault.

`python -m tests.judging.mutations --mails 100000` tries so many; a short run stands in the suite.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nurture.inbox.parse import parse
from nurture.inbox.thread import answers
from tests.judging.collection import CORPORA
from tests.judging.figures import NOW, SECONDS_ALLOWED
from tests.support.judging import classify

GOLDEN = Path(__file__).parents[1] / "golden" / "inbound"
_LARGEST = 200_000
_PIECES = (
    b"\0", b"\r", b"\n", b"\n\n", b"\r\n", b"=?", b"=?utf-8?b?", b"?=", b"--", b"\n--", b'"', b"(", b")", b"<", b">",
    b"@", b"\xff", b"\xe0\xb8", b"\x1b$B", b"+AAA-", b"=", b"=\n", b"Content-Type: message/rfc822\n\n", b"\nFrom: ",
    b"> ",
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\n", b"Content-Transfer-Encoding: base64\n", b"begin 644 x\n",
    b"charset=utf-7", b"charset=iso-2022-jp", b"charset=x-none", b"Final-Recipient: rfc822;", b"Status: 5.1.1\n",
    b"<blockquote>", b"<div>", b"<!--", b"<script>", b"&#1114112;", b"On 1 Jan 2026, A wrote:\n", b"-- \n",
    b"until 31/02/2569", "๓๑ ก.พ.".encode(), "2月30日".encode(),
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run saw: `faults` and `slow` name a mail by the seed that makes it again."""

    mails: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)


def sources() -> list[bytes]:
    """The mails that are broken: our own, and the collections where they are."""
    paths = [*sorted(GOLDEN.glob("*.eml")), *sorted(CORPORA.glob("*/*/*.eml")), *sorted(CORPORA.glob("*/*/*.txt"))]
    return [path.read_bytes()[:_LARGEST] for path in paths]


def broken(chance: random.Random, mails: Sequence[bytes]) -> bytes:
    """One mail with a few dozen faults at most, some of them pieces of another mail."""
    mail = bytearray(chance.choice(mails) or b"x")
    for _ in range(chance.choice((1, 2, 5, 15, 40))):
        place = chance.randrange(len(mail) + 1)
        match chance.randrange(7):
            case 0 if mail:
                mail[min(place, len(mail) - 1)] = chance.randrange(256)
            case 1:
                del mail[place : place + chance.randrange(200)]
            case 2:
                other = chance.choice(mails)
                begin = chance.randrange(len(other) + 1)
                mail[place:place] = other[begin : begin + chance.randrange(2_000)]
            case 3:
                mail[place:place] = chance.choice(_PIECES) * chance.choice((1, 1, 1, 3, 200))
            case 4:
                piece = mail[place : place + chance.randrange(1, 400)]
                mail[place:place] = piece * chance.choice((1, 2, 30))
            case 5:
                del mail[place:]
            case _:
                mail[place:place] = chance.choice(_PIECES)
    return bytes(mail[:_LARGEST])


def try_mails(count: int, seed: int, *, seconds: float | None = None) -> Outcome:
    """Judge `count` broken mails, or as many as `seconds` allow."""
    mails, outcome, began = sources(), Outcome(), time.monotonic()
    for number in _numbers(count, seconds, began):
        raw = broken(random.Random(f"{seed}/{number}"), mails)
        at = time.perf_counter()
        try:
            mail = parse(raw)
            classify(mail, now=NOW)
            answers(mail)
        except Exception as fault:  # noqa: BLE001  every fault is counted
            outcome.faults.append(f"{seed}/{number}: {fault!r}")
        took = time.perf_counter() - at
        outcome.mails += 1
        outcome.slowest = max(outcome.slowest, took)
        if took > SECONDS_ALLOWED:
            outcome.slow.append(f"{seed}/{number}: {took:.1f} s")
    return outcome


def _numbers(count: int, seconds: float | None, began: float) -> Iterator[int]:
    for number in range(count):
        if seconds is not None and time.monotonic() - began > seconds:
            return
        yield number


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    outcome = try_mails(chosen.mails, chosen.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(  # noqa: T201
        f"{outcome.mails} mails, {len(outcome.faults)} faults, {len(outcome.slow)} over {SECONDS_ALLOWED:.0f} s, "
        f"slowest {1_000 * outcome.slowest:.0f} ms, peak memory {peak} MB"
    )
    for each in (*outcome.faults, *outcome.slow):
        print(f"  {each}")  # noqa: T201
    return 1 if outcome.faults or outcome.slow else 0


if __name__ == "__main__":
    sys.exit(main())
