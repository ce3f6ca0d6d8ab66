"""What is written as CSV is harmless in a spreadsheet and comes back as it was."""

import csv
import io
import itertools
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nurture.domain.contact import STANDARD_FIELDS, Consent, Contact
from nurture.domain.value import FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.intake.formula import disarm, restore
from nurture.intake.read import Accepted, Refused, read_contacts
from nurture.intake.write import EXPORT_ENCODING, RefusedFile, write_contacts
from tests.support.builders import a_contact

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIELDS = {
    spec.name: spec
    for spec in (
        FieldSpec(name="size", type="number"),
        FieldSpec(name="ends_on", type="date"),
        FieldSpec(name="met_at", type="datetime"),
        FieldSpec(name="is_partner", type="bool"),
        FieldSpec(name="plan", type="choice", choices=("free", "pro", "=x")),
        FieldSpec(name="interests", type="list"),
        FieldSpec(name="notes", type="text"),
    )
}
VOCABULARY = Vocabulary(contact_fields=FIELDS)

letters = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs", "Cf", "Cn", "Co"], exclude_characters="\ufffd"
)
words = st.text(letters | st.sampled_from("=+-@'\""), min_size=1, max_size=10)
lines = st.lists(words, min_size=1, max_size=3).map(" ".join)


def normal(text: str) -> str:
    """As intake keeps text: in NFC."""
    return unicodedata.normalize("NFC", text)


texts = st.none() | lines.map(normal)
lists = st.lists(words.map(normal).filter(lambda word: not set(word) & set(";|,")), max_size=3, unique=True).map(tuple)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
own_fields = st.fixed_dictionaries(
    {},
    optional={
        "size": st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
        "ends_on": st.dates(date(1900, 1, 1), date(2300, 1, 1)),
        "met_at": moments,
        "is_partner": st.booleans(),
        "plan": st.sampled_from(["free", "pro", "=x"]),
        "interests": lists.filter(bool),
        "notes": st.lists(lines.map(normal), min_size=1, max_size=3).map("\n".join),
    },
)
consents = st.none() | st.builds(
    Consent, at=moments, source=lines.map(normal) | st.just(""), wording=lines.map(normal) | st.just("")
)


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    local = draw(st.text("abc0=+-'_", min_size=1, max_size=8))
    return a_contact(
        address=f"{local}@example.com",
        email=f"{local}@example.com",
        first_name=draw(texts),
        last_name=draw(texts),
        company=draw(texts),
        phone=draw(st.none() | st.just("+66 2 123 4567")),
        country=draw(st.sampled_from([None, "TH", "SG"])),
        language=draw(st.sampled_from([None, "th", "en-GB"])),
        timezone=draw(st.sampled_from([None, "Asia/Bangkok", "America/Port-au-Prince"])),
        tags=draw(lists),
        consent=draw(consents),
        fields=draw(own_fields),
    )


def same(contact: Contact, row: object) -> None:
    assert isinstance(row, Accepted), row
    kept = {name: contact.value(name) for name in (*STANDARD_FIELDS, *FIELDS)}
    for name in ("email", "tags", "created_at", "consent_at"):
        del kept[name]
    assert (row.draft.address, row.draft.email) == (contact.address, contact.email)
    assert row.draft.values == {name: value for name, value in kept.items() if value is not None}
    assert row.draft.tags == contact.tags
    assert row.draft.consent == contact.consent


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(contacts(), max_size=4, unique_by=lambda contact: contact.address))
def test_exported_contacts_are_imported_as_they_were(tmp_path: Path, exported: Sequence[Contact]) -> None:
    file = tmp_path / "contacts.csv"
    with file.open("w", encoding=EXPORT_ENCODING, newline="") as stream:
        assert write_contacts(stream, exported, VOCABULARY) == len(exported)
    rows = read_contacts(file, vocabulary=VOCABULARY, zone=BANGKOK, now=NOW)
    assert rows.notes == ()
    for contact, row in itertools.zip_longest(exported, rows):
        same(contact, row)


THAI = ["สมชาย", "ใจดี", "กาแฟ จำกัด", "น้ำฝน", "เก๋", "plain", ""]
WESTERN = ["André", "Müller", "“Größe” & Co", "créée", "plain", ""]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "names"),
    [(code, THAI) for code in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp874")]
    + [(code, WESTERN) for code in ("utf-8", "utf-16-le", "cp1252")],
)
def test_every_encoding_with_every_delimiter_gives_the_same_contacts(
    tmp_path: Path, encoding: str, names: list[str], delimiter: str, line_end: str
) -> None:
    file = tmp_path / "contacts.csv"
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end)
        writer.writerow(["email", "first name", "company"])
        writer.writerows([f"p{i}@example.com", name, f'{name};,|\t"x"'] for i, name in enumerate(names))
    rows = read_contacts(file, vocabulary=VOCABULARY, zone=BANGKOK, now=NOW)
    drafts = [row.draft for row in rows if isinstance(row, Accepted)]
    assert [draft.values.get("first_name", "") for draft in drafts] == names
    assert [draft.values["company"] for draft in drafts] == [f'{name};,| "x"' for name in names]


@given(st.text(max_size=6) | st.text("'=+-@ab\t", max_size=6))
def test_a_disarmed_cell_is_no_formula_and_is_restored(cell: str) -> None:
    assert disarm(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
    assert restore(disarm(cell)) == cell


def test_an_export_disarms_formulas_and_leaves_numbers_alone() -> None:
    stream = io.StringIO()
    write_contacts(
        stream, [a_contact(company="=1+1", phone="+66 2", fields={"size": -5}, tags=("-x", "y"))], VOCABULARY
    )
    (row,) = csv.DictReader(io.StringIO(stream.getvalue()))
    assert (row["company"], row["phone"], row["size"], row["tags"]) == ("'=1+1", "'+66 2", "-5", "'-x;y")


def test_refused_rows_are_written_with_their_reasons_and_can_be_mended_and_imported(tmp_path: Path) -> None:
    source, refused_file = tmp_path / "contacts.csv", tmp_path / "refused.csv"
    source.write_text(
        'Mail;Firm;Land\ngood@example.com;A;TH\nbad;=cmd();Siam\nx@example.com;"a\nb";Siam\n', encoding="utf-8"
    )
    rows = read_contacts(
        source, vocabulary=VOCABULARY, zone=BANGKOK, now=NOW, mapping={"Firm": "company", "Land": "country"}
    )
    with RefusedFile(refused_file, rows.titles) as refused:
        for row in rows:
            if isinstance(row, Refused):
                refused.add(row)
        assert refused.count == 2
    content = refused_file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfrefused_line,refused_column,refused_reason,Mail,Firm,Land\r\n3,Mail,")
    assert b",bad,'=cmd(),Siam\r\n" in content
    refused_file.write_bytes(content.replace(b"bad,", b"mended@example.com,").replace(b"Siam", b"TH"))
    again = read_contacts(
        refused_file, vocabulary=VOCABULARY, zone=BANGKOK, now=NOW, mapping={"Firm": "company", "Land": "country"}
    )
    drafts = [row.draft for row in again if isinstance(row, Accepted)]
    assert [(draft.address, draft.values["company"]) for draft in drafts] == [
        ("mended@example.com", "=cmd()"),
        ("x@example.com", "a b"),
    ]
    assert again.notes == ()


def test_no_file_is_left_where_nothing_was_refused(tmp_path: Path) -> None:
    with RefusedFile(tmp_path / "refused.csv", ["email"]):
        pass
    assert not (tmp_path / "refused.csv").exists()
