"""The page of `preview`, in a real browser: it shows a saved file at once, and nobody but this machine may ask."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from nurture.cli.previewer import previewer_of
from nurture.clock import SystemClock
from nurture.preview.files import write_previews
from nurture.settings import load_project
from nurture.web.preview import create_preview
from tests.cli.commands import edit
from tests.support.chromium import Page, running_browser
from tests.support.project import make_workshop
from tests.support.web_listener import free_port, serving

HELLO = "templates/emails/hello.md"
ROOT = Path(__file__).parents[2]
IN_MAIL = "document.querySelector('iframe').contentDocument"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A project whose previews are served at `base`."""

    root: Path
    base: str


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    workshop = make_workshop(tmp_path, port=1)
    workshop.add_contact("somchai@example.com", last_name="Jaidee")
    workshop.database.close()
    stopping = asyncio.Event()
    previewer = previewer_of(lambda: load_project(tmp_path, None, {}), config=None, clock=SystemClock())
    application = create_preview(previewer, first="cycle", who="full", language="", stopping=stopping)
    with serving(application, port=free_port(), stopping=stopping) as base:
        yield Desk(root=tmp_path, base=base)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with running_browser() as found:
        yield found


def test_only_this_machine_s_own_names_are_answered(desk: Desk) -> None:
    assert httpx.get(f"{desk.base}/project").status_code == 200
    for path in ("/", "/project", "/contacts", "/campaign?name=cycle", "/changes"):
        answer = httpx.get(desk.base + path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "somchai" not in answer.text


def test_nothing_but_get_is_answered_and_every_answer_is_fenced(desk: Desk) -> None:
    for path in ("/", "/project", "/campaign", "/mail", "/contacts", "/changes"):
        assert httpx.post(desk.base + path).status_code == 405
    policy = httpx.get(desk.base).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    mail = httpx.get(f"{desk.base}/mail?campaign=cycle&step=hello")
    assert "sandbox" in mail.headers["content-security-policy"]
    assert "script-src" not in mail.headers["content-security-policy"]
    assert mail.headers["cross-origin-resource-policy"] == "same-origin"


def test_contacts_are_found_by_a_part_of_what_is_known(desk: Desk) -> None:
    found = httpx.get(f"{desk.base}/contacts?q=JAI").json()
    assert found == [{"email": "somchai@example.com", "name": "Somchai Jaidee", "language": ""}]
    assert httpx.get(f"{desk.base}/contacts?q=%25").json() == []


def test_what_cannot_be_shown_is_told_in_words(desk: Desk) -> None:
    answer = httpx.get(f"{desk.base}/campaign?name=cycl")
    assert (answer.status_code, "cycle" in answer.json()["hint"]) == (400, True)
    assert httpx.get(f"{desk.base}/mail?campaign=cycle&step=hello&scheme=blue").status_code == 400


def test_the_page_shows_a_mail_wide_on_a_phone_and_dark(desk: Desk, page: Page, tmp_path: Path) -> None:
    page.look_like(width=1300, height=900)
    page.open(f"{desk.base}/#mail=guide")
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('see the demo')")
    assert "The guide" in page.text
    assert page.value(f"{IN_MAIL}.defaultView.innerWidth") > 500
    assert page.value(f"getComputedStyle({IN_MAIL}.body).backgroundColor") == "rgb(242, 244, 241)"
    page.picture(tmp_path / "wide.png")

    page.press("2")
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('see the demo') && {IN_MAIL}.defaultView.innerWidth === 375")
    page.press("d")
    page.wait_for(f"getComputedStyle({IN_MAIL}.body).backgroundColor === 'rgb(16, 22, 19)'")
    page.picture(tmp_path / "dark.png")
    assert page.value("location.hash").endswith("view=phone&dark=1")

    page.press("ArrowRight")
    page.wait_for("document.querySelector('h1').textContent === 'Re: The guide'")
    page.press("3")
    page.wait_for("document.querySelector('#text')?.textContent.includes('see the demo: https://preview.invalid/c/')")
    page.press("4")
    page.wait_for("document.querySelector('#headers')?.textContent.includes('List-Unsubscribe')")
    page.look_like(width=360, height=700, is_dark=True)
    for key in "1234":
        page.press(key)
        assert page.value("document.documentElement.scrollWidth <= innerWidth"), f"view {key} scrolls sideways"


def test_a_saved_template_is_shown_at_once_and_a_broken_one_with_its_line(desk: Desk, page: Page) -> None:
    page.open(f"{desk.base}/#mail=hello")
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('see the demo') && document.querySelector('#live').textContent")
    edit(desk.root, "when you have a minute", "when the kettle is on", HELLO)
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('when the kettle is on')")

    edit(desk.root, "Hello {{", "Hello {{ contact.first_nam }} {{", HELLO)
    page.wait_for("document.querySelector('#broken')")
    told = page.value("document.querySelector('#broken').innerText")
    assert f"{HELLO}:4" in told
    assert page.value("document.querySelector('#broken .it').dataset.number") == "4"
    assert "contact.first_nam" in page.value("document.querySelector('#broken .it').textContent")

    edit(desk.root, "contact.first_nam }}", "contact.first_name }}", HELLO)
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('when the kettle is on')")
    assert page.value("document.querySelector('#broken')") is None


def test_signs_in_a_contact_s_data_stay_signs_in_page_and_mail(desk: Desk, page: Page) -> None:
    page.open(f"{desk.base}/#mail=hello&contact=odd&language=en")
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('<script>alert(1)</script>')")
    assert page.value(f"{IN_MAIL}.querySelectorAll('script').length") == 0
    assert page.value("document.querySelectorAll('script').length") == 2
    assert "<script>alert(1)</script>" in page.value("document.querySelector('#main').innerText")
    assert page.value("document.querySelector('iframe').sandbox.value") == "allow-same-origin"


def test_the_written_page_works_without_a_server(desk: Desk, page: Page, tmp_path: Path) -> None:
    write = previewer_of(lambda: load_project(desk.root, None, {}), config=None, clock=SystemClock())
    write_previews(write, tmp_path / "out", campaigns=("cycle",), who="odd", languages=("en", "th"))
    page.open((tmp_path / "out" / "index.html").as_uri())
    page.wait_for(f"{IN_MAIL}.body.innerText.includes('see the demo')")
    page.press("d")
    page.wait_for(f"getComputedStyle({IN_MAIL}.body).backgroundColor === 'rgb(16, 22, 19)'")
    page.press("ArrowRight")
    page.wait_for("document.querySelector('h1').textContent === 'The guide'")


def test_no_shipped_mail_is_wider_than_a_phone_whatever_its_reader_is_called(page: Page, tmp_path: Path) -> None:
    previewer = previewer_of(lambda: load_project(ROOT, None, {}), config=None, clock=SystemClock())
    write_previews(previewer, tmp_path, campaigns=previewer.campaigns(), who="odd", languages=("en",))
    page.look_like(width=360, height=700)
    mails = sorted(tmp_path.glob("*/*.html"))
    assert len(mails) > 10
    for mail in mails:
        page.open(mail.as_uri())
        assert page.value("document.documentElement.scrollWidth <= innerWidth"), f"{mail.name} scrolls sideways"
