"""The shapes of JSON that others rely on, and what stands behind each: one real project, one real database."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.cli.commands import call, edit, spawn
from tests.cli.conftest import Nurture

GOLDEN = Path("tests/golden/inbound")


@pytest.fixture
def begun(nurture: Nurture, project: Path) -> Path:
    """A project in which Aom's trial has begun and the first mail to her is out."""
    assert nurture("enroll", "trial-follow-up", "aom@example.com").code == 0
    done = spawn("-C", project, "tick", "--json")
    assert done.code == 0, done.err
    assert done.json["sent"] == 1
    return project


def test_status_shows_campaigns_inbox_senders_and_problems(nurture: Nurture, begun: Path) -> None:
    (begun / "campaigns" / "broken.yaml").write_text("stages: [")
    nurture("enroll", "trial-follow-up", "somchai@example.com")
    nurture("pause", "--sender", "hello", "--because", "a holiday")

    told = nurture("status", "--json").json

    assert {"campaigns", "inbox", "senders", "problems"} <= set(told)
    broken, running = told["campaigns"]
    assert (broken["name"], broken["enabled"], broken["version"]) == ("broken", False, None)
    assert (running["name"], running["enabled"], running["active"]) == ("trial-follow-up", True, 2)
    assert (running["due"], running["waiting"], running["held"], running["held_by"]) == (1, 1, 0, {})
    assert (running["unknown"], running["failed"]) == (0, 0)
    assert set(told["inbox"]) == {"tray", "last_look_at"}
    assert told["senders"] == [
        {"name": "hello", "sent_today": 1, "limit_today": 400, "paused": True, "why": "a holiday"}
    ]
    assert [problem["file"] for problem in told["problems"]] == ["campaigns/broken.yaml"]


def test_status_for_people_says_what_is_off_and_why(nurture: Nurture, begun: Path) -> None:
    (begun / "campaigns" / "broken.yaml").write_text("stages: [")
    nurture("pause", "--all", "--because", "fire drill")

    told = nurture("status").out

    assert "off: something in it is wrong" in told
    assert "Paused all until `nurture resume --all`: fire drill" in told
    assert told.count("fire drill") == 1
    assert "campaigns/broken.yaml:2" in told


def test_a_campaign_whose_template_is_wrong_is_off_too(nurture: Nurture, project: Path) -> None:
    (project / "templates/emails/trial/welcome.md").write_text("---\nsubject: x\n---\n{{ contact.nmae }}\n")

    [campaign] = nurture("status", "--json").json["campaigns"]

    assert campaign["enabled"] is False


def test_why_tells_the_story_with_what_comes_next(nurture: Nurture, begun: Path) -> None:
    told = nurture("why", "aom@example.com", "--json").json

    assert {"contact", "suppressed", "enrollments"} <= set(told)
    [run] = told["enrollments"]
    assert {"campaign", "run", "stage", "status", "next", "history"} <= set(run)
    assert set(run["next"]) == {"step", "at", "because", "held_by"}
    assert run["next"]["step"] == "how-is-it-going"
    assert [each["what"] for each in run["history"]] == ["enrolled", "entered", "sent"]
    assert all({"at", "what", "step", "reason"} <= set(each) for each in run["history"])
    assert "sent welcome" in nurture("why", "aom@example.com").out


def test_why_says_why_a_mail_went_and_everything_that_is_still_to_come(nurture: Nurture, begun: Path) -> None:
    nurture("pause", "--sender", "hello", "--because", "a holiday")

    [run] = nurture("why", "aom@example.com", "--json").json["enrollments"]
    told = nurture("why", "aom@example.com").out

    [sent] = [each for each in run["history"] if each["what"] == "sent"]
    assert (sent["reason"], bool(sent["relay"])) == ("at once", True)
    [call] = run["then"]
    assert (call["step"], call["only"], call["at_the_latest"]) == ("task", "if contact.phone", False)
    assert call["because"].startswith("2 business days after how-is-it-going")
    assert run["moves"] == [
        {"to": "customer", "because": "ordered"},
        {"to": "lost", "because": "days_in_campaign > 60"},
    ]
    assert [(each["scope"], each["because"]) for each in run["holds"]] == [("sender:hello", "a holiday")]
    assert "times in Asia/Bangkok" in told
    assert re.search(r"  then task, \w{3} \d\d \w{3} \d{4} \d\d:\d\d – 2 business days after how-is-it-going", told)
    assert "  then waits for what moves on\n  or   enters customer – as soon as ordered\n" in told
    assert "  held the sender hello is paused until `nurture resume`: a holiday\n" in told


