"""The encoding of a file is found out from what its bytes would spell."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nurture.intake.encoding import detect_encoding, known_encoding

THAI_NAMES = ["สมชาย", "มะลิ", "ณัฐ", "เก๋", "ใจดี", "วิไลวรรณ", "ปิยะ", "บริษัท ก้าวหน้า จำกัด", "น้ำฝน", "ศรีสุข", "คุณJohn"]
WESTERN_NAMES = ["André", "Müller", "Größe", "Gonçalves", "INFORMAÇÃO", "Élodie", "créée", "José", "Åsa", "Zoë “Z” Ng"]
ASCII_NAMES = ["Somchai", "John", "Ltd.", "50 Rama I Rd", "x" * 300]


def detected(folder: Path, content: bytes) -> str:
    file = folder / "contacts.csv"
    file.write_bytes(content)
    return detect_encoding(file)


def table(names: list[str]) -> str:
    return "email,name\r\n" + "".join(f"p{i}@example.com,{name}\r\n" for i, name in enumerate(names))


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp874", "cp874"),
    ],
)
def test_thai_names_are_read_in_every_usual_encoding(tmp_path: Path, encoding: str, expected: str) -> None:
    assert detected(tmp_path, table(THAI_NAMES).encode(encoding)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1252"])
def test_western_names_are_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    assert detected(tmp_path, table(WESTERN_NAMES).encode(encoding)) == encoding


@pytest.mark.parametrize("name", THAI_NAMES)
def test_a_single_thai_name_is_enough(tmp_path: Path, name: str) -> None:
    assert detected(tmp_path, table([name]).encode("cp874")) == "cp874"


@pytest.mark.parametrize("name", [*WESTERN_NAMES, "it’s", "Café", "5 °C"])
def test_a_single_western_name_is_enough(tmp_path: Path, name: str) -> None:
    assert detected(tmp_path, table([name]).encode("cp1252")) == "cp1252"


def test_letters_that_thai_never_spells_in_a_row_are_not_taken_for_thai(tmp_path: Path) -> None:
    assert detected(tmp_path, table(["ÔÇ", "ÙÀ", "André"]).encode("cp1252")) == "cp1252"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(THAI_NAMES + ASCII_NAMES), min_size=1, max_size=30), st.sampled_from(THAI_NAMES))
def test_any_table_of_thai_and_plain_names_in_cp874_is_seen_as_such(
    tmp_path: Path, names: list[str], last: str
) -> None:
    assert detected(tmp_path, table([*names, last]).encode("cp874")) == "cp874"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WESTERN_NAMES + ASCII_NAMES), min_size=1, max_size=30), st.sampled_from(WESTERN_NAMES))
def test_any_table_of_western_and_plain_names_in_cp1252_is_seen_as_such(
    tmp_path: Path, names: list[str], last: str
) -> None:
    assert detected(tmp_path, table([*names, last]).encode("cp1252")) == "cp1252"


@pytest.mark.parametrize(("encoding", "name"), [("cp874", "สมชาย"), ("cp1252", "André"), ("utf-8", "สมชาย")])
def test_the_last_row_of_a_long_plain_file_decides(tmp_path: Path, encoding: str, name: str) -> None:
    assert detected(tmp_path, table(["Plain"] * 40_000 + [name]).encode(encoding)) == encoding


def test_damage_in_a_file_of_utf8_does_not_make_it_another_encoding(tmp_path: Path) -> None:
    content = table(THAI_NAMES).encode() + b"x@example.com,Andr\xe9\r\ny@example.com,\xff\xfe\r\n"
    assert detected(tmp_path, content) == "utf-8"


@pytest.mark.parametrize("content", [b"", b"email\n", b"email\na@example.com,\xff\xfe\n"])
def test_where_nothing_speaks_for_another_encoding_it_is_utf8(tmp_path: Path, content: bytes) -> None:
    assert detected(tmp_path, content) == "utf-8"


def test_a_named_encoding_reads_utf8_with_and_without_its_mark() -> None:
    assert known_encoding("UTF8") == "utf-8-sig"
    assert known_encoding("TIS-620") == "tis-620"
    assert known_encoding("windows-1252") == "cp1252"
