"""The ground: every error that a person is meant to read, in one tree.

    NurtureError                something a person must mend; shown as one message, never as a traceback
    ├── InvalidInput            a value, file or row that cannot be used                          exit 1
    ├── UsageError              a command that cannot mean anything here; a second `run`          exit 2
    ├── ConfigError             the project's config cannot be used; carries every problem        exit 2
    └── ServiceUnavailable      something outside did not answer; trying again may help           exit 3
        ├── DatabaseUnavailable
        ├── RelayUnavailable        SMTP: connection, TLS or AUTH
        ├── MailboxUnavailable      IMAP or Maildir
        │   └── MailboxRefused          it does not let us in: somebody must mend the password or sign in again
        └── DiskFull
    IllegalMove                 a bug: a state machine was asked for a move that it does not have

`Problem` is not raised: loaders and checks collect all of them, so that one look shows everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong in one place. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity} [{self.code}] {self.message}{hint}"

    def as_plain(self) -> dict[str, object]:
        """As `--json` has it everywhere; the severity is left to where lists are not kept apart by it."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }


class NurtureError(Exception):
    """What went wrong, where, and what to do about it."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        if not self.hint:
            return f"{place}{self.message}"
        return f"{place}{self.message.rstrip('.')}. {self.hint}"


class InvalidInput(NurtureError):
    """A value, file or row that cannot be used as it is."""


class UsageError(NurtureError):
    """A command that cannot mean anything here and now."""


class ConfigError(NurtureError):
    """The project's config cannot be used."""

    def __init__(self, problems: Sequence[Problem], *, where: str = "config.yaml") -> None:
        super().__init__("\n".join(str(problem) for problem in problems), where="")
        self.problems = tuple(problems)
        self.where = where

    def __str__(self) -> str:
        return self.message


class ServiceUnavailable(NurtureError):
    """Something outside did not answer or refused; nothing was lost, and trying again may help."""


class DatabaseUnavailable(ServiceUnavailable):
    """The database could not be reached, is locked for too long, or is not the one it was."""


class RelayUnavailable(ServiceUnavailable):
    """The SMTP server could not be reached, or TLS or AUTH failed."""


class MailboxUnavailable(ServiceUnavailable):
    """The mailbox could not be reached or opened."""


class MailboxRefused(MailboxUnavailable):
    """The mailbox's server, or who vouches for us there, does not let us in; trying again at once helps nobody."""


class DiskFull(ServiceUnavailable):
    """There is no room to record what would be done, so nothing is done."""


class IllegalMove(Exception):
    """A state machine was asked for a move that it does not have; always a bug of ours."""
