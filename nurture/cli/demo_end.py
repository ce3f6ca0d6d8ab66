"""What the demo shows when it is over: the funnel, one person's story, and where to go from here."""

from collections.abc import Mapping

from rich.console import Console
from sqlalchemy import Connection

from nurture.cli.demo_tally import tally
from nurture.cli.demo_view import funnels
from nurture.cli.why_view import show
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact
from nurture.engine.story import Story, story_of
from nurture.settings import Project
from nurture.store import contacts

_WIDEST = 100
_WISHES = (
    ("auto_reply_received", "reply_received", "order_placed"),
    ("reply_received", "order_placed"),
    ("auto_reply_received", "reply_received"),
    ("order_placed",),
    ("reply_received",),
    ("link_clicked",),
)
"""What a good story has in it, best first."""


def show_end(out: Console, conn: Connection, project: Project, campaigns: Mapping[str, Campaign]) -> None:
    """The funnel of every campaign, and the story of somebody to whom much happened."""
    counted = tally(conn, campaigns)
    out.print(
        f"\n[bold]{counted.sent}[/bold] mails sent, {counted.opened} opened and {counted.clicked} clicked by people,"
    )
    out.print(f"{counted.replied} answered, {counted.bounced} bounced; {counted.moves} times somebody moved on.\n")
    out.print(funnels(counted, width=min(_WIDEST, out.width)))
    story = best_story(conn)
    if story:
        out.print("\n[bold]One person's story[/bold], as `nurture why` tells it:\n")
        show(story, project)


def best_story(conn: Connection) -> Story | None:
    """The story in which most of the wishes come true, the first such person's; None where nothing happened at all."""
    stories = [story_of(conn, contact) for contact in _everybody(conn)]
    for wish in _WISHES:
        for story in stories:
            if _tells(story, wish):
                return story
    return None


def _everybody(conn: Connection) -> list[Contact]:
    return list(contacts.stream(conn))


def _tells(story: Story, wish: tuple[str, ...]) -> bool:
    """Whether its events hold those of the wish in that order."""
    happened = sorted((event for chapter in story.chapters for event in chapter.events), key=lambda event: event.at)
    happened += story.others
    names = iter(event.name for event in sorted(happened, key=lambda event: event.at) if event.is_human)
    return all(any(name == wanted for name in names) for wanted in wish)


def show_next(out: Console, *, kept: str | None) -> None:
    """Where to look next."""
    if kept:
        out.print(f"\nThe project is in {kept}. Look around in it with\n")
        for arguments in ("status", "contacts list", "report emails", "inbox list"):
            out.print(f"  nurture -C {kept} {arguments}")
    else:
        out.print("\nNo mail left this machine, and the demo's files are gone; `--keep DIR` keeps them.")
    out.print("\nBegin with your own: `nurture init DIR`. README.md shows the way.")
