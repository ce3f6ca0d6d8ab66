"""How an error is told at the front door: one message with what, where and what to do, and its exit code."""

import errno
import traceback
from collections.abc import Mapping
from types import MappingProxyType

import click

from nurture.errors import ConfigError, InvalidInput, NurtureError, ServiceUnavailable, UsageError

EXIT_CODES: Mapping[type[Exception], int] = MappingProxyType(
    {ServiceUnavailable: 3, ConfigError: 2, UsageError: 2, InvalidInput: 1}
)


def exit_code_of(trouble: Exception) -> int:
    """0 is never an answer here; what nobody foresaw is 70, as sysexits.h has it for a fault of the program."""
    if isinstance(trouble, OSError):
        return 3 if trouble.errno in (errno.ENOSPC, errno.EDQUOT) else 1
    return next((code for kind, code in EXIT_CODES.items() if isinstance(trouble, kind)), 70)


def tell(trouble: Exception) -> None:
    """Print the error on stderr. Only a fault of nurture's own shows where in the code it arose."""
    if isinstance(trouble, NurtureError):
        click.echo(f"{click.style('Error', fg='red', bold=True)}: {trouble}", err=True)
    elif isinstance(trouble, OSError):
        place = f"{trouble.filename}: " if trouble.filename else ""
        click.echo(f"{click.style('Error', fg='red', bold=True)}: {place}{trouble.strerror or trouble}", err=True)
    else:
        click.echo("This is a fault of nurture's own, not of your project:", err=True)
        click.echo("".join(traceback.format_exception(trouble)), err=True)
