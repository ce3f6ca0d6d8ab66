"""Unsubscribing as people and mail programs do it: a GET only asks, a POST acts, in the person's own language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from nurture.domain.enrollment import EnrollmentState
from nurture.store import suppressions
from tests.support.chromium import running_browser
from tests.support.mail_server import Mail, MailServer
from tests.support.project import CONFIG, Workshop, make_workshop
from tests.support.web_listener import free_port, listening

SOMCHAI = "somchai@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A project whose first mail has arrived, and its web listener; links in mails lead there."""

    workshop: Workshop
    relay: MailServer
    base: str

    def first_mail_to(self, email: str = SOMCHAI, **values: str) -> tuple[int, Mail]:
        person = self.workshop.add_contact(email, **values)
        self.workshop.one_pass()
        return person, next(mail for mail in self.relay.accepted if mail.recipient == email)

    def scopes(self, email: str = SOMCHAI) -> tuple[str, ...]:
        with self.workshop.database.read() as conn:
            return tuple(suppressions.scopes_of(conn, [email]).get(email, ()))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    port = free_port()
    with MailServer() as relay:
        config = CONFIG.replace("http://127.0.0.1:8025", f"http://127.0.0.1:{port}")
        workshop = make_workshop(tmp_path, port=relay.port, config=config)
        with listening(workshop.project, workshop.database, clock=workshop.clock, port=port) as base:
            yield World(workshop=workshop, relay=relay, base=base)
        workshop.database.close()


def link_of(mail: Mail) -> str:
    """The https form of List-Unsubscribe, as a mail program reads it."""
    found = re.search(r"<(http[^>]+)>", str(mail.message["List-Unsubscribe"]))
    assert found is not None
    return found[1]


def test_a_get_asks_and_changes_nothing(world: World) -> None:
    person, mail = world.first_mail_to()
    for _ in range(2):
        page = httpx.get(link_of(mail))
        assert page.status_code == 200
        assert "Acme Co. Ltd." in page.text
        assert SOMCHAI not in page.text
    assert httpx.head(link_of(mail)).status_code in (200, 405)
    assert world.scopes() == ()
    assert world.workshop.run_of(person).state is EnrollmentState.ACTIVE


def test_the_pages_post_acts_ends_the_run_and_says_so(world: World) -> None:
    person, mail = world.first_mail_to()
    done = httpx.post(link_of(mail), data={"scope": "marketing"})
    assert done.status_code == 200
    assert "Done" in done.text
    assert world.scopes() == ("marketing",)
    run = world.workshop.run_of(person)
    assert (run.state, run.outcome) == (EnrollmentState.FINISHED, "unsubscribed")
    assert world.workshop.events(person).count("unsubscribed") == 1
    httpx.post(link_of(mail), data={"scope": "marketing"})
    assert world.workshop.events(person).count("unsubscribed") == 1


def test_one_click_needs_neither_cookie_nor_page_nor_redirect(world: World) -> None:
    person, mail = world.first_mail_to()
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = httpx.post(
        link_of(mail),
        content=b"List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.headers.get("location"), answer.headers.get("set-cookie")) == (200, None, None)
    assert world.scopes() == ("marketing",)
    assert world.workshop.run_of(person).outcome == "unsubscribed"
    with world.workshop.database.read() as conn:
        assert [each.source for each in suppressions.listed(conn)] == ["one-click"]


def test_one_click_works_as_multipart_too(world: World) -> None:
    _, mail = world.first_mail_to()
    answer = httpx.post(link_of(mail), files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert world.scopes() == ("marketing",)


def test_only_this_series_can_be_chosen(world: World) -> None:
    person, mail = world.first_mail_to()
    httpx.post(link_of(mail), data={"scope": "campaign"})
    assert world.scopes() == ("campaign:cycle",)
    assert world.workshop.run_of(person).outcome == "unsubscribed"


def test_a_thai_person_reads_thai(world: World) -> None:
    _, mail = world.first_mail_to(language="th-TH")
    page = httpx.get(link_of(mail))
    assert '<html lang="th">' in page.text
    assert "ยกเลิกการรับอีเมล" in page.text


@pytest.mark.parametrize("path", ["/u/x", "/u/" + "A" * 32, "/c/" + "A" * 32 + "/0", "/o/" + "A" * 32 + ".gif"])
def test_what_is_forged_looks_like_what_never_was(world: World, path: str) -> None:
    _, mail = world.first_mail_to()
    assert httpx.get(world.base + path).status_code == 404
    assert httpx.post(world.base + path, data={"scope": "marketing"}).status_code in (404, 405)
    other_purpose = link_of(mail).replace("/u/", "/o/") + ".gif"
    assert httpx.get(other_purpose).status_code == 404
    assert world.scopes() == ()


def test_a_browser_shows_the_page_as_meant_and_its_button_works(world: World, tmp_path: Path) -> None:
    person, mail = world.first_mail_to(language="th")
    with running_browser() as page:
        for name, width, is_dark in (("wide", 1280, False), ("narrow", 320, False), ("dark", 600, True)):
            page.look_like(width=width, height=700, is_dark=is_dark)
            page.open(link_of(mail))
            assert (
                page.value("getComputedStyle(document.querySelector('button')).backgroundColor") != "rgba(0, 0, 0, 0)"
            )
            assert page.value("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
            page.picture(tmp_path / f"{name}.png")
        assert world.scopes() == ()
        page.click("input[value=campaign]")
        page.click("button", leads_on=True)
        assert "เรียบร้อยแล้ว" in page.text
        page.picture(tmp_path / "done.png")
    assert world.scopes() == ("campaign:cycle",)
    assert world.workshop.run_of(person).outcome == "unsubscribed"


def test_a_body_beyond_what_any_form_sends_is_refused_before_it_is_read(world: World) -> None:
    _, mail = world.first_mail_to()
    upload = {"List-Unsubscribe": ("big.bin", b"x" * 200_000)}
    announced = httpx.post(link_of(mail), files=upload)
    assert announced.status_code == 413

    def pieces() -> Iterator[bytes]:
        yield b"scope="
        yield from (b"x" * 1000 for _ in range(200))

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.post(link_of(mail), content=pieces(), headers=form).status_code == 413
    assert world.scopes() == ()


def test_a_form_that_cannot_be_read_is_refused_without_a_word_of_what_is_inside(world: World) -> None:
    _, mail = world.first_mail_to()
    answer = httpx.post(link_of(mail), files={"List-Unsubscribe": ("a.txt", b"One-Click")})
    assert (answer.status_code, answer.text) == (400, "That cannot be done.")
    assert world.scopes() == ()
