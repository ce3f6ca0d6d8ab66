"""Sections 1 and 8: the language's own example, campaign and config, word for word."""

import re
import shutil
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nurture.checks.project import check_project
from nurture.domain.campaign import EmailAction
from nurture.rendering.renderer import Renderer
from nurture.settings import Project, read_config
from nurture.store import tasks
from tests.language.conftest import Making
from tests.support.answers import judged_answer, reply
from tests.support.mail_server import MailServer

EXAMPLE = Path(__file__).parent / "example"
MAILS = (
    "cycle/hello",
    "cycle/hello-sample",
    "cycle/guide",
    "cycle/demo-and-trial",
    "trial/how-is-it-going",
    "trial/ending-soon",
    "trial/ten-percent",
    "sale/thank-you",
)
BODY = """---
subject: The sales cycle
---
Hello {{ contact.first_name or 'there' }}

[Read it](https://acme.example/guide){read-guide} or [see it](https://acme.example/demo){demo}.
"""
LATER = re.compile(
    r"^\s+(variants|sentence|sample|optimise|offer):.*\n|^\s+attach: \[invoice\]\n|^timing: best.*\n", re.M
)


def example(folder: Path, campaign: str | None = None) -> Path:
    """A project with the example's campaign and config and a file for every name in them."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    shutil.copytree("templates/emails/layouts", folder / "templates" / "emails" / "layouts")
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (folder / "keys").mkdir()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "keys" / "dkim.pem").write_bytes(pem)
    (folder / "keys" / "dkim.pem").chmod(0o600)
    if campaign is not None:
        (folder / "campaigns" / "sales-cycle.yaml").write_text(campaign)
    return folder


def files() -> Mapping[str, str]:
    return {
        **{f"templates/emails/{name}.md": BODY for name in MAILS},
        **{f"templates/emails/{name}.th.md": BODY for name in MAILS},
        "brochures/guide.pdf": "%PDF-1.7",
        "closed-days.csv": "date,why\n2026-04-13,Songkran\n",
    }


def written() -> str:
    return (EXAMPLE / "campaigns" / "sales-cycle.yaml").read_text()


def without_what_comes_later() -> str:
    return LATER.sub("", written())


def problems(root: Path) -> list[tuple[str, int, str, str]]:
    read = read_config(root, None, {})
    draft = read.draft
    assert draft is not None
    renderer = Renderer(
        root,
        languages=draft.languages,
        company=draft.company,
        project_name=draft.name,
        vocabulary=draft.vocabulary,
    )
    report = check_project(root, config_problems=read.problems, renderer=renderer)
    return [(problem.file, problem.line, problem.severity, problem.code) for problem in sorted(report.errors)]


def line_of(text: str, words: str, times: int = 1) -> int:
    found = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return found[times - 1]


def test_what_comes_later_is_an_error_at_its_line_and_nothing_else_is_wrong(tmp_path: Path) -> None:
    campaign, config = written(), (EXAMPLE / "config.yaml").read_text()
    wanted = [("timing: best", 1), ("variants:", 1), ("optimise:", 1), ("offer:", 1), ("offer:", 2), ("[invoice]", 1)]
    assert problems(example(tmp_path)) == [
        *(("campaigns/sales-cycle.yaml", line_of(campaign, *which), "error", "later") for which in wanted),
        *(
            ("config.yaml", line_of(config, words), "error", "later")
            for words in ("warm_up:", "offers:", "  notify:")
        ),
    ]  # fmt: skip


def test_without_what_comes_later_the_example_is_right(tmp_path: Path) -> None:
    found = problems(example(tmp_path, without_what_comes_later()))
    assert {file for file, *_ in found} == {"config.yaml"}


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("patience: 1d", "campaign"),
        ("holdout: 10%", "campaign"),
        ("timing: best", "campaign"),
        ("patience: 1d", "stage"),
        ("timing: best", "stage"),
        ("patience: 1d", "step"),
        ("timing: best", "step"),
        ("offer: trial-30", "step"),
        ("variants: {a: {subject: A}}", "step"),
        ("optimise: clicks", "step"),
        ("keep_winner: true", "step"),
        ("attach: [invoice]", "step"),
        ("if: offer.redeemed", "step"),
        ("unless: offer.code == 'x'", "step"),
    ],
)
def test_each_key_of_which_the_capability_comes_later_says_so(tmp_path: Path, key: str, place: str) -> None:
    keys = {"campaign": "", "stage": "", "step": ""} | {place: key}
    text = (
        f"{keys['campaign']}\nsender: mali\nstages:\n  one:\n    {keys['stage']}\n    steps:\n"
        f"      - email: cycle/hello\n        {keys['step']}\n"
    )
    found = [code for file, _, _, code in problems(example(tmp_path, text)) if file != "config.yaml"]
    assert found == ["later"]


def config_of(root: Path) -> Project:
    """The example's config without what comes later."""
    text = (root / "config.yaml").read_text()
    text = re.sub(r", warm_up: \{[^}]*\}", "", text)
    text = re.sub(r"^offers:\n(  .*\n)+", "", text, flags=re.M)
    text = re.sub(r"^  notify:.*\n", "", text, flags=re.M)
    (root / "config.yaml").write_text(text)
    read = read_config(root, None, {"SMTP_HOST": "localhost", "SMTP_PASSWORD": "secret"})
    assert [problem for problem in read.problems if problem.severity == "error"] == []
    assert read.project is not None
    return read.project