def test_why_names_the_nearest_campaign(nurture: Nurture, begun: Path) -> None:
    answer = nurture("why", "aom@example.com", "trial-folow-up")

    assert answer.code == 1
    assert "Did you mean trial-follow-up?" in answer.err


def test_why_says_until_when_somebody_is_paused_and_leaves_out_a_reason_that_there_is_not(
    nurture: Nurture, begun: Path
) -> None:
    nurture("pause", "aom@example.com", "--for", "3d", "--because", "on holiday")
    told = nurture("why", "aom@example.com").out
    assert re.search(r"paused until \w{3} \d\d \w{3} \d{4} \d\d:\d\d – on holiday\n", told)

    nurture("move", "aom@example.com", "customer")
    told = nurture("why", "aom@example.com").out
    assert re.search(r"  next tag, .*\d\d:\d\d\n", told)


def test_reports_count_what_happened(nurture: Nurture, begun: Path) -> None:
    [funnel] = nurture("report", "funnel", "--json").json
    [emails] = nurture("report", "emails", "trial-follow-up", "--json").json

    assert funnel["funnel"][0] == {"stage": "trying", "entered": 1, "now": 1, "left": 0, "median_days": None}
    assert emails["emails"][0]["sent"] == 1
    rows = list(csv.DictReader(io.StringIO(nurture("report", "emails", "--csv").out)))
    assert [row["step"] for row in rows] == ["welcome", "how-is-it-going", "thank-you"]


def test_contacts_are_listed_one_object_a_line(nurture: Nurture) -> None:
    lines = nurture("contacts", "list", "--where", 'contact.country == "TH"', "--json").out.splitlines()

    assert len(lines) == 2
    assert nurture("contacts", "show", "aom@example.com", "--json").json["company"] == "Baan Suan Coffee"


def test_contacts_are_changed_and_written_out(nurture: Nurture, project: Path) -> None:
    assert nurture("contacts", "set", "aom@example.com", "company=Moon", "--tag", "vip").code == 0
    assert nurture("contacts", "export", project / "all.csv", "--where", '"vip" in contact.tags').code == 0

    assert "Moon" in (project / "all.csv").read_text("utf-8-sig")
    assert (
        "Wrote 1 contact" in nurture("contacts", "export", project / "vip.csv", "--where", '"vip" in contact.tags').out
    )


def test_an_import_counts_its_rows_and_keeps_the_refused(nurture: Nurture, project: Path) -> None:
    (project / "more.csv").write_text("email\nnew@example.com\nnonsense\n")

    answer = nurture("contacts", "import", project / "more.csv", "--json")

    assert answer.code == 1
    told = answer.json
    assert (told["read"], told["added"], told["updated"], told["unchanged"], told["refused"]) == (2, 1, 0, 0, 1)
    assert "nonsense" in Path(told["refused_file"]).read_text("utf-8-sig")


def test_an_event_is_recorded_with_its_fields(nurture: Nurture) -> None:
    answer = nurture("event", "trial_started", "wei.ling@example.com", "--field", "ends_on=2026-12-24", "--json")

    assert answer.json == {"contact": "wei.ling@example.com", "event": "trial_started", "enrolled": ["trial-follow-up"]}
    assert nurture("contacts", "show", "wei.ling@example.com", "--json").json["trial_ends_on"] == "2026-12-24"


def test_an_order_is_recorded_once(nurture: Nurture) -> None:
    bought = ("order", "aom@example.com", "--item", "pro*2=990", "--number", "7", "--json")

    order = nurture(*bought).json

    assert (order["contact"], order["number"], order["total"], order["currency"]) == (
        "aom@example.com",
        "7",
        1980,
        "THB",
    )
    again = nurture(*bought)
    assert again.code == 1
    assert "recorded already" in again.err
    assert nurture("order", "aom@example.com").code == 2


