"""FIELD=VALUE as people write it on the command line, read by the same rules as a spreadsheet's cells."""

from collections.abc import Iterable, Mapping

from nurture.domain.contact import STANDARD_FIELDS, WRITABLE_STANDARD_FIELDS
from nurture.domain.value import FieldSpec, Value
from nurture.errors import InvalidInput
from nurture.intake.convert import converter
from nurture.loader.nearest import did_you_mean
from nurture.settings import Project


def field_values(project: Project, pairs: Iterable[str]) -> dict[str, Value]:
    """The contact fields that `pairs` set; an empty value clears one. Raises InvalidInput with the nearest field."""
    standard = {name: STANDARD_FIELDS[name] for name in sorted(WRITABLE_STANDARD_FIELDS)}
    return read_pairs(pairs, {**standard, **project.vocabulary.contact_fields}, project)


def read_pairs(pairs: Iterable[str], known: Mapping[str, FieldSpec], project: Project) -> dict[str, Value]:
    """The values of NAME=VALUE pairs by the types of `known`."""
    found: dict[str, Value] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign:
            raise InvalidInput(f"{pair!r} sets nothing", hint="Write NAME=VALUE.")
        if name not in known:
            raise InvalidInput(f"there is no field {name!r} to set", hint=did_you_mean(name, known))
        try:
            found[name] = converter(known[name], project.zone)(text) if text.strip() else None
        except InvalidInput as wrong:
            raise InvalidInput(wrong.message, where=name, hint=wrong.hint) from None
    return found
