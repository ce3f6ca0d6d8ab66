"""`nurture init DIR`: a small project that runs at once and sends nothing beyond this machine."""

import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import click

from nurture.cli.schema import KINDS, write_schema
from nurture.cli.shipped import shipped_project
from nurture.clock import SystemClock
from nurture.errors import UsageError
from nurture.settings import CONFIG

SCAFFOLD = Path(__file__).resolve().parent / "scaffold"
_HIDDEN = {"gitignore": ".gitignore", "github-workflow.yml": ".github/workflows/nurture.yml"}
"""Files of the scaffold by where they go: a checkout of nurture must not take them for its own."""
_TRIAL_DAYS = 14
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make a small project in DIR: a config, a trial follow-up with mails in English and Thai, scenarios, contacts."""
    make_project(folder, today=SystemClock().now().date())
    click.echo(f"Made a project in {folder}.\n\nNext:")
    steps = (
        (f"cd {shlex.quote(str(folder))}", ""),
        ("nurture check", "what is wrong, if anything"),
        ("nurture test", "what the campaign promises, played without mailing anybody"),
        ("nurture simulate trial-follow-up", "three months of it with made-up people"),
        ("nurture contacts import contacts.csv --enroll", "three made-up people begin their trial"),
        ("nurture tick", "their first mails are written to outbox/, as files that your mail program opens"),
        ("nurture why aom@example.com", "what happened to one of them, and what comes next"),
        ("nurture run", "and on it goes, until Ctrl-C"),
    )
    width = max(len(line) for line, _ in steps)
    for line, what in steps:
        click.echo(f"  {line.ljust(width)}   {click.style('# ' + what, dim=True)}" if what else f"  {line}")
    click.echo(
        f"\nYour own mail account goes into {folder / CONFIG}; the campaign is in campaigns/trial-follow-up.yaml.\n"
        f"{folder / 'README.md'} tells the rest, .github/workflows/nurture.yml has GitHub check and test every change."
    )


def make_project(folder: Path, *, today: date) -> None:
    """Lay the project out. Raises UsageError where the folder holds anything already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and not empty", hint="Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    _copy(SCAFFOLD, folder)
    for name, hidden in _HIDDEN.items():
        (folder / hidden).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).rename(folder / hidden)
    layouts = Path("templates/emails/layouts")
    _copy(shipped_project() / layouts, folder / layouts)
    for name in ("new", "cur", "tmp"):
        (folder / "maildir" / name).mkdir(parents=True)
    for named in (folder / CONFIG, folder / "README.md"):
        named.write_text(named.read_text("utf-8").replace("PROJECT", _project_name(folder)), "utf-8")
    _begin_trials(folder / "contacts.csv", today + timedelta(days=_TRIAL_DAYS))
    for kind in KINDS:
        write_schema(folder, kind)


def _copy(source: Path, target: Path) -> None:
    """File by file, so that the first that cannot be written says why."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            made = target / path.relative_to(source)
            made.parent.mkdir(parents=True, exist_ok=True)
            try:
                made.write_bytes(path.read_bytes())
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(made)) from error


def _project_name(folder: Path) -> str:
    return _NOT_IN_NAME.sub("-", folder.resolve().name).strip("-_")[:40] or "project"


def _begin_trials(contacts: Path, ends_on: date) -> None:
    """The made-up trials end a while from now, whenever the project is made."""
    head, *rows = contacts.read_text("utf-8").splitlines()
    contacts.write_text("\n".join([head, *(row + ends_on.isoformat() for row in rows)]) + "\n", "utf-8")
