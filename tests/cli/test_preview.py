"""`preview` for scripts and colleagues: mails listed as JSON, written as files, and nothing else changed."""

import json
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from sqlalchemy import func, select

from nurture.cli.project import opened
from nurture.settings import load_project
from nurture.store.tables import contacts, events, messages
from tests.cli.commands import edit
from tests.cli.conftest import Nurture

WELCOME = "templates/emails/trial/welcome.md"


def test_the_mails_are_listed_in_order_with_what_is_to_know_of_them(nurture: Nurture) -> None:
    answer = nurture("preview", "--json")
    assert answer.code == 0, answer.err
    first = answer.json[0]
    assert [mail["step"] for mail in answer.json] == ["welcome", "how-is-it-going", "thank-you"]
    assert (first["stage"], first["number"], first["error"]) == ("trying", 1, None)
    assert first["when"] == "right after entering trying"
    mail = first["mail"]
    assert mail["subject"] == "Your trial is ready, Aom"
    assert mail["subject_length"] == len(mail["subject"])
    assert mail["preheader"] == "One small step is enough for today."
    assert mail["size"] > mail["html_size"] > 1000
    assert (mail["clipped"], mail["clips_at"]) == (False, 102_000)
    assert {"From", "List-Unsubscribe"} <= {name for name, _ in mail["headers"]}
    assert {link["name"] for link in mail["links"]} >= {"unsubscribe"}


def test_a_contact_of_the_database_reads_their_own_language(nurture: Nurture) -> None:
    answer = nurture("preview", "--json", "--contact", "aom@example.com", "--language", "th")
    assert answer.json[0]["mail"]["language"] == "th"
    own = nurture("preview", "--json", "--contact", "wei.ling@example.com")
    assert own.json[0]["mail"]["subject"] == "Your trial is ready, Wei Ling"


def test_files_are_written_that_a_colleague_can_open(nurture: Nurture, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = nurture("preview", "--out", out, "--contact", "odd", "--json")
    assert answer.code == 0, answer.err
    assert answer.json[0]["files"] == ["01-welcome.en.html", "01-welcome.en.txt", "01-welcome.en.eml"]
    assert sorted(path.name for path in out.iterdir() if ".th." in path.name)[0] == "01-welcome.th.eml"
    mail = message_from_bytes((out / "01-welcome.en.eml").read_bytes(), policy=default)
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == (out / "01-welcome.en.txt").read_text("utf-8")
    assert "<script>alert" not in (out / "01-welcome.en.html").read_text("utf-8")


def test_its_page_has_all_in_it_and_nothing_of_the_data_can_end_its_script(nurture: Nurture, tmp_path: Path) -> None:
    nurture("preview", "--out", tmp_path / "out", "--contact", "odd")
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert page.count("<script") == 2
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?!data:,)", page)
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    views = json.loads(data[1])["views"]
    assert set(views) == {"trial-follow-up\nodd\nen", "trial-follow-up\nodd\nth"}
    assert "alert(1)" in views["trial-follow-up\nodd\nen"]["steps"][0]["mail"]["light"]


def test_a_mail_that_cannot_be_written_is_told_and_the_others_are_written(
    nurture: Nurture, project: Path, tmp_path: Path
) -> None:
    edit(project, "contact.first_name %}", "contact.first_nam %}", WELCOME)
    answer = nurture("preview", "--out", tmp_path / "out")
    assert answer.code == 1
    assert f"{WELCOME}:2" in answer.err
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert "01-welcome.en.html" not in written
    assert {"01-welcome.th.html", "02-how-is-it-going.en.html", "index.html"} <= written
    assert "contact.first_nam" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_it_changes_nothing_and_makes_no_database(nurture: Nurture, project: Path) -> None:
    nurture("preview", "--json", "--contact", "aom@example.com")
    with opened(load_project(project)) as database, database.read() as conn:
        counts = [conn.execute(select(func.count()).select_from(each)).scalar_one() for each in (messages, events)]
        assert counts[0] == 0
        assert conn.execute(select(func.count()).select_from(contacts)).scalar_one() == 3
    for path in project.glob("*.db*"):
        path.unlink()
    assert nurture("preview", "--json").code == 0
    answer = nurture("preview", "--json", "--contact", "aom@example.com")
    assert (answer.code, "no database yet" in answer.err) == (1, True)
    assert list(project.glob("*.db")) == []


def test_a_campaign_a_contact_and_a_folder_that_cannot_be_are_told(
    nurture: Nurture, project: Path, tmp_path: Path
) -> None:
    answer = nurture("preview", "trial-folow-up", "--json")
    assert (answer.code, "trial-follow-up?" in answer.err) == (1, True)
    answer = nurture("preview", "--contact", "fill", "--json")
    assert (answer.code, "fill" in answer.err) == (1, True)
    answer = nurture("preview", "--out", project / "config.yaml")
    assert (answer.code, "is a file" in answer.err) == (1, True)
