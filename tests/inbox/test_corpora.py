"""Real mail that nobody here wrote, read from where it lies: `../shared/corpora`, or NURTURE_CORPORA."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nurture.inbox.parse import parse
from nurture.inbox.quote import own_words
from nurture.inbox.thread import answers
from tests.support.judging import classify

ROOT = Path(__file__).parents[2]
CORPORA = Path(os.environ.get("NURTURE_CORPORA") or ROOT.parent / "shared" / "corpora")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SUSPENDED_IS_HARD = {"suspend"}
DEBATABLE = {"filtered"}

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason=f"no mail collections at {CORPORA}: set NURTURE_CORPORA to where they lie"
)


def labelled(folder: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    with (CORPORA / folder / "index.jsonl").open() as index:
        for line in index:
            entry = json.loads(line)
            yield entry, (CORPORA / folder / entry["file"]).read_bytes()


def kinds(folder: str, label: str) -> list[str]:
    return [classify(parse(raw), now=NOW).kind for entry, raw in labelled(folder) if entry["label"] == label]


def test_every_mail_is_read_and_its_line_ends_do_not_matter() -> None:
    for index in sorted(CORPORA.glob("*/*/index.jsonl")):
        for _, raw in labelled(str(index.parent.relative_to(CORPORA))):
            mail = parse(raw)
            verdict = classify(mail, now=NOW)
            answers(mail)
            plain = raw.replace(b"\r\n", b"\n")
            if b"\r" not in plain:
                for line_end in (b"\n", b"\r\n", b"\r"):
                    assert classify(parse(plain.replace(b"\n", line_end)), now=NOW) == verdict


@pytest.mark.parametrize("folder", ["bounces/sisimai", "bounces/flufl", "bounces/flanker"])
def test_delivery_reports_are_hardly_ever_taken_for_a_person_or_an_automatic_reply(folder: str) -> None:
    found = kinds(folder, "bounce")
    missed = len([kind for kind in found if kind not in ("bounce", "delayed")])
    assert missed <= len(found) * 0.05


def test_hard_and_soft_agree_with_the_labels_where_these_are_clear() -> None:
    agreed = looked_at = 0
    for entry, raw in labelled("bounces/sisimai"):
        for expected in entry["expected"][:1]:
            failures = classify(parse(raw), now=NOW).failures
            if failures and expected["reason"] not in DEBATABLE:
                looked_at += 1
                is_hard = expected["hard"] or expected["reason"] in SUSPENDED_IS_HARD
                agreed += failures[0].is_hard == is_hard
    assert looked_at > 200
    assert agreed >= looked_at * 0.9


def test_complaints_and_absences_are_told() -> None:
    complaints = [*kinds("arf/sisimai", "arf"), *kinds("arf/flanker", "arf")]
    assert complaints.count("complaint") >= len(complaints) - 3  # two accuse nobody, one is a wish to unsubscribe
    assert "reply" not in complaints
    assert set(kinds("autoreply/sisimai-rfc3834", "vacation")) == {"auto_reply"}


def test_ordinary_mail_is_not_taken_for_an_automatic_one() -> None:
    for folder in (
        "ruby-mail",
        "imap-tools",
        "stalwart",
        "python",
        "postal-mime",
        "mime4j-testmsgs",
        "mimetools-testmsgs",
    ):
        for entry, raw in labelled(f"mime/{folder}"):
            verdict = classify(parse(raw), now=NOW)
            is_report = b"multipart/report" in raw or b"Returned Mail" in raw  # these collections hold some real ones
            assert verdict.kind in ("reply", "unreadable") or is_report, (entry["file"], verdict)


@pytest.mark.parametrize(("folder", "least"), [("talon", 0.9), ("discourse-trimmer", 0.7), ("crisp", 0.7)])
def test_what_a_person_wrote_is_found(folder: str, least: float) -> None:
    def lines(text: str) -> list[str]:
        return [line.rstrip() for line in text.strip().split("\n")]

    found = [
        lines(own_words(raw.decode("utf-8", "replace").replace("\r\n", "\n"))) == lines(entry["expected"])
        for entry, raw in labelled(f"replies/{folder}")
        if entry.get("kind") != "html"
    ]
    assert sum(found) >= len(found) * least
