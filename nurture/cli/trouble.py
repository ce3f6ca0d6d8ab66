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

_OS_HINTS: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOSPC: "The disk is full: make room and call again.",
        errno.EDQUOT: "Your quota is used up: make room and call again.",
        errno.EACCES: "Check the rights of the file and of its folder.",
        errno.EROFS: "It lies on a disk that may only be read.",
    }
)


def exit_code_of(trouble: Exception) -> int:
    """0 is never an answer here; what nobody foresaw is 70, as sysexits.h has it for a fault of the program."""
    if isinstance(trouble, OSError):
        return 3 if trouble.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else 1
    return next((code for kind, code in EXIT_CODES.items() if isinstance(trouble, kind)), 70)


def tell(trouble: Exception) -> None:
    """Print the error on stderr: what, where, and on a line of its own what to do.

    Only a fault of nurture's own shows where in the code it arose.
    """
    match trouble:
        case ConfigError():
            _tell_config(trouble)
        case NurtureError():
            _say(f"{trouble.where}: {trouble.message}" if trouble.where else trouble.message, trouble.hint)
        case OSError():
            place = f"{trouble.filename}: " if trouble.filename else ""
            _say(f"{place}{trouble.strerror or trouble}", _OS_HINTS.get(trouble.errno or 0, ""))
        case _:
            click.echo("This is a fault of nurture's own, not of your project:", err=True)
            click.echo("".join(traceback.format_exception(trouble)), err=True)


def _tell_config(trouble: ConfigError) -> None:
    if [problem.code for problem in trouble.problems] == ["no_config"]:
        _say(trouble.problems[0].message, trouble.problems[0].hint)
        return
    number = len(trouble.problems)
    count = "a problem" if number == 1 else f"{number} problems"
    _say(f"the config cannot be used, it has {count}:" if number else trouble.message, "")
    for problem in trouble.problems:
        place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
        click.echo(f"  {place}: [{problem.code}] {problem.message}", err=True)
        _hint(problem.hint, indent=4)


def _say(what: str, hint: str) -> None:
    click.echo(f"{click.style('Error', fg='red', bold=True)}: {what}", err=True)
    _hint(hint, indent=2)


def _hint(hint: str, *, indent: int) -> None:
    if hint:
        click.echo(f"{' ' * indent}{click.style('→', fg='cyan')} {hint[0].upper()}{hint[1:]}", err=True)
