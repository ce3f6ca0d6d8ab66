"""Dated steps: `2026-04-01`, or `3d before contact.trial_ends_on`."""

import re

from nurture.domain.campaign import DateRule
from nurture.domain.condition import ContactField, TriggerField
from nurture.domain.duration import NO_TIME, parse_duration
from nurture.loader.document import Place
from nurture.loader.reading import Reading
from nurture.loader.words import as_day, show

_RELATIVE = re.compile(r"(?:(?P<span>\S+)\s+(?P<side>before|after)\s+)?(?P<field>(?:contact|event)\.\S+)")
_FORMS = "write it as 2026-04-01, or as 3d before contact.FIELD"


def read_date(text: str, place: Place, reading: Reading) -> DateRule | None:
    """The rule that `text` writes; None where it writes none, which is then noted."""
    if day := as_day(text):
        return DateRule(day=day, source=text)
    found = _RELATIVE.fullmatch(text)
    if found is None:
        reading.checked.add(place, "bad_date", f"{show(text)} is no date", _FORMS)
        return None
    offset = parse_duration(found["span"]) if found["span"] else NO_TIME
    if offset is None:
        hint = "write it as 3d, 2w or 2bd"
        reading.checked.add(place, "bad_duration", f"{show(found['span'])} is no span of time", hint)
        return None
    parsed = reading.value(found["field"], place, offset=found.start("field"))
    if parsed.node is None:
        return None
    if not isinstance(parsed.node, ContactField | TriggerField) or parsed.type not in ("date", "datetime"):
        message = f"{show(found['field'])} is no date"
        reading.checked.add(place, "type", message, "declare it with type date", offset=found.start("field"))
        return None
    return DateRule(field=parsed.node, offset=offset, is_before=found["side"] == "before", source=text)
