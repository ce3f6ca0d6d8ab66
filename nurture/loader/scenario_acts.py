"""The timeline of a scenario: what each entry does, with fields and events as the project declares them."""

from collections.abc import Callable, Mapping
from typing import Any

from nurture.domain.contact import WRITABLE_STANDARD_FIELDS
from nurture.domain.event import BUILT_IN_EVENTS
from nurture.domain.order import OrderItem
from nurture.domain.scenario import (
    Act,
    BeAway,
    Bounce,
    Buy,
    Click,
    CloseTask,
    Complain,
    Entry,
    Halt,
    Happen,
    Moment,
    Open,
    OwnerWrites,
    PutTags,
    Reply,
    Resume,
    SetFields,
    Unsubscribe,
)
from nurture.domain.value import FieldSpec, Value
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.document import Place
from nurture.loader.nearest import did_you_mean
from nurture.loader.plain_values import WANTED, literal
from nurture.loader.scenario_names import Names
from nurture.loader.scenario_shape import ACTS, AwayShape, EntryShape, OrderShape
from nurture.loader.validation import Checked
from nurture.loader.words import show

_ONLY_WITH: Mapping[str, tuple[str, ...]] = {
    "from_": ("reply",),
    "to": ("reply", "bounce"),
    "fields": ("event",),
}
_OF_THE_ENGINE = ("message_sent", "message_opened", "link_clicked", "reply_received", "stage_entered", "bounced")


def read_timeline(
    shapes: list[EntryShape], checked: Checked[Any], vocabulary: Vocabulary, names: Names
) -> tuple[Entry, ...]:
    """The entries that are right; what is wrong with the others is noted."""
    reader = _TimelineReader(checked, vocabulary, names)
    read = (reader.entry(shape, ("timeline", index)) for index, shape in enumerate(shapes))
    return tuple(entry for entry in read if entry)


def settable(vocabulary: Vocabulary, *more: str) -> dict[str, FieldSpec]:
    """The contact's fields that a scenario may give, and `more` of the standard ones."""
    names = (*more, *sorted(WRITABLE_STANDARD_FIELDS), *vocabulary.contact_fields)
    return {name: spec for name in names if (spec := vocabulary.field(name))}


def read_value(
    name: str, written: object, known: Mapping[str, FieldSpec], place: Place, checked: Checked[Any]
) -> Value:
    """The value of a field as it is declared; None where it is wrong, which is then noted."""
    spec = known.get(name)
    if spec is None:
        hint = did_you_mean(name, known) or "declare it in config.yaml"
        checked.add(place, "unknown_field", f"there is no field {show(name)} to set", hint, on_key=True)
        return None
    fits, value = literal(written, spec)
    if not fits:
        hint = did_you_mean(str(written), spec.choices) if spec.type == "choice" else f"it takes {WANTED[spec.type]}"
        checked.add(place, "bad_value", f"{show(written)} is no value of {name}", hint)
    return value


def read_event(
    name: str, written: Mapping[str, object], place: Place, checked: Checked[Any], vocabulary: Vocabulary
) -> Happen:
    """An event with its fields; one that is not declared, or that only the engine records, is noted."""
    if name in _OF_THE_ENGINE:
        hint = "write reply, open, click or bounce"
        checked.add((*place, "event"), "bad_value", f"{show(name)} is recorded by what people do", hint)
    elif name not in vocabulary.event_names():
        hint = did_you_mean(name, vocabulary.event_names(), most=12) or "declare it under `events` in config.yaml"
        checked.add((*place, "event"), "unknown_event", f"there is no event {show(name)}", hint)
    declared = vocabulary.events.get(name)
    if declared is None:
        built_in = BUILT_IN_EVENTS.get(name, ())
        return Happen(event=name, fields={key: _plain(value) for key, value in written.items() if key in built_in})
    specs = {spec.name: spec for spec in declared.fields}
    values = {key: read_value(key, value, specs, (*place, "fields", key), checked) for key, value in written.items()}
    return Happen(event=name, fields=values)


def _plain(value: object) -> Value:
    return value if isinstance(value, str | int | float | bool) else str(value)


