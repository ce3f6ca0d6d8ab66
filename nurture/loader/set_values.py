"""What `set` gives a contact's field: a value of the field's type, or an expression in `{{ }}`."""

import re

from nurture.domain.condition import Literally, Node
from nurture.domain.contact import STANDARD_FIELDS, WRITABLE_STANDARD_FIELDS
from nurture.domain.value import FieldSpec
from nurture.loader.document import Place
from nurture.loader.nearest import did_you_mean
from nurture.loader.plain_values import WANTED, literal
from nurture.loader.reading import Reading
from nurture.loader.words import show

_EXPRESSION = re.compile(r"\s*\{\{(?P<inner>(?:(?!\}\}).)*)\}\}\s*", re.DOTALL)


def read_set_value(field: str, written: object, place: Place, reading: Reading) -> Node | None:
    """The value's tree; None where the field or the value is wrong, which is then noted."""
    checked = reading.checked
    spec = reading.vocabulary.field(field)
    if spec is None:
        writable = [*WRITABLE_STANDARD_FIELDS, *reading.vocabulary.contact_fields]
        hint = did_you_mean(field, writable) or "declare it under `contact_fields` in config.yaml"
        checked.add(place, "unknown_field", f"there is no field `contact.{field}`", hint, on_key=True)
        return None
    if field in STANDARD_FIELDS and field not in WRITABLE_STANDARD_FIELDS:
        hint = "write `tag` or `untag`" if field == "tags" else "nurture keeps it itself"
        checked.add(place, "bad_value", f"`contact.{field}` cannot be set", hint, on_key=True)
        return None
    if isinstance(written, str) and (found := _EXPRESSION.fullmatch(written)):
        return _expression(found["inner"], found.start("inner"), spec, place, reading)
    fits, value = literal(written, spec)
    if not fits:
        hint = f"it takes {WANTED[spec.type]}; an expression stands in {{{{ }}}}"
        if spec.type == "choice":
            hint = did_you_mean(str(written), spec.choices)
        checked.add(place, "bad_value", f"{show(written)} is no value of `contact.{field}`", hint)
        return None
    return Literally(value)


def _expression(inner: str, start: int, spec: FieldSpec, place: Place, reading: Reading) -> Node | None:
    blanks = len(inner) - len(inner.lstrip())
    parsed = reading.value(inner.strip(), place, offset=start + blanks)
    wanted = "text" if spec.type == "choice" else spec.type
    if parsed.node is not None and parsed.type not in (wanted, "any", "none"):
        message = f"the expression gives {parsed.type}, and `contact.{spec.name}` is {spec.type}"
        reading.checked.add(place, "type", message, f"it takes {WANTED[spec.type]}")
        return None
    return parsed.node
