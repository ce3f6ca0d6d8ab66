"""One row's cells as the draft of a contact, or everything that is wrong with them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from nurture.domain.contact import Consent, ContactDraft
from nurture.domain.value import FieldSpec, Value
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import InvalidInput
from nurture.intake.address import Address, parse_address, split_mailbox
from nurture.intake.columns import CONSENT, CONSENT_SOURCE, CONSENT_WORDING, FULL_NAME, Columns
from nurture.intake.convert import Converter, TooLong, converter, parse_bool
from nurture.intake.dates import parse_datetime
from nurture.intake.formula import restore
from nurture.intake.name import split_name

_LOST = "\ufffd"
_ONE_LINE = FieldSpec(name="company", type="text")  # any standard text: what names and sources are read as


class RowRefused(Exception):
    """Why a row cannot become a contact; `column` is the title of its first wrong cell, or empty."""

    def __init__(self, code: str, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.column = column


class Drafts:
    """Makes drafts of the rows of one file.

    `consent` is what all of its contacts agreed to, as far as their own row says nothing about it. A row that says no
    is refused: an import never makes anybody a recipient who did not want to be one.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        width: int,
        vocabulary: Vocabulary,
        zone: ZoneInfo,
        now: datetime,
        consent: Consent | None,
    ) -> None:
        self._columns = columns.taken
        self._width = width
        self._now = now
        self._consent = consent
        self._email = next(column for column in columns.taken if column.field == "email")
        self._plan: list[tuple[int, str, str, str, Converter]] = []
        for column in columns.taken:
            if column.field != "email":
                code, convert = _reading(column.field, vocabulary, zone, now)
                self._plan.append((column.index, column.title, column.field, code, convert))
        fields = {column.field for column in columns.taken} - set(vocabulary.contact_fields)
        self._has_consent = bool(consent or fields & {CONSENT, "consent_at", CONSENT_SOURCE, CONSENT_WORDING})
        self._has_names = FULL_NAME not in vocabulary.contact_fields

    def draft(self, cells: Sequence[str]) -> ContactDraft:
        """The draft; raises RowRefused."""
        if len(cells) > self._width and any(cells[self._width :]):
            raise RowRefused("too_many_cells", f"It has {len(cells)} cells and the header {self._width} columns.")
        self._look_for_damage(cells)
        wrong: list[RowRefused] = []
        name, address = self._address(cells, wrong)
        values: dict[str, Value] = {}
        count = len(cells)
        for index, title, field, code, convert in self._plan:
            if index >= count or not (text := cells[index].strip()):
                continue
            try:
                values[field] = convert(restore(text) if text[0] == "'" else text)
            except InvalidInput as refused:
                wrong.append(RowRefused("too_long" if isinstance(refused, TooLong) else code, str(refused), title))
        consent = self._consent_of(values, wrong) if self._has_consent else None
        if wrong or address is None:
            raise _together(wrong)
        tags = values.pop("tags", ())
        if self._has_names:
            _give_name(values, name)
        return ContactDraft(
            address=address.canonical,
            email=address.written_to,
            values=values,
            tags=tags if isinstance(tags, tuple) else (),
            consent=consent,
        )

    def _address(self, cells: Sequence[str], wrong: list[RowRefused]) -> tuple[str, Address | None]:
        index, title = self._email.index, self._email.title
        text = cells[index].strip() if index < len(cells) else ""
        if not text:
            wrong.append(RowRefused("no_address", "There is no address.", title))
            return "", None
        name, bare = split_mailbox(restore(text))
        try:
            return name, parse_address(bare)
        except InvalidInput as refused:
            wrong.append(RowRefused("bad_address", f"{bare[:100]!r} is no address. {refused}", title))
            return name, None

    def _look_for_damage(self, cells: Sequence[str]) -> None:
        whole = "".join(cells)
        if "\0" not in whole and _LOST not in whole:
            return
        for column in self._columns:
            cell = cells[column.index] if column.index < len(cells) else ""
            if "\0" in cell:
                raise RowRefused("nul", "It holds a zero byte, which no text has.", column.title)
            if _LOST in cell:
                reason = "It holds bytes that are no characters in the file's encoding; write the cell anew."
                raise RowRefused("undecodable", reason, column.title)

    def _consent_of(self, values: dict[str, Value], wrong: list[RowRefused]) -> Consent | None:
        said, at = values.pop(CONSENT, None), values.pop("consent_at", None)
        source, wording = values.pop(CONSENT_SOURCE, None), values.pop(CONSENT_WORDING, None)
        if said is False:
            wrong.append(RowRefused("no_consent", "The row says that this person did not agree to be written to."))
            return None
        if not isinstance(at, datetime):
            at = said if isinstance(said, datetime) else self._now if said else None
        general = self._consent
        if at is None and general is None:
            return None
        return Consent(
            at=at or (general.at if general else self._now),
            source=str(source or (general.source if general else "")),
            wording=str(wording or (general.wording if general else "")),
        )


def _reading(field: str, vocabulary: Vocabulary, zone: ZoneInfo, now: datetime) -> tuple[str, Converter]:
    """The code of a refusal in this column, and how its cells are read."""
    is_own = field in vocabulary.contact_fields
    if field == CONSENT and not is_own:
        return "bad_consent", partial(_consent_cell, zone=zone)
    if field == "consent_at":
        return "bad_datetime", partial(_past, zone=zone, now=now)
    if field in (FULL_NAME, CONSENT_SOURCE, CONSENT_WORDING) and not is_own:
        return "bad_text", converter(_ONE_LINE, zone)
    spec = vocabulary.field(field) or _ONE_LINE
    return f"bad_{field if field in ('country', 'language', 'timezone') else spec.type}", converter(spec, zone)


def _consent_cell(text: str, *, zone: ZoneInfo) -> Value:
    """Yes, no, or the day or moment of the yes."""
    if not text[:1].isdigit() or text in "01":
        return parse_bool(text)
    return parse_datetime(text, zone)


def _past(text: str, *, zone: ZoneInfo, now: datetime) -> Value:
    moment = parse_datetime(text, zone)
    if moment > now:
        raise InvalidInput(f"{text!r} is still to come; nobody has agreed then yet.")
    return moment


def _give_name(values: dict[str, Value], from_address: str) -> None:
    """Fill first and last name from a whole name, or from the one beside the address, where the row has none."""
    whole = str(values.pop(FULL_NAME, None) or from_address)
    if not whole or "first_name" in values or "last_name" in values:
        return
    first, last = split_name(whole)
    values |= {field: name for field, name in (("first_name", first), ("last_name", last)) if name}


def _together(wrong: list[RowRefused]) -> RowRefused:
    """All that is wrong as one refusal, so that one look is enough to mend the row."""
    first = wrong[0]
    if len(wrong) == 1:
        return first
    reasons = (f"{each.column}: {each.reason}" if each.column else each.reason for each in wrong)
    return RowRefused(first.code, " ".join(reasons), first.column)
