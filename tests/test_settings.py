"""The project's settings: defaults, the environment, secrets that never show, and every problem at once."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nurture.delivery.settings import DkimSettings, FolderSettings, SmtpSettings
from nurture.domain.duration import Duration
from nurture.domain.sender import Rates
from nurture.errors import ConfigError
from nurture.inbox.settings import MailboxSettings
from nurture.settings import Project, load_project, read_config

SMALLEST = "senders: {mali: {from: Mali Srisuk <mali@example.com>, smtp: {host: 127.0.0.1, port: 1025}}}\n"


def project(folder: Path, text: str, **environ: str) -> Project:
    (folder / "config.yaml").write_text(text)
    return load_project(folder, None, environ)


def _signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def codes(folder: Path, text: str, **environ: str) -> list[str]:
    (folder / "config.yaml").write_text(text)
    return [problem.code for problem in read_config(folder, None, environ).problems]


def test_what_a_config_leaves_out_has_a_default(tmp_path: Path) -> None:
    found = project(tmp_path, SMALLEST)

    assert found.name == tmp_path.name
    assert found.database_url == f"sqlite:///{tmp_path.resolve() / 'nurture.db'}"
    assert found.base_url == "http://127.0.0.1:8025"
    assert (found.zone, found.country, found.languages) == (ZoneInfo("UTC"), None, ("en",))
    assert (found.web_host, found.web_port, found.lease_for) == ("127.0.0.1", 8025, timedelta(minutes=2))
    assert (found.caps, found.hard_caps, found.score_rules, found.closed_days) == ((), (), None, frozenset())
    assert found.tracking.opens and found.tracking.clicks
    mali = found.senders["mali"]
    assert (mali.sender.email, mali.sender.display_name, mali.sender.rates) == (
        "mali@example.com",
        "Mali Srisuk",
        Rates(),
    )
    assert mali.transport == SmtpSettings(host="127.0.0.1", port=1025, security="none")
    assert (mali.inbox, mali.dkim) == (None, None)


def test_a_whole_config_becomes_domain_values(tmp_path: Path) -> None:
    (tmp_path / "dkim.pem").write_bytes(_signing_key())
    (tmp_path / "closed.csv").write_text("date,why\n2026-04-13,Songkran\n\n# later\n2026-12-31\n")
    found = project(
        tmp_path,
        """
project: acme
senders:
  mali:
    from: mali@example.com
    smtp: {host: mail.example.com, username: mali, password: "${SMTP_PASSWORD}", timeout: 10, connections: 2}
    inbox: {kind: imap, host: imap.example.com, username: mali, password: "${IMAP_PASSWORD:-}", plus_addresses: true}
    dkim: {selector: nurture, key_file: dkim.pem}
    limits: {per_minute: 30, per_day: "${PER_DAY:-400}"}
  krit:
    from: krit@example.com
    transport: {folder: outbox}
    inbox: {kind: maildir, path: Maildir}
contact_fields: {size: number, ends_on: {type: date}}
events:
  trial_started: {fields: {ends_at: datetime}, sets: {ends_on: ends_at}}
  seen:
