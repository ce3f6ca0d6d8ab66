"""A real project is edited while people are in it: what goes by itself, what waits, and what two hosts make of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from nurture.app import running_of
from nurture.domain.project_words import ProjectWords
from nurture.domain.sender import Company
from nurture.domain.value import FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.engine.running import Running
from nurture.engine.take import move_people
from nurture.engine.version import draft_of
from nurture.loader.kept_words import words_kept, words_used
from nurture.store import messages, versions
from nurture.store.resends import ask_resend
from nurture.store.tables import enrollments
from nurture.store.version_tables import campaign_files, campaign_versions
from nurture.store.versions import VersionDraft
from tests.support.builders import MONDAY_NINE
from tests.support.mail_server import MailServer
from tests.support.project import CAMPAIGN, Workshop, make_workshop

HELLO = """      - email: hello
        subject: Your sales cycle, {{ contact.first_name or 'friend' }}
"""
DAY = timedelta(days=1)
SATURDAY = MONDAY_NINE - 2 * DAY


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def open_workshop() -> Iterator[Callable[..., Workshop]]:
    """As `make_workshop`, closed again afterwards."""
    made: list[Workshop] = []

    def opened(*given: Any, **named: Any) -> Workshop:
        made.append(make_workshop(*given, **named))
        return made[-1]

    yield opened
    for each in made:
        each.database.close()


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def write(workshop: Workshop, text: str) -> None:
    path = workshop.project.root / "campaigns" / "cycle.yaml"
    path.write_text(text, encoding="utf-8")


def running(workshop: Workshop) -> Running:
    found = running_of(workshop.project, workshop.database, clock=workshop.clock)
    found.look()
    return found


def number(workshop: Workshop) -> int:
    """The version that runs."""
    with workshop.database.read() as conn:
        (version,) = [each for each in versions.history(conn, "cycle") if each.is_running]
    return version.number


def apply(workshop: Workshop) -> int:
    """What `nurture apply --yes` does; how many were moved."""
    found = running(workshop)
    taken = found.apply(found.plans["cycle"], because="by hand")
    assert taken is not None
    return sum(move_people(workshop.database, found.past, taken, now=workshop.clock.now()))


def subjects(relay: MailServer) -> list[str]:
    return [str(mail.message["Subject"]) for mail in relay.accepted]


def test_an_edit_is_taken_or_waits_and_nobody_gets_a_step_twice(
    tmp_path: Path, relay: MailServer, database_url: str | None, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port, database_url=database_url)
    contact = workshop.add_contact()
    workshop.one_pass()
    assert (number(workshop), workshop.run_of(contact).step) == (1, "guide")

    write(workshop, CAMPAIGN.replace("The guide", "The better guide"))
    workshop.one_pass()
    assert number(workshop) == 2, "a subject moves nobody"

    better = CAMPAIGN.replace("The guide", "The better guide")
    called_anew = better.replace("- email: hello", "- email: hello\n        id: hi")
    write(workshop, called_anew)
    workshop.one_pass()
    assert number(workshop) == 3, "a new name moves nobody"

    later = called_anew.replace("after: 3d", "after: 5d")
    write(workshop, later)
    workshop.one_pass()
    plan = running(workshop).plans["cycle"]
    assert (number(workshop), plan.is_safe) == (3, False)
    assert [each.says for each in plan.effects if not each.is_safe] == ["1 gets `guide` 2 days later"]
    assert apply(workshop) == 1
    workshop.pass_after(4 * DAY)
    assert len(subjects(relay)) == 1
    workshop.pass_after(3 * DAY)
    assert subjects(relay) == ["Your sales cycle, Somchai", "The better guide"]


def test_who_waits_at_a_step_that_is_gone_goes_on_once_it_is_applied(
    tmp_path: Path, relay: MailServer, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port, start=SATURDAY)
    contact = workshop.add_contact()
    workshop.one_pass()
    assert workshop.run_of(contact).step == "hello"
    write(workshop, CAMPAIGN.replace(HELLO, ""))
    workshop.one_pass()
    assert (number(workshop), workshop.run_of(contact).step) == (1, "hello")
    assert apply(workshop) == 1
    assert workshop.run_of(contact).step == "guide"
    assert workshop.reasons(contact, "step_skipped") == ["`hello` is no longer in the campaign: goes on to `guide`"]
    write(workshop, CAMPAIGN)
    workshop.one_pass()
    assert number(workshop) == 2, "what was replaced comes back by hand alone"


def test_who_came_in_before_versions_were_kept_is_carried_over_too(
    tmp_path: Path, relay: MailServer, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port, start=SATURDAY)
    contact = workshop.add_contact()
    workshop.one_pass()
    with workshop.database.write() as conn:
        conn.execute(update(enrollments).values(digest="of-an-earlier-release"))
        conn.execute(delete(campaign_versions))
    workshop.one_pass()
    write(workshop, CAMPAIGN.replace(HELLO, ""))
    assert apply(workshop) == 1
    assert workshop.run_of(contact).step == "guide"


def test_a_version_that_cannot_be_read_any_more_is_followed_by_the_files_once_they_are_applied(
    tmp_path: Path, relay: MailServer, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port)
    contact = workshop.add_contact()
    workshop.one_pass()
    with workshop.database.write() as conn:
        conn.execute(
            update(campaign_files)
            .where(campaign_files.c.digest == running(workshop).versions["cycle"].files["campaigns/cycle.yaml"])
            .values(content=b"of a language that is gone: true")
        )
    write(workshop, CAMPAIGN.replace("The guide", "The better guide"))
    workshop.one_pass()
    found = running(workshop)
    assert found.plans["cycle"].holds_back.startswith("version 1 cannot be read any more")
    assert any(each.code == "version" for each in found.problems)
    apply(workshop)
    workshop.pass_after(4 * DAY)
    assert subjects(relay) == ["Your sales cycle, Somchai", "The better guide"]
    assert workshop.run_of(contact).digest == running(workshop).versions["cycle"].digest


def test_what_was_asked_for_again_is_sent_under_the_name_that_its_step_has_now(
    tmp_path: Path, relay: MailServer, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port)
    contact = workshop.add_contact()
    workshop.die_while_sending({contact: True})
    workshop.pass_after(timedelta(minutes=5))
    write(workshop, CAMPAIGN.replace("- email: hello", "- email: hello\n        id: hi"))
    workshop.one_pass()
    with workshop.database.write() as conn:
        (unknown,) = messages.of_enrollments(conn, [workshop.run_of(contact).id])
        assert ask_resend(conn, unknown.id, now=workshop.clock.now())
    assert (number(workshop), subjects(relay)) == (2, [])
    workshop.one_pass()
    assert subjects(relay) == ["Your sales cycle, Somchai"]


def test_a_file_that_is_saved_while_it_is_read_does_not_come_to_run(
    tmp_path: Path, relay: MailServer, monkeypatch: pytest.MonkeyPatch, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port)
    workshop.add_contact()
    workshop.one_pass()
    write(workshop, CAMPAIGN.replace("The guide", "The better guide"))

    def half_saved(*given: Any) -> VersionDraft:
        (workshop.project.root / "templates" / "emails" / "hello.md").write_text("---\nsub", encoding="utf-8")
        return draft_of(*given)

    monkeypatch.setattr("nurture.engine.running.draft_of", half_saved)
    workshop.one_pass()
    assert number(workshop) == 1
    assert running(workshop).plans["cycle"].what == "faulty"


def test_who_was_left_by_a_dead_worker_goes_on_by_the_version_that_it_sent_by(
    tmp_path: Path, relay: MailServer, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port, start=SATURDAY)
    contact = workshop.add_contact()
    workshop.one_pass()
    workshop.clock.advance(2 * DAY)
    workshop.die_while_sending({contact: True}, running(workshop).campaigns)
    after_guide = '        unless: clicked("demo")\n'
    write(workshop, CAMPAIGN.replace(HELLO, "").replace(after_guide, after_guide + HELLO))
    apply(workshop)
    workshop.pass_after(timedelta(minutes=5))
    workshop.pass_after(7 * DAY)
    assert subjects(relay) == ["The guide"], "the fate of `hello` is unknown, and nothing else is lost"


def test_the_row_runs_and_not_the_files(
    tmp_path: Path, relay: MailServer, open_workshop: Callable[..., Workshop]
) -> None:
    workshop = open_workshop(tmp_path, port=relay.port, start=SATURDAY)
    workshop.add_contact()
    workshop.one_pass()
    write(workshop, "stages: [")
    (workshop.project.root / "templates" / "emails" / "hello.md").unlink()
    workshop.pass_after(2 * DAY)
    assert subjects(relay) == ["Your sales cycle, Somchai"]
    assert running(workshop).plans["cycle"].what == "faulty"


def test_two_hosts_with_different_files_do_not_take_turns(
    tmp_path: Path, relay: MailServer, postgres_url: str, open_workshop: Callable[..., Workshop]
) -> None:
    one = open_workshop(folder(tmp_path, "one"), port=relay.port, database_url=postgres_url)
    other = open_workshop(folder(tmp_path, "other"), port=relay.port, database_url=postgres_url)
    contact = one.add_contact()
    one.one_pass()
    write(one, CAMPAIGN.replace("The guide", "The better guide"))
    for _ in range(3):
        one.one_pass()
        other.one_pass()
    assert number(one) == 2
    assert running(other).plans["cycle"].what == "returns"
    other.pass_after(4 * DAY)
    assert subjects(relay) == ["Your sales cycle, Somchai", "The better guide"], "the other host sends what runs"
    assert other.run_of(contact).digest == running(one).versions["cycle"].digest


def test_a_version_keeps_the_words_that_only_a_hyphen_parts_from_others() -> None:
    vocabulary = Vocabulary(
        contact_fields={"seats": FieldSpec(name="seats", type="number")}, campaigns=("2024-promo", "another")
    )
    words = ProjectWords(
        project="acme", company=Company(name="Acme", address="Bangkok"), languages=("en",), vocabulary=vocabulary
    )
    kept = words_kept(words_used(words, ["{{ contact.seats-1 }} more", "unless: enrolled('2024-promo')"]))
    assert list(kept.vocabulary.contact_fields) == ["seats"]
    assert kept.vocabulary.campaigns == ("2024-promo",)
