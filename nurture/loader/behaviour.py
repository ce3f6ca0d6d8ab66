"""`--behaviour FILE`: how made-up people behave, every key with the words that an editor shows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from nurture.domain.behaviour import Behaviour, Buys, Delay, Habits, Occurs
from nurture.domain.campaign import Campaign
from nurture.domain.duration import Duration
from nurture.domain.verdict import INTENTS, Intent
from nurture.domain.vocabulary import Vocabulary
from nurture.errors import ConfigError
from nurture.loader.campaign_shape import Shape
from nurture.loader.document import Place, read_document
from nurture.loader.nearest import did_you_mean
from nurture.loader.validation import Checked, check_shape
from nurture.loader.words import DurationText, Hours, Number, SpanText, Text, show

SHIPPED = Path(__file__).with_name("behaviour.yaml")

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1_000_000)]
Spread = Annotated[float, Field(ge=1, le=100)]


class ActShape(Shape):
    """How often, and how soon."""

    chance: Share | None = Field(None, description="Between 0 and 1.")
    after: DurationText | None = Field(None, description="Half of them come within this time: 3h.")
    spread: Spread | None = Field(None, description="Two thirds lie between after / spread and after * spread; 3.")


class ClickShape(ActShape):
    """A link of a mail that was opened."""

    links: dict[str, Weight] | None = Field(None, description="How likely each link is beside the others, each 1.")


class ReplyShape(ActShape):
    """An answer to a mail that was opened."""

    intents: dict[str, Weight] | None = Field(None, description="How often each intent comes beside the others.")


class AwayShape(Shape):
    """An automatic answer."""

    chance: Share | None = Field(None, description="Of any mail.")
    days: Annotated[Number, Field(ge=1, le=80)] | None = Field(None, description="How many days they are away at most.")


class BounceShape(Shape):
    """A delivery report."""

    hard: Share | None = Field(None, description="There is no such mailbox.")
    soft: Share | None = Field(None, description="It is full, or the like.")


class OccursShape(ActShape):
    """An event of the project, once for each person."""

    fields: dict[str, str | float | bool] | None = Field(None, description="Its fields; of a date a span: 30d.")


class BuysShape(ActShape):
    """An order, once for each person."""

    total: Annotated[float, Field(ge=0)] | None = Field(None, description="What it comes to.")
    currency: Text | None = Field(None, description="THB, EUR …")


class TeamShape(Shape):
    """How our own people do their part."""

    task: DurationText | None = Field(None, description="Half of the tasks are done within this time.")
    resume: SpanText | None = Field(None, description="When a sender that a storm stopped is let go on.")


class HabitsShape(Shape):
    """What one mail leads to."""

    open: ActShape | None = Field(None, description="Looking at it.")
    click: ClickShape | None = Field(None, description="Following a link, of who opened it.")
    reply: ReplyShape | None = Field(None, description="Answering, of who opened it.")
    out_of_office: AwayShape | None = Field(None, description="Being away, of any mail.")
    bounce: BounceShape | None = Field(None, description="Coming back, of any mail.")
    complaint: Share | None = Field(None, description="Calling it spam, of any mail.")
    unsubscribe: Share | None = Field(None, description="Asking for no more, of who opened it.")
    events: dict[str, OccursShape] | None = Field(None, description="Events of the project, of who opened it.")
    order: BuysShape | None = Field(None, description="Buying, of who opened it.")


class BehaviourShape(HabitsShape):
    """How made-up people behave in a simulation; what is left out is as nurture's own file has it."""

    hours: Hours | None = Field(None, description="When people are awake, on their wall.")
    arrive: SpanText | None = Field(None, description="Made-up contacts come over so many days.")
    scanner: Share | None = Field(None, description="Share of people whose mail server opens every link.")
    team: TeamShape | None = Field(None, description="How our own people do their part.")
    stages: dict[str, HabitsShape] | None = Field(None, description="What is otherwise in a stage, by its name.")


def read_behaviour(path: Path | None, campaign: Campaign, vocabulary: Vocabulary) -> Behaviour:
    """What the file says, over what ships; the latter alone for None. Raises ConfigError with every problem."""
    shipped = _checked(SHIPPED)
    own = _checked(path) if path else None
    if own and own.shape:
        _refuse_unknown(own, own.shape, campaign, vocabulary)
    problems = own.problems if own else shipped.problems
    if problems:
        raise ConfigError(problems, where=str(path or SHIPPED.name))
    shapes = [checked.shape for checked in (own, shipped) if checked and checked.shape]
    return _behaviour(shapes, campaign, vocabulary)


def _checked(path: Path) -> Checked[BehaviourShape]:
    return check_shape(read_document(path, path.name), BehaviourShape, lambda _: False)


