"""Contacts and refused rows as CSV that Excel opens right and that can be imported again."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from nurture.domain.contact import STANDARD_FIELDS, Contact
from nurture.domain.value import Value
from nurture.domain.vocabulary import Vocabulary
from nurture.intake.columns import CONSENT_SOURCE, CONSENT_WORDING, REFUSED_COLUMNS
from nurture.intake.formula import disarm
from nurture.intake.read import Refused

EXPORT_ENCODING = "utf-8-sig"  # without the mark Excel takes UTF-8 for the old page of the machine


class RefusedFile:
    """Refused rows with line, column and reason before their own cells: to be mended and imported again.

    The file is made with the first refusal; none is left where nothing was refused.
    """

    def __init__(self, path: Path, titles: Sequence[str]) -> None:
        self.path = path
        self.count = 0
        self._titles = tuple(titles)
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, refused: Refused) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding=EXPORT_ENCODING, newline="")
            self._write(REFUSED_COLUMNS + self._titles)
        self._write((str(refused.line), refused.column, refused.reason, *refused.cells))
        self.count += 1

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, cells: Iterable[str]) -> None:
        if self._file is not None:
            csv.writer(self._file).writerow([disarm(cell) for cell in cells])


def write_contacts(stream: TextIO, contacts: Iterable[Contact], vocabulary: Vocabulary) -> int:
    """Write every contact with all standard and declared fields, and return how many there were.

    `stream` is opened with `newline=""`, and as EXPORT_ENCODING where Excel is to open it. What `read_contacts` makes
    of it are the same contacts.
    """
    fields = (*STANDARD_FIELDS, *vocabulary.contact_fields)
    writer = csv.writer(stream)
    writer.writerow((*fields, CONSENT_SOURCE, CONSENT_WORDING))
    count = 0
    for contact in contacts:
        count += 1
        consent = contact.consent
        own = [_cell(contact.value(field)) for field in fields]
        writer.writerow([*own, disarm(consent.source if consent else ""), disarm(consent.wording if consent else "")])
    return count


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return repr(value)  # a number with a minus sign is no formula
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return disarm(";".join(value))
        case str():
            return disarm(value)
