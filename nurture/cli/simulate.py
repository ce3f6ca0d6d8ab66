"""`nurture simulate`: months of a campaign in seconds, with made-up or given people, and nobody is mailed."""

import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection

from nurture.app import library_of, renderer_of, rules_of
from nurture.cli.output import console, json_option
from nurture.cli.project import campaign_by, opened, project_of
from nurture.cli.simulate_json import write_json
from nurture.cli.simulate_page import Recipe, page_of
from nurture.cli.simulate_record import check_record, diaries_for, write_record
from nurture.cli.simulate_view import show
from nurture.cli.where import condition_of, where_option
from nurture.clock import SystemClock
from nurture.domain.behaviour import Behaviour
from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.contact import ContactDraft
from nurture.errors import UsageError
from nurture.intake.read import Accepted, read_contacts
from nurture.loader.behaviour import read_behaviour
from nurture.rendering.renderer import Renderer
from nurture.settings import Project
from nurture.simulation.crowd import make_crowd
from nurture.simulation.people_given import newcomer, of_database, of_drafts
from nurture.simulation.played import Played
from nurture.simulation.reader import Readers
from nurture.simulation.simulate import LinksOf, Newcomer, simulate
from nurture.store import contacts as contact_store

_MOST = 1_000_000
_DATABASE = "database"


@click.command("simulate")
@click.argument("campaign")
@click.option(
    "--contacts",
    "who",
    metavar="N|FILE|database",
    default="1000",
    show_default=True,
    help="So many made-up people; those of a CSV file; or the database's own, copied and never touched.",
)
@where_option
@click.option("--days", type=click.IntRange(1, 1000), default=90, show_default=True, help="How long to play.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    metavar="DATE",
    help="The first day; the coming Monday by default, for the database's people tomorrow.",
)
@click.option(
    "--behaviour",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    metavar="FILE",
    help="How people behave (YAML), where it is to be otherwise than nurture's own file has it.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    default=None,
    metavar="FILE",
    help="Write a page with charts too, one file that needs nothing else.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="Write one person's story as a scenario for `nurture test`: the richest there is.",
)
@click.option("--record-contact", default=None, metavar="EMAIL", help="Whose story --record writes.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    campaign: str,
    who: str,
    where: str | None,
    days: int,
    seed: int,
    start: datetime | None,
    behaviour: Path | None,
    page: Path | None,
    record: Path | None,
    record_contact: str | None,
    is_json: bool,
) -> None:
    """Play CAMPAIGN on a clock that waits for nobody, and show what it would send, to whom, when, and why not.

    The decisions, limits and reactions are the engine's own. Nothing is sent and the database is not changed.
    """
    project = project_of(ctx)
    played_campaign = campaign_by(library_of(project).campaigns, campaign)
    if where is not None and who != _DATABASE:
        raise UsageError("--where chooses among the database's people", hint="Add --contacts database.")
    if page is not None and not page.parent.is_dir():
        raise UsageError(f"there is no folder {page.parent}", hint="Make it first, or write the page elsewhere.")
    check_record(record, record_contact, is_database=who == _DATABASE)
    behaves = read_behaviour(behaviour, played_campaign, project.vocabulary)
    begin = _begin(start, project, is_database=who == _DATABASE)
    people = _people(who, where, project, played_campaign, behaves, begin, seed)
    diaries = diaries_for(record_contact, people) if record else None
    end = begin + timedelta(days=days)
    with _bar(is_shown=console(is_error=True).is_terminal) as bar:
        task = bar.add_task(f"playing {days} days", total=days)

        def progress(now: datetime) -> None:
            bar.update(task, completed=(now - begin) / timedelta(days=1))

        played = simulate(
            played_campaign,
            people,
            rules=rules_of(project),
            readers=Readers(behaves, project.vocabulary, seed=seed),
            resumes_after=behaves.resumes_after,
            links_of=_links_of(renderer_of(project)),
            start=begin,
            days=days,
            seed=seed,
            progress=_now_and_then(progress, begin, end),
            diaries=diaries,
        )
    if page is not None:
        recipe = _recipe(played, who, where, behaviour)
        page.write_text(page_of(played, recipe), encoding="utf-8", newline="\n")
        click.echo(f"the page is in {page}", err=True)
    if is_json:
        write_json(played, sys.stdout)
    else:
        show(played, console())
    if record and diaries:
        write_record(record, project, played_campaign, diaries, played)


