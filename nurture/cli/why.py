"""`nurture why EMAIL`: one person's story, each decision with its reason."""

from datetime import datetime

import click
from rich.markup import escape

from nurture.cli.output import console, in_zone, json_option, print_json
from nurture.cli.project import contact_by, opened, project_of
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.engine.arrival import not_theirs
from nurture.engine.story import Chapter, Story, story_of, what
from nurture.settings import Project


@click.command("why")
@click.argument("email")
@click.argument("campaign", required=False)
@json_option
@click.pass_context
def command(ctx: click.Context, email: str, campaign: str | None, is_json: bool) -> None:
    """Tell a person's story: what was sent, skipped and why, where they stand, what comes next and when."""
    project = project_of(ctx)
    with opened(project) as database, database.read() as conn:
        story = story_of(conn, contact_by(conn, email), campaign=campaign)
    if is_json:
        print_json(as_document(story))
    else:
        show(story, project)


def as_document(story: Story) -> dict[str, object]:
    """The answer in its JSON shape."""
    return {
        "contact": story.contact.email,
        "suppressed": list(story.suppressed),
        "enrollments": [_run_document(chapter) for chapter in story.chapters],
        "events": [_event_document(event) for event in story.others],
    }


def _run_document(chapter: Chapter) -> dict[str, object]:
    run = chapter.enrollment
    coming = {
        "step": run.step,
        "at": run.planned_at or run.due_at,
        "because": run.because,
        "held_by": run.held_by or None,
    }
    return {
        "campaign": run.campaign,
        "run": run.id,
        "stage": run.stage,
        "status": run.state.value,
        "outcome": run.outcome,
        "next": None if chapter.is_over else coming,
        "history": [_event_document(event) for event in chapter.events],
    }


def _event_document(event: Event) -> dict[str, object]:
    return {"at": event.at, "what": what(event), "step": event.step, "reason": event.because, **_said(event)}


def _said(event: Event) -> dict[str, object]:
    found: dict[str, object] = {"stage": event.stage}
    if event.link:
        found["link"] = event.link
    if not event.is_human:
        found["machine"] = True
    if event.name in _WRITTEN:
        found["from"] = event.fields.get("from")
    return found


def show(story: Story, project: Project) -> None:
    """Print the story on the project's wall, newest run last."""
    out = console()
    contact = story.contact
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    out.print(f"[bold]{escape(name or contact.email)}[/bold] {escape(f'<{contact.email}>' if name else '')}")
    if story.suppressed:
        out.print(f"[red]Suppressed in scope {escape(', '.join(story.suppressed))}[/red]")
    # Of one run alone, what happened beside it is part of the same story.
    beside = story.others if len(story.chapters) == 1 else ()
    for event in story.others if not beside else ():
        _print_event(event, project)
    if not story.chapters:
        out.print("Not in any campaign.")
    for chapter in story.chapters:
        run = chapter.enrollment
        out.print(f"\n[bold]{escape(run.campaign)}[/bold], stage {escape(run.stage)}, {run.state.value}"
                  + (f" ({escape(run.outcome)})" if run.outcome else ""))  # fmt: skip
        for event in sorted((*beside, *chapter.events), key=lambda event: event.at):
            _print_event(event, project)
        if not chapter.is_over:
            out.print(_next_line(run, project))


def _next_line(run: Enrollment, project: Project) -> str:
    at = in_zone(run.planned_at or run.due_at, project.zone) or "when something happens"
    # A run that nobody has looked at since it came here has no reason yet; a pause names itself in its reason.
    because = f": {escape(run.because)}" if run.because else ""
    held = f" [yellow](held by {escape(run.held_by)})[/yellow]" if run.held_by not in ("", "pause") else ""
    return f"  [bold]next[/bold] {escape(run.step or 'what moves on')}, {at}{because}{held}"


_WRITTEN = ("reply_received", "auto_reply_received", "unsubscribed", "challenge_received")


def _print_event(event: Event, project: Project) -> None:
    words = what(event)
    subject = event.link or event.step or (event.stage if event.name == "stage_entered" else None) or ""
    until = event.fields.get("until")
    ends = f"until {in_zone(until, project.zone)}" if isinstance(until, datetime) else ""
    outcome = ends or next(
        (event.fields[name] for name in ("outcome", "title", "changed") if event.fields.get(name)), ""
    )
    machine = " [dim](a machine)[/dim]" if not event.is_human else ""
    said = str(event.fields.get("text") or "").split("\n", 1)[0] if event.name == "reply_received" else ""
    reason = f"“{said}”" if said else event.because
    if event.name in _WRITTEN and event.fields.get("from"):
        reason = f"{reason}, {not_theirs(str(event.fields['from']))}"
    because = f" [dim]– {escape(reason)}[/dim]" if reason else ""
    place = "".join(f" {escape(str(part))}" for part in (subject, outcome) if part)
    console().print(f"  {in_zone(event.at, project.zone)}  [cyan]{escape(words)}[/cyan]{place}{machine}{because}")
