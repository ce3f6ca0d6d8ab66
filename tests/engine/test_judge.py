"""Only people's opens and clicks count and move anybody: a link scanner's are kept and say why they do not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from nurture.domain.event import Event
from nurture.domain.message import MessageState
from nurture.store import events
from tests.support.mail_server import DROP, Fault, Mail, MailServer, Point
from tests.support.project import CONFIG, Workshop, make_workshop
from tests.support.web_listener import free_port, listening

CAMPAIGN = """
enroll: {when: contact_created}
sender: mali
stages:
  awareness:
    then: wait
    steps:
      - email: hello
  interested:
    enter: clicked("demo")
    steps:
      - email: guide
"""
THREE_LINKS = """\
---
subject: A subject
---
[see the demo](https://acme.example/demo){demo}, [the price](https://acme.example/price){price} and
[the guide](https://acme.example/guide){read}.
"""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A project with its web listener, and a person whose first mail with three links has arrived."""

    workshop: Workshop
    relay: MailServer
    person: int

    @property
    def mail(self) -> Mail:
        return self.relay.accepted[0]

    def links(self) -> list[str]:
        """The tracked links in the order of the mail."""
        return re.findall(r'href="(http://127[^"]+/c/[^"]+)"', self.html())

    def pixel(self) -> str:
        found = re.search(r'src="(http://127[^"]+/o/[^"]+)"', self.html())
        assert found is not None
        return found[1]

    def html(self) -> str:
        part = self.mail.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    def pass_time(self, span: timedelta) -> None:
        self.workshop.pass_after(span)

    def stage(self) -> str:
        return self.workshop.run_of(self.person).stage

    def judged(self) -> list[Event]:
        with self.workshop.database.read() as conn:
            known = events.of_contact(conn, self.person)
        return [event for event in known if event.name in ("message_opened", "link_clicked")]


@pytest.fixture
def world(relay: MailServer, tmp_path: Path, database_url: str) -> Iterator[World]:
    port = free_port()
    config = CONFIG.replace("http://127.0.0.1:8025", f"http://127.0.0.1:{port}")
    workshop = make_workshop(tmp_path, port=relay.port, config=config, campaign=CAMPAIGN, database_url=database_url)
    (tmp_path / "templates/emails/hello.md").write_text(THREE_LINKS, encoding="utf-8")
    with listening(workshop.project, workshop.database, clock=workshop.clock, port=port):
        person = workshop.add_contact()
        workshop.one_pass()
        yield World(workshop=workshop, relay=relay, person=person)
    workshop.database.close()


def test_a_person_who_clicks_a_minute_later_is_moved_to_where_the_link_leads(world: World) -> None:
    world.pass_time(90 * SECOND)
    answer = httpx.get(world.links()[0])
    assert (answer.status_code, answer.headers["location"]) == (302, "https://acme.example/demo")
    world.pass_time(30 * SECOND)
    assert world.stage() == "awareness"  # nothing is judged before a minute has shown what came with it
    world.pass_time(31 * SECOND)
    assert world.stage() == "interested"
    assert [(event.name, event.link, event.is_human) for event in world.judged()] == [("link_clicked", "demo", True)]


def test_a_scanner_that_comes_too_soon_moves_nobody(world: World) -> None:
    world.workshop.clock.advance(3 * SECOND)
    assert httpx.get(world.links()[0]).status_code == 302
    assert httpx.get(world.pixel()).headers["content-type"] == "image/gif"
    world.pass_time(120 * SECOND)
    assert world.stage() == "awareness"
    assert [(event.is_human, event.because) for event in world.judged()] == [(False, "3 s after sending")] * 2


def test_a_scanner_that_asks_for_heads_moves_nobody(world: World) -> None:
    world.workshop.clock.advance(timedelta(hours=1))
    assert httpx.head(world.links()[0]).status_code == 302
    world.pass_time(120 * SECOND)
    assert world.stage() == "awareness"
    assert [(event.is_human, event.because) for event in world.judged()] == [(False, "asked with HEAD")]


def test_a_scanner_that_follows_everything_at_once_moves_nobody_and_its_open_is_no_open(world: World) -> None:
    world.workshop.clock.advance(timedelta(hours=1))
    for url in (world.pixel(), *world.links()):
        httpx.get(url)
        world.workshop.clock.advance(SECOND)
    world.pass_time(120 * SECOND)
    assert world.stage() == "awareness"
    assert len(world.judged()) == 4
    assert {event.because for event in world.judged()} == {"every link at once"}
    assert not any(event.is_human for event in world.judged())


def test_a_person_is_heard_after_a_scanner_has_been_there(world: World) -> None:
    for url in world.links():
        httpx.head(url)
        httpx.get(url)
    world.pass_time(timedelta(hours=2))
    assert world.stage() == "awareness"
    httpx.get(world.pixel())
    httpx.get(world.links()[0])
    world.pass_time(120 * SECOND)
    assert world.stage() == "interested"
    assert [event.name for event in world.judged() if event.is_human] == ["message_opened", "link_clicked"]


def test_a_second_look_judges_nothing_twice(world: World) -> None:
    world.workshop.clock.advance(timedelta(hours=1))
    httpx.get(world.links()[1])
    for _ in range(3):
        world.pass_time(120 * SECOND)
    assert len(world.judged()) == 1


def test_a_link_leads_only_where_the_mail_led(world: World) -> None:
    url = world.links()[0]
    for forged in (url[:-1] + "7", url[:-1] + "-1", url + "?to=https://evil.example", url.replace("/c/", "/c/A")):
        answer = httpx.get(forged)
        assert answer.headers.get("location") in (None, "https://acme.example/demo")
    assert httpx.get(url[:-1] + "7").status_code == 404


def test_an_open_by_a_person_proves_that_an_unknown_had_arrived(relay: MailServer, world: World) -> None:
    relay.misbehave(Fault(Point.DOT, DROP, times=1, accepts=True))
    other = world.workshop.add_contact("unsure@example.com")
    world.workshop.one_pass()
    assert world.workshop.messages_of(other)[0].state is MessageState.UNKNOWN
    theirs = World(workshop=world.workshop, relay=relay, person=other)
    relay.accepted.insert(0, relay.accepted[-1])
    world.workshop.clock.advance(timedelta(hours=1))
    httpx.head(theirs.pixel())
    world.pass_time(120 * SECOND)
    assert world.workshop.messages_of(other)[0].state is MessageState.UNKNOWN  # a machine's proves nothing
    httpx.get(theirs.pixel())
    world.pass_time(120 * SECOND)
    assert world.workshop.messages_of(other)[0].state is MessageState.SENT
