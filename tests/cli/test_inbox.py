"""`nurture inbox` and `report replies`: reading and mending what came, from the command line."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.commands import spawn
from tests.cli.conftest import Nurture

ANSWER = """\
From: {sender}
To: hello@example.com
Subject: {subject}
Message-ID: <{number}@example.com>

{text}
"""


@pytest.fixture
def begun(nurture: Nurture, project: Path) -> Path:
    """A project in which Aom's first mail is out, whose mailbox then gets an answer of hers and a stranger's mail."""
    assert nurture("enroll", "trial-follow-up", "aom@example.com").code == 0
    assert spawn("-C", project, "tick", "--json").code == 0
    answers = [("Aom <aom@example.com>", "Re: x", "Can it print labels?"), ("x@elsewhere.example", "Hi", "Yes please.")]
    for number, (sender, subject, text) in enumerate(answers):
        raw = ANSWER.format(sender=sender, subject=subject, text=text, number=number)
        (project / "maildir" / "new" / f"{number}.host").write_text(raw)
    assert nurture("inbox", "collect").code == 0
    return project


def test_a_mail_is_shown_with_whose_it_is_how_it_was_judged_and_what_it_says(nurture: Nurture, begun: Path) -> None:
    [mail] = nurture("inbox", "list", "--contact", "aom@example.com", "--json").json
    assert (mail["from"], mail["contact"], mail["matched_by"]) == ("aom@example.com", "aom@example.com", "sender")
    shown = nurture("inbox", "show", str(mail["id"]), "--json").json
    assert shown["text"] == "Can it print labels?"
    assert shown["campaign"] == "trial-follow-up"
    assert {"did", "answers", "failures", "until", "colleague", "match_confidence"} <= set(shown)
    told = nurture("inbox", "show", str(mail["id"])).out
    for words in ("aom@example.com (its writer alone, 50 %)", "reply", "Can it print labels?"):
        assert words in told
    assert nurture("inbox", "show", "99").code == 1


def test_the_list_is_narrowed_by_what_is_asked_for(nurture: Nurture, begun: Path) -> None:
    assert len(nurture("inbox", "list", "--json").json) == 2
    [stranger] = nurture("inbox", "list", "--tray", "--json").json
    assert stranger["contact"] is None
    assert nurture("inbox", "list", "--kind", "bounce", "--json").json == []
    assert len(nurture("inbox", "list", "--since", "2020-01-01", "--kind", "reply", "--json").json) == 2
    assert nurture("inbox", "list", "--since", "2199-01-01", "--json").json == []
    assert nurture("inbox", "list", "--kind", "nonsense").code == 2


def test_a_mail_of_the_tray_is_attached_once_and_to_nobody_else(nurture: Nurture, begun: Path) -> None:
    [mail] = nurture("inbox", "list", "--tray", "--json").json
    number = str(mail["id"])
    told = nurture("inbox", "attach", number, "aom@example.com", "--json").json
    assert (told["changed"], told["mail"]["matched_by"]) == (True, "by_hand")
    assert "already" in nurture("inbox", "attach", number, "aom@example.com").out
    assert nurture("inbox", "attach", number, "somchai@example.com").code == 1
    assert nurture("inbox", "list", "--tray", "--json").json == []
    assert nurture("inbox", "attach", "99", "aom@example.com").code == 1


def test_a_correction_is_told_and_counted_in_the_report(nurture: Nurture, begun: Path) -> None:
    [mail] = nurture("inbox", "list", "--contact", "aom@example.com", "--json").json
    number, was = str(mail["id"]), mail["intent"]
    told = nurture("inbox", "correct", number, "--intent", "not_now", "--by", "mali", "--json").json
    assert told["changed"]
    assert (told["mail"]["intent"], told["mail"]["corrected"]["by"]) == ("not_now", "mali")
    assert told["mail"]["corrected"]["was"] == {"kind": "reply", "intent": was}
    assert "already" in nurture("inbox", "correct", number, "--intent", "not_now").out
    assert "corrected" in nurture("inbox", "list").out

    report = nurture("report", "replies", "--json").json
    assert (report["mails"], report["corrected"], report["corrected_share"]) == (2, 1, 0.5)
    by_intent = {line["name"]: line for line in report["intents"]}
    assert by_intent[was]["corrected"] == 1
    assert by_intent["not_now"]["became"] == 1
    rows = list(csv.DictReader(io.StringIO(nurture("report", "replies", "trial-follow-up", "--csv").out)))
    assert {row["of"] for row in rows} >= {"kinds", "intents", "languages"}
    assert "people corrected 1 (50.0%)" in nurture("report", "replies").out
    assert nurture("report", "replies", "nonsense").code == 1


@pytest.mark.parametrize(
    "options",
    [[], ["--intent", "other", "--kind", "bounce"], ["--return-on", "2026-03-01", "--intent", "other"]],
)
def test_a_correction_must_say_one_thing(nurture: Nurture, begun: Path, options: list[str]) -> None:
    assert nurture("inbox", "correct", "1", *options).code == 2
