"""`nurture contacts import FILE`: people from a spreadsheet, each refused row kept with its reason."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from nurture.app import enabled_of, rules_of
from nurture.cli.output import json_option, print_json
from nurture.cli.project import opened, project_of
from nurture.clock import SystemClock
from nurture.domain.contact import Consent, ContactDraft
from nurture.engine.import_contacts import Imported, import_contacts
from nurture.errors import InvalidInput
from nurture.intake.read import Accepted, ContactRows, read_contacts
from nurture.intake.write import RefusedFile


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", metavar="COLUMN=FIELD", multiple=True, help="Which column is which field.")
@click.option("--encoding", default=None, help="Found out by itself where not given: utf-8, utf-16, cp874, cp1252.")
@click.option("--delimiter", default=None, help="Found out by itself where not given: comma, semicolon, tab, pipe.")
@click.option("--consent", default=None, metavar="WORDING", help="What everybody in the file agreed to.")
@click.option("--enroll", "is_enrolling", is_flag=True, help="Ask new people into what opens on contact_created.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--refused", "refused_path", type=click.Path(path_type=Path), default=None, help="Where refused rows go.")
@json_option
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    mapping: tuple[str, ...],
    encoding: str | None,
    delimiter: str | None,
    consent: str | None,
    is_enrolling: bool,
    is_dry: bool,
    refused_path: Path | None,
    is_json: bool,
) -> None:
    """Bring contacts in from a CSV FILE; repeating it changes nothing. Refused rows are kept with their reasons."""
    project = project_of(ctx)
    now = SystemClock().now()
    with _progress(is_shown=not is_json and sys.stderr.isatty()) as progress:
        bar = progress.add_task(file.name, total=None) if progress else None
        rows = read_contacts(
            file,
            vocabulary=project.vocabulary,
            zone=project.zone,
            now=now,
            mapping=_mapping(mapping),
            encoding=encoding,
            delimiter=delimiter,
            consent=Consent(at=now, source=f"import of {file.name}", wording=consent) if consent else None,
            on_progress=(lambda done, total: progress.update(bar, completed=done, total=total))
            if progress and bar is not None
            else None,
        )
        target = refused_path or file.with_name(f"{file.stem}.refused.csv")
        with opened(project) as database, RefusedFile(target, rows.titles) as refused:
            drafts = _Accepted(rows, refused)
            with database.read() as conn:
                enabled = enabled_of(project, conn)
            imported = import_contacts(
                database,
                drafts,
                campaigns=enabled,
                rules=rules_of(project),
                now=now,
                is_enrolling=is_enrolling,
                is_dry=is_dry,
            )
    document = {
        "read": drafts.count + refused.count,
        "added": imported.added,
        "updated": imported.updated,
        "unchanged": imported.unchanged,
        "refused": refused.count,
        "refused_file": str(target) if refused.count else None,
        "enrolled" if is_enrolling and not is_dry else "would_enroll": dict(imported.entered),
        "dry_run": is_dry,
        "notes": list(rows.notes),
    }
    if is_json:
        print_json(document)
    else:
        _tell(document, imported, rows, is_enrolling=is_enrolling, is_dry=is_dry)
    ctx.exit(1 if refused.count else 0)


class _Accepted:
    """The drafts of the good rows, while the refused ones go to their file."""

    def __init__(self, rows: ContactRows, refused: RefusedFile) -> None:
        self._rows = rows
        self._refused = refused
        self.count = 0

    def __iter__(self) -> Iterator[ContactDraft]:
        for row in self._rows:
            if isinstance(row, Accepted):
                self.count += 1
                yield row.draft
            else:
                self._refused.add(row)


def _progress(*, is_shown: bool) -> Progress | nullcontext[None]:
    if not is_shown:
        return nullcontext(None)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, transient=True)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        column, sign, field = pair.rpartition("=")
        if not sign:
            raise InvalidInput(f"--map {pair!r} names no field", hint='Write --map "E-mail 2=email".')
        found[column] = field
    return found


def _tell(
    document: Mapping[str, object], imported: Imported, rows: ContactRows, *, is_enrolling: bool, is_dry: bool
) -> None:
    for note in rows.notes:
        click.echo(f"Note: {note}")
    rows_word = "row" if document["read"] == 1 else "rows"
    click.echo(
        f"{'Would read' if is_dry else 'Read'} {document['read']} {rows_word} ({rows.encoding}): "
        f"{imported.added} added, {imported.updated} updated, {imported.unchanged} unchanged, "
        f"{document['refused']} refused."
    )
    if document["refused_file"]:
        click.echo(f"Refused rows, each with its reason: {document['refused_file']}")
    for campaign, number in imported.entered.items():
        if number and is_enrolling and not is_dry:
            click.echo(f"Enrolled {number} in {campaign}.")
        elif number:
            click.echo(f"{number} would be enrolled in {campaign} by --enroll.")