def test_every_key_of_the_config_means_what_it_says(tmp_path: Path) -> None:
    project = config_of(example(tmp_path))
    mali = project.senders["mali"]
    assert (project.name, project.zone.key, project.country) == ("acme", "Asia/Bangkok", "TH")
    assert project.languages == ("en", "th")
    assert project.database_url == f"sqlite:///{tmp_path.resolve() / 'nurture.db'}"
    assert project.base_url == "http://127.0.0.1:8025"
    assert (project.company.name, project.company.tax_id) == ("Acme Co. Ltd.", "0105536000315")
    assert "Rama I" in project.company.address
    assert (mali.sender.display_name, mali.sender.email) == ("Mali Srisuk", "mali@example.com")
    rates = mali.sender.rates
    assert (rates.per_minute, rates.per_day, rates.per_domain_per_minute) == (30, 400, 10)
    assert getattr(mali.transport, "host", None) == "localhost"
    assert mali.inbox is not None
    assert (mali.inbox.kind, mali.inbox.port, mali.inbox.username) == ("imap", 1143, "mali")
    assert mali.dkim is not None
    assert mali.dkim.selector == "nurture"
    plan = project.vocabulary.field("plan")
    assert plan is not None
    assert (plan.type, plan.choices) == ("choice", ("free", "pro"))
    assert project.vocabulary.events["trial_started"].sets == (("trial_ends_on", "ends_at"),)
    assert [str(cap) for cap in project.caps] == ["1 per 20h", "3 per 7d"]
    assert [cap.count for cap in project.hard_caps] == [2]
    assert project.score_rules is not None
    assert project.owners == project.team == ("mali@example.com", "krit@example.com")
    assert [day.isoformat() for day in project.closed_days] == ["2026-04-13"]
    assert (project.tracking.opens, project.tracking.clicks) == (True, True)
    assert project.tracking.not_in == {"DE", "FR"}
    assert "secret" not in repr(project)


def test_the_examples_keys_end_up_where_they_belong(project_of: Making) -> None:
    workshop = project_of(without_what_comes_later(), files=files())
    cycle = workshop.campaigns()["cycle"]
    assert cycle.keywords == ("sales cycle", "trial")
    assert [stage.then for stage in cycle.stages] == ["advance", "wait", "wait", "won"]
    assert [str(stage.target) for stage in cycle.stages if stage.target] == ["7d", "7d"]
    thanks = cycle.step("thank-you")
    guide = cycle.step("guide")
    assert thanks is not None
    assert guide is not None
    assert not thanks[1].is_capped
    assert (len(thanks[1].timing.window.days), len(guide[1].timing.window.days)) == (7, 5)
    assert isinstance(guide[1].action, EmailAction)
    assert guide[1].action.attach == ("brochures/guide.pdf",)
    assert {step.id for _, step in cycle.all_steps()} >= {"hello", "guide", "task", "demo-and-trial", "wait"}


def test_the_example_runs_from_hello_to_thank_you(project_of: Making, relay: MailServer) -> None:
    workshop = project_of(without_what_comes_later(), files=files())
    day = timedelta(days=1)
    person = workshop.add_contact(company_size=80, company="Acme", phone="+66 2 123 4567")
    workshop.one_pass()
    judged_answer(workshop, relay.accepted[0], reply("interested", "Yes please"))
    workshop.pass_after(day)
    assert workshop.run_of(person).stage == "qualification"
    workshop.pass_after(day)
    assert workshop.run_of(person).step == "wait"
    workshop.happen("trial_started", person)
    for _ in range(8):
        workshop.pass_after(day)
    assert workshop.run_of(person).stage == "intent"
    with workshop.database.read() as conn:
        assert [task.title for task in tasks.open_tasks(conn)] == ["Prepare a proposal for Acme"]
    order = workshop.order(person)
    assert order is not None
    assert order.total == Decimal(990)
    workshop.one_pass()
    workshop.pass_after(timedelta(minutes=10))
    run = workshop.run_of(person)
    assert (run.stage, run.state, run.outcome) == ("purchase", "finished", "won")
    assert "customer" in workshop.contact(person).tags
    assert relay.accepted[-1].recipient == "team@acme.example"