def _refuse_unknown(
    checked: Checked[BehaviourShape], shape: BehaviourShape, campaign: Campaign, vocabulary: Vocabulary
) -> None:
    stages = {stage.name for stage in campaign.stages}
    for name in shape.stages or {}:
        _known(checked, ("stages", name), name, stages, f"{campaign.name} has no stage")
    places: list[tuple[Place, HabitsShape]] = [((), shape)]
    places += [(("stages", name), habits) for name, habits in (shape.stages or {}).items()]
    for place, habits in places:
        for name, occurs in (habits.events or {}).items():
            _known(checked, (*place, "events", name), name, set(vocabulary.events), "the config declares no event")
            spec = vocabulary.events.get(name)
            fields = {field.name for field in spec.fields} if spec else set()
            for field in occurs.fields or {} if spec else {}:
                _known(checked, (*place, "events", name, "fields", field), field, fields, f"{name} has no field")
        for name in (habits.reply.intents or {}) if habits.reply else {}:
            _known(checked, (*place, "reply", "intents", name), name, set(INTENTS), "there is no intent")


def _known(checked: Checked[Any], place: Place, name: str, names: set[str], what: str) -> None:
    if name not in names:
        hint = did_you_mean(name, sorted(names), most=12)
        checked.add(place, "unknown_name", f"{what} {show(name)}", hint, on_key=True)


def _behaviour(shapes: list[BehaviourShape], campaign: Campaign, vocabulary: Vocabulary) -> Behaviour:
    """The first shape that says something counts."""
    by_stage: dict[str, Habits] = {}
    for stage in campaign.stages:
        # What the own file says for all stages stands over what ships for one.
        layers = [layer for shape in shapes for layer in ((shape.stages or {}).get(stage.name), shape) if layer]
        by_stage[stage.name] = _habits(layers, vocabulary)
    hours = _first(shapes, "hours")
    teams = [shape.team for shape in shapes if shape.team]
    return Behaviour(
        habits=_habits(list(shapes), vocabulary),
        stages=MappingProxyType(by_stage),
        scanned=_first(shapes, "scanner"),
        wakes=hours[0][0],
        sleeps=hours[-1][1],
        arrive=_first(shapes, "arrive"),
        task_after=Delay(median=_span(_first(teams, "task"))),
        resumes_after=_span(_first(teams, "resume")),
    )


def _habits(shapes: list[Any], vocabulary: Vocabulary) -> Habits:
    opens, clicks, replies = (_first(shapes, name) for name in ("open", "click", "reply"))
    away, bounce = _first(shapes, "out_of_office"), _first(shapes, "bounce")
    order, events = _first(shapes, "order"), _first(shapes, "events") or {}
    intents: Mapping[Intent, float] = {name: (replies.intents or {}).get(name, 0.0) for name in INTENTS}
    return Habits(
        opens=opens.chance or 0.0,
        opens_after=_delay(opens, timedelta(hours=3)),
        clicks=clicks.chance or 0.0,
        clicks_after=_delay(clicks, timedelta(minutes=2)),
        links=MappingProxyType(dict(clicks.links or {})),
        replies=replies.chance or 0.0,
        replies_after=_delay(replies, timedelta(minutes=20)),
        intents=MappingProxyType(dict(intents) if any(intents.values()) else {**intents, "other": 1.0}),
        away=away.chance or 0.0,
        away_days=away.days or 7,
        bounces_hard=bounce.hard or 0.0,
        bounces_soft=bounce.soft or 0.0,
        complains=_first(shapes, "complaint"),
        unsubscribes=_first(shapes, "unsubscribe"),
        occurs=tuple(
            Occurs(
                event=name,
                chance=occurs.chance or 0.0,
                after=_delay(occurs, timedelta(days=1)),
                fields=MappingProxyType(dict(occurs.fields or {})),
            )
            for name, occurs in events.items()
            if name in vocabulary.events
        ),
        buys=Buys(
            chance=order.chance or 0.0,
            after=_delay(order, timedelta(days=3)),
            total=Decimal(str(order.total if order.total is not None else 1000)),
            currency=order.currency or "EUR",
        ),
    )


def _first(shapes: list[Any], name: str) -> Any:
    return next((value for shape in shapes if (value := getattr(shape, name)) is not None), None)


def _delay(act: ActShape, usual: timedelta) -> Delay:
    delay = Delay(median=_span(act.after) if act.after is not None else usual)
    return delay if act.spread is None else replace(delay, spread=act.spread)


def _span(duration: Duration) -> timedelta:
    return timedelta(days=duration.days + duration.business_days, seconds=duration.seconds)
