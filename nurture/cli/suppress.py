"""`nurture suppress ADDRESS`: never write there again."""

import click

from nurture.cli.project import address_of, opened, project_of
from nurture.clock import SystemClock
from nurture.engine.suppress import suppress
from nurture.errors import InvalidInput

scope_option = click.option("--scope", default="marketing", show_default=True, help="all, marketing, or campaign:NAME.")


@click.command("suppress")
@click.argument("address")
@scope_option
@click.option("--reason", default="by hand", help="Why, for whoever asks later.")
@click.pass_context
def command(ctx: click.Context, address: str, scope: str, reason: str) -> None:
    """Never write to an address again; ends its runs in that scope."""
    check_scope(scope)
    canonical = address_of(address).canonical
    with opened(project_of(ctx)) as database, database.write() as conn:
        is_new = suppress(
            conn,
            address=canonical,
            scope=scope,
            reason=reason,
            source="command line",
            outcome="removed",
            now=SystemClock().now(),
        )
    click.echo(f"Suppressed {canonical} in scope {scope}." if is_new else f"{canonical} was suppressed already.")


def check_scope(scope: str) -> None:
    if scope not in ("all", "marketing") and not (scope.startswith("campaign:") and len(scope) > len("campaign:")):
        raise InvalidInput(f"{scope!r} is no scope", hint="Write all, marketing, or campaign:NAME.")
