"""The demo from end to end: what the mail server took is what the ledger says, and nobody is mailed who must not be."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func, select

from nurture.app import library_of
from nurture.cli.demo import Played, play
from nurture.cli.demo_end import best_story, show_end
from nurture.cli.demo_project import at_home, lay_out
from nurture.cli.demo_tally import tally
from nurture.cli.project import opened
from nurture.settings import Project
from nurture.simulation.people import make_people
from nurture.store.database import Database
from nurture.store.tables import enrollments, events, messages, pauses

WEEKS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    project: Project
    database: Database
    played: Played


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    project = lay_out(tmp_path_factory.mktemp("demo") / "project")
    people = make_people(1, 24, days=7 * WEEKS)
    with opened(project) as database, Path(os.devnull).open("w") as nowhere:
        out = Console(file=nowhere)
        played = asyncio.run(play(project, database, out, people, weeks=WEEKS, seconds=1, seed=1))
        yield Demo(project=project, database=database, played=played)


def test_every_message_is_settled_and_was_accepted_exactly_once_where_it_was_sent(demo: Demo) -> None:
    with demo.database.read() as conn:
        rows = conn.execute(select(messages.c.message_id, messages.c.state)).all()
    states = Counter(row.state for row in rows)
    assert set(states) <= {"sent", "failed", "cancelled", "skipped"}
    assert states["sent"] > 60
    accepted = Counter(letter.message_id for letter in demo.played.journal)
    assert set(accepted.values()) == {1}
    assert set(accepted) == {row.message_id for row in rows if row.state == "sent"}


def test_people_stand_in_every_stage_and_ended_in_every_way(demo: Demo) -> None:
    with demo.database.read() as conn:
        counted = tally(conn, library_of(demo.project).enabled)
    cycle = next(each for each in counted.standings if each.campaign == "sales-cycle")
    assert all(stage.entered for stage in cycle.funnel)
    assert {"won", "unsubscribed", "bounced"} <= set(cycle.outcomes)


def test_the_numbers_of_the_funnel_are_counts_of_events(demo: Demo) -> None:
    entered = select(events.c.campaign, events.c.stage, func.count(events.c.enrollment_id.distinct()))
    entered = entered.where(events.c.name == "stage_entered").group_by(events.c.campaign, events.c.stage)
    finished = select(func.count()).select_from(enrollments).where(enrollments.c.state == "finished")
    with demo.database.read() as conn:
        counted = tally(conn, library_of(demo.project).enabled)
        by_stage = {(campaign, stage): number for campaign, stage, number in conn.execute(entered)}
        over = conn.execute(finished).scalar_one()
        sent = conn.execute(select(func.count()).where(events.c.name == "message_sent", events.c.step.is_not(None)))
        assert counted.sent == sent.scalar_one()
    shown = {(each.campaign, stage.stage): stage.entered for each in counted.standings for stage in each.funnel}
    assert {place: number for place, number in shown.items() if number} == by_stage
    assert sum(sum(each.outcomes.values()) for each in counted.standings) == over
    assert all(stage.now + stage.left == stage.entered for each in counted.standings for stage in each.funnel)


def test_who_is_out_of_office_gets_nothing_while_away(demo: Demo) -> None:
    away = select(pauses.c.contact_id, pauses.c.from_at, pauses.c.until_at).where(pauses.c.kind == "out_of_office")
    with demo.database.read() as conn:
        spans: list[tuple[int, datetime, datetime]] = [tuple(row) for row in conn.execute(away)]  # type: ignore[misc]
        for contact_id, from_at, until_at in spans:
            while_away = messages.c.contact_id == contact_id, messages.c.sent_at.between(from_at, until_at)
            assert conn.execute(select(func.count()).where(*while_away)).scalar_one() == 0
    assert len(spans) >= 2
    assert any(until_at - from_at > timedelta(days=6) for _, from_at, until_at in spans)


def test_a_link_scanner_opens_and_clicks_as_a_machine_and_moves_nobody(demo: Demo) -> None:
    with demo.database.read() as conn:
        machine = select(events.c.name, events.c.contact_id).where(events.c.is_human.is_(False))
        hits = conn.execute(machine).all()
    assert {hit.name for hit in hits} == {"message_opened", "link_clicked"}
    assert len({hit.contact_id for hit in hits}) == 1


def test_the_story_told_is_of_somebody_who_was_away_came_back_answered_and_bought(demo: Demo) -> None:
    with demo.database.read() as conn:
        story = best_story(conn)
    assert story
    names = [event.name for chapter in story.chapters for event in chapter.events]
    assert names.index("auto_reply_received") < names.index("reply_received")
    assert "order_placed" in [event.name for event in story.others]


def test_what_is_shown_at_the_end_fits_into_eighty_columns(demo: Demo) -> None:
    out = Console(width=80, record=True, file=Path(os.devnull).open("w"))  # noqa: SIM115  closed with the process
    with out.file, demo.database.read() as conn:
        show_end(out, conn, demo.project, library_of(demo.project).enabled)
    lines = out.export_text().splitlines()
    assert any("qualification" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_the_projects_config_leads_nowhere_else_whatever_it_said_before() -> None:
    written = (
        "database: postgresql://x\nsenders:\n  mali:\n    smtp:\n      host: mx.example.com\n    inbox: {kind: imap}\n"
    )
    assert at_home(written).splitlines() == [
        "database: sqlite:///nurture.db",
        "senders:",
        "  mali:",
        "    transport: {folder: outbox}    # mails become files; the demo's own mail server is gone",
        "    inbox: {kind: maildir, path: maildir}",
    ]


def test_an_interrupted_demo_shows_how_far_it_came_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nurture", "demo", "--seconds", "60", "--headless"]
    environ = {**os.environ, "TMPDIR": str(tmp_path), "SMTP_HOST": "mx.invalid"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ, bufsize=1
    )
    assert process.stdout
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("Day"):
            break
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == ""
    assert "Stopped early" in rest
    assert "sales-cycle" in rest
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "nurture", "demo", "--keep", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "is there already" in found.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
