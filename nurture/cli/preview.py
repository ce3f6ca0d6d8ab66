"""`nurture preview`: every mail of a campaign in the browser, with each change of a file at once, or as files."""

import asyncio
import webbrowser
from pathlib import Path

import click
from rich.markup import escape

from nurture.cli.check import in_words
from nurture.cli.listener import WebServer
from nurture.cli.output import console, json_option, print_json, table
from nurture.cli.previewer import previewer_of
from nurture.cli.process import on_signals
from nurture.cli.project import project_of
from nurture.clock import SystemClock
from nurture.errors import InvalidInput, ServiceUnavailable
from nurture.loader.nearest import did_you_mean
from nurture.preview.files import Written, write_previews
from nurture.preview.people import SAMPLES
from nurture.preview.previewer import Previewer, ShownCampaign
from nurture.preview.wording import plain_mails
from nurture.web.preview import create_preview

USUAL_PORT = 8026
_HOST = "127.0.0.1"


@click.command("preview")
@click.argument("campaign", required=False)
@click.option(
    "--contact",
    "who",
    metavar="WHO",
    default="full",
    help=f"An address of the database, or somebody made up: {', '.join(SAMPLES)}. full by default.",
)
@click.option("--language", metavar="TAG", default="", help="As the mails read in that language, such as th.")
@click.option(
    "--out", metavar="DIR", default=None, help="Write the mails into DIR as files, with a page that shows them."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help=f"Where to listen; {USUAL_PORT} or a free one."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    campaign: str | None,
    who: str,
    language: str,
    out: str | None,
    port: int | None,
    no_open: bool,
    is_json: bool,
) -> None:
    """Show the emails of CAMPAIGN, of all without it, as they would go out now; nothing is sent or recorded.

    The page listens on this machine alone, and shows what is saved in an editor at once. With --out or --json it is
    done when that is written; exits with 1 where a mail cannot be written or `check` finds an error in the campaign.
    """
    config = Path(ctx.obj["config"]) if ctx.obj["config"] else None
    previewer = previewer_of(lambda: project_of(ctx), config=config, clock=SystemClock())
    names = previewer.campaigns()
    if campaign is not None and campaign not in names:
        raise InvalidInput(f"there is no campaign {campaign!r}", hint=did_you_mean(campaign, names))
    if not names:
        raise InvalidInput("there is no campaign in campaigns/", hint="`nurture init` makes a project that has one.")
    chosen = (campaign,) if campaign else names
    if out is not None:
        written = _write(previewer, Path(out), chosen, who, language)
        _tell(written, Path(out), is_json=is_json)
        ctx.exit(0 if all(each.is_sound for each in written.shown) else 1)
    shown = tuple(previewer.campaign(name, who=who, language=language) for name in chosen)
    if is_json:
        print_json([mail for each in shown for mail in plain_mails(each)])
        ctx.exit(0 if all(each.is_sound for each in shown) else 1)
    asyncio.run(_serve(previewer, chosen[0], who, language, port, is_opened=not no_open))


def _write(previewer: Previewer, folder: Path, names: tuple[str, ...], who: str, language: str) -> Written:
    if language:
        languages: tuple[str, ...] = (language,)
    elif who in SAMPLES:
        languages = previewer.languages
    else:
        languages = ("",)
    return write_previews(previewer, folder, campaigns=names, who=who, languages=languages)


def _tell(written: Written, folder: Path, *, is_json: bool) -> None:
    if is_json:
        print_json(
            [mail for each in written.shown for mail in plain_mails(each, written.files[each.name, each.language])]
        )
        return
    out = console()
    shown = table("mail", "language", "subject", "kB", numbers=("kB",))
    for each in written.shown:
        for step in each.steps:
            if step.mail:
                size = f"{step.mail.html_size / 1000:.0f}"
                words = (
                    f"{each.name} {step.number:02} {step.place.step.id}",
                    step.mail.language,
                    step.mail.subject,
                    size,
                )
                shown.add_row(*map(escape, words))
    out.print(shown)
    _tell_problems(written.shown)
    number = sum(len(files) for found in written.files.values() for files in found.values())
    out.print(f"Wrote {number} files; [bold]{escape(str(folder / 'index.html'))}[/] shows them.")


def _tell_problems(shown: tuple[ShownCampaign, ...]) -> None:
    problems = {
        trouble.problem
        for each in shown
        for trouble in (
            *each.problems,
            *(found for step in each.steps for found in (*step.problems, *([step.trouble] if step.trouble else []))),
        )
    }
    for problem in sorted(problems):
        console(is_error=True).print(in_words(problem))


async def _serve(
    previewer: Previewer, first: str, who: str, language: str, port: int | None, *, is_opened: bool
) -> None:
    stopping = asyncio.Event()
    on_signals(stopping.set)
    application = create_preview(previewer, first=first, who=who, language=language, stopping=stopping)
    web = WebServer(application, host=_HOST, port=USUAL_PORT if port is None else port)
    try:
        await web.start()
    except ServiceUnavailable as taken:
        if port is not None:
            hint = "Choose another by --port; without it a free one is taken."
            raise ServiceUnavailable(taken.message, hint=hint) from None
        web = WebServer(application, host=_HOST, port=0)
        await web.start()
    url = f"http://{_HOST}:{web.port}/"
    click.echo(f"Previews of {previewer.project} at {url}; Ctrl-C ends them.")
    if is_opened:
        await asyncio.to_thread(webbrowser.open, url)
    await stopping.wait()
    await web.stop()
