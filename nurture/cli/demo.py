"""`nurture demo`: months of the shipped campaigns in a minute, with real mail, on this machine alone."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from nurture.app import Engine, build_engine, library_of, rules_of
from nurture.cli.demo_end import show_end, show_next
from nurture.cli.demo_project import MAILDIR, lay_out, on_loopback
from nurture.cli.demo_tally import Tally, tally
from nurture.cli.demo_view import View
from nurture.cli.listener import WebServer, build_web
from nurture.cli.logging import log_to_terminal
from nurture.cli.output import console
from nurture.cli.process import on_signals
from nurture.cli.project import opened
from nurture.clock import Clock, HandClock, SeededChance, SystemChance, SystemClock
from nurture.errors import UsageError
from nurture.loader.library import Library
from nurture.settings import Project
from nurture.simulation.acts import Arrive, TeamRound
from nurture.simulation.letter import Letter
from nurture.simulation.mail_server import MailServer
from nurture.simulation.people import Person, make_people
from nurture.simulation.play import Play
from nurture.simulation.prospects import make_prospects
from nurture.simulation.world import World
from nurture.store import enrollments, messages
from nurture.store.database import Database

WEEKS = 18
PEOPLE = 60
FEWER_PEOPLE = 30
_SHORT_BELOW = 30.0  # seconds: who has little time meets fewer people, in larger steps
_ABOUT = """\
{people} made-up people, {weeks} weeks of the shipped campaigns. The real engine sends
real mail by SMTP; people open and click over HTTP and answer into a Maildir.
All of it stays on this machine.
"""
_TEAM_ROUNDS = (time(10, 30), time(15, 30))
_MORNING = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of a demo: `journal` is what the mail server accepted, in order."""

    journal: tuple[Letter, ...]
    is_stopped: bool


@click.command("demo")
@click.option(
    "--seconds", type=click.FloatRange(1, 3600), default=45, show_default=True, help="About how long to play."
)
@click.option("--headless", is_flag=True, help="No live view; for scripts.")
@click.option("--seed", type=int, default=1, show_default=True, help="Who the made-up people are.")
@click.option("--keep", metavar="DIR", default=None, help="Leave the project in DIR, a new folder, to look around in.")
def command(seconds: float, headless: bool, seed: int, keep: str | None) -> None:
    """Show the whole cycle in a minute: made-up prospects, the real engine, real mail that stays on this machine."""
    log_to_terminal()
    out = console()
    with _folder(keep) as root:
        project = lay_out(root)
        with opened(project) as database:
            is_live = out.is_terminal and not headless
            count = FEWER_PEOPLE if seconds < _SHORT_BELOW else PEOPLE
            out.print(_ABOUT.format(people=count, weeks=WEEKS), markup=False)
            people = make_people(seed, count, days=7 * WEEKS)
            played = asyncio.run(
                play(project, database, out, people, weeks=WEEKS, seconds=seconds, seed=seed, is_live=is_live)
            )
            if played.is_stopped:
                out.print("Stopped early; this is how far it came.")
            with database.read() as conn:
                show_end(out, conn, project, library_of(project).enabled)
    show_next(out, kept=keep)


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """A folder that is gone afterwards, or the one to keep. Raises UsageError where that one holds something."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="nurture-demo-") as made:
            yield Path(made)
        return
    root = Path(keep)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{keep} is there already", hint="Name a folder that is new or empty.")
    yield root


async def play(
    project: Project,
    database: Database,
    out: Console,
    people: Sequence[Person],
    *,
    weeks: int,
    seconds: float,
    seed: int,
    is_live: bool = False,
) -> Played:
    """Play the last weeks until now: who came, what they were sent, and what they made of it."""
    start = _first_morning(project.zone, weeks)
    end = start + timedelta(weeks=weeks)
    clock = HandClock(start)
    library = library_of(project)
    view = View(out, is_live=is_live, start=start, end=end, zone=project.zone, count=lambda: _count(database, library))
    world = World(
        database=database,
        clock=clock,
        chance=SeededChance(seed),
        rules=rules_of(project),
        campaigns=library.enabled,
        maildir=project.root / MAILDIR,
        prospects=make_prospects(people, seed=seed, project_zone=project.zone, now=start),
        tell=view.tell,
    )
    _note_what_is_to_come(world, people, start=start, weeks=weeks, zone=project.zone)
    async with _stage(project, database, world, clock) as (engine, server):
        play = Play(
            clock=clock,
            end=end,
            seconds=seconds,
            agenda=world.agenda,
            one_pass=engine.pulse.one_pass,
            next_due=lambda: _next_due(database),
            perform=world.perform,
            shown=view.shown,
            longest_step=timedelta(hours=2 if seconds >= _SHORT_BELOW else 4),
        )
        on_signals(play.stop)
        with view:
            await play.run()
    return Played(journal=tuple(server.journal), is_stopped=play.is_stopped)


@asynccontextmanager
async def _stage(
    project: Project, database: Database, world: World, clock: Clock
) -> AsyncIterator[tuple[Engine, MailServer]]:
    """A mail server, a web listener and an engine between them, each real and all on loopback."""
    web_port = _free_port()
    base_url = f"http://127.0.0.1:{web_port}"
    server = MailServer(base_url=base_url, is_unknown=world.is_unknown, receive=world.receive)
    await server.start()
    here = on_loopback(project, smtp_port=server.port, web_port=web_port)
    web = WebServer(build_web(here, database, clock=clock), host=here.web_host, port=here.web_port)
    await web.start()
    engine = build_engine(here, database, clock=clock, chance=SystemChance())
    try:
        yield engine, server
    finally:
        await engine.close()
        await web.stop()
        await server.stop()


def _note_what_is_to_come(
    world: World, people: Sequence[Person], *, start: datetime, weeks: int, zone: ZoneInfo
) -> None:
    """Everybody's arrival, and the rounds of the team on every working day."""
    for person in people:
        world.agenda.note(start + person.arrives_after, Arrive(person=person))
    first = start.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(7 * weeks)):
        for at in _TEAM_ROUNDS if day.weekday() < 5 else ():
            world.agenda.note(datetime.combine(day, at, zone).astimezone(UTC), TeamRound())


def _first_morning(zone: ZoneInfo, weeks: int) -> datetime:
    """A Monday so many weeks ago that the play ends in the past: nothing in its log lies in the future."""
    today = SystemClock().now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday(), weeks=weeks)
    return datetime.combine(monday, _MORNING, zone).astimezone(UTC)


def _next_due(database: Database) -> datetime | None:
    with database.read() as conn:
        known = (enrollments.next_due_at(conn), messages.next_due_at(conn))
    return min((moment for moment in known if moment), default=None)


def _count(database: Database, library: Library) -> Tally:
    with database.read() as conn:
        return tally(conn, library.enabled)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
