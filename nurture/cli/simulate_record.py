"""`nurture simulate --record FILE`: one person of the simulation as a scenario for `nurture test`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from nurture.app import house_of
from nurture.checks.scenarios import SCENARIOS
from nurture.domain.campaign import Campaign
from nurture.errors import UsageError
from nurture.intake.address import parse_address
from nurture.loader.nearest import did_you_mean
from nurture.loader.scenario_writing import scenario_text
from nurture.settings import Project
from nurture.simulation.diary import Diaries
from nurture.simulation.diary_scenario import record, richest
from nurture.simulation.played import Played
from nurture.simulation.simulate import Newcomer


def check_record(file: Path | None, email: str | None, *, is_database: bool) -> None:
    """Raises UsageError for what cannot be recorded, before anything is played."""
    if file is None:
        if email is not None:
            raise UsageError("--record-contact says whom to record", hint="Add --record FILE.")
        return
    if is_database:
        hint = "Record a made-up person, or one of a CSV file."
        raise UsageError("people of the database have a past, which a scenario does not tell", hint=hint)
    if file.suffix not in (".yaml", ".yml"):
        raise UsageError(f"{file} does not end in .yaml", hint="`nurture test` reads no other files.")
    if file.exists():
        raise UsageError(f"{file} is there already", hint="Give another name, or remove it first.")


def diaries_for(email: str | None, people: Sequence[Newcomer]) -> Diaries:
    """Where everybody's story is written down, or that of `email` alone. Raises UsageError for a stranger."""
    if email is None:
        return Diaries()
    address = parse_address(email).canonical
    known = [newcomer.person.contact.address for newcomer in people]
    if address not in known:
        raise UsageError(
            f"{email} is not among the {len(known)} people of this simulation",
            hint=did_you_mean(address, known) or "`--json` lists whom it mails.",
        )
    return Diaries(only=address)


def write_record(file: Path, project: Project, campaign: Campaign, diaries: Diaries, played: Played) -> None:
    """Write the richest story there is, and tell on stderr whose it is and in what it differs from the simulation."""
    recording = record(house_of(project), campaign, richest(diaries.known, played), played)
    has_modeline = file.resolve().parent == (project.root / SCENARIOS).resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as stream:
        stream.write(scenario_text(recording.scenario, has_modeline=has_modeline))
    click.echo(
        f"Wrote {file}, the story of {recording.scenario.email}: read it, and keep what you meant.",
        err=True,
    )
    if not recording.is_alike:
        click.echo(
            "Alone, without the others' mails before theirs, it goes otherwise than in the simulation:", err=True
        )
        _list("only in the simulation", recording.simulated)
        _list("only in the scenario", recording.really)


def _list(where: str, told: Sequence[tuple[str, str, date]]) -> None:
    for kind, name, day in told:
        click.echo(f"  {where}: {kind} {name} on {day}", err=True)
