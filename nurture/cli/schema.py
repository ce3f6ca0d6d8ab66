"""`nurture schema`: the JSON Schemas by which editors complete and check campaigns and the config."""

import json
from pathlib import Path

import click

from nurture.errors import UsageError
from nurture.loader.reference import with_references
from nurture.loader.schema import Kind, json_schema
from nurture.settings import CONFIG

KINDS: tuple[Kind, ...] = ("campaign", "config", "scenario")


@click.command("schema")
@click.argument("where", metavar="[DIR|-]", required=False)
@click.option(
    "--kind",
    type=click.Choice((*KINDS, "behaviour")),
    default=None,
    help="Only this one (behaviour is for `simulate`); - shows the campaign's else.",
)
@click.option(
    "--markdown",
    "document",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, writable=True),
    default=None,
    metavar="FILE",
    help="Write the reference of all keys into a Markdown file, between <!-- reference KIND --> and <!-- end -->.",
)
@click.pass_context
def command(ctx: click.Context, where: str | None, kind: Kind | None, document: Path | None) -> None:
    """Write the schemas of campaigns, config and scenarios beside config.yaml, or into DIR; - for the terminal.

    Editors find one by the first line of a file: `# yaml-language-server: $schema=../campaign.schema.json`.
    """
    if document is not None:
        document.write_text(with_references(document.read_text(encoding="utf-8")), encoding="utf-8")
        click.echo(f"Wrote the reference into {document}.")
        return
    if where == "-":
        click.echo(schema_text(kind or "campaign"), nl=False)
        return
    folder = Path(where or ctx.obj["folder"])
    if where is None and not (folder / CONFIG).exists():
        raise UsageError(f"there is no {folder / CONFIG}", hint="Go to a project's folder, or name one; - shows it.")
    for each in (kind,) if kind else KINDS:
        click.echo(f"Wrote {write_schema(folder, each)}.")


def write_schema(folder: Path, kind: Kind) -> Path:
    """Write one schema into the folder, where the modeline of the shipped files looks for it."""
    path = folder / f"{kind}.schema.json"
    path.write_text(schema_text(kind), encoding="utf-8")
    return path


def schema_text(kind: Kind) -> str:
    return json.dumps(json_schema(kind), ensure_ascii=False, indent=2) + "\n"
