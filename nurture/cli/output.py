"""How answers are shown: JSON with stable keys for programs, tables and colour for people, on a terminal only."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

_NO_WIDTH = 1000
json_option = click.option("--json", "is_json", is_flag=True, help="One JSON document instead of text.")


def print_json(value: object) -> None:
    """One document; times in ISO 8601 with their offset."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case tuple() | set() | frozenset():
            return list(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        case _:
            return str(value)


def console(*, is_error: bool = False) -> Console:
    """Where people read: no colour when it is not a terminal, and no line broken for its width."""
    stream = sys.stderr if is_error else sys.stdout
    return Console(highlight=False, soft_wrap=True, stderr=is_error, width=None if stream.isatty() else _NO_WIDTH)


def table(*columns: str, title: str = "", numbers: Sequence[str] = (), narrow: Sequence[str] = ()) -> Table:
    """An empty table in the house style: `numbers` are set flush right, and neither they nor `narrow` are broken."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        is_narrow = column in numbers or column in narrow
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold", no_wrap=is_narrow)
    return made


def in_zone(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment on that wall, to the minute; empty for none."""
    return moment.astimezone(zone).strftime("%a %d %b %Y %H:%M") if moment else ""
