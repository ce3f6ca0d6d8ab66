"""A plan as people read it and as a document: per campaign what differs, whom that affects, and whether it is safe."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from nurture.cli.check import in_words
from nurture.domain.change import StageChange, StepChange
from nurture.engine.planning import CampaignPlan

_SIGNS = {"added": "[green]+[/]", "removed": "[red]-[/]", "renamed": "[yellow]~[/]", "moved": "[yellow]~[/]"}
_TITLES = {
    "new": "new",
    "changed": "changed",
    "removed": "its file is gone",
    "returns": "an earlier version comes back",
    "faulty": "its file does not check",
}


def document_of(plans: Sequence[CampaignPlan]) -> dict[str, object]:
    """The whole plan with stable keys; `apply` reads the digests back."""
    return {"campaigns": [_campaign(plan) for plan in plans], "safe": all(plan.is_safe for plan in plans)}


def _campaign(plan: CampaignPlan) -> dict[str, object]:
    change = plan.change
    return {
        "name": plan.name,
        "change": plan.what,
        "safe": plan.is_safe,
        "because": plan.holds_back or None,
        "running": {"number": plan.running.number, "digest": plan.running.digest} if plan.running else None,
        "digest": plan.digest,
        "ran_as": plan.ran_as,
        "enrolled": plan.enrolled,
        "affected": plan.affected,
        "settings": list(change.settings) if change else [],
        "stages": [_stage(each) for each in change.stage_changes] if change else [],
        "steps": [_step(each) for each in change.step_changes] if change else [],
        "effects": [
            {
                "kind": each.kind,
                "stage": each.stage or None,
                "step": each.step,
                "to": each.to,
                "number": each.number,
                "safe": each.is_safe,
                "says": each.says,
            }
            for each in plan.effects
        ],
        "examples": [
            {
                "email": one.email,
                "stage": one.stage,
                "step": one.step,
                "planned_at": one.planned_at,
                "effect": each.says,
            }
            for each, found in plan.examples.items()
            for one in found
        ],
        "problems": [
            {"file": each.file, "line": each.line, "column": each.column, "code": each.code, "message": each.message}
            for each in plan.problems
        ],
    }


def _stage(each: StageChange) -> dict[str, object]:
    return {"name": each.name, "change": each.change, "was": each.was, "what": list(each.what)}


def _step(each: StepChange) -> dict[str, object]:
    return {"id": each.id, "change": each.change, "stage": each.stage, "was": each.was, "what": list(each.what)}


def show(plans: Sequence[CampaignPlan], out: Console) -> None:
    """The plan on the terminal."""
    if not plans:
        out.print("The files are what runs: nothing to do.")
        return
    for plan in plans:
        _show_campaign(plan, out)


def _show_campaign(plan: CampaignPlan, out: Console) -> None:
    runs = f"version {plan.running.number} runs" if plan.running else "nothing of it runs"
    out.print(f"[bold]{escape(plan.name)}[/]  {_TITLES[plan.what]}; {runs}, {plan.enrolled:,} in it")
    for problem in plan.problems:
        out.print(f"  {in_words(problem)}")
    if plan.change:
        for name in plan.change.settings:
            out.print(f"  [yellow]~[/] {escape(name)}")
        for stage in plan.change.stage_changes:
            out.print(f"  {_SIGNS.get(stage.change, '[yellow]~[/]')} stage {escape(stage.name)}{_detail(stage)}")
        for step in plan.change.step_changes:
            sign = _SIGNS.get(step.change, "[yellow]~[/]")
            out.print(f"  {sign} {escape(step.stage)}/{escape(step.id)}{_detail(step)}")
    for effect in plan.effects:
        colour = "dim" if effect.is_safe else "yellow"
        found = [each.email for each in plan.examples.get(effect, ())]
        more = ", …" if effect.number > len(found) else ""
        names = f" [dim]({escape(', '.join(found))}{more})[/]" if found else ""
        out.print(f"  [{colour}]→ {escape(effect.says)}[/]{names}")
    out.print(f"  {_verdict(plan)}\n")


def _detail(change: StepChange | StageChange) -> str:
    was = f", was {change.was}" if change.was else ""
    what = f": {', '.join(change.what)}" if change.what else ""
    return escape(f"  {change.change}{was}{what}")


def _verdict(plan: CampaignPlan) -> str:
    match plan.what:
        case "faulty":
            goes_on = f"Version {plan.running.number} goes on." if plan.running else "Nobody is mailed by it."
            return f"[red]Its file does not check.[/] {goes_on}"
        case _ if plan.is_safe:
            return "[green]Safe[/]: moves nobody; `nurture run` takes it by itself."
        case _:
            return f"[yellow]Waits for `nurture apply`[/]: {escape(plan.holds_back)}."
