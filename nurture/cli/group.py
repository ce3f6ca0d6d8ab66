"""Commands that have commands of their own: how they are listed."""

import click


class Group(click.Group):
    """Lists each command with its whole first sentence, where click would cut it short."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A name and its sentence, broken into lines where it is long."""
        lines = [(name, self.commands[name].get_short_help_str(200)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(lines)
