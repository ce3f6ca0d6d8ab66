"""A file of contacts as drafts, row by row: what can be used, and what cannot with its line, column and reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from nurture.domain.contact import Consent, ContactDraft
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import InvalidInput
from nurture.intake.columns import Columns, match_columns, recognised
from nurture.intake.csv_file import DELIMITERS, Header, OnProgress, Record, read_headers, read_records
from nurture.intake.draft import Drafts, RowRefused
from nurture.intake.encoding import detect_encoding, known_encoding
from nurture.intake.seen import SeenAddresses

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
_DELIMITER_NAMES = MappingProxyType({"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A row that can become a contact."""

    line: int
    draft: ContactDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that cannot. `column` is the title of its first wrong cell, empty where the row as a whole is wrong.

    `code` is stable: unreadable, too_many_cells, nul, undecodable, no_address, bad_address, duplicate, no_consent,
    too_long, or bad_ with country, language, timezone, consent or the type of the field.
    """

    line: int
    cells: tuple[str, ...]
    column: str
    code: str
    reason: str


Row = Accepted | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRows:
    """The rows of a file and how they are read; each iteration reads the file anew, in constant memory."""

    path: Path
    encoding: str
    delimiter: str
    header: Header
    columns: Columns
    vocabulary: Vocabulary
    zone: ZoneInfo
    now: datetime
    consent: Consent | None
    on_progress: OnProgress | None

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(self.header.titles)

    @property
    def notes(self) -> tuple[str, ...]:
        """In words: which columns are passed over, and why."""
        return self.columns.notes

    def __iter__(self) -> Iterator[Row]:
        """Every row that is not blank; of two with one address the second is refused."""
        drafts = Drafts(
            self.columns,
            width=len(self.header.titles),
            vocabulary=self.vocabulary,
            zone=self.zone,
            now=self.now,
            consent=self.consent,
        )
        seen = SeenAddresses()
        records = read_records(
            self.path, encoding=self.encoding, delimiter=self.delimiter, on_progress=self.on_progress
        )
        for record in islice(records, self.header.records, None):
            if any(record.cells):
                yield self._row(record, drafts, seen)

    def _row(self, record: Record, drafts: Drafts, seen: SeenAddresses) -> Row:
        line, cells, trouble = record
        if trouble:
            return _refused(record, RowRefused("unreadable", f"This line cannot be read: {trouble}."))
        try:
            draft = drafts.draft(cells)
        except RowRefused as refused:
            return _refused(record, refused)
        if first := seen.first_line(draft.address, line):
            title = next(column.title for column in self.columns.taken if column.field == "email")
            return _refused(record, RowRefused("duplicate", f"Line {first} has the same address.", title))
        return Accepted(line=line, draft=draft)


def read_contacts(
    path: Path,
    *,
    vocabulary: Vocabulary,
    zone: ZoneInfo,
    now: datetime,
    mapping: Mapping[str, str] = _NO_MAPPING,
    encoding: str | None = None,
    delimiter: str | None = None,
    consent: Consent | None = None,
    on_progress: OnProgress | None = None,
) -> ContactRows:
    """The contacts of a CSV file; raises InvalidInput for a file that cannot be one.

    Encoding and delimiter are found out where they are not given. `mapping` says which column is which field, an empty
    field leaving a column out. `zone` is the wall that times without offset are meant on; `consent` holds for every row
    that says nothing itself.
    """
    _look_at_file(path)
    codec = known_encoding(encoding) if encoding else detect_encoding(path)
    candidates = (_one_delimiter(delimiter),) if delimiter else DELIMITERS
    headers = read_headers(path, encoding=codec, delimiters=candidates)
    if not headers:
        raise InvalidInput("The file is empty.", where=str(path))

    def fits(candidate: str) -> tuple[int, int]:
        titles = headers[candidate].titles
        return recognised(titles, vocabulary=vocabulary, mapping=mapping), len(titles)

    best = max(headers, key=fits)
    try:
        columns = match_columns(headers[best].titles, vocabulary=vocabulary, mapping=mapping)
    except InvalidInput as refused:
        raise InvalidInput(refused.message, where=str(path), hint=refused.hint) from None
    return ContactRows(
        path=path,
        encoding=codec,
        delimiter=best,
        header=headers[best],
        columns=columns,
        vocabulary=vocabulary,
        zone=zone,
        now=now,
        consent=consent,
        on_progress=on_progress,
    )


def _refused(record: Record, why: RowRefused) -> Refused:
    return Refused(line=record.line, cells=tuple(record.cells), column=why.column, code=why.code, reason=why.reason)


def _look_at_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise InvalidInput(f"The file cannot be read: {error.strerror}.", where=str(path)) from None
    if start in _WORKBOOK:
        raise InvalidInput(
            "This is a workbook, not CSV.", where=str(path), hint="Save it as CSV UTF-8 and import that."
        )


def _one_delimiter(name: str) -> str:
    delimiter = _DELIMITER_NAMES.get(name.lower(), name)
    if len(delimiter) != 1 or delimiter in '"\r\n' or delimiter.isalnum():
        raise InvalidInput(f"{name!r} cannot part columns.", hint="Write comma, semicolon, tab or pipe.")
    return delimiter
