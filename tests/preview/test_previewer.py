"""Previews are the mails that the engine would send, whoever they are for; what is wrong is told with its lines."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nurture.cli.previewer import previewer_of
from nurture.domain.link import read_token
from nurture.errors import InvalidInput
from nurture.preview.letter import NOWHERE
from nurture.preview.previewer import Previewer, ShownStep
from nurture.settings import load_project
from nurture.store import link_keys
from tests.cli.commands import edit
from tests.support.mail_server import MailServer
from tests.support.project import Workshop, make_workshop

HELLO = "templates/emails/hello.md"


@pytest.fixture
def relay() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def workshop(tmp_path: Path, relay: MailServer) -> Iterator[Workshop]:
    made = make_workshop(tmp_path, port=relay.port)
    yield made
    made.database.close()


@pytest.fixture
def previewer(workshop: Workshop) -> Previewer:
    root = workshop.project.root
    return previewer_of(lambda: load_project(root, None, {}), config=None, clock=workshop.clock)


def step_of(previewer: Previewer, name: str, *, who: str = "full", language: str = "") -> ShownStep:
    shown = previewer.campaign("cycle", who=who, language=language)
    return next(step for step in shown.steps if step.place.step.id == name)


def without_own(raw: bytes) -> list[str]:
    """The lines of a mail without what every mail has of its own: tokens, ids, boundaries."""
    text = raw.decode().replace("=\r\n", "").replace(NOWHERE, "http://127.0.0.1:8025")
    text = re.sub(r"(/[uoc]/)[\w=-]{32,}", r"\1TOKEN", text)
    text = re.sub(r"mali\+[a-z0-9]+@", "mali+TOKEN@", text)
    text = re.sub(r"=_[0-9a-f]+", "BOUNDARY", text)
    return [line for line in text.split("\r\n") if not line.startswith("Message-ID:")]


def test_it_is_the_very_mail_that_the_engine_sends(workshop: Workshop, relay: MailServer, previewer: Previewer) -> None:
    workshop.add_contact("somchai@example.com", last_name="O'Hara & Söhne")
    workshop.one_pass()
    sent = next(mail for mail in relay.accepted if mail.recipient == "somchai@example.com")

    letter, _ = previewer.letter("cycle", "hello", who="somchai@example.com")

    assert without_own(letter.data) == without_own(sent.data)


def test_no_token_in_it_is_one_that_the_project_takes(workshop: Workshop, previewer: Previewer) -> None:
    letter, _ = previewer.letter("cycle", "hello", who="full")
    with workshop.database.write() as conn:
        keys = link_keys.ensure(conn, workshop.chance, workshop.clock.now())
    html = letter.content.html or ""
    tokens = set(re.findall(rf"{NOWHERE}/([uoc])/([\w=-]+)", html))
    assert {kind for kind, _ in tokens} == {"u", "o", "c"}
    assert "127.0.0.1" not in html
    for _, token in tokens:
        assert all(read_token(purpose, token, keys) is None for purpose in ("open", "click", "unsubscribe", "reply"))  # type: ignore[arg-type]


def test_signs_in_a_contact_s_data_are_escaped_and_never_run(previewer: Previewer) -> None:
    _, mail = previewer.letter("cycle", "hello", who="odd")
    assert "<script>alert" not in mail.html
    assert "&lt;script&gt;alert(1)" in mail.html
    assert "49" not in mail.subject
    header = dict(mail.headers)["To"]
    assert header.startswith("<script>alert(1)</script>Wolfeschlegelsteinhausenbergerdorff")


def test_somebody_of_whom_nothing_is_known_and_a_missing_language_work(previewer: Previewer) -> None:
    step = step_of(previewer, "hello", who="bare", language="th")
    assert step.mail is not None
    assert step.mail.subject == "Your sales cycle, friend"
    assert step.mail.language == "en"


def test_links_are_listed_with_where_they_lead_in_the_end(workshop: Workshop, previewer: Previewer) -> None:
    edit(workshop.project.root, "[see the demo]", "[plain](http://acme.example/x) [see the demo]", HELLO)
    mail = step_of(previewer, "hello").mail
    assert mail is not None
    told = [(link.name, link.text, link.url, link.is_tracked, link.is_safe) for link in mail.links]
    assert told[:2] == [
        ("", "plain", "http://acme.example/x", True, False),
        ("demo", "see the demo", "https://acme.example/demo", True, True),
    ]
    assert (told[2][0], told[2][3]) == ("unsubscribe", False)


def test_a_mail_that_goes_on_with_a_thread_answers_the_one_before(previewer: Previewer) -> None:
    mail = step_of(previewer, "trial").mail
    assert mail is not None
    assert mail.subject == "Re: The guide"
    assert dict(mail.headers)["In-Reply-To"] == "<preview-guide@acme.example>"


def test_attachments_and_sizes_are_told(workshop: Workshop, previewer: Previewer) -> None:
    (workshop.project.root / "guide.pdf").write_bytes(b"%PDF" + b"x" * 996)
    edit(workshop.project.root, "email: guide\n", "email: guide\n        attach: [guide.pdf]\n", "campaigns/cycle.yaml")
    mail = step_of(previewer, "guide").mail
    assert mail is not None
    assert [(file.filename, file.content_type, file.size) for file in mail.attachments] == [
        ("guide.pdf", "application/pdf", 1000)
    ]
    assert not mail.is_clipped
    edit(workshop.project.root, "Hello", "Hello " + "x" * 110_000, "templates/emails/guide.md")
    mail = step_of(previewer, "guide").mail
    assert mail is not None
    assert mail.is_clipped


def test_an_error_in_a_template_is_told_with_its_line_and_the_others_are_shown(
    workshop: Workshop, previewer: Previewer
) -> None:
    edit(workshop.project.root, "Hello {{", "Hello {{ contact.first_nam }} {{", HELLO)
    broken = step_of(previewer, "hello")
    assert broken.mail is None
    assert broken.trouble is not None
    assert (broken.trouble.problem.file, broken.trouble.problem.line) == (HELLO, 4)
    assert "first_name" in broken.trouble.problem.hint
    assert [(line.number, line.is_it) for line in broken.trouble.lines] == [
        (2, False),
        (3, False),
        (4, True),
        (5, False),
        (6, False),
    ]
    assert step_of(previewer, "guide").mail is not None


def test_what_check_warns_of_stands_at_its_mail(workshop: Workshop, previewer: Previewer) -> None:
    edit(workshop.project.root, "Hello", '<img src="https://acme.example/x.png"> Hello', HELLO)
    assert "image_alt" in [trouble.problem.code for trouble in step_of(previewer, "hello").problems]
    assert "image_alt" not in [trouble.problem.code for trouble in step_of(previewer, "guide").problems]


def test_a_campaign_file_that_is_wrong_says_so_and_what_can_be_shown_is(
    workshop: Workshop, previewer: Previewer
) -> None:
    edit(workshop.project.root, "after: 3d", "after: 3dd", "campaigns/cycle.yaml")
    shown = previewer.campaign("cycle", who="full")
    assert not shown.is_sound
    assert step_of(previewer, "guide").problems[0].problem.code == "bad_duration"
    (workshop.project.root / "campaigns/cycle.yaml").write_text("stages: [", encoding="utf-8")
    shown = previewer.campaign("cycle", who="full")
    assert shown.steps == ()
    assert shown.problems[0].problem.code == "syntax"


def test_a_config_that_goes_wrong_is_told_while_the_last_good_one_is_used(
    workshop: Workshop, previewer: Previewer
) -> None:
    edit(workshop.project.root, "99 Rama I Rd", "1 New Road")
    letter, _ = previewer.letter("cycle", "hello", who="full")
    assert "1 New Road" in letter.content.text
    edit(workshop.project.root, "timezone: Asia/Bangkok", "timezone: Asia/Bangkog")
    shown = previewer.campaign("cycle", who="full")
    assert [(each.problem.code, each.lines) for each in shown.problems] == [("unknown_zone", ())]
    assert step_of(previewer, "hello").mail is not None


def test_the_digest_follows_what_the_files_say_and_not_when_they_were_saved(
    workshop: Workshop, previewer: Previewer
) -> None:
    path = workshop.project.root / HELLO
    before, written = previewer.digest(), path.read_text("utf-8")
    path.write_text(written, "utf-8")
    assert previewer.digest() == before
    path.write_text(written + "More.\n", "utf-8")
    assert previewer.digest() != before
    path.write_text(written, "utf-8")
    assert previewer.digest() == before


@pytest.mark.parametrize(
    ("campaign", "step", "who"),
    [("cycl", "hello", "full"), ("cycle", "tag", "full"), ("cycle", "hello", "nobody@example.com")],
)
def test_what_is_not_there_is_told(previewer: Previewer, campaign: str, step: str, who: str) -> None:
    with pytest.raises(InvalidInput):
        previewer.letter(campaign, step, who=who)
