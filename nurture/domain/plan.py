"""What an edit would do to the people who are in a campaign, by number: whether anybody is moved by it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nurture.domain.campaign import EmailAction, Step
from nurture.domain.carry_over import place, watched
from nurture.domain.change import Change
from nurture.domain.duration import Duration

EffectKind = Literal["goes_on", "stage", "over", "time", "moved_by", "passed_over", "not_sent", "renamed", "content"]
Place = tuple[str, str | None]
"""A stage and a step in it; None where its steps are done."""

MOVES_SOMEBODY: frozenset[EffectKind] = frozenset({"goes_on", "stage", "over", "time", "moved_by", "passed_over"})
"""Effects that wait for a person's word; the others take nobody from where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How many stand at one place, by the version that they last went by.

    `kept_as` is the place as the queue still calls it, where an earlier edit has not been carried out on them yet.
    """

    stage: str
    step: str | None
    digest: str
    number: int
    kept_as: Place | None = None

    @property
    def place(self) -> Place:
        return self.kept_as or (self.stage, self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What happens to `number` people who stand at `places`, as the queue calls them.

    `step` is the step that it is about, `to` where they go; `says` tells it in a sentence.
    """

    kind: EffectKind
    stage: str
    step: str | None
    to: str | None
    number: int
    places: tuple[Place, ...]
    says: str

    @property
    def is_safe(self) -> bool:
        return self.kind not in MOVES_SOMEBODY


def effects_on(change: Change, groups: Sequence[Group]) -> tuple[Effect, ...]:
    """All effects on these people, those that move somebody first."""
    found: dict[tuple[EffectKind, str, str | None, str | None, str], list[Group]] = {}
    for group in groups:
        for kind, step, to, tail in _effects(change, group):
            found.setdefault((kind, group.stage, step, to, tail), []).append(group)
    effects = [_effect(*key, theirs) for key, theirs in found.items()]
    return tuple(sorted(effects, key=lambda each: (each.is_safe, -each.number)))


def affected(effects: Iterable[Effect], groups: Sequence[Group]) -> int:
    """How many people have any of the effects, each counted once."""
    places = {place for each in effects for place in each.places}
    return sum(group.number for group in groups if group.place in places)


def _effect(kind: EffectKind, stage: str, step: str | None, to: str | None, tail: str, groups: list[Group]) -> Effect:
    number = sum(group.number for group in groups)
    places = tuple(dict.fromkeys(group.place for group in groups))
    says = f"{number:,} {tail}" if number != 1 else f"1 {_of_one(tail)}"
    return Effect(kind=kind, stage=stage, step=step, to=to, number=number, places=places, says=says)


def _of_one(tail: str) -> str:
    """The sentence for a single person."""
    verb, _, rest = tail.partition(" ")
    return f"{'is' if verb == 'are' else verb if verb == 'will' else verb + 's'} {rest}"


def _effects(change: Change, group: Group) -> Iterator[tuple[EffectKind, str | None, str | None, str]]:
    placed = place(change, group.stage, group.step)
    if placed is None:
        return
    step = group.step
    match placed.way:
        case "goes_on":
            to = f"go on to `{placed.step}`" if placed.step else f"go on at the end of `{placed.stage}`"
            gone = "that is in another stage now" if step in change.steps else "that is gone"
            yield "goes_on", step, placed.step, f"wait at `{step}`, a step {gone}: they {to}"
        case "stage":
            to = f"`{placed.step}` in `{placed.stage}`" if placed.step else f"the end of `{placed.stage}`"
            yield "stage", step, placed.stage, f"are in `{group.stage}`, a stage that is gone: they go on to {to}"
        case "over":
            yield (
                "over",
                step,
                None,
                f"are in `{group.stage}`, a stage that is gone, and none follows: they are through",
            )
        case "stays":
            yield from _at_their_step(change, group, placed.step)
    if placed.way == "stays" and watched(change, group.stage, is_new=False) != watched(
        change, group.stage, is_new=True
    ):
        yield "moved_by", None, None, f"are in `{group.stage}`, which they leave by other rules: some may move at once"
    for each in placed.lost:
        if each.step == step:
            continue
        if each.is_gone:
            yield "not_sent", each.step, None, f"will not get `{each.step}`, which is gone"
        elif placed.way != "over":
            yield "passed_over", each.step, None, f"will not get `{each.step}`, which now stands before where they are"


def _at_their_step(
    change: Change, group: Group, to: str | None
) -> Iterator[tuple[EffectKind, str | None, str | None, str]]:
    step = group.step
    if step is None or to is None:
        return
    then, now = change.old.step(step), change.new.step(to)
    assert then is not None and now is not None  # noqa: S101  they stay at a step that both have
    if step != to and any(each.id == to and each.change == "renamed" for each in change.step_changes):
        yield "renamed", step, to, f"wait at `{step}`, which is called `{to}` now"
    if change.is_replanned(step):
        if change.new.on_change == "keep":
            yield "content", step, to, f"get `{to}` at the time that was planned (on_change: keep)"
        else:
            yield "time", step, to, f"{_have(now[1])} `{to}` {shifted(then[1], now[1])}"
    what = next((each.what for each in change.step_changes if each.id == to), ())
    if "wait" in what:
        yield "moved_by", step, to, f"wait at `{to}`, which ends by another condition"
    elif set(what) - {"time", "order"}:
        yield (
            "content",
            step,
            to,
            f"{_have(now[1])} `{to}` as it stands now ({', '.join(sorted(set(what) - {'time'}))})",
        )


def _have(step: Step) -> str:
    return "get" if isinstance(step.action, EmailAction) else "wait at"


def shifted(then: Step, now: Step) -> str:
    """How the step's time differs, in words, where it is only its delay that does."""
    is_delay = {name for name in ("date", "days", "at", "window", "timing", "is_sent_late")
                if getattr(then.timing, name) != getattr(now.timing, name)}  # fmt: skip
    before, after = then.timing.after, now.timing.after
    if is_delay or before == after:
        return "at another time"
    return f"{_span(before, after)} {'later' if _seconds(after) > _seconds(before) else 'earlier'}"


def _span(before: Duration, after: Duration) -> str:
    if before.business_days != after.business_days:
        unit = "business day"
        number = abs(after.business_days - before.business_days)
        is_only = (before.days, before.seconds) == (after.days, after.seconds)
        return _many(number, unit) if is_only else "some days"
    seconds = abs(_seconds(after) - _seconds(before))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % size == 0:
            return _many(seconds // size, unit)
    return _many(seconds, "second")


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _seconds(span: Duration) -> int:
    return (span.days + span.business_days) * 86_400 + span.seconds
