"""Whether a person or a machine opened a mail or followed a link: scanners and proxies do both to everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

TOO_SOON = timedelta(seconds=20)
AT_ONCE = timedelta(seconds=10)
JUDGED_AFTER = timedelta(seconds=60)
"""How long a hit waits for what comes with it, before it is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request for a pixel or a link of one message; `link_index` only for a click."""

    id: int
    kind: Literal["open", "click"]
    at: datetime
    method: str
    link_index: int | None = None
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`reason` says why it was a machine; empty for a person."""

    is_human: bool
    reason: str = ""


def judge(hits: Sequence[Hit], *, sent_at: datetime | None, link_count: int) -> Mapping[int, Judgement]:
    """The judgement of each hit of one message, by hit id, seen together with all the others.

    A machine is who asks with HEAD, comes within seconds of the sending, or follows every link (at least two, or any
    three) at once; its opens within that moment are a machine's too.
    """
    bursts = _bursts([hit for hit in hits if hit.kind == "click"], link_count)
    return {hit.id: _judge_one(hit, sent_at, bursts) for hit in hits}


def _judge_one(hit: Hit, sent_at: datetime | None, bursts: Sequence[tuple[datetime, datetime]]) -> Judgement:
    if hit.method == "HEAD":
        return Judgement(is_human=False, reason="asked with HEAD")
    if sent_at is not None and hit.at - sent_at < TOO_SOON:
        seconds = max(0, int((hit.at - sent_at).total_seconds()))
        return Judgement(is_human=False, reason=f"{seconds} s after sending")
    if any(begin - AT_ONCE <= hit.at <= end + AT_ONCE for begin, end in bursts):
        return Judgement(is_human=False, reason="every link at once")
    return Judgement(is_human=True)


def _bursts(clicks: Sequence[Hit], link_count: int) -> list[tuple[datetime, datetime]]:
    """The spans in which so many different links were followed at once that nobody reads that fast."""
    ordered = sorted(clicks, key=lambda hit: hit.at)
    enough = max(2, min(3, link_count))
    found = []
    for start, first in enumerate(ordered):
        together = [hit for hit in ordered[start:] if hit.at - first.at <= AT_ONCE]
        if len({hit.link_index for hit in together}) >= enough:
            found.append((first.at, together[-1].at))
    return found
