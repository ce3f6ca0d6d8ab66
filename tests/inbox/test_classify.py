import itertools
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from nurture.domain.verdict import Verdict
from nurture.inbox.parse import parse
from tests.support.judging import classify

GOLDEN = Path(__file__).parent.parent / "golden" / "inbound"
NOW = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
LINE_ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}


def said(verdict: Verdict, expected: dict[str, Any]) -> dict[str, Any]:
    """Of the verdict that much which the golden file speaks about, all failures included."""
    found: dict[str, Any] = {}
    for name, value in expected.items():
        if name == "failures":
            labels = itertools.zip_longest(verdict.failures, value, fillvalue={})
            found[name] = [{key: getattr(failure, key, None) for key in named} for failure, named in labels]
        else:
            told = getattr(verdict, name)
            found[name] = told.isoformat() if isinstance(told, date) else told
    return found


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.eml")))
def test_a_golden_mail_is_judged_as_its_file_says_whatever_its_line_ends(name: str, line_end: str) -> None:
    raw = (GOLDEN / f"{name}.eml").read_bytes().replace(b"\n", LINE_ENDS[line_end])
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    assert said(classify(parse(raw), now=NOW), expected) == expected


def test_every_golden_mail_has_its_verdict() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {path.stem for path in GOLDEN.glob("*.eml")}


def test_an_empty_mail_is_unreadable() -> None:
    assert classify(parse(b""), now=NOW).kind == "unreadable"
    assert classify(parse(b"\r\n\r\n"), now=NOW).kind == "unreadable"


def test_a_letter_under_the_word_unsubscribe_is_a_letter() -> None:
    letter = "We would rather not get the newsletter any more, but do send us the offer that you promised. " * 4
    raw = f"From: a@example.net\nSubject: Unsubscribe\n\n{letter}\n".encode()
    assert classify(parse(raw), now=NOW).kind == "reply"


def test_a_mail_that_says_only_no_in_auto_submitted_is_a_persons() -> None:
    raw = b"From: a@example.net\nAuto-Submitted: no\nSubject: Re: hello\n\nYes please.\n"
    assert classify(parse(raw), now=NOW).kind == "reply"


def test_a_forwarded_report_is_what_a_person_sent() -> None:
    report = (GOLDEN / "bounce-user-unknown.eml").read_text()
    raw = (
        "From: krit@example.net\nTo: mali@example.com\nSubject: Fwd: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="outer"\n\n--outer\nContent-Type: text/plain\n\n'
        f"Is this yours?\n--outer\nContent-Type: message/rfc822\n\n{report}\n--outer--\n"
    )
    verdict = classify(parse(raw.encode()), now=NOW)
    assert (verdict.kind, verdict.text) == ("reply", "Is this yours?")


def test_the_weekday_of_return_counts_from_the_day_the_mail_was_written() -> None:
    raw = b"Subject: Out of office\nDate: Thu, 26 Feb 2026 09:00:00 +0700\n\nBack on Monday.\n"
    assert str(classify(parse(raw), now=NOW).return_on) == "2026-03-02"
