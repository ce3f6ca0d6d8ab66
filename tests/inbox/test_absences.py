"""Notices of absence of many programs and languages, and what people write who only speak of being away."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nurture.inbox.parse import parse
from tests.support.judging import classify

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)

MAILS = (Path(__file__).parent.parent / "golden" / "absences.txt").read_text(encoding="utf-8").splitlines()
"""The day of return, or what it is; the subject; a field of the header where one tells; the text."""


@pytest.mark.parametrize("line", MAILS)
def test_a_notice_tells_when_its_writer_is_back_and_a_person_is_no_notice(line: str) -> None:
    expected, subject, *field, text = line.split(" | ")
    head = "".join(f"{each}\n" for each in field)
    raw = f"From: pat@writer.example\nTo: mali@example.com\nDate: Tue, 10 Mar 2026 10:00:00 +0000\nSubject: {subject}\n"
    verdict = classify(parse(f"{raw}{head}\n{text}\n".encode()), now=NOW)
    back = verdict.return_on.isoformat() if verdict.return_on else "away"
    assert ("person" if verdict.kind == "reply" else back) == expected