limits: {per_contact: [1 per 20h, 3 per 7d], never_more_than: 2 per 1d}
score: {clicked: 5, trial_started: 25, fade: 30d, rules: [{if: contact.size >= 50, points: 15}]}
team: {owners: {members: [mali@example.com]}, members: [all@example.com]}
closed_days: {file: closed.csv}
tracking: {opens: false, not_in: [DE]}
web: {port: 9000}
webhooks: {secret: "${WEBHOOK_SECRET}"}
""",
        SMTP_PASSWORD="s3cret",
        WEBHOOK_SECRET="w3bhook",
    )
    mali, krit = found.senders["mali"], found.senders["krit"]

    assert mali.transport == SmtpSettings(
        host="mail.example.com",
        port=587,
        security="starttls",
        username="mali",
        password="s3cret",
        timeout=10,
        connections=2,
    )
    assert mali.inbox == MailboxSettings(kind="imap", host="imap.example.com", security="tls", username="mali")
    assert mali.dkim == DkimSettings(selector="nurture", key_file=tmp_path.resolve() / "dkim.pem")
    assert mali.has_plus_addresses
    assert mali.sender.rates == Rates(per_minute=30, per_day=400)
    assert krit.transport == FolderSettings(path=tmp_path.resolve() / "outbox")
    assert krit.inbox == MailboxSettings(kind="maildir", path=tmp_path.resolve() / "Maildir")
    assert found.vocabulary.senders == ("mali", "krit")
    assert found.vocabulary.contact_fields["size"].type == "number"
    assert found.vocabulary.events["trial_started"].sets == (("ends_on", "ends_at"),)
    assert found.vocabulary.events["seen"].fields == ()
    assert [str(cap) for cap in (*found.caps, *found.hard_caps)] == ["1 per 20h", "3 per 7d", "2 per 1d"]
    assert found.score_rules is not None
    assert (found.score_rules.points["clicked"], found.score_rules.fade) == (5, Duration(days=30))
    assert (found.owners, found.team) == (("mali@example.com",), ("all@example.com",))
    assert found.closed_days == {date(2026, 4, 13), date(2026, 12, 31)}
    assert (found.tracking.opens, found.tracking.not_in) == (False, frozenset({"DE"}))
    assert (found.base_url, found.web_port) == ("http://127.0.0.1:9000", 9000)
    assert found.webhook_secret == "w3bhook"
    assert not any(secret in repr(found) for secret in ("s3cret", "w3bhook"))


def test_the_campaigns_of_the_folder_are_words_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "hello.yaml").write_text("stages: 5")

    assert project(tmp_path, SMALLEST).vocabulary.campaigns == ("hello",)


def test_a_reference_takes_its_default_where_the_variable_is_missing_or_empty(tmp_path: Path) -> None:
    text = SMALLEST + "project: ${NAME:-fallback}\n"

    assert project(tmp_path, text).name == "fallback"
    assert project(tmp_path, text, NAME="").name == "fallback"
    assert project(tmp_path, text, NAME="acme").name == "acme"
    assert project(tmp_path, SMALLEST + 'company: {name: "$${NAME}"}').company.name == "${NAME}"


def test_a_missing_config_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_project(tmp_path, None, {})

    assert [problem.code for problem in raised.value.problems] == ["no_config"]
    assert "nurture init" in str(raised.value)


def test_a_broken_config_gives_every_problem_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        project(tmp_path, "projct: a\ntimezone: Mars\nsenders: {mali: {from: nobody}}\nlanguages: [en, en]\n")

    assert [problem.code for problem in raised.value.problems] == [
        "unknown_key",
        "unknown_zone",
        "missing",
        "bad_address",
        "conflict",
    ]


def test_a_warning_alone_keeps_no_project_from_running(tmp_path: Path) -> None:
    text = SMALLEST + "webhooks: {secret: hunter2}\n"

    assert codes(tmp_path, text) == ["secret"]
    assert project(tmp_path, text).webhook_secret == "hunter2"


def test_a_secret_from_the_environment_is_no_warning_and_a_default_that_says_something_is(tmp_path: Path) -> None:
    assert codes(tmp_path, SMALLEST + 'webhooks: {secret: "${SECRET:-}"}') == []
    assert codes(tmp_path, SMALLEST + 'webhooks: {secret: "${SECRET:-hunter2}"}') == ["secret"]


def test_clear_text_off_this_machine_must_be_meant(tmp_path: Path) -> None:
    text = "senders: {mali: {from: mali@example.com, smtp: {host: mail.example.com, security: none%s}}}"

    assert codes(tmp_path, text % "") == ["insecure"]
    assert codes(tmp_path, text % ", allow_insecure: true") == []


def test_a_password_may_lie_in_a_file_and_no_problem_repeats_a_secret(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    text = "senders: {mali: {from: mali@example.com, smtp: {host: localhost, %s}}}"

    transport = project(tmp_path, text % "password_file: password").senders["mali"].transport
    assert isinstance(transport, SmtpSettings) and transport.password == "s3cret"

    (tmp_path / "config.yaml").write_text(text % "password: 31337")
    problems = read_config(tmp_path, None, {}).problems
    assert [problem.code for problem in problems if problem.severity == "error"] == ["wrong_type"]
    assert "31337" not in str(problems)


def test_a_closed_day_that_is_no_date_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "closed.csv").write_text("date\n2026-04-13\nSongkran\n")
    (tmp_path / "config.yaml").write_text(SMALLEST + "closed_days: {file: closed.csv}\n")

    (problem,) = read_config(tmp_path, None, {}).problems

    assert (problem.file, problem.line, problem.code) == ("closed.csv", 3, "bad_date")


def test_another_sqlite_path_lies_under_the_project_and_an_absolute_one_stays(tmp_path: Path) -> None:
    relative = project(tmp_path, SMALLEST + "database: sqlite:///data/x.db").database_url
    absolute = project(tmp_path, SMALLEST + "database: sqlite:////var/x.db").database_url
    postgres = project(tmp_path, SMALLEST + "database: postgresql://me@127.0.0.1/x").database_url

    assert relative == f"sqlite:///{tmp_path.resolve() / 'data/x.db'}"
    assert absolute == "sqlite:////var/x.db"
    assert postgres == "postgresql+psycopg://me@127.0.0.1/x"


def test_a_signing_key_that_is_none_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "dkim.pem").write_text("no key")

    (tmp_path / "config.yaml").write_text(SMALLEST.replace("}}}", "}, dkim: {selector: s, key_file: dkim.pem}}}"))
    [problem] = read_config(tmp_path, None, {}).problems

    assert (problem.code, problem.line) == ("bad_key", 1)
    assert "PEM" in problem.hint


def test_a_port_that_is_no_number_is_told_with_the_rest(tmp_path: Path) -> None:
    assert codes(tmp_path, f"database: postgresql://u@host:abc/name\n{SMALLEST}") == ["bad_url"]


def test_a_projects_own_phrases_are_read_by_meaning_and_language(tmp_path: Path) -> None:
    text = SMALLEST + 'patterns: {interested: ["send me the (blue|red) folder"], unsubscribe: {th: [พอแล้ว]}}\n'

    blue, enough = project(tmp_path, text).phrases

    assert (blue.language, blue.has_spaces) == ("", True)
    assert blue.groups == {"interested": ("(?i:send me the (blue|red) folder)",)}
    assert (enough.language, enough.has_spaces, list(enough.groups)) == ("th", False, ["unsubscribe"])
    assert codes(tmp_path, SMALLEST + 'patterns: {interested: ["(", ".*"]}') == ["bad_pattern", "bad_pattern"]
