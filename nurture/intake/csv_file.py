"""CSV as it really comes, a record at a time in constant memory; what cannot be read spoils one line, not the rest."""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from nurture.errors import InvalidInput

DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 128 * 1024  # characters; also what the csv module allows one cell
_MOST_LINES = 200  # that one record may take with line breaks inside its quotation marks
_PROGRESS_EVERY = 512
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)

OnProgress = Callable[[int, int], None]
"""Told the bytes read so far and the bytes in all."""


class Record(NamedTuple):
    """Cells of one record; `line` counts from 1. `trouble` says why the cells are not what was meant, if so."""

    line: int
    cells: list[str]
    trouble: str = ""


class _Lines:
    """Physical lines for the csv reader, remembering those of the record under way so that they can be put back."""

    __slots__ = ("_back", "_readline", "is_open", "record")

    def __init__(self, readline: Callable[[int], str]) -> None:
        self._readline = readline
        self._back: deque[str] = deque()
        self.record: list[str] = []
        self.is_open = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        record = self.record
        if record and len(record) >= _MOST_LINES:
            self.is_open = True
            raise StopIteration
        line = self._back.popleft() if self._back else self._readline(LONGEST_LINE)
        if not line:
            self.is_open = bool(record)
            raise StopIteration
        record.append(line)
        if len(line) >= LONGEST_LINE:
            raise csv.Error("line too long")
        return line

    def put_back(self) -> str:
        """The first line of the record; its further lines are read once more."""
        first, *others = self.record
        self._back.extendleft(reversed(others))
        self.record = [first]
        self.is_open = False
        return first

    def skip_to_line_end(self, line: str) -> None:
        """Pass over what is left of a line that was cut at LONGEST_LINE."""
        while line and not line.endswith(("\n", "\r")):
            line = self._readline(LONGEST_LINE)


def read_records(
    path: Path, *, encoding: str, delimiter: str, on_progress: OnProgress | None = None
) -> Iterator[Record]:
    """Every record of the file with the number of its first line, blank lines left out.

    Bytes that the encoding does not know become U+FFFD. A quotation mark that is never closed spoils its own line;
    reading goes on with the next.
    """
    total = path.stat().st_size
    with path.open("rb") as file, io.TextIOWrapper(file, encoding, errors="replace", newline="") as text:
        lines = _Lines(text.readline)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number, countdown = 1, _PROGRESS_EVERY
        while True:
            lines.record.clear()
            try:
                cells, trouble = next(reader), ""
            except StopIteration:
                break
            except csv.Error as error:
                cells, trouble = _second_look(lines, delimiter, str(error))
            if cells:
                yield Record(number, cells, trouble)
            number += len(lines.record)
            countdown -= 1
            if on_progress is not None and not countdown:
                on_progress(file.tell(), total)
                countdown = _PROGRESS_EVERY
    if on_progress is not None:
        on_progress(total, total)


def _second_look(lines: _Lines, delimiter: str, error: str) -> tuple[list[str], str]:
    """A record that strict CSV refuses: read kindly where it is one line, else its first line alone and spoilt."""
    was_open = lines.is_open or len(lines.record) > 1
    first = lines.put_back()
    if len(first) >= LONGEST_LINE:
        lines.skip_to_line_end(first)
        return [first[:200].rstrip("\r\n")], f"the line is longer than {LONGEST_LINE} characters"
    if was_open:
        return [
            first.rstrip("\r\n")
        ], "a quotation mark opens here and is not closed, or closes in the middle of a cell"
    try:
        return next(csv.reader([first], delimiter=delimiter)), ""
    except (csv.Error, StopIteration):
        return [first.rstrip("\r\n")], f"it cannot be read as CSV ({error})"


class Header(NamedTuple):
    """The names of the columns; `records` is how many records of the file come before its data."""

    titles: list[str]
    records: int


def read_headers(path: Path, *, encoding: str, delimiters: tuple[str, ...]) -> dict[str, Header]:
    """The file's first row as each of `delimiters` would part it; empty where the file has none.

    Excel's own first line `sep=;` decides alone.
    """
    with path.open("rb") as file, io.TextIOWrapper(file, encoding, errors="replace", newline="") as text:
        told = _EXCEL_HINT.fullmatch(text.readline(LONGEST_LINE))
    headers: dict[str, Header] = {}
    for delimiter in (told[1],) if told else delimiters:
        records = read_records(path, encoding=encoding, delimiter=delimiter)
        if told:
            next(records, None)
        if (record := next(records, None)) is None:
            break
        if record.trouble:
            raise InvalidInput(f"The first row cannot be read: {record.trouble}.", where=f"{path}:{record.line}")
        headers[delimiter] = Header([cell.strip("\ufeff \t") for cell in record.cells], 2 if told else 1)
    return headers