def _recipe(played: Played, who: str, where: str | None, behaviour: Path | None) -> Recipe:
    """The start is written out, for by default it moves on with the days."""
    words = ["nurture", "simulate", played.campaign, "--contacts", who, "--days", str(played.days)]
    words += ["--seed", str(played.seed), "--start", played.start.astimezone(played.zone).date().isoformat()]
    words += ["--where", where] if where is not None else []
    if behaviour is None:
        return Recipe(command=shlex.join(words))
    text = behaviour.read_text(encoding="utf-8-sig", errors="replace")
    return Recipe(
        command=shlex.join([*words, "--behaviour", str(behaviour)]), behaviour=str(behaviour), behaviour_text=text
    )


def _begin(start: datetime | None, project: Project, *, is_database: bool) -> datetime:
    """The first moment of the first day on the project's wall."""
    if start is not None:
        day = start.date()
    else:
        today = SystemClock().now().astimezone(project.zone).date()
        day = today + timedelta(days=1 if is_database else 7 - today.weekday())
    return datetime.combine(day, time.min, project.zone).astimezone(UTC)


def _people(
    who: str,
    where: str | None,
    project: Project,
    campaign: Campaign,
    behaves: Behaviour,
    begin: datetime,
    seed: int,
) -> list[Newcomer]:
    if who == _DATABASE:
        with opened(project) as database, database.read() as conn:
            return _of_database(conn, project, campaign, where, begin)
    if who.isdecimal():
        if not 1 <= int(who) <= _MOST:
            raise UsageError(f"{who} contacts cannot be made up", hint=f"Write a number from 1 to {_MOST}.")
        crowd = make_crowd(
            int(who),
            campaign=campaign,
            vocabulary=project.vocabulary,
            start=begin,
            arrive=behaves.arrive,
            zone=project.zone,
            seed=seed,
        )
        return [newcomer(made.contact, made.at, project.zone) for made in crowd]
    path = Path(who)
    if not path.is_file():
        raise UsageError(f"there is no file {who}", hint="Write a number, the path of a CSV file, or `database`.")
    return list(of_drafts(_drafts(path, project, begin), at=begin, zone=project.zone))


def _of_database(
    conn: Connection, project: Project, campaign: Campaign, where: str | None, begin: datetime
) -> list[Newcomer]:
    chosen = contact_store.stream(conn, condition_of(project, conn, where))
    return list(of_database(conn, chosen, campaign=campaign.name, at=begin, zone=project.zone))


def _drafts(path: Path, project: Project, begin: datetime) -> list[ContactDraft]:
    """The good rows; of the others it is said how many they are and what the first lacks."""
    rows = read_contacts(path, vocabulary=project.vocabulary, zone=project.zone, now=begin)
    good, refused = [], []
    for row in rows:
        if isinstance(row, Accepted):
            good.append(row.draft)
        else:
            refused.append(row)
    if refused:
        first = refused[0]
        click.echo(f"{len(refused)} rows are left out; the first, in line {first.line}: {first.reason}", err=True)
    return good


def _links_of(renderer: Renderer) -> LinksOf:
    """The names of a template's links, each template looked at once."""
    known: dict[str, tuple[str, ...]] = {}

    def links_of(action: EmailAction) -> tuple[str, ...]:
        if action.template not in known:
            known[action.template] = tuple(sorted(renderer.links_of(action.template)))
        return known[action.template]

    return links_of


def _bar(*, is_shown: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("day {task.completed:.0f}"))
    return Progress(
        *columns, TimeRemainingColumn(), transient=True, disable=not is_shown, console=console(is_error=True)
    )


def _now_and_then(progress: Callable[[datetime], None], begin: datetime, end: datetime) -> Callable[[datetime], None]:
    """Only when another two hundredth of the time is over."""
    part = (end - begin) / 200
    next_at = begin

    def told(now: datetime) -> None:
        nonlocal next_at
        if now >= next_at:
            next_at = now + part
            progress(now)

    return told
