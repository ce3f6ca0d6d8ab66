"""A project's folder with the shipped layouts, into which a test writes its templates."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nurture.domain.campaign import EmailAction
from nurture.domain.content import Content, MailUrls
from nurture.domain.facts import Facts
from nurture.domain.sender import Company, Sender
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.rendering.renderer import Renderer
from tests.support.builders import a_contact, facts_of

SHIPPED_LAYOUTS = Path(__file__).parents[2] / "templates" / "emails" / "layouts"

VOCABULARY = Vocabulary(
    contact_fields={
        "company_size": FieldSpec(name="company_size", type="number"),
        "trial_ends_on": FieldSpec(name="trial_ends_on", type="date"),
        "website": FieldSpec(name="website", type="text"),
    },
    events={
        "trial_started": EventSpec(name="trial_started", fields=(FieldSpec(name="ends_at", type="datetime"),)),
        "form_submitted": EventSpec(name="form_submitted", fields=(FieldSpec(name="form", type="text"),)),
    },
    languages=("en", "th"),
)
URLS = MailUrls(
    unsubscribe="https://go.example.com/u/TOKEN",
    open="https://go.example.com/o/TOKEN",
    click="https://go.example.com/c/TOKEN",
)
SENDER = Sender(name="mali", email="mali@example.com", display_name="Mali Srisuk")
ADDRESS = "99 Rama I Rd, Bangkok 10330"


@dataclass
class Project:
    """`render` and `check` speak of the template `mail` unless told otherwise."""

    root: Path
    renderer: Renderer

    def write(self, name: str, text: str) -> Path:
        path = self.root / "templates" / "emails" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def render(
        self, facts: Facts | None = None, *, purpose: Any = "marketing", urls: MailUrls = URLS, **action: Any
    ) -> Content:
        facts = facts or english()
        chosen = EmailAction(**{"template": "mail", **action})
        return self.renderer.render(chosen, facts, urls=urls, sender=SENDER, campaign="cycle", purpose=purpose)

    def fragment(self, body: str, facts: Facts | None = None, **action: Any) -> Content:
        """The mail of a bare HTML body without a layout."""
        self.write("mail.html", f"---\nsubject: Hello\nlayout: none\n---\n{body}")
        return self.render(facts, purpose="transactional", **action)

    def check(self, template: str = "mail", **action: Any) -> list[str]:
        """`file:line code` of each problem, files without their folder."""
        campaign = action.pop("campaign", None)
        chosen = EmailAction(template=template, **action)
        problems = self.renderer.check(chosen, file="campaigns/cycle.yaml", line=7, column=9, campaign=campaign)
        return [f"{found.file.removeprefix('templates/emails/')}:{found.line} {found.code}" for found in problems]


def english(**changes: Any) -> Facts:
    return facts_of(a_contact(**{"language": "en", **changes}))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shutil.copytree(SHIPPED_LAYOUTS, tmp_path / "templates" / "emails" / "layouts")
    renderer = Renderer(
        tmp_path,
        languages=("en", "th"),
        company=Company(name="Acme Co. Ltd.", address=ADDRESS),
        project_name="acme",
        vocabulary=VOCABULARY,
    )
    return Project(root=tmp_path, renderer=renderer)
