"""`nurture why EMAIL`: one person's story, each decision with its reason."""

from collections.abc import Mapping

import click

from nurture.app import campaigns_of, rules_of
from nurture.cli.output import json_option, print_json
from nurture.cli.project import contact_by, opened, project_of
from nurture.cli.why_view import WRITTEN, show
from nurture.clock import SystemClock
from nurture.domain.event import Event
from nurture.engine.outlook import Outlook, outlook_of
from nurture.engine.story import Chapter, Story, reason_of, story_of, what
from nurture.errors import InvalidInput
from nurture.loader.nearest import did_you_mean


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
        campaigns = campaigns_of(project, conn)
        if campaign is not None and campaign not in campaigns and not story.chapters:
            raise InvalidInput(f"there is no campaign {campaign!r}", hint=did_you_mean(campaign, campaigns))
        rules, now = rules_of(project), SystemClock().now()
        runs = [chapter.enrollment for chapter in story.chapters]
        outlooks = {run.id: outlook_of(conn, run, campaigns.get(run.campaign), rules, now=now) for run in runs}
    if is_json:
        print_json(as_document(story, outlooks))
    else:
        show(story, project, outlooks)


def as_document(story: Story, outlooks: Mapping[int, Outlook]) -> dict[str, object]:
    """The answer in its JSON shape."""
    return {
        "contact": story.contact.email,
        "suppressed": list(story.suppressed),
        "enrollments": [_run_document(chapter, outlooks[chapter.enrollment.id]) for chapter in story.chapters],
        "events": [_event_document(event) for event in story.others],
    }


def _run_document(chapter: Chapter, outlook: Outlook) -> dict[str, object]:
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
        "then": [
            {
                "step": each.step,
                "at": each.at,
                "at_the_latest": each.is_at_most,
                "because": each.because,
                "only": each.only,
            }
            for each in outlook.steps
        ],
        "moves": [{"to": each.to, "because": each.condition} for each in outlook.ways],
        "holds": [{"scope": each.scope, "until": each.until_at, "because": each.because} for each in outlook.holds],
        "history": [_event_document(event) for event in chapter.events],
    }


def _event_document(event: Event) -> dict[str, object]:
    return {"at": event.at, "what": what(event), "step": event.step, "reason": reason_of(event), **_said(event)}


def _said(event: Event) -> dict[str, object]:
    found: dict[str, object] = {"stage": event.stage}
    if event.link:
        found["link"] = event.link
    if not event.is_human:
        found["machine"] = True
    if event.name == "message_sent":
        found["relay"] = event.because
    if event.name == "reply_received":
        found |= {"intent": event.fields.get("intent"), "text": event.fields.get("text")}
    if event.name in WRITTEN:
        found["from"] = event.fields.get("from")
    return found
