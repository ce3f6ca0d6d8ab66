"""`nurture status`: what runs, what is due, what is held and what is wrong, on one screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

import click
from rich.console import Console
from rich.markup import escape
from sqlalchemy import Connection

from nurture.app import running_of
from nurture.cli.check import in_words
from nurture.cli.output import console, in_zone, json_option, print_json, table
from nurture.cli.process import running_process
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.domain.campaign import Campaign
from nurture.engine.planning import CampaignPlan
from nurture.engine.running import Running
from nurture.errors import Problem
from nurture.loader.library import campaign_names
from nurture.settings import Project
from nurture.store import holds, inbound, mailboxes, reports
from nurture.store.database import Database
from nurture.store.holds import Hold
from nurture.store.reports import CampaignStatus
from nurture.store.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How the project stands at one moment. `holds` are those that hold now; `process` has the lock of `run`."""

    project: Project
    campaigns: Mapping[str, Campaign]
    versions: Mapping[str, Version]
    plans: Mapping[str, CampaignPlan]
    names: Sequence[str]
    counts: Sequence[CampaignStatus]
    holds: Sequence[Hold]
    sent_today: Mapping[str, int]
    tray: int
    last_look_at: datetime | None
    process: int | None
    problems: Sequence[Problem]


@click.command("status")
@json_option
@click.pass_context
def command(ctx: click.Context, is_json: bool) -> None:
    """Say what runs, what is due, what is held, what each sender has sent today and what is wrong."""
    project = project_of(ctx)
    with opened(project) as database:
        standing = _look(project, database)
    if is_json:
        print_json(_document(standing))
    else:
        _show(standing, console())


def _look(project: Project, database: Database) -> _Standing:
    running = running_of(project, database, clock=SystemClock())
    running.look()
    names = tuple(sorted({*campaign_names(project.root / "campaigns"), *running.versions}))
    now = SystemClock().now()
    midnight = datetime.combine(now.astimezone(project.zone).date(), time.min, project.zone)
    with database.read() as conn:
        return _Standing(
            project=project,
            campaigns={**_to_come(running), **running.campaigns},
            versions=running.versions,
            plans=running.plans,
            names=names,
            counts=reports.campaign_status(conn, names, now),
            holds=_holding(conn, now),
            sent_today=reports.sent_since(conn, midnight),
            tray=len(inbound.tray(conn)),
            last_look_at=mailboxes.last_look_at(conn),
            process=running_process(database),
            problems=running.problems,
        )


def _to_come(running: Running) -> dict[str, Campaign]:
    """Campaigns that `nurture run` takes from their files as soon as it runs."""
    return {
        name: proposal.built.campaign
        for name, proposal in running.proposals.items()
        if name in running.plans and running.plans[name].is_safe
    }


def _holding(conn: Connection, now: datetime) -> list[Hold]:
    return [hold for hold in holds.listed(conn) if hold.until_at is None or hold.until_at > now]


def _document(standing: _Standing) -> dict[str, object]:
    return {
        "project": standing.project.name,
        "process": standing.process,
        "campaigns": [_campaign_document(standing, counts) for counts in standing.counts],
        "inbox": {"tray": standing.tray, "last_look_at": standing.last_look_at},
        "senders": [_sender_document(standing, name) for name in standing.project.senders],
        "holds": [
            {"scope": hold.scope, "because": hold.because, "since": hold.since_at, "until": hold.until_at}
            for hold in standing.holds
        ],
        "problems": [{"severity": problem.severity, **problem.as_plain()} for problem in standing.problems],
    }


def _campaign_document(standing: _Standing, counts: CampaignStatus) -> dict[str, object]:
    campaign = standing.campaigns.get(counts.campaign)
    version, plan = standing.versions.get(counts.campaign), standing.plans.get(counts.campaign)
    return {
        "name": counts.campaign,
        "enabled": bool(campaign and campaign.is_enabled),
        "why_not": _why_disabled(standing, counts.campaign),
        "version": campaign.digest[:12] if campaign else None,
        "number": version.number if version else None,
        "taken_at": version.taken_at if version else None,
        "pending": _pending(plan) if plan else None,
        "waiting": counts.pending,
        "active": counts.active,
        "due": counts.due,
        "held": counts.held,
        "held_by": dict(counts.held_by),
        "unknown": counts.unknown,
        "failed": counts.failed,
    }


