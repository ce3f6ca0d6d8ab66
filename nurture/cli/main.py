"""The command line itself: which commands there are and how trouble is told; a command is imported when called."""

import atexit
import difflib
import gc
import importlib
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from nurture.cli.trouble import exit_code_of, tell

SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "Begin": {
            "demo": ("nurture.cli.demo", "Show the whole cycle in a minute, on this machine alone."),
            "init": ("nurture.cli.init", "Make a small project that runs."),
        },
        "Write campaigns": {
            "check": ("nurture.cli.check", "Say what is wrong with config, campaigns and templates."),
            "schema": ("nurture.cli.schema", "Write the JSON Schema that editors complete campaigns with."),
            "simulate": ("nurture.cli.simulate", "Play a campaign with made-up people: what it would send, and when."),
            "plan": ("nurture.cli.plan", "Say what edits would do to the people who are in campaigns."),
            "apply": ("nurture.cli.apply", "Do it: have the files run as they are now."),
            "test": ("nurture.cli.test", "Play the scenarios of campaigns, and compare with what they expect."),
            "preview": ("nurture.cli.preview", "Show every mail of a campaign in the browser, or write them as files."),
            "send-test": ("nurture.cli.send_test", "Mail one step to oneself."),
        },
        "Run": {
            "run": ("nurture.cli.run", "Run engine, inbox and web in one process."),
            "worker": ("nurture.cli.worker", "Run the engine alone; more of them on PostgreSQL."),
            "tick": ("nurture.cli.tick", "Make one pass over everything that is due."),
            "web": ("nurture.cli.web", "Run the web listener alone."),
            "inbox": ("nurture.cli.inbox", "Fetch, judge and list what came back."),
            "db": ("nurture.cli.db", "Look after the database."),
        },
        "See": {
            "status": ("nurture.cli.status", "Say what runs, what is due, what is held and what is wrong."),
            "why": ("nurture.cli.why", "Tell one person's story, each decision with its reason."),
            "report": ("nurture.cli.report", "Print a report: funnel, emails."),
        },
        "People": {
            "contacts": ("nurture.cli.contacts", "Import, export, list, show and change contacts."),
            "event": ("nurture.cli.event", "Record that something happened to a contact."),
            "order": ("nurture.cli.order", "Record what a contact bought."),
            "task": ("nurture.cli.task", "List and close tasks."),
            "suppress": ("nurture.cli.suppress", "Never write to an address again."),
            "unsuppress": ("nurture.cli.unsuppress", "Take a suppression back."),
        },
        "People in campaigns": {
            "enroll": ("nurture.cli.enroll", "Ask people into a campaign."),
            "move": ("nurture.cli.move", "Put people into a stage, also backwards."),
            "remove": ("nurture.cli.remove", "End people's runs."),
            "pause": ("nurture.cli.pause", "Hold people, a campaign, a sender or everything."),
            "resume": ("nurture.cli.resume", "Go on with what was paused."),
            "retry": ("nurture.cli.retry", "Try again now what waits or is unknown."),
        },
    }
)
"""A command's module, which holds it as `command`, and its line in `--help`: kept here so that help imports none."""

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {name: each for section in SECTIONS.values() for name, each in section.items()}
)


class LazyGroup(click.Group):
    """Imports a command's module when that command is called, never for `--help`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        width = max(len(name) for name in COMMANDS)
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), line) for name, (_, line) in commands.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), ctx)
        return super().resolve_command(ctx, args)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"no command {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-C", "folder", metavar="DIR", default=".", help="The project's folder; this one by default.")
@click.option("--config", metavar="FILE", default=None, help="The project's config; config.yaml in its folder.")
@click.version_option(package_name="nurture", prog_name="nurture")
@click.pass_context
def cli(ctx: click.Context, folder: str, config: str | None) -> None:
    """Email nurture automation: campaigns as YAML and Jinja, sent at each person's time, moved on by their replies."""
    ctx.obj = {"folder": folder, "config": config}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 problems found, 2 usage or config, 3 a service away."""
    # Leaves the interpreter's last sweep nothing to go through: it would take longer than most commands.
    atexit.register(gc.freeze)
    try:
        # Without standalone mode `ctx.exit(1)` does not raise: its code is the answer.
        code = cli.main(
            args=list(arguments) if arguments is not None else None, prog_name="nurture", standalone_mode=False
        )
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = 130
    except click.ClickException as wrong:
        wrong.show()
        code = 2
    except Exception as trouble:  # noqa: BLE001  the one place where an error becomes a message
        tell(trouble)
        code = exit_code_of(trouble)
    sys.exit(code if isinstance(code, int) else 0)
