"""The words that a config declares: contact fields, events, and what is worth points."""

from collections.abc import Mapping
from dataclasses import replace

from nurture.domain.contact import STANDARD_FIELDS, WRITABLE_STANDARD_FIELDS
from nurture.domain.event import INTERNAL_EVENTS
from nurture.domain.score import EVENT_OF_DEED, ScoreRules
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.config_shape import ConfigShape, EventShape, FieldShape, FieldTypeName
from nurture.loader.document import Place
from nurture.loader.expression_names import NOTHING_KNOWN
from nurture.loader.nearest import did_you_mean
from nurture.loader.reading import Reading
from nurture.loader.validation import Checked
from nurture.loader.words import show

_RULE = "write {if: 'CONDITION', points: 10}"
_REPLIED_AND_SUCH = tuple(EVENT_OF_DEED)


def read_vocabulary(
    shape: ConfigShape, checked: Checked[ConfigShape], *, languages: tuple[str, ...], campaigns: tuple[str, ...]
) -> Vocabulary:
    """The project's words; what is declared wrongly is noted and left out."""
    fields: dict[str, FieldSpec] = {}
    for name, declared in (shape.contact_fields or {}).items():
        place: Place = ("contact_fields", name)
        if name in STANDARD_FIELDS:
            checked.add(place, "conflict", f"every contact has {name} already", "take it out", on_key=True)
        elif spec := _field(name, declared, place, checked):
            fields[name] = spec
    words = Vocabulary(
        contact_fields=fields, senders=tuple(shape.senders or ()), campaigns=campaigns, languages=languages
    )
    events = {name: _event(name, declared, words, checked) for name, declared in (shape.events or {}).items()}
    return replace(words, events={name: spec for name, spec in events.items() if spec is not None})


def _field(
    name: str, declared: FieldShape | FieldTypeName, place: Place, checked: Checked[ConfigShape]
) -> FieldSpec | None:
    if isinstance(declared, str):
        declared = FieldShape(type=declared)
    if declared.type is None:
        checked.add(place, "missing", f"{name} has no type", "write {type: text}", on_key=True, lacks=("type",))
        return None
    if declared.type == "choice" and not declared.choices:
        hint = "write {type: choice, choices: [a, b]}"
        checked.add(place, "missing", f"{name} has no choices", hint, on_key=True, lacks=("choices",))
        return None
    if declared.choices and declared.type != "choice":
        hint = "write `type: choice`, or take them out"
        checked.add((*place, "choices"), "misplaced_key", "only a choice has choices", hint, on_key=True)
    return FieldSpec(name=name, type=declared.type, choices=declared.choices or ())


def _event(
    name: str, declared: EventShape | None, words: Vocabulary, checked: Checked[ConfigShape]
) -> EventSpec | None:
    place: Place = ("events", name)
    if name in INTERNAL_EVENTS:
        checked.add(place, "conflict", f"{name} is an event of nurture itself", "choose another name", on_key=True)
        return None
    declared = declared or EventShape()
    found = [_field(field, form, (*place, "fields", field), checked) for field, form in (declared.fields or {}).items()]
    fields = {spec.name: spec for spec in found if spec is not None}
    sets = tuple(
        (target, source)
        for target, source in (declared.sets or {}).items()
        if _is_settable(target, source, fields, words, (*place, "sets", target), checked)
    )
    return EventSpec(name=name, fields=tuple(fields.values()), sets=sets)


def _is_settable(
    target: str,
    source: str,
    fields: Mapping[str, FieldSpec],
    words: Vocabulary,
    place: Place,
    checked: Checked[ConfigShape],
) -> bool:
    writable = (*sorted(WRITABLE_STANDARD_FIELDS), *words.contact_fields)
    spec = words.field(target)
    if spec is None or target not in writable:
        hint = did_you_mean(target, writable) or "declare it under `contact_fields`"
        checked.add(place, "unknown_field", f"an event cannot set `contact.{target}`", hint, on_key=True)
        return False
    if source not in fields:
        hint = did_you_mean(source, fields) or "declare it under `fields` of the event"
        checked.add(place, "unknown_field", f"the event has no field {show(source)}", hint)
        return False
    given = fields[source].type
    if spec.type != given and {spec.type, given} not in ({"date", "datetime"}, {"text", "choice"}):
        message = f"{source} is {given}, and `contact.{target}` is {spec.type}"
        checked.add(place, "type", message, "declare both with one type")
        return False
    return True


def read_score(shape: ConfigShape, checked: Checked[ConfigShape], words: Vocabulary) -> ScoreRules | None:
    """What a contact's score is counted by; None where the config has no `score`."""
    if shape.score is None:
        return None
    reading = Reading(checked=checked, vocabulary=words, known=NOTHING_KNOWN)
    points: dict[str, float] = {}
    for name, amount in (shape.score.model_extra or {}).items():
        names = (*_REPLIED_AND_SUCH, *words.event_names())
        if name not in names:
            hint = did_you_mean(name, (*names, "fade", "rules"))
            checked.add(("score", name), "unknown_event", f"there is no event {show(name)}", hint, on_key=True)
        elif isinstance(amount, bool) or not isinstance(amount, int | float):
            checked.add(("score", name), "wrong_type", f"{show(amount)} stands where points must", "write a number")
        else:
            points[name] = float(amount)
    rules = []
    for index, rule in enumerate(shape.score.rules or []):
        place: Place = ("score", "rules", index)
        condition = reading.condition(rule.if_, (*place, "if"), "score")
        if rule.if_ is None or rule.points is None:
            checked.add(place, "missing", "a rule has `if` and `points`", _RULE, lacks=("if", "points"))
        elif condition is not None:
            rules.append((condition, float(rule.points)))
    return ScoreRules(points=points, fade=shape.score.fade, rules=tuple(rules))
