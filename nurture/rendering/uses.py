"""Which files a template is made of: itself, its layout, and what either takes in, however deep."""

from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.meta import find_referenced_templates

from nurture.errors import InvalidInput
from nurture.rendering.environment import MailEnvironment
from nurture.rendering.source import TemplateFolder


def templates_taken_in(name: str, environment: MailEnvironment, folder: TemplateFolder) -> set[str]:
    """The names of the template and of all that it may take in; one that is not there or not right leads no further.

    Where an expression says what is taken in, that may be any file of the folder.
    """
    found: set[str] = set()
    left = [name]
    while left:
        here = left.pop()
        if here in found:
            continue
        found.add(here)
        for other in _named_in(here, environment):
            left += folder.names() if other is None else [other]
    return found & set(folder.names())


def _named_in(name: str, environment: MailEnvironment) -> set[str | None]:
    loader = environment.loader
    if loader is None:
        return set()
    try:
        source, _, _ = loader.get_source(environment, name)
        return set(find_referenced_templates(environment.parse(source)))
    except (TemplateNotFound, TemplateSyntaxError, InvalidInput):
        return set()
