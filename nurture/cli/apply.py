"""`nurture apply [CAMPAIGN | FILE]`: have the files run, and move the people whom that moves."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nurture.app import running_of
from nurture.cli.output import console, json_option, print_json
from nurture.cli.plan import plans_of
from nurture.cli.plan_view import document_of, show
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.engine.planning import CampaignPlan
from nurture.engine.running import Running
from nurture.engine.take import move_people
from nurture.errors import InvalidInput, UsageError
from nurture.store.database import Database


@click.command("apply")
@click.argument("what", metavar="[CAMPAIGN | FILE]", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def command(ctx: click.Context, what: str | None, yes: bool, is_json: bool) -> None:
    """Have the files run as they are now, of every campaign or of one, and move the people whom that moves.

    Shows what it will do, as `nurture plan` does, and asks once. With the FILE of a plan it does nothing where what
    runs, or the files, are no longer what was planned for.
    """
    project = project_of(ctx)
    kept = _kept(what) if what is not None and Path(what).is_file() else None
    with opened(project) as database:
        running = running_of(project, database, clock=SystemClock())
        plans = plans_of(running, database, None if kept is not None else what)
        if kept is not None:
            plans = _as_planned(plans, kept, what or "")
        wanted = [plan for plan in plans if plan.what != "faulty"]
        if not is_json:
            show(plans, console())
        if wanted:
            _ask(wanted, is_agreed=yes)
        moved = {plan.name: _apply(running, database, plan) for plan in wanted}
    if is_json:
        print_json({**document_of(plans), "applied": moved})
    else:
        _tell(running, moved)
    if len(wanted) < len(plans):
        ctx.exit(1)


def _ask(plans: Sequence[CampaignPlan], *, is_agreed: bool) -> None:
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise UsageError("applying wants a yes", hint="Say --yes if that is meant.")
    names = ", ".join(plan.name for plan in plans)
    click.confirm(f"Apply this to {names}?", abort=True, err=True)


def _apply(running: Running, database: Database, plan: CampaignPlan) -> int:
    """How many runs were moved or are looked at anew. Raises InvalidInput where things have changed meanwhile."""
    taken = running.apply(plan, because="applied by hand")
    if taken is None:
        again = f"Look at `nurture plan {plan.name}` again."
        raise InvalidInput(f"{plan.name} is not what was planned for any more: nothing was done to it", hint=again)
    moved = 0
    out = console(is_error=True)
    with out.status(f"{plan.name}: moving people") as shown:
        for number in move_people(database, running.past, taken, now=SystemClock().now()):
            moved += number
            shown.update(f"{plan.name}: {moved:,} moved")
    return moved


def _tell(running: Running, moved: Mapping[str, int]) -> None:
    running.look()
    for name, number in moved.items():
        version = running.versions.get(name)
        runs = f"version {version.number} runs" if version else "it runs no more"
        click.echo(f"Applied {name}: {runs}{f', {number:,} moved or timed anew' if number else ''}.")


def _kept(what: str) -> Mapping[str, Any]:
    """The plan in a file. Raises InvalidInput for a file that is none."""
    try:
        document = json.loads(Path(what).read_text(encoding="utf-8"))
        return {each["name"]: (each["change"], each["running"], each["digest"]) for each in document["campaigns"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{what} is no plan", hint="`nurture plan --out FILE` writes one.") from error


def _as_planned(plans: Sequence[CampaignPlan], kept: Mapping[str, Any], file: str) -> list[CampaignPlan]:
    """Those of `plans` that the file has. Raises InvalidInput where one is another than was planned."""
    present = {plan.name: plan for plan in plans}
    for name, (_, runs, digest) in kept.items():
        plan = present.get(name)
        ours = {"number": plan.running.number, "digest": plan.running.digest} if plan and plan.running else None
        if plan is None or plan.digest != digest:
            said = "the files are not those of the plan any more"
        elif ours != runs:
            said = "another version runs than the plan was made for"
        else:
            continue
        raise InvalidInput(f"{name}: {said}; nothing was done", hint=f"Make it anew: `nurture plan --out {file}`.")
    return [present[name] for name in kept]
