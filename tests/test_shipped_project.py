"""The project that comes with nurture: it checks, says everything in both languages, and stays on this machine."""

import re
from datetime import date
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path

import pytest

from nurture.checks.project import check_project
from nurture.cli.schema import KINDS, Kind, schema_text
from nurture.delivery.settings import SmtpSettings
from nurture.domain.campaign import Campaign, EmailAction, NotifyAction, TagAction, TaskAction
from nurture.domain.content import Content, MailUrls
from nurture.domain.order import Order
from nurture.loader.library import Library
from nurture.rendering.renderer import Renderer
from nurture.settings import Project, read_config
from tests.support.builders import MONDAY_NINE, a_contact, facts_of

ROOT = Path(__file__).parents[1]
LONGEST_SUBJECT = 45
THAI = re.compile("[ก-ฺเ-๙]")  # the letters; ฿ stands in English mails too
URLS = MailUrls(unsubscribe="https://example.com/u/x", click="https://example.com/c/x")
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates/emails")).removesuffix(".md")
    for folder in ("cycle", "trial", "sale")
    for path in (ROOT / "templates/emails" / folder).glob("*.md")
    if not path.name.endswith(".th.md")
)


@pytest.fixture(scope="module")
def project() -> Project:
    read = read_config(ROOT, None, {})
    assert read.project is not None
    return read.project


@pytest.fixture(scope="module")
def renderer(project: Project) -> Renderer:
    return Renderer(
        ROOT,
        languages=project.languages,
        company=project.company,
        project_name=project.name,
        vocabulary=project.vocabulary,
    )


@pytest.fixture(scope="module")
def campaigns(project: Project) -> dict[str, Campaign]:
    return dict(Library(ROOT / "campaigns", project.vocabulary).campaigns)


def written(renderer: Renderer, project: Project, template: str, language: str, **contact: object) -> Content:
    values = {"first_name": "Ann", "company": "Kopi Dee", "fields": {"trial_ends_on": date(2026, 9, 30)}, **contact}
    order = Order(id=1, contact_id=1, number="1", placed_at=MONDAY_NINE, total=Decimal(1_234_567), currency="THB")
    return renderer.render(
        EmailAction(template=template),
        facts_of(a_contact(language=language, **values), orders=(order,)),
        urls=URLS,
        sender=project.senders["mali"].sender,
        campaign="sales-cycle",
    )


def test_nothing_is_wrong_in_it(renderer: Renderer) -> None:
    report = check_project(ROOT, config_problems=read_config(ROOT, None, {}).problems, renderer=renderer)
    assert [*report.errors, *report.warnings] == []
    assert report.campaigns == 2


@pytest.mark.parametrize("kind", KINDS)
def test_editors_find_the_schema_of_this_release(kind: Kind) -> None:
    """Where it is old, `nurture schema` writes it anew."""
    assert (ROOT / f"{kind}.schema.json").read_text(encoding="utf-8") == schema_text(kind)


def test_its_defaults_reach_no_other_machine_and_write_no_secret_out(project: Project) -> None:
    for sender in project.senders.values():
        assert isinstance(sender.transport, SmtpSettings)
        assert ip_address(sender.transport.host).is_loopback
        assert sender.transport.password == ""
    assert project.webhook_secret == ""
    assert ip_address(project.web_host).is_loopback


def test_both_campaigns_run_as_they_are(campaigns: dict[str, Campaign]) -> None:
    assert campaigns.keys() == {"sales-cycle", "trial-follow-up"}
    assert all(campaign.is_enabled for campaign in campaigns.values())


def test_the_cycle_takes_all_seven_steps(project: Project, campaigns: dict[str, Campaign]) -> None:
    cycle = campaigns["sales-cycle"]
    emails = {step.action.template for _, step in cycle.all_steps() if isinstance(step.action, EmailAction)}
    tasks = {step.action.kind for _, step in cycle.all_steps() if isinstance(step.action, TaskAction)}
    last = cycle.stages[-1]
    asked = {
        field for field, _ in next(e for e in project.vocabulary.events.values() if e.name == "form_submitted").sets
    }
    assert {"company_size", "age_group", "interests", "follows_up_with"} <= asked  # 1: who they are, before we begin
    assert "cycle/hello" in emails  # 2: contact by mail
    assert "call" in tasks  # or by phone
    assert {"cycle/guide", "cycle/demo-and-trial"} <= emails  # 3: something to learn from, and the trial
    assert "cycle/shall-we-talk" in emails  # 4: more material
    assert "chat" in tasks  # and a live chat
    assert "sale/price" in emails  # 5: price and contract
    assert (last.outcome, last.enter and last.enter.source) == ("won", "ordered")  # 6: the sale is recorded
    assert "sale/thank-you" in emails  # 7: thanks to the customer
    assert any(
        isinstance(step.action, NotifyAction) and step.action.to == "team" for step in last.steps
    )  # and the team
    assert any(isinstance(step.action, TagAction) and step.action.tags == ("customer",) for step in last.steps)


def test_an_answer_moves_people_on_whatever_it_says(campaigns: dict[str, Campaign]) -> None:
    for campaign in campaigns.values():
        assert campaign.stages[0].replies["other"].is_move_next


def test_every_template_is_used(campaigns: dict[str, Campaign]) -> None:
    used = {
        step.action.template
        for campaign in campaigns.values()
        for _, step in campaign.all_steps()
        if isinstance(step.action, EmailAction)
    }
    assert used == set(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_is_there_in_english_and_in_mali_s_own_thai(
    renderer: Renderer, project: Project, template: str
) -> None:
    english, thai = (written(renderer, project, template, language) for language in ("en", "th-TH"))
    assert (english.language, thai.language) == ("en", "th")
    assert not THAI.search(english.subject + english.text)
    assert THAI.search(thai.subject)
    assert "ค่ะ" in thai.text or "คะ" in thai.text
    assert "ครับ" not in thai.text
    assert [link.name for link in english.links] == [link.name for link in thai.links]


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_a_short_subject_and_one_thing_to_do(
    renderer: Renderer, project: Project, template: str, language: str
) -> None:
    mail = written(renderer, project, template, language)
    assert len(mail.subject) <= LONGEST_SUBJECT
    assert len(mail.links) <= 1
    assert all(link.name for link in mail.links)
    assert mail.html is not None
    assert len(mail.html) < 20_000


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_reads_well_to_somebody_of_whom_only_the_address_is_known(
    renderer: Renderer, project: Project, template: str, language: str
) -> None:
    mail = written(renderer, project, template, language, first_name=None, company=None)
    whole = f"{mail.subject}\n{mail.text}"
    assert "None" not in whole
    assert not re.search(r"\S [,.!?]|^สวัสดีค่ะ คุณ$", whole, re.MULTILINE)
