"""The project's closed days: a CSV file whose first column is a date."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

from nurture.errors import Problem
from nurture.loader.validation import Checked
from nurture.loader.words import as_day, show

_MAX_BYTES = 1_000_000
_HINT = "make the file, with one date (2026-04-13) a line"


def read_closed_days(file: str, root: Path, checked: Checked[Any]) -> frozenset[date]:
    """The days in the file; what is no date is noted at its line, save in the first, which may be a heading."""
    try:
        text = (root / file).read_bytes()[:_MAX_BYTES].decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        checked.add(("closed_days", "file"), "missing_file", f"{show(file)} cannot be read: {reason}", _HINT)
        return frozenset()
    except UnicodeDecodeError:
        message = f"{show(file)} is not in UTF-8"
        checked.add(("closed_days", "file"), "encoding", message, "save it again with the encoding UTF-8")
        return frozenset()
    days: set[date] = set()
    reader = csv.reader(io.StringIO(text))
    for row in reader:
        word = row[0].strip() if row else ""
        if day := as_day(word):
            days.add(day)
        elif word and not word.startswith("#") and reader.line_num > 1:
            problem = Problem(
                file=file,
                line=reader.line_num,
                column=1,
                code="bad_date",
                message=f"{show(word)} is no date",
                hint="write it as 2026-04-13",
            )
            checked.problems.append(problem)
    return frozenset(days)
