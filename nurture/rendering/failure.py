"""Rendering's failures: whatever goes wrong in a template, as one error with its file and line."""

from collections.abc import Callable
from types import TracebackType

from jinja2.exceptions import SecurityError, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from nurture.errors import InvalidInput, NurtureError, Problem, Severity

FOLDER = "templates/emails/"
FAILURES = (TemplateError, InvalidInput, RecursionError, TypeError, ValueError, ArithmeticError, LookupError)
"""What a template's code can raise."""

LineOf = Callable[[str, int], int]
"""From a compiled template's name and line to the line in its source."""


class BadTemplate(InvalidInput):
    """A template that cannot be used as it is; `code` is stable, `line` and `column` are 0 where not known."""

    def __init__(
        self, message: str, *, file: str, line: int = 0, column: int = 0, code: str = "template-error", hint: str = ""
    ) -> None:
        super().__init__(message, where=f"{file}:{line}" if line else file, hint=hint)
        self.file = file
        self.line = line
        self.column = column
        self.code = code

    def problem(self, severity: Severity = "error") -> Problem:
        return Problem(
            file=self.file,
            line=self.line,
            column=self.column,
            code=self.code,
            message=self.message,
            hint=self.hint,
            severity=severity,
        )


def bad_template(error: Exception, *, file: str, line_of: LineOf, first_line: int = 0) -> BadTemplate:
    """The error with its place; `file` and `first_line` are where the text stands that was being rendered."""
    if isinstance(error, BadTemplate):
        return error
    if isinstance(error, TemplateSyntaxError):
        where = FOLDER + error.name if error.name else file
        line = (line_of(error.name, error.lineno) or error.lineno) if error.name else first_line or error.lineno
        return BadTemplate(error.message or "this is not Jinja", file=where, line=line, code="template-syntax")
    place = _place(error.__traceback__)
    line = line_of(*place) if place else 0
    where = FOLDER + place[0] if place and line else file
    hint = error.hint if isinstance(error, NurtureError) else ""
    message = error.message if isinstance(error, NurtureError) else _message(error)
    return BadTemplate(message, file=where, line=line or first_line, code=_code(error), hint=hint)


def _place(traceback: TracebackType | None) -> tuple[str, int] | None:
    """Template and line of the innermost frame that is a template's."""
    found = None
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            found = (template.name or "", template.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def _message(error: Exception) -> str:
    match error:
        case TemplateNotFound():
            return f"there is no template `{error.name}` to take in"
        case RecursionError():
            return "the template takes itself in, again and again"
        case TemplateError():
            return error.message or "the template cannot be rendered"
        case _:
            return f"the template cannot be rendered: {error}"


def _code(error: Exception) -> str:
    match error:
        case SecurityError():
            return "template-refused"
        case UndefinedError():
            return "unknown-name"
        case InvalidInput():
            return "unsafe-link"
        case _:
            return "template-error"
