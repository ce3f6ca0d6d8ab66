"""`inbox collect` over several folders: what it says of each, and that one that is away stops no other."""

from pathlib import Path

import pytest

from tests.cli.commands import edit
from tests.cli.conftest import Nurture

LETTER = b"From: hello@example.com\nTo: %s\nSubject: Lunch?\nMessage-ID: <by-hand@example.com>\n\nOn Friday?\n"


@pytest.fixture
def maildir(project: Path) -> Path:
    """The project reads INBOX, Junk and the folder of sent mail."""
    found = project / "maildir"
    for folder in ("", ".Junk", ".Sent"):
        for name in ("new", "cur", "tmp"):
            (found / folder / name).mkdir(parents=True, exist_ok=True)
    edit(project, "path: maildir}", "path: maildir, folders: [INBOX, Junk], sent: auto}")
    return found


def test_each_folder_is_told_by_its_name(nurture: Nurture, maildir: Path) -> None:
    first = nurture("inbox", "collect")
    assert first.out.splitlines() == [
        "hello: looked for the first time; what is there already is history.",
        "hello/Junk: looked for the first time; what is there already is history.",
        "hello:sent: looked for the first time; what is there already is history.",
    ]
    someone = "aom@example.com"
    (maildir / ".Junk" / "new" / "1.a").write_bytes(b"From: x@example.com\nSubject: Hi\nMessage-ID: <1@x>\n\nHi\n")
    (maildir / ".Sent" / "cur" / "2.b:2,S").write_bytes(LETTER % someone.encode())
    assert nurture("inbox", "collect").out.splitlines() == [
        "hello: 0 new.",
        "hello/Junk: 1 new.",
        "hello:sent: 1 written by hand to contacts.",
    ]
    assert "we wrote" in nurture("why", someone).out
    assert nurture("inbox", "collect", "--json").json == {
        "taken_in": {"hello": 0, "hello/Junk": 0, "hello:sent": 0},
        "first_look": [],
        "away": {},
    }


def test_a_folder_that_is_missing_stops_no_other(nurture: Nurture, project: Path, maildir: Path) -> None:
    edit(project, "[INBOX, Junk]", "[Jnk, INBOX]")
    looked = nurture("inbox", "collect")
    assert looked.code == 3
    assert looked.out.startswith("hello: looked for the first time")
    assert "there is no folder 'Jnk'" in looked.err
    assert "INBOX, Junk, Sent" in looked.err
