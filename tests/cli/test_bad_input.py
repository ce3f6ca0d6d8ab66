"""Bad input: one clear message, the right exit code, nothing lost, no traceback."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND, Called, call, edit
from tests.cli.conftest import Nurture


def told_at_once(answer: Called, code: int, *words: str) -> None:
    """One message on stderr that names what, where and what to do; not the inside of the program."""
    assert answer.code == code, answer.err
    assert answer.err.startswith("Error: ")
    assert "Traceback" not in answer.err
    assert "→" in answer.err
    for word in words:
        assert word in answer.err


def database(project: Path, url: str) -> None:
    edit(project, "${NURTURE_DATABASE:-sqlite:///nurture.db}", f'"{url}"')


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    told_at_once(call("-C", tmp_path, "status"), 2, "config.yaml", "nurture init")


def test_a_config_that_is_no_yaml(nurture: Nurture, project: Path) -> None:
    edit(project, "languages: [en, th]", "languages: [en, th")

    told_at_once(nurture("status"), 2, "config.yaml:", "[syntax]")


def test_a_config_with_several_faults_tells_all(nurture: Nurture, project: Path) -> None:
    edit(project, "country: TH", "country: th")
    edit(project, "timezone: Asia/Bangkok", "timezone: Asia/Bangkog")

    told_at_once(nurture("run"), 2, "2 problems", "[unknown_zone]", "[unknown_country]", "Did you mean TH?")


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("nonsense", 2, "this is no database that nurture knows"),
        ("mysql://host/name", 2, "this is no database that nurture knows"),
        ("postgresql://user@host:port/name", 2, "this is no database that nurture knows"),
        ("sqlite:////nowhere/at/all/nurture.db", 3, "cannot be opened"),
        ("sqlite:///contacts.csv", 3, "not a SQLite database"),
    ],
)
def test_a_database_that_cannot_be(nurture: Nurture, project: Path, url: str, code: int, told: str) -> None:
    database(project, url)

    for command in (("status",), ("contacts", "list"), ("db", "upgrade")):
        told_at_once(nurture(*command), code, told)


def test_a_database_server_that_is_away_is_named_without_its_password(
    nurture: Nurture, project: Path, free_port: int
) -> None:
    database(project, f"postgresql://mali:s3cret@127.0.0.1:{free_port}/acme")

    answer = nurture("status")

    told_at_once(answer, 3, f"127.0.0.1:{free_port}", "refused")
    assert "s3cret" not in answer.out + answer.err


def test_a_database_of_a_newer_release(nurture: Nurture, project: Path) -> None:
    with sqlite3.connect(project / "nurture.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()

    told_at_once(nurture("status"), 3, "newer release")


@pytest.mark.parametrize(("content", "told"), [(None, "there is no key"), ("garbage", "cannot be understood")])
def test_a_signing_key_that_is_missing_or_broken(
    nurture: Nurture, project: Path, content: str | None, told: str
) -> None:
    if content:
        (project / "dkim.pem").write_text(content)
    edit(project, "limits: {per_minute: 30", "dkim: {selector: s, key_file: dkim.pem}\n    limits: {per_minute: 30")

    told_at_once(
        nurture("send-test", "welcome", "--to", "me@example.org"), 2, "dkim.pem" if content is None else "", told
    )
    assert nurture("check").code == 1


def test_a_mailbox_that_is_away(nurture: Nurture, project: Path, free_port: int) -> None:
    imap = f"inbox: {{kind: imap, host: 127.0.0.1, port: {free_port}, security: none, username: mali}}"
    edit(project, "inbox: {kind: maildir, path: maildir}", imap)

    told_at_once(nurture("inbox", "collect"), 3, f"127.0.0.1:{free_port}")


def test_a_tick_whose_relay_and_mailbox_are_away_says_so_and_loses_nothing(
    nurture: Nurture, project: Path, free_port: int
) -> None:
    away = f"{{host: 127.0.0.1, port: {free_port}, security: none}}"
    edit(project, "transport: {folder: outbox}", f"smtp: {away}")
    edit(project, "inbox: {kind: maildir, path: maildir}", f"inbox: {away.replace('{host', '{kind: imap, host')}")
    assert nurture("contacts", "add", "you@elsewhere.example", "country=TH").code == 0

    answer = nurture("tick")

    assert answer.code == 3
    assert answer.err.count(f"127.0.0.1:{free_port}") >= 2
    assert "a later tick" in answer.err
    assert "Traceback" not in answer.err
    assert nurture("status", "--json").json["campaigns"][0]["active"] == 1


def test_a_spreadsheet_that_is_not_there_or_has_no_addresses(nurture: Nurture, project: Path) -> None:
    (project / "odd.csv").write_text("a,b\n1,2\n")

    assert nurture("contacts", "import", project / "missing.csv").code == 1
    told_at_once(nurture("contacts", "import", project / "odd.csv"), 1, "odd.csv")


def test_a_template_that_cannot_be_read_as_one(nurture: Nurture, project: Path) -> None:
    (project / "templates/emails/trial/welcome.md").write_text("---\nsubject: x\n---\n{{ contact.first_name \n")

    told_at_once(nurture("send-test", "welcome", "--to", "me@example.org"), 1, "templates/emails/trial/welcome.md:4")


def test_a_campaign_that_is_off_cannot_be_asked_into(nurture: Nurture, project: Path) -> None:
    edit(project, "stages:", "stags:", "campaigns/trial-follow-up.yaml")

    told_at_once(nurture("enroll", "trial-follow-up", "aom@example.com"), 1, "nurture check")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_only_be_read(nurture: Nurture, project: Path) -> None:
    project.chmod(0o500)
    (project / "nurture.db").chmod(0o400)
    try:
        told_at_once(nurture("event", "trial_started", "aom@example.com"), 3, "nurture.db")
    finally:
        project.chmod(0o700)


def test_a_disk_without_room_loses_nothing(project: Path) -> None:
    people = "".join(f"person{number}@example.com,{'x' * 200}\n" for number in range(3000))
    (project / "many.csv").write_text(f"email,company\n{people}")
    size = (project / "nurture.db").stat().st_size // 512 + 100
    # A limit on the size of files stands for a disk that is full: writing further fails in the same places.
    limited = ["prlimit", f"--fsize={size * 512}", *COMMAND, "-C", str(project), "contacts", "import", "many.csv"]
    if shutil.which("prlimit") is None:
        pytest.skip("prlimit of util-linux is not installed")

    done = subprocess.run(limited, capture_output=True, text=True, check=False, timeout=60, cwd=project)

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    with sqlite3.connect(project / "nurture.db") as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("SELECT count(*) FROM contacts WHERE email LIKE '%.ling@%'").fetchone() == (1,)
    conn.close()