def test_tasks_are_listed_and_closed(nurture: Nurture, begun: Path) -> None:
    assert nurture("task", "list", "--json").json == []
    assert "Nothing to do." in nurture("task", "list").out
    assert nurture("task", "done", "7").code == 1


def test_a_suppression_ends_runs_and_is_taken_back_with_a_reason(nurture: Nurture, begun: Path) -> None:
    assert nurture("suppress", "aom@example.com", "--scope", "all").code == 0
    assert nurture("why", "aom@example.com", "--json").json["suppressed"] == ["all"]
    assert nurture("unsuppress", "aom@example.com", "--scope", "all").code == 2
    assert nurture("unsuppress", "aom@example.com", "--scope", "all", "--reason", "asked for it").code == 0
    assert nurture("why", "aom@example.com", "--json").json["suppressed"] == []


def test_a_mail_of_nobody_lands_in_the_tray(nurture: Nurture, begun: Path) -> None:
    (begun / "maildir" / "new" / "1.host").write_bytes((GOLDEN / "reply-signature.eml").read_bytes())

    assert nurture("inbox", "collect", "--json").json["taken_in"] == {"hello": 1}
    [mail] = nurture("inbox", "list", "--tray", "--json").json
    assert (mail["kind"], mail["contact"], mail["text"]) == ("reply", None, "Thursday at ten is fine.")
    assert nurture("status", "--json").json["inbox"]["tray"] == 1
    assert "nobody's" in nurture("inbox", "list").out


def test_files_are_judged_one_line_each() -> None:
    files = [GOLDEN / f"{name}.eml" for name in ("bounce-user-unknown", "out-of-office-english", "reply-english")]

    answer = call("inbox", "classify", *files, "missing.eml", "--json")

    assert answer.code == 1
    assert "missing.eml" in answer.err
    bounce, away, reply = map(json.loads, answer.out.splitlines())
    assert set(bounce) == {"file", "kind", "reason", "confidence", "failures"}
    assert set(bounce["failures"][0]) == {"recipient", "status", "hard", "reason"}
    assert away["kind"] == "auto_reply" and away["return_on"]
    assert (reply["kind"], reply["intent"]) == ("reply", "interested")


def test_a_database_is_upgraded_as_often_as_one_likes(nurture: Nurture, project: Path) -> None:
    for leftover in project.glob("nurture.db*"):
        if leftover.is_file():
            leftover.unlink()

    assert "new → " in nurture("db", "upgrade").out
    assert " is at " in nurture("db", "upgrade").out


def test_config_can_stand_elsewhere(project: Path) -> None:
    (project / "config.yaml").rename(project / "other.yaml")
    edit(project, "project: project", "project: elsewhere", "other.yaml")

    assert call("-C", project, "--config", project / "other.yaml", "status", "--json").json["project"] == "elsewhere"


def test_classify_goes_by_the_phrases_of_the_project_it_is_called_in(nurture: Nurture, project: Path) -> None:
    mail = project / "mail.eml"
    mail.write_text("From: a@example.net\nSubject: Re: hello\n\nSend the blue folder.\n")
    assert nurture("inbox", "classify", str(mail), "--json").json["intent"] == "other"

    config = project / "config.yaml"
    config.write_text(config.read_text() + "\npatterns: {interested: [the blue folder]}\n")

    told = nurture("inbox", "classify", str(mail), "--json").json
    assert (told["intent"], told["intent_words"]) == ("interested", ["the blue folder"])
    assert "reply interested" in nurture("inbox", "classify", str(mail)).out


def test_the_days_of_an_old_message_count_from_when_it_was_written(nurture: Nurture, tmp_path: Path) -> None:
    mail = tmp_path / "old.eml"
    mail.write_text(
        "From: a@example.net\nSubject: Out of office\nDate: Tue, 3 Mar 2020 09:00:00 +0700\n\nBack on Monday.\n"
    )
    assert nurture("inbox", "classify", str(mail), "--json").json["return_on"] == "2020-03-09"