class _TimelineReader:
    def __init__(self, checked: Checked[Any], vocabulary: Vocabulary, names: Names) -> None:
        self._checked = checked
        self._vocabulary = vocabulary
        self._names = names

    def entry(self, shape: EntryShape, place: Place) -> Entry | None:
        said = [key for key in ACTS if getattr(shape, key) is not None]
        if len(said) != 1:
            if said or not self._checked.is_cut_at(place):
                message = f"the entry does {' and '.join(said)}" if said else "the entry does nothing"
                hint = "write an entry for each" if said else f"one of: {', '.join(ACTS)}"
                self._checked.add(place, "entry_kind", message, hint)
            return None
        for key, kinds in _ONLY_WITH.items():
            if getattr(shape, key) is not None and said[0] not in kinds:
                named = key.rstrip("_")
                hint = f"it goes with {' or '.join(kinds)}"
                self._checked.add((*place, named), "misplaced_key", f"`{named}` says nothing here", hint, on_key=True)
        return Entry(when=self._moment(shape, place), act=_READERS[said[0]](self, shape, place))

    def _moment(self, shape: EntryShape, place: Place) -> Moment:
        if shape.after is None and shape.date is None and not self._checked.is_cut_at(place):
            hint = "write `after: 4d`, counted from the start, or `date: 2026-03-06`"
            self._checked.add(place, "missing", "the entry says not when", hint)
        if shape.after is not None and shape.date is not None:
            self._checked.add((*place, "date"), "conflict", "both `after` and `date` say when", "take one of them out")
        return Moment(after=shape.after, day=shape.date, at=shape.at)

    def reply(self, shape: EntryShape, place: Place) -> Act:
        self._to(shape, place)
        return Reply(text=shape.reply or "", from_=shape.from_, to=shape.to)

    def event(self, shape: EntryShape, place: Place) -> Act:
        return read_event(shape.event or "", shape.fields or {}, place, self._checked, self._vocabulary)

    def order(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        order = shape.order
        assert isinstance(order, OrderShape)  # noqa: S101  the entry's one act
        items = tuple(
            OrderItem(product=each.product, quantity=each.quantity or 1, price=each.price or order.total)
            for each in order.items or []
        )
        return Buy(total=order.total, currency=order.currency or "THB", items=items, number=order.number)

    def open(self, shape: EntryShape, place: Place) -> Act:
        self._names.email(shape.open or "", (*place, "open"))
        return Open(step=shape.open or "")

    def click(self, shape: EntryShape, place: Place) -> Act:
        self._names.link(shape.click or "", (*place, "click"))
        return Click(link=shape.click or "")

    def out_of_office(self, shape: EntryShape, place: Place) -> Act:
        away = shape.out_of_office
        if not isinstance(away, AwayShape):
            return BeAway(text=away)
        if away.back_on is None and away.text is None and not self._checked.is_cut_at((*place, "out_of_office")):
            hint = "write {back_on: 2026-03-12}, or a text"
            self._checked.add((*place, "out_of_office"), "empty_value", "it says nothing", hint)
        return BeAway(back_on=away.back_on, text=away.text)

    def bounce(self, shape: EntryShape, place: Place) -> Act:
        self._to(shape, place)
        return Bounce(is_hard=shape.bounce == "hard", to=shape.to)

    def complaint(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return Complain()

    def unsubscribe(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return Unsubscribe(is_for_campaign=shape.unsubscribe == "campaign")

    def set(self, shape: EntryShape, place: Place) -> Act:
        known = settable(self._vocabulary)
        return SetFields(
            values={
                name: read_value(name, written, known, (*place, "set", name), self._checked)
                for name, written in (shape.set or {}).items()
            }
        )

    def tag(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return PutTags(tags=shape.tag or ())

    def untag(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return PutTags(tags=shape.untag or (), is_removed=True)

    def task_done(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return CloseTask(words=None if shape.task_done is True else shape.task_done)

    def resume(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return Resume()

    def pause(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return Halt(for_=None if shape.pause is True else shape.pause)

    def owner_wrote(self, shape: EntryShape, place: Place) -> Act:  # noqa: ARG002
        return OwnerWrites() if shape.owner_wrote is True else OwnerWrites(subject=shape.owner_wrote or "Hello")

    def _to(self, shape: EntryShape, place: Place) -> None:
        if shape.to is not None:
            self._names.email(shape.to, (*place, "to"))


_READERS: Mapping[str, Callable[[_TimelineReader, EntryShape, Place], Act]] = {
    name: getattr(_TimelineReader, name) for name in ACTS
}