def _pending(plan: CampaignPlan) -> dict[str, object]:
    """The edit that is in the files and does not run: whether `nurture run` takes it by itself, else why not."""
    return {
        "version": plan.digest[:12] if plan.digest else None,
        "change": plan.what,
        "safe": plan.is_safe,
        "because": plan.holds_back or None,
        "affected": plan.affected,
    }


def _why_disabled(standing: _Standing, name: str) -> str | None:
    campaign = standing.campaigns.get(name)
    if campaign is not None:
        return None if campaign.is_enabled else "enabled: false"
    return "something in it is wrong" if name in standing.names else "its file is gone"


def _sender_document(standing: _Standing, name: str) -> dict[str, object]:
    hold = _hold_of_sender(standing.holds, name)
    return {
        "name": name,
        "sent_today": standing.sent_today.get(name, 0),
        "limit_today": standing.project.senders[name].sender.rates.per_day,
        "paused": hold is not None,
        "why": hold.because if hold else None,
    }


def _hold_of_sender(found: Sequence[Hold], name: str) -> Hold | None:
    return next((hold for hold in found if hold.scope in ("all", f"sender:{name}")), None)


def _show(standing: _Standing, out: Console) -> None:
    running = f"[green]running[/] (process {standing.process})" if standing.process else "no `nurture run` seen here"
    out.print(f"[bold]{escape(standing.project.name)}[/]  {running}\n")
    for hold in standing.holds:
        until = in_zone(hold.until_at, standing.project.zone)
        ends = f"until {until}" if until else f"until `nurture resume {_option(hold.scope)}`"
        out.print(f"[yellow bold]Paused[/] {escape(hold.scope)} {ends}: {escape(hold.because)}")
    if standing.holds:
        out.print()
    _show_campaigns(standing, out)
    _show_senders(standing, out)
    for name, plan in standing.plans.items():
        out.print(_plan_in_words(name, plan))
    if standing.plans:
        out.print()
    look = in_zone(standing.last_look_at, standing.project.zone)
    tray = f"{standing.tray} in the tray (`nurture inbox list --tray`)" if standing.tray else "nothing in the tray"
    out.print(f"Inbox: {tray}, {f'last looked at {look}' if look else 'never looked at'}.")
    if standing.problems:
        out.print()
    for problem in standing.problems:
        out.print(in_words(problem))


def _plan_in_words(name: str, plan: CampaignPlan) -> str:
    if plan.what == "faulty":
        goes_on = f"version {plan.running.number} goes on" if plan.running else "it does not run"
        return f"[red bold]Faulty[/] {escape(name)}: its file does not check; {goes_on}."
    if plan.is_safe:
        return f"[green bold]Edited[/] {escape(name)}: moves nobody; `nurture run` takes it by itself."
    return f"[yellow bold]Edited[/] {escape(name)} waits for `nurture apply`: {escape(plan.holds_back)}."


def _option(scope: str) -> str:
    kind, _, name = scope.partition(":")
    return f"--{kind} {name}".strip()


def _show_campaigns(standing: _Standing, out: Console) -> None:
    if not standing.counts:
        out.print("No campaigns yet.\n")
        return
    numbers = ("version", "in it", "due", "waiting", "held", "unknown", "failed")
    shown = table("campaign", "", *numbers, "held by", numbers=numbers)
    for counts in standing.counts:
        why = _why_disabled(standing, counts.campaign)
        is_paused = any(hold.scope in ("all", f"campaign:{counts.campaign}") for hold in standing.holds)
        state = f"[red]off: {escape(why)}[/]" if why else "[yellow]paused[/]" if is_paused else "[green]on[/]"
        version = standing.versions.get(counts.campaign)
        values: tuple[object, ...] = (
            version.number if version else "–",
            counts.active,
            counts.due,
            counts.pending,
            counts.held,
            counts.unknown,
            counts.failed,
        )
        held_by = ", ".join(f"{what} {number}" for what, number in counts.held_by.items())
        shown.add_row(escape(counts.campaign), state, *(str(value) for value in values), escape(held_by))
    out.print(shown)
    out.print()


def _show_senders(standing: _Standing, out: Console) -> None:
    shown = table("sender", "address", "sent today", "limit", "", numbers=("sent today", "limit"))
    for name, settings in standing.project.senders.items():
        hold = _hold_of_sender(standing.holds, name)
        limit = settings.sender.rates.per_day
        shown.add_row(
            escape(name),
            escape(settings.sender.email),
            str(standing.sent_today.get(name, 0)),
            str(limit) if limit else "–",
            "[yellow]paused[/]" if hold else "",  # why stands above, with until when
        )
    out.print(shown)
    out.print()
