"""The inbox of a config: its folders, how it is entered by token, and each mistake at its place."""

from pathlib import Path

import pytest

from nurture.app import folders_of
from nurture.clock import SystemClock
from nurture.inbox.settings import MailboxSettings
from nurture.settings import Project, SenderSettings, load_project, read_config
from nurture.webhooks.settings import TokenSettings

MALI = """\
senders:
  mali:
    from: Mali Srisuk <mali@example.com>
    smtp: {host: 127.0.0.1}
    inbox:
"""
ACCOUNT = MALI + "      host: imap.example.com\n      username: mali@example.com\n"
TOKENS = "      oauth:\n        client_id: app\n        refresh_token: ${REFRESH}\n"


def project(folder: Path, text: str, **environ: str) -> Project:
    (folder / "config.yaml").write_text(text)
    return load_project(folder, None, {"REFRESH": "r3fresh", **environ})


def sender(folder: Path, text: str, **environ: str) -> SenderSettings:
    return project(folder, text, **environ).senders["mali"]


def problems(folder: Path, text: str) -> list[tuple[int, int, str]]:
    (folder / "config.yaml").write_text(text)
    found = read_config(folder, None, {"REFRESH": "r3fresh"}).problems
    assert "r3fresh" not in str(found)
    return [(problem.line, problem.column, problem.code) for problem in found]


def test_answers_arrive_in_the_inbox_unless_other_folders_are_named(tmp_path: Path) -> None:
    assert sender(tmp_path, ACCOUNT).inbox == MailboxSettings(
        kind="imap", host="imap.example.com", username="mali@example.com", folders=("INBOX",)
    )
    one = sender(tmp_path, ACCOUNT + "      folder: Answers\n").inbox
    several = sender(tmp_path, ACCOUNT + "      folders: [INBOX, Junk]\n      sent: auto\n      idle: false\n").inbox
    assert one is not None and several is not None
    assert (one.folders, one.sent) == (("Answers",), "")
    assert (several.folders, several.sent, several.is_idle_wanted) == (("INBOX", "Junk"), "auto", False)


def test_a_maildir_may_have_folders_too(tmp_path: Path) -> None:
    inbox = sender(tmp_path, MALI + "      path: mail\n      folders: [INBOX, Junk]\n      sent: Sent\n").inbox
    assert inbox == MailboxSettings(kind="maildir", path=tmp_path / "mail", folders=("INBOX", "Junk"), sent="Sent")


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("", ["mali"]),
        ("folder: Answers", ["mali"]),
        ("folders: [Junk, inbox]\n      sent: auto", ["mali/Junk", "mali", "mali:sent"]),
        ("folders: [Answers, Junk]", ["mali", "mali/Junk"]),
        ("folders: Answers", ["mali"]),
    ],
)
def test_the_inbox_keeps_the_name_that_its_cursor_always_had(tmp_path: Path, written: str, names: list[str]) -> None:
    found = folders_of(project(tmp_path, f"{ACCOUNT}      {written}\n"), clock=SystemClock())
    assert [folder.name for folder in found] == names
    assert [folder.name for folder in found if folder.watch is None] == [name for name in names if ":" in name]


def test_google_and_microsoft_are_known_by_name(tmp_path: Path) -> None:
    google = sender(tmp_path, f"{MALI}      username: m@example.com\n{TOKENS}        provider: google\n")
    microsoft = sender(
        tmp_path,
        f"{MALI}      username: m@example.com\n{TOKENS}        provider: microsoft\n        tenant: acme.example\n",
    )
    assert google.inbox is not None and microsoft.inbox is not None
    assert (google.inbox.host, google.inbox.security) == ("imap.gmail.com", "tls")
    assert microsoft.inbox.host == "outlook.office365.com"
    assert google.tokens == TokenSettings(
        name="mali",
        token_url="https://oauth2.googleapis.com/token",
        client_id="app",
        refresh_token="r3fresh",
        kept_in=tmp_path / ".nurture-tokens" / "mali.json",
    )
    assert microsoft.tokens is not None
    assert microsoft.tokens.token_url == "https://login.microsoftonline.com/acme.example/oauth2/v2.0/token"
    assert microsoft.tokens.scope == "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"


def test_secrets_of_a_token_may_lie_in_files_and_show_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("cl1ent\n")
    (tmp_path / "refresh").write_text("r3fresh\n")
    found = sender(
        tmp_path,
        ACCOUNT + "      oauth: {token_url: 'http://127.0.0.1:9/t', scope: mail, client_id: app,"
        " client_secret_file: secret, refresh_token_file: refresh}\n",
    )
    assert found.tokens is not None
    assert (found.tokens.client_secret, found.tokens.scope) == ("cl1ent", "mail")
    assert (found.tokens.refresh_token, found.tokens.refresh_token_file) == ("", tmp_path / "refresh")
    assert "cl1ent" not in repr(found)
    assert "r3fresh" not in repr(sender(tmp_path, f"{ACCOUNT}{TOKENS}        provider: google\n"))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("folder: a\n      folders: [b]", (8, 7, "conflict")),
        ("folders: []", (8, 16, "missing")),
        ("folders: [INBOX, Junk, inbox]", (8, 30, "conflict")),
        ("folders: [INBOX, Sent]\n      sent: Sent", (9, 13, "conflict")),
        ("folders: {a: b}", (8, 16, "wrong_type")),
        ("idle: maybe", (8, 13, "wrong_type")),
        (
            "password: ${REFRESH}\n      oauth: {provider: google, client_id: a, refresh_token: '${REFRESH}'}",
            (9, 7, "conflict"),
        ),
        ("oauth: {client_id: a, refresh_token: '${REFRESH}'}", (8, 7, "missing")),
        ("oauth: {provider: google, refresh_token: '${REFRESH}'}", (8, 7, "missing")),
        ("oauth: {provider: google, client_id: a}", (8, 7, "missing")),
        ("oauth: {provider: yahoo, client_id: a, refresh_token: '${REFRESH}'}", (8, 25, "unknown_word")),
        ("oauth: {provider: google, client_id: a, refresh_token_file: nowhere}", (8, 67, "missing_file")),
        ("oauth: {provider: google, tenant: b, client_id: a, refresh_token: '${REFRESH}'}", (8, 33, "conflict")),
        ("oauth: {provider: microsoft, tenant: a/b, client_id: a, refresh_token: '${REFRESH}'}", (8, 44, "bad_url")),
        (
            "oauth: {token_url: 'http://login.example.com/t', client_id: a, refresh_token: '${REFRESH}'}",
            (8, 26, "bad_url"),
        ),
        (
            "oauth: {token_url: 'https://u@login.example.com/', client_id: a, refresh_token: '${REFRESH}'}",
            (8, 26, "bad_url"),
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, written: str, found: tuple[int, int, str]) -> None:
    assert problems(tmp_path, f"{ACCOUNT}      {written}\n") == [found]


def test_a_token_without_the_accounts_name_opens_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{MALI}{TOKENS}        provider: google\n") == [(5, 5, "missing")]


def test_secrets_that_stand_written_out_are_warned_of(tmp_path: Path) -> None:
    text = ACCOUNT + "      oauth: {provider: google, client_id: a, client_secret: x1, refresh_token: y2}\n"
    assert [code for _, _, code in problems(tmp_path, text)] == ["secret", "secret"]
