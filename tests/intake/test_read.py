"""A file of contacts, as spreadsheets of many origins write it, becomes drafts; every wrong row says what is wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.contact import Consent, ContactDraft
from nurture.domain.value import FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import InvalidInput
from nurture.intake.read import Accepted, ContactRows, Refused, read_contacts

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIELDS = {
    spec.name: spec
    for spec in (
        FieldSpec(name="company_size", type="number"),
        FieldSpec(name="trial_ends_on", type="date"),
        FieldSpec(name="met_at", type="datetime"),
        FieldSpec(name="is_partner", type="bool"),
        FieldSpec(name="plan", type="choice", choices=("free", "pro")),
        FieldSpec(name="interests", type="list"),
        FieldSpec(name="notes", type="text"),
    )
}
VOCABULARY = Vocabulary(contact_fields=FIELDS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def rows_of(
    file: Path,
    content: str | bytes,
    *,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    consent: Consent | None = None,
) -> ContactRows:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_contacts(
        file,
        vocabulary=VOCABULARY,
        zone=BANGKOK,
        now=NOW,
        mapping=mapping or {},
        encoding=encoding,
        delimiter=delimiter,
        consent=consent,
    )


def only_draft(rows: ContactRows) -> ContactDraft:
    (row,) = rows
    assert isinstance(row, Accepted), row
    return row.draft


def only_refusal(rows: ContactRows) -> Refused:
    (refused,) = [row for row in rows if isinstance(row, Refused)]
    return refused


def test_a_row_becomes_a_draft_with_values_of_their_types(file: Path) -> None:
    draft = only_draft(
        rows_of(
            file,
            "E-mail,First Name,Surname,Company,Tel,Country,Language,Time Zone,Tags,Company size,Trial ends on,Met at,"
            "Is partner,Plan,Interests\n"
            'Somchai@Example.COM,สมชาย,ใจดี,"Kopi, Co.",+66 2 123,ไทย,TH,asia/bangkok,vip; lead|2026,"1,250",'
            "02/03/2569,2/3/2569 09:30,ใช่,PRO,coffee;tea\n",
        )
    )
    assert (draft.address, draft.email) == ("somchai@example.com", "Somchai@example.com")
    assert draft.tags == ("vip", "lead", "2026")
    assert draft.values == {
        "first_name": "สมชาย",
        "last_name": "ใจดี",
        "company": "Kopi, Co.",
        "phone": "+66 2 123",
        "country": "TH",
        "language": "th",
        "timezone": "Asia/Bangkok",
        "company_size": 1250,
        "trial_ends_on": date(2026, 3, 2),
        "met_at": datetime(2026, 3, 2, 2, 30, tzinfo=UTC),
        "is_partner": True,
        "plan": "pro",
        "interests": ("coffee", "tea"),
    }


def test_thai_column_names_are_understood(file: Path) -> None:
    draft = only_draft(
        rows_of(file, "อีเมล;ชื่อ;นามสกุล;บริษัท;เบอร์โทร;ประเทศ\nmali@example.com;มะลิ;ศรีสุข;กาแฟดี;02-123;ประเทศไทย\n")
    )
    assert draft.values == {
        "first_name": "มะลิ",
        "last_name": "ศรีสุข",
        "company": "กาแฟดี",
        "phone": "02-123",
        "country": "TH",
    }


@pytest.mark.parametrize(
    ("content", "first", "last"),
    [
        ("email,name\nmali@example.com,Mali Srisuk\n", "Mali", "Srisuk"),
        ("email,ชื่อ\nmali@example.com,นางสาวมะลิ ศรีสุข\n", "มะลิ", "ศรีสุข"),
        ("email,name\nmali@example.com,คุณากร ศรีสุข\n", "คุณากร", "ศรีสุข"),
        ("email,name,surname\nmali@example.com,Mary Ann,Lee\n", "Mary Ann", "Lee"),
        ("email\nMali Srisuk <mali@example.com>\n", "Mali", "Srisuk"),
        ("email,first name\nMali Srisuk <mali@example.com>,Malee\n", "Malee", None),
    ],
)
def test_a_whole_name_is_parted_for_greetings(file: Path, content: str, first: str, last: str | None) -> None:
    values = only_draft(rows_of(file, content)).values
    assert (values["first_name"], values.get("last_name")) == (first, last)


HEADER = (
    "email,first_name,country,language,timezone,company_size,trial_ends_on,plan,is_partner,met_at,consent,notes,tags\n"
)


@pytest.mark.parametrize(
    ("row", "column", "code", "words"),
    [
        ("somchai.example.com,A", "email", "bad_address", "@-sign"),
        (",A,TH", "email", "no_address", "no address"),
        ("a@example.com,A,Siam", "country", "bad_country", "not a country"),
        ("a@example.com,A,Thialand", "country", "bad_country", "Did you mean TH (Thailand)?"),
        ("a@example.com,A,,klingon", "language", "bad_language", "not a language"),
        ("a@example.com,A,,,Asia/Bankok", "timezone", "bad_timezone", "Did you mean Asia/Bangkok?"),
        ("a@example.com,A,,,Bangkok", "timezone", "bad_timezone", "Did you mean Asia/Bangkok?"),
        ("a@example.com,A,,,,about 50", "company_size", "bad_number", "not a number"),
        ('a@example.com,A,,,,"12,5"', "company_size", "bad_number", "decimal point"),
        ("a@example.com,A,,,,,31/02/2026", "trial_ends_on", "bad_date", "not a day of the calendar"),
        ("a@example.com,A,,,,,03/25/2026", "trial_ends_on", "bad_date", "the day before the month"),
        ("a@example.com,A,,,,,next week", "trial_ends_on", "bad_date", "not a date"),
        ("a@example.com,A,,,,,2026-03-02 09:30", "trial_ends_on", "bad_date", "time of day"),
        ("a@example.com,A,,,,,,por", "plan", "bad_choice", "Did you mean pro?"),
        ("a@example.com,A,,,,,,,maybe", "is_partner", "bad_bool", "neither yes nor no"),
        ("a@example.com,A,,,,,,,,2026-03-02 25:00", "met_at", "bad_datetime", "no time of day that exists"),
        ("a@example.com,A,,,,,,,,,no", "", "no_consent", "did not agree"),
        ("a@example.com,A,,,,,,,,,perhaps", "consent", "bad_consent", "neither yes nor no"),
        (f"a@example.com,{'A' * 251}", "first_name", "too_long", "251 characters"),
        (f"a@example.com,A,,,,,,,,,,{'n' * 10001}", "notes", "too_long", "10001 characters"),
        (f"a@example.com,A,,,,,,,,,,,{'t' * 101}", "tags", "too_long", "101 characters"),
        ("a@example.com,A\x07B", "first_name", "bad_text", "control character U+0007"),
        ("a@example.com,A\x00B", "first_name", "nul", "zero byte"),
        ("a@example.com,A,,,,,,,,,,,,one,two", "", "too_many_cells", "15 cells and the header 13 columns"),
        (f"a@example.com,{'A' * 140_000}", "", "unreadable", "longer than"),
        ('a@example.com,"A,TH', "", "unreadable", "quotation mark"),
        ("GOOD@example.com,A", "email", "duplicate", "Line 2 has the same address"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_column_and_reason_and_the_others_are_taken(
    file: Path, row: str, column: str, code: str, words: str
) -> None:
    rows = rows_of(file, f"{HEADER}good@example.com,A,TH\n{row}\nalso.good@example.com,B,SG\n", encoding="utf-8")
    refused = only_refusal(rows)
    assert (refused.line, refused.column, refused.code) == (3, column, code)
    assert words in refused.reason
    assert [row.draft.address for row in rows if isinstance(row, Accepted)] == [
        "good@example.com",
        "also.good@example.com",
    ]


def test_bytes_that_are_no_characters_refuse_their_row_alone(file: Path) -> None:
    lines = ["email,first_name", "a@example.com,สมชาย", "b@example.com,สม\ufffdชาย", "c@example.com,มะลิ"]
    content = "\n".join(lines).encode().replace("\ufffd".encode(), b"\xff\xfe")
    refused = only_refusal(rows_of(file, content))
    assert (refused.line, refused.column, refused.code) == (3, "first_name", "undecodable")


def test_everything_wrong_in_a_row_is_said_at_once(file: Path) -> None:
    refused = only_refusal(rows_of(file, "email,country,plan\nnobody,Siam,gold\n"))
    assert (refused.column, refused.code) == ("email", "bad_address")
    assert "email:" in refused.reason
    assert "country:" in refused.reason
    assert "plan:" in refused.reason
    assert refused.cells == ("nobody", "Siam", "gold")


def test_a_row_refused_for_another_reason_makes_no_later_row_a_duplicate(file: Path) -> None:
    rows = list(rows_of(file, "email,country\na@example.com,Siam\na@example.com,TH\n"))
    assert [type(row) for row in rows] == [Refused, Accepted]


def test_an_unclosed_quotation_mark_swallows_no_other_row(file: Path) -> None:
    good = "".join(f"p{i}@example.com,P\n" for i in range(1000))
    rows = list(rows_of(file, f'email,first_name\n{good}bad@example.com,"oops\n{good.replace("p", "q")}'))
    assert [row.line for row in rows if isinstance(row, Refused)] == [1002]
    assert sum(isinstance(row, Accepted) for row in rows) == 2000


def test_an_unclosed_quotation_mark_is_given_up_before_the_file_is_read_to_its_end(file: Path) -> None:
    told: list[tuple[int, int]] = []
    content = 'email,first_name\nbad@example.com,"oops\n' + "".join(f"p{i}@example.com,P\n" for i in range(5000))
    file.write_text(content, encoding="utf-8")
    rows = read_contacts(
        file, vocabulary=VOCABULARY, zone=BANGKOK, now=NOW, on_progress=lambda done, total: told.append((done, total))
    )
    assert sum(isinstance(row, Accepted) for row in rows) == 5000
    assert told[0][0] < told[0][1] / 2


def test_line_breaks_inside_quotation_marks_belong_to_the_cell_and_count_as_lines(file: Path) -> None:
    rows = list(rows_of(file, 'email,notes\na@example.com,"one\r\ntwo"\nbad,x\n'))
    assert isinstance(rows[0], Accepted)
    assert rows[0].draft.values["notes"] == "one\ntwo"
    assert rows[1].line == 4


def test_a_quotation_mark_inside_a_cell_is_only_a_character(file: Path) -> None:
    assert only_draft(rows_of(file, 'email,company\na@example.com,5" pipes\n')).values["company"] == '5" pipes'


def test_blank_lines_short_rows_and_empty_cells_at_the_end_are_let_pass(file: Path) -> None:
    rows = list(rows_of(file, "\nemail,first_name\n\na@example.com\n,,\nb@example.com,B,,\n"))
    assert [row.line for row in rows if isinstance(row, Accepted)] == [4, 6]
    assert len(rows) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_first_row(file: Path, delimiter: str) -> None:
    lines = [["email", "First, or given; name", "company"], ["a@example.com", "A", "B"]]
    rows = rows_of(file, "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines))
    assert rows.delimiter == delimiter
    assert only_draft(rows).values == {"company": "B"}


def test_excels_own_first_line_names_the_delimiter(file: Path) -> None:
    rows = rows_of(file, "sep=;\r\nemail;company\r\na@example.com;B, C\r\nbad;\r\n")
    assert (rows.delimiter, rows.titles) == (";", ("email", "company"))
    assert [row.line for row in rows] == [3, 4]


def test_a_named_delimiter_is_taken(file: Path) -> None:
    rows = rows_of(file, "email^company\na@example.com^B\n", delimiter="^")
    assert only_draft(rows).values == {"company": "B"}


def test_a_told_column_goes_before_a_guessed_one(file: Path) -> None:
    content = "email,Work mail,Firm,Name\nprivate@example.com,work@example.com,Kopi,X\n"
    rows = rows_of(file, content, mapping={"work mail": "email", "Firm": "company", "Name": ""})
    draft = only_draft(rows)
    assert draft.address == "work@example.com"
    assert draft.values == {"company": "Kopi"}
    assert rows.notes == ()


def test_columns_that_are_no_field_are_passed_over_with_a_note(file: Path) -> None:
    rows = rows_of(file, "email,compny,shoe size,\na@example.com,K,42,x\n")
    assert only_draft(rows).values == {}
    assert "compny" in rows.notes[0]
    assert "did you mean company?" in rows.notes[0]
    assert "contact_fields" in rows.notes[1]
    assert "no name" in rows.notes[2]


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        ("", {}, "empty"),
        ("first,last\nA,B\n", {}, "No column holds email addresses; the columns are 'first', 'last'"),
        ("a@example.com,A\n", {}, "first row holds an address"),
        ("email,tel,mobile\n", {}, "Two columns are phone: number 2 'tel' and number 3 'mobile'."),
        ("email,email\n", {}, "Two columns are email"),
        ("email,firm\n", {"frim": "company"}, "Did you mean 'firm'?"),
        ("email,firm\n", {"firm": "compny"}, "Did you mean company?"),
        ("email,x,x\n", {"x": "company"}, "2 columns are called 'x'"),
        ('email,"first\n', {}, "first row cannot be read"),
        ("PK\x03\x04rest", {}, "workbook"),
    ],
)
def test_a_file_that_cannot_be_contacts_is_refused_as_a_whole(
    file: Path, content: str, mapping: dict[str, str], words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        rows_of(file, content, mapping=mapping)
    assert words in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(("encoding", "delimiter"), [("klingon", None), ("hex", None), (None, "and"), (None, "a")])
def test_an_encoding_or_delimiter_that_does_not_exist_is_refused(
    file: Path, encoding: str | None, delimiter: str | None
) -> None:
    with pytest.raises(InvalidInput, match="Write "):
        rows_of(file, "email\n", encoding=encoding, delimiter=delimiter)


def test_a_missing_file_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        read_contacts(tmp_path / "none.csv", vocabulary=VOCABULARY, zone=BANGKOK, now=NOW)


def test_consent_is_kept_with_time_source_and_wording(file: Path) -> None:
    general = Consent(at=datetime(2026, 1, 1, tzinfo=UTC), source="fair", wording="Send me news.")
    content = (
        "email,consent,consent date,consent source\n"
        "a@example.com,yes,,\n"
        "b@example.com,,02/02/2026,web form\n"
        "c@example.com,2026-02-03,,\n"
        "d@example.com,,,\n"
    )
    rows = [row.draft.consent for row in rows_of(file, content, consent=general) if isinstance(row, Accepted)]
    assert rows == [
        Consent(at=NOW, source="fair", wording="Send me news."),
        Consent(at=datetime(2026, 2, 1, 17, 0, tzinfo=UTC), source="web form", wording="Send me news."),
        Consent(at=datetime(2026, 2, 2, 17, 0, tzinfo=UTC), source="fair", wording="Send me news."),
        general,
    ]
    assert [row.draft.consent for row in rows_of(file, content) if isinstance(row, Accepted)][3] is None


def test_a_consent_that_is_still_to_come_is_none(file: Path) -> None:
    refused = only_refusal(rows_of(file, "email,consent date\na@example.com,2026-03-03\n"))
    assert (refused.column, refused.code) == ("consent date", "bad_datetime")
    assert "still to come" in refused.reason


def test_a_project_may_have_fields_of_its_own_called_name_and_consent(file: Path) -> None:
    fields = {n: FieldSpec(name=n, type="text") for n in ("name", "consent")}
    file.write_text("email,name,consent\na@example.com,Mali Srisuk,no\n", encoding="utf-8")
    rows = read_contacts(file, vocabulary=Vocabulary(contact_fields=fields), zone=BANGKOK, now=NOW)
    assert only_draft(rows).values == {"name": "Mali Srisuk", "consent": "no"}


def test_progress_is_told_in_bytes_up_to_the_last(file: Path) -> None:
    told: list[tuple[int, int]] = []
    file.write_text("email\n" + "".join(f"p{i}@example.com\n" for i in range(3000)), encoding="utf-8")
    size = file.stat().st_size
    rows = read_contacts(
        file, vocabulary=VOCABULARY, zone=BANGKOK, now=NOW, on_progress=lambda done, total: told.append((done, total))
    )
    assert sum(1 for _ in rows) == 3000
    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1] == (size, size)
