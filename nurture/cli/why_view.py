"""A person's story on a terminal: what happened, each with its reason, and what is to come."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.markup import escape

from nurture.cli.output import console, in_zone
from nurture.domain.ahead import Coming
from nurture.domain.contact import Contact
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.zone import zone_of
from nurture.engine.arrival import not_theirs
from nurture.engine.outlook import NOTHING_AHEAD, Outlook
from nurture.engine.story import Chapter, Story, reason_of, what
from nurture.settings import Project

WRITTEN = ("reply_received", "auto_reply_received", "unsubscribed", "challenge_received")
_MOST_STEPS = 6
_HOLDS = {"all": "all sending", "campaign": "the campaign", "sender": "the sender"}


def show(story: Story, project: Project, outlooks: Mapping[int, Outlook] | None = None) -> None:
    """Print the story on the person's wall, newest run last. `outlooks` are by the id of the run."""
    out, contact = console(), story.contact
    zone = zone_of(contact, project.zone)
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    out.print(f"[bold]{escape(name or contact.email)}[/bold] {escape(f'<{contact.email}>' if name else '')}".rstrip())
    out.print(f"[dim]{escape(_who(contact, zone))}[/dim]")
    if story.suppressed:
        out.print(f"[red]Suppressed in scope {escape(', '.join(story.suppressed))}[/red]")
    # Of one run alone, what happened beside it is part of the same story.
    beside = story.others if len(story.chapters) == 1 else ()
    for event in story.others if not beside else ():
        out.print(_line(event, zone))
    if not story.chapters:
        out.print("Not in any campaign.")
    for chapter in story.chapters:
        _show_chapter(chapter, beside, zone, (outlooks or {}).get(chapter.enrollment.id, NOTHING_AHEAD))


def _who(contact: Contact, zone: ZoneInfo) -> str:
    owner = f"owner {contact.owner}" if contact.owner else ""
    tags = f"tags {', '.join(contact.tags)}" if contact.tags else ""
    known = (contact.company, contact.country, owner, tags, f"times in {zone.key}")
    return ", ".join(part for part in known if part)


def _show_chapter(chapter: Chapter, beside: Sequence[Event], zone: ZoneInfo, outlook: Outlook) -> None:
    out, run = console(), chapter.enrollment
    ended = f" ({escape(run.outcome)})" if run.outcome else ""
    out.print(f"\n[bold]{escape(run.campaign)}[/bold], stage {escape(run.stage)}, {run.state.value}{ended}")
    for event in _told(sorted((*beside, *chapter.events), key=lambda event: event.at)):
        out.print(_line(event, zone))
    if chapter.is_over:
        return
    out.print(_next_line(run, zone))
    for step in outlook.steps[:_MOST_STEPS]:
        out.print(_coming_line(step, zone))
    if len(outlook.steps) > _MOST_STEPS:
        out.print(f"  then {len(outlook.steps) - _MOST_STEPS} steps more")
    if outlook.then and run.step and not any(step.because == "one of these" for step in outlook.steps):
        out.print(f"  then {escape(outlook.then)}")
    for way in outlook.ways:
        does = f"ends as {way.to}" if way.is_outcome else f"enters {way.to}"
        out.print(f"  [dim]or[/dim]   {escape(does)} [dim]– as soon as {escape(way.condition)}[/dim]")
    for hold in outlook.holds:
        out.print(_hold_line(hold.scope, hold.until_at, hold.because, zone))


def _told(events: Sequence[Event]) -> Iterator[Event]:
    """Without the step that made a task where the task itself is told: it would stand there twice."""
    made = {(event.step, event.at) for event in events if event.name == "task_created"}
    return (event for event in events if event.name != "step_done" or (event.step, event.at) not in made)


def _next_line(run: Enrollment, zone: ZoneInfo) -> str:
    at = in_zone(run.planned_at or run.due_at, zone) or "when something happens"
    if run.step is None:
        looks = f", looked at again {at}" if run.due_at else ""
        return f"  [bold]next[/bold] nothing to send: {escape(run.because or 'waits for what moves on')}{looks}"
    # A run that nobody has looked at since it came here has no reason yet; a pause names itself in its reason.
    because = f": {escape(run.because)}" if run.because else ""
    held = f" [yellow](held by {escape(run.held_by)})[/yellow]" if run.held_by not in ("", "pause") else ""
    return f"  [bold]next[/bold] {escape(run.step)}, {at}{because}{held}"


def _coming_line(step: Coming, zone: ZoneInfo) -> str:
    at = f", {in_zone(step.at, zone)}" if step.at else ""
    latest = " at the latest" if step.is_at_most else ""
    reason = ", ".join(part for part in (step.because, step.only) if part)
    return f"  then {escape(step.step)}{at}{latest}" + (f" [dim]– {escape(reason)}[/dim]" if reason else "")


def _hold_line(scope: str, until_at: datetime | None, because: str, zone: ZoneInfo) -> str:
    kind, _, name = scope.partition(":")
    until = f"until {in_zone(until_at, zone)}" if until_at else "until `nurture resume`"
    said = f": {escape(because)}" if because else ""
    return f"  [yellow]held[/yellow] {escape(f'{_HOLDS.get(kind, kind)} {name}'.strip())} is paused {until}{said}"


def _line(event: Event, zone: ZoneInfo) -> str:
    subject = event.link or event.step or (event.stage if event.name == "stage_entered" else None) or ""
    until = event.fields.get("until")
    ends = f"until {in_zone(until, zone)}" if isinstance(until, datetime) else ""
    outcome = ends or next(
        (event.fields[name] for name in ("outcome", "title", "changed") if event.fields.get(name)), ""
    )
    intent = str(event.fields.get("intent") or "").replace("_", " ") if event.name == "reply_received" else ""
    machine = " [dim](a machine)[/dim]" if not event.is_human else ""
    reason = _said(event)
    because = f" [dim]– {escape(reason)}[/dim]" if reason else ""
    place = "".join(f" {escape(str(part))}" for part in (subject, outcome) if part)
    meant = f" [magenta]({escape(intent)})[/magenta]" if intent else ""
    return f"  {in_zone(event.at, zone)}  [cyan]{escape(what(event))}[/cyan]{place}{meant}{machine}{because}"


def _said(event: Event) -> str:
    """The reason; of an answer what it says, and who wrote it where that was somebody else."""
    first = str(event.fields.get("text") or "").split("\n", 1)[0] if event.name == "reply_received" else ""
    reason = f"“{first}”" if first else reason_of(event)
    if event.name in WRITTEN and event.fields.get("from"):
        reason = f"{reason}, {not_theirs(str(event.fields['from']))}"
    return reason
