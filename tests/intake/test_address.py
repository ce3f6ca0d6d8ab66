"""One person is one address, however it is written; and the short way judges as email-validator does."""

import json
import os
import re
from pathlib import Path

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from nurture.errors import InvalidInput
from nurture.intake.address import Address, parse_address, split_mailbox

CORPORA = Path(os.environ.get("NURTURE_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
ATEXT = "abcXYZ019_!#$%&'*+-/=?^`{|}~."


def verdict_of_the_library(text: str) -> tuple[str, str | None] | str:
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError as refused:
        return str(refused)
    return valid.normalized, valid.ascii_email


def verdict_of_ours(text: str) -> tuple[str, str | None] | str:
    try:
        address = parse_address(text)
    except InvalidInput as refused:
        return refused.message
    return address.email, address.ascii


locals_ = st.text(ATEXT, min_size=1, max_size=12) | st.text(min_size=1, max_size=8) | st.sampled_from(["Info", "SALES"])
labels = st.text("abcXYZ019-", min_size=1, max_size=8) | st.sampled_from(
    ["ไทย", "bücher", "xn--bcher-kva", "XN--O3CW4H"]
)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join) | st.text(min_size=1, max_size=8)


@given(st.tuples(locals_, domains).map("@".join) | st.text("a@.<>\"' -\u0338", max_size=10))
@example("Info@Example.COM")
@example("a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 62)
@example("a@" + ".".join(["e" * 60] * 4) + ".com")
def test_every_address_gets_the_verdict_and_form_of_email_validator(text: str) -> None:
    if text and text == text.strip().strip("\u200b\u200c\u200d\u2060\ufeff"):
        assert verdict_of_ours(text) == verdict_of_the_library(text)


@given(st.tuples(locals_, domains).map("@".join))
def test_a_canonical_address_is_its_own_canonical_address(text: str) -> None:
    try:
        canonical = parse_address(text).canonical
    except InvalidInput:
        return
    assert parse_address(canonical).canonical == canonical
    assert canonical == canonical.lower()


@pytest.mark.parametrize(
    "spelling",
    [
        "somchai@bücher.de",
        "Somchai@BÜCHER.de",
        "SOMCHAI@xn--bcher-kva.de",
        " somchai@XN--BCHER-KVA.DE\u00a0",
        "\ufeffsomchai@bücher.de",
    ],
)
def test_spellings_of_one_address_are_one_contact(spelling: str) -> None:
    assert parse_address(spelling).canonical == "somchai@xn--bcher-kva.de"


def test_dots_and_plus_signs_are_not_second_guessed() -> None:
    assert parse_address("so.mchai+news@gmail.com").canonical == "so.mchai+news@gmail.com"


def test_a_local_part_beyond_ascii_has_no_ascii_form() -> None:
    address = parse_address("สมชาย@ร้าน.ไทย")
    assert address == Address("สมชาย@xn--q3ct9b5e.xn--o3cw4h", "สมชาย@ร้าน.ไทย", None)
    assert address.written_to == "สมชาย@ร้าน.ไทย"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no address"),
        ("somchai", "@-sign"),
        ("somchai@", "something after the @-sign"),
        ("@example.com", "something before the @-sign"),
        ("som chai@example.com", "SPACE"),
        ("somchai@example..com", "two periods"),
        ("somchai@example", "period"),
        ("a@example.com,b@example.com", "','"),
    ],
)
def test_a_refusal_says_why(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(reason)):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Mali Srisuk <mali@example.com>", "Mali Srisuk", "mali@example.com"),
        ('"Srisuk, Mali" <mali@example.com>', "Srisuk, Mali", "mali@example.com"),
        ("<mali@example.com>", "", "mali@example.com"),
        ("มะลิ<mali@example.com>", "มะลิ", "mali@example.com"),
        ("mailto:mali@example.com", "", "mali@example.com"),
        ("mali@example.com", "", "mali@example.com"),
        ("broken <mali@example.com", "", "broken <mali@example.com"),
    ],
)
def test_a_name_before_the_address_is_kept_apart(text: str, name: str, address: str) -> None:
    assert split_mailbox(text) == (name, address)


def corpus(name: str) -> list[dict[str, str]]:
    file = CORPORA / "address" / name
    if not file.exists():
        pytest.skip(f"no mail corpora here ({file}); set NURTURE_CORPORA to their folder")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["email-validator.jsonl", "isemail.jsonl"])
def test_the_collected_addresses_get_the_verdict_of_email_validator(name: str) -> None:
    judged = [
        (text, verdict_of_ours(text), verdict_of_the_library(text)) for text in (r["address"] for r in corpus(name))
    ]
    differ = [
        (text, ours, library) for text, ours, library in judged if text and text == text.strip() and ours != library
    ]
    assert not differ


def test_the_collected_valid_addresses_keep_their_labelled_form() -> None:
    rows = [row for row in corpus("email-validator.jsonl") if row["test"] in ("test_email_valid_intl_local_part",)]
    assert rows
    for row in rows:
        labelled = re.search(r"normalized='([^']*)'", row["expected"])
        assert labelled
        assert parse_address(row["address"]).email == labelled[1]
