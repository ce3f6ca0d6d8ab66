"""A simulation as one JSON document, written row by row: times in ISO 8601 on the contact's wall, keys in one order."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TextIO

from nurture.simulation.played import Played

_ROWS = ("sends", "skips", "moves", "holds", "ends", "funnel", "senders", "volume")
_NAMES = {"from_stage": "from"}


def write_json(played: Played, out: TextIO) -> None:
    """The whole of it."""
    out.write("{")
    head: dict[str, object] = {
        "campaign": played.campaign,
        "seed": played.seed,
        "contacts": played.contacts,
        "days": played.days,
        "start": played.start.astimezone(played.zone).isoformat(),
        "end": played.end.astimezone(played.zone).isoformat(),
        "enrolled": played.enrolled,
        "waiting": played.waiting,
    }
    for name, value in head.items():
        out.write(f"{'' if name == 'campaign' else ','}\n  {_text(name)}: {_text(value)}")
    for name in _ROWS:
        _write_rows(name, getattr(played, name), out)
    sums = {"outcomes": played.outcomes, "refused": played.refused, "deeds": played.deeds}
    for name, counts in sums.items():
        out.write(f",\n  {_text(name)}: {_text(dict(counts))}")
    out.write("\n}\n")


def _write_rows(name: str, rows: Sequence[Any], out: TextIO) -> None:
    out.write(f",\n  {_text(name)}: [")
    for number, row in enumerate(_documents(rows)):
        out.write(f"{',' if number else ''}\n    {_text(row)}")
    out.write("\n  ]" if rows else "]")


def _documents(rows: Sequence[Any]) -> Iterable[dict[str, object]]:
    if not rows:
        return
    names = [each.name for each in fields(rows[0])]
    for row in rows:
        yield {_NAMES.get(name, name): getattr(row, name) for name in names}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
