"""Rendering's templates as Jinja takes them in: Markdown and MJML are already HTML, a layout stands around the body."""

from collections.abc import Callable

from jinja2 import BaseLoader, Environment
from jinja2.exceptions import TemplateNotFound

from nurture.errors import InvalidInput
from nurture.rendering import markdown, mjml
from nurture.rendering.environment import MailEnvironment
from nurture.rendering.failure import FOLDER, BadTemplate
from nurture.rendering.marks import mark
from nurture.rendering.source import SourceFile, TemplateFolder


class TemplateLoader(BaseLoader):
    """Gives Jinja the files of one folder; what a template takes in must be `.html`, or `.txt` in a text part."""

    def __init__(self, folder: TemplateFolder) -> None:
        self._folder = folder
        self._lines: dict[str, dict[int, int]] = {}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool]]:
        if not isinstance(environment, MailEnvironment):
            raise TemplateNotFound(template)
        try:
            file = self._folder.read(template)
        except BadTemplate:
            raise
        except InvalidInput as error:
            raise TemplateNotFound(template, error.message) from error
        self._lines.pop(template, None)
        source, lines = _as_jinja(file, environment)
        self._lines[template] = lines
        return source, None, lambda: self._folder.is_current(file)

    def line_of(self, name: str, line: int) -> int:
        """The line in the file for a line of what Jinja was given; 0 where no such file was taken in."""
        lines = self._lines.get(name)
        if lines is None:
            return 0
        return lines.get(line, line) if lines else line


def _as_jinja(file: SourceFile, environment: MailEnvironment) -> tuple[str, dict[int, int]]:
    if file.kind in ("html", "txt"):
        return _in_layout(file, file.body), {}
    # Read as written first: mistakes then carry the lines of the file, not those of the HTML made from it.
    environment.refuse(file.body, file.name)
    marked = mark(file.body, environment)
    try:
        converted = markdown.to_html(marked) if file.kind == "md" else mjml.to_html(marked)
    except InvalidInput as error:
        raise BadTemplate(error.message, file=FOLDER + file.name, hint=error.hint, code="template-syntax") from error
    return _in_layout(file, marked.restored(converted)), marked.line_map(converted)


def _in_layout(file: SourceFile, body: str) -> str:
    layout = None if file.kind == "txt" or _is_part(file.name) else file.layout
    if layout is None:
        return body
    return f'{{% extends "layouts/{layout}.html" %}}{{% block content %}}{body}{{% endblock %}}'


def _is_part(name: str) -> bool:
    """Layouts, and parts that templates take in, have no layout around them."""
    return name.startswith(("layouts/", "parts/")) or "/parts/" in name
