"""Whom a command is about: people by address, by a condition, or everybody in a campaign; and changing their runs."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from nurture.cli.project import contact_by
from nurture.cli.where import condition_of, where_option
from nurture.domain.enrollment import Enrollment
from nurture.errors import InvalidInput, UsageError
from nurture.settings import Project
from nurture.store import enrollments, selection
from nurture.store.connection import Connection
from nurture.store.database import Database
from nurture.store.selection import Chosen

_SLICE = 200  # one transaction each: the engine is not kept waiting however many there are
Act = Callable[[Connection, Enrollment], bool]
"""Changes one run; False where there was nothing to change. InvalidInput refuses this run and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom the options name: `emails`, or those for whom `where` holds, in `campaign` or in every one."""

    emails: tuple[str, ...] = ()
    where: str | None = None
    campaign: str | None = None

    def __post_init__(self) -> None:
        if self.emails and self.where is not None:
            raise UsageError("addresses and --where exclude each other", hint="Say one of them.")

    @property
    def is_empty(self) -> bool:
        return not self.emails and self.where is None

    def refuse_nobody(self) -> None:
        """Raise UsageError where the options name nobody at all."""
        if self.is_empty and self.campaign is None:
            raise UsageError("say who", hint="Addresses, --where CONDITION, or --campaign NAME for everybody in it.")


def people_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and options that make a Choice."""
    function = click.option("--campaign", metavar="NAME", default=None, help="In this campaign only.")(function)
    function = where_option(function)
    return click.argument("emails", metavar="[EMAIL]...", nargs=-1)(function)


because_option = click.option("--because", metavar="WORDS", default=None, help="The reason, for `why`.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask, however many they are.")


@dataclass(slots=True)
class Changed:
    """What came of it, run by run; `refused` carries the reasons."""

    done: list[Chosen] = field(default_factory=list)
    idle: list[Chosen] = field(default_factory=list)
    refused: list[tuple[Chosen, str]] = field(default_factory=list)

    def tell(self, choice: Choice, done: str, idle: str = "") -> None:
        """Print a line for each person who was named, or a count for each campaign. Raises where nothing was done.

        `done` and `idle` say what became of {who} in {campaign}.
        """
        if choice.emails:
            for each in self.done:
                click.echo(done.format(who=each.email, campaign=each.campaign))
            for each in self.idle:
                click.echo(idle.format(who=each.email, campaign=each.campaign))
        else:
            _tell_counts(self.done, done)
            _tell_counts(self.idle, idle)
        for each, reason in self.refused:
            click.echo(f"Not {each.email} in {each.campaign}: {reason}", err=True)
        if self.refused and not self.done:
            raise InvalidInput("nobody was changed", hint="The reasons stand above.")


def _tell_counts(found: Sequence[Chosen], words: str) -> None:
    for campaign, number in Counter(each.campaign for each in found).items():
        click.echo(words.format(who="1 person" if number == 1 else f"{number} people", campaign=campaign))


def runs_of(database: Database, project: Project, choice: Choice) -> list[Chosen]:
    """The unfinished runs of those chosen. Raises InvalidInput where there is none."""
    choice.refuse_nobody()
    with database.read() as conn:
        if choice.emails:
            return [chosen for email in choice.emails for chosen in _runs_of_person(conn, email, choice.campaign)]
        found = selection.unfinished_runs(
            conn, where=condition_of(project, conn, choice.where), campaign=choice.campaign
        )
    if not found:
        raise InvalidInput(f"nobody like that is {_place(choice.campaign)}", hint="`nurture status` shows who is in.")
    return found


def _runs_of_person(conn: Connection, email: str, campaign: str | None) -> list[Chosen]:
    contact = contact_by(conn, email)
    runs = [run for run in enrollments.unfinished_of(conn, contact.id) if campaign in (None, run.campaign)]
    if not runs:
        raise InvalidInput(f"{email} is not {_place(campaign)}", hint=f"`nurture why {email}` tells their story.")
    return [Chosen(run_id=run.id, email=contact.email, campaign=run.campaign, stage=run.stage) for run in runs]


def _place(campaign: str | None) -> str:
    return f"in {campaign}" if campaign else "in any campaign"


def confirm_many(choice: Choice, found: Sequence[Chosen], what: str, *, is_agreed: bool) -> None:
    """Ask before `what`, in which {runs} stands for how many, is done to people who were not named one by one."""
    if choice.emails or is_agreed or not found:
        return
    question = what.format(runs="1 run" if len(found) == 1 else f"{len(found)} runs")
    if not sys.stdin.isatty():
        raise UsageError(
            f"that would {question[0].lower() + question[1:]}, which wants a yes", hint="Say --yes if that is meant."
        )
    click.confirm(f"{question}?", abort=True, err=True)


def change_each(database: Database, found: Sequence[Chosen], act: Act) -> Changed:
    """Do `act` to every run that is still there, a few in each transaction."""
    changed = Changed()
    for begin in range(0, len(found), _SLICE):
        with database.write() as conn:
            for chosen in found[begin : begin + _SLICE]:
                run = enrollments.get(conn, chosen.run_id)
                if run is None:
                    continue
                try:
                    is_done = act(conn, run)
                except InvalidInput as refusal:
                    changed.refused.append((chosen, str(refusal)))
                else:
                    (changed.done if is_done else changed.idle).append(chosen)
    return changed
