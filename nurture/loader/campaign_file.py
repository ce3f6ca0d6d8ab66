"""One file of `campaigns/` from YAML to the domain's campaign, with everything that is wrong in it."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nurture.domain.campaign import Campaign, EnrollRule, ExitRule, Stage
from nurture.domain.duration import Duration, parse_duration
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import Problem
from nurture.loader.campaign_shape import CampaignShape, EnrollShape, StageShape
from nurture.loader.document import Document, Place, load_yaml
from nurture.loader.expression_names import Known
from nurture.loader.nearest import did_you_mean, nearest
from nurture.loader.reading import Reading
from nurture.loader.replies import default_replies, read_replies
from nurture.loader.step_names import name_steps, walk
from nurture.loader.steps import Customs, StepReader, note_later
from nurture.loader.validation import Checked, check_shape
from nurture.loader.words import show

LinksOf = Callable[[str], Collection[str]]
"""From a template's path to the names of the links in it."""

_ASKS_NOBODY_IN = ("message_sent", "stage_entered", "unsubscribed", "bounced")
_THEN = ("wait", "advance")
_OUTCOMES = ("won", "lost", "completed", "unsubscribed", "bounced", "complained", "removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a file says. `draft` lacks what is wrong and is for looking at; only `campaign` may run."""

    name: str
    file: str
    digest: str
    document: Document
    draft: Campaign | None
    problems: tuple[Problem, ...]
    step_places: Mapping[str, Place]

    @property
    def campaign(self) -> Campaign | None:
        """The campaign, None where the file has an error."""
        return None if any(problem.severity == "error" for problem in self.problems) else self.draft


def digest_of(data: bytes) -> str:
    """The version of a file: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


def load_campaign(
    data: bytes, *, name: str, file: str, vocabulary: Vocabulary, links_of: LinksOf | None = None
) -> Loaded:
    """The campaign `name` that `data` writes; `file` is how problems call it.

    Without `links_of` the names of links in conditions are taken on trust. Never raises for what is in the file.
    """
    document = load_yaml(data, file)
    checked = check_shape(document, CampaignShape, _may_be_empty)
    draft: Campaign | None = None
    places: dict[str, Place] = {}
    if checked.shape is not None:
        names = name_steps(checked.shape, checked)
        reading = Reading(
            checked=checked, vocabulary=vocabulary, known=_known(checked.shape, checked, names, vocabulary, links_of)
        )
        draft = _campaign(checked.shape, reading, names, name=name, digest=digest_of(data))
        places = {step: checked.written(place) for place, step in names.items()}
    return Loaded(
        name=name,
        file=file,
        digest=digest_of(data),
        document=document,
        draft=draft,
        problems=tuple(sorted(checked.problems)),
        step_places=places,
    )


def _may_be_empty(place: Place) -> bool:
    return place[-1] in ("else", "wait") or (len(place) > 1 and place[-2] == "set")


def _known(
    shape: CampaignShape,
    checked: Checked[CampaignShape],
    names: Mapping[Place, str],
    vocabulary: Vocabulary,
    links_of: LinksOf | None,
) -> Known:
    """The campaign's own words; those that a faulty part may have named are taken on trust."""
    is_whole = not checked.is_cut_under("stages")
    templates = {step.email for _, step in walk(shape) if step.email}
    links = None if links_of is None else frozenset(link for template in templates for link in links_of(template))
    events = tuple(event for event in _when(shape) if event in vocabulary.event_names())
    return Known(
        steps=frozenset(names.values()) if is_whole else None,
        links=links if is_whole else None,
        stages=tuple(shape.stages or ()) if is_whole else None,
        enrolled_by=None if checked.is_cut_under("enroll") else events,
    )


def _when(shape: CampaignShape) -> tuple[str, ...]:
    return (shape.enroll.when or ()) if isinstance(shape.enroll, EnrollShape) else (shape.enroll or ())


def _campaign(
    shape: CampaignShape, reading: Reading, names: Mapping[Place, str], *, name: str, digest: str
) -> Campaign:
    note_later(shape, (), reading)
    if "holdout" in shape.model_fields_set:
        reading.later(("holdout",), "a holdout")
    return Campaign(
        name=name,
        digest=digest,
        senders=_senders(shape, reading),
        stages=_stages(shape, reading, StepReader(reading, names)),
        description=shape.description or "",
        keywords=shape.keywords or (),
        audience=reading.condition(shape.audience, ("audience",), "audience"),
        enroll=_enroll(shape, reading),
        reply_to=shape.reply_to,
        exits=_exits(shape, reading),
        on_unknown=shape.on_unknown or "hold",
        is_enabled=shape.enabled is not False,
        on_change=shape.on_change or "replan",
    )


def _senders(shape: CampaignShape, reading: Reading) -> tuple[str, ...]:
    known = reading.vocabulary.senders
    if not shape.sender:
        if len(known) != 1:
            hint = f"write `sender:` and one of {', '.join(known)}" if known else "declare one in config.yaml"
            reading.checked.add(
                (), "missing", "the campaign says not who sends its mails", hint, on_key=True, lacks=("sender",)
            )
        return known[:1]
    is_list = isinstance((reading.checked.document.value or {}).get("sender"), list)
    for index, name in enumerate(shape.sender):
        reading.sender(name, ("sender", index) if is_list else ("sender",))
    return shape.sender


def _exits(shape: CampaignShape, reading: Reading) -> tuple[ExitRule, ...]:
    read = [(outcome, reading.condition(text, ("exit", outcome))) for outcome, text in (shape.exit or {}).items()]
    return tuple(ExitRule(outcome=outcome, condition=condition) for outcome, condition in read if condition)


def _enroll(shape: CampaignShape, reading: Reading) -> EnrollRule:
    place: Place = ("enroll", "when") if isinstance(shape.enroll, EnrollShape) else ("enroll",)
    written = (reading.checked.document.value or {}).get("enroll")
    written = written.get("when") if isinstance(written, dict) else written
    when, events = _when(shape), []
    for index, word in enumerate(when):
        here = (*place, index) if isinstance(written, list) else place
        if word == "manual" and len(when) > 1:
            reading.checked.add(here, "conflict", "manual means by hand alone", "take it out, or the others")
        elif word not in ("manual", "daily"):
            events.append(word)
            _known_event(word, here, reading)
            if word in _ASKS_NOBODY_IN:
                message = f"asking people in on {word} is not available yet"
                reading.checked.add(here, "later", message, "write an event from outside, or daily with an audience")
    again = shape.enroll.again if isinstance(shape.enroll, EnrollShape) else None
    return EnrollRule(events=tuple(events), is_daily="daily" in when, again=_again(again, reading))


def _known_event(word: str, place: Place, reading: Reading) -> None:
    events = reading.vocabulary.event_names()
    if word not in events:
        near = nearest(word, ("manual", "daily", *events))
        hint = f"did you mean {near}?" if near else "write manual or daily, or declare it under `events` in config.yaml"
        reading.checked.add(place, "unknown_event", f"there is no event {show(word)}", hint)


def _again(text: str | None, reading: Reading) -> Literal["never", "always"] | Duration:
    if text is None or text == "never":
        return "never"
    if text == "always":
        return "always"
    first, _, rest = text.partition(" ")
    if first == "after" and (span := parse_duration(rest)):
        return span
    hint = did_you_mean(first, ("never", "always")) if not rest else ""
    reading.checked.add(
        ("enroll", "again"), "unknown_word", f"{show(text)} is no answer to `again`", hint or "never, always, after 90d"
    )
    return "never"


def _stages(shape: CampaignShape, reading: Reading, reader: StepReader) -> tuple[Stage, ...]:
    if not shape.stages:
        if not reading.checked.is_cut_under("stages"):
            hint = "write `stages:` and a name with its `steps`"
            reading.checked.add((), "missing", "the campaign has no stages", hint, on_key=True)
        return ()
    customs = Customs().narrowed(shape)
    common = read_replies(shape.replies, ("replies",), reading)
    shapes = list(shape.stages.items())
    made: list[Stage] = []
    for index, (name, stage) in enumerate(shapes):
        place: Place = ("stages", name)
        note_later(stage, place, reading)
        inside = replace(customs.narrowed(stage), playbook=stage.playbook)
        following = shapes[index + 1][1] if index + 1 < len(shapes) else None
        own = read_replies(stage.replies, (*place, "replies"), reading)
        made.append(
            Stage(
                name=name,
                steps=reader.read(stage.steps or [], (*place, "steps"), inside),
                about=stage.about or "",
                playbook=stage.playbook,
                enter=reading.condition(stage.enter, (*place, "enter")),
                target=stage.target,
                outcome=stage.outcome,
                replies={**default_replies(is_outcome=stage.outcome is not None), **common, **own},
                then=_then(stage, following, (*place, "then"), reading, tuple(shape.stages)),
            )
        )
    return tuple(made)


def _then(
    stage: StageShape, following: StageShape | None, place: Place, reading: Reading, stages: tuple[str, ...]
) -> str:
    if stage.then is None and stage.outcome is not None:
        return stage.outcome
    if stage.then is None:
        return "wait" if following is not None and following.enter is not None else "advance"
    if stage.then in stages:
        hint = "write advance for the next stage; another is entered by its `enter`"
        reading.checked.add(place, "unknown_word", f"{show(stage.then)} is a stage, no outcome", hint)
    elif stage.then not in (*_THEN, *_OUTCOMES) and (near := nearest(stage.then, (*_THEN, *_OUTCOMES))):
        message = f"{show(stage.then)} becomes an outcome of its own"
        reading.checked.add(place, "odd_outcome", message, f"did you mean {near}?", severity="warning")
    return stage.then
