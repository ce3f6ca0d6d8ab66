"""A scenario as written: every key of `campaigns/tests/*.yaml` with the words that an editor shows."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, Tag, WithJsonSchema

from nurture.domain.duration import Duration
from nurture.loader.campaign_shape import ByForm, Shape
from nurture.loader.plain_values import as_moment
from nurture.loader.words import (
    Address,
    Clock,
    DurationText,
    FieldName,
    Identifier,
    Text,
    Texts,
    as_day,
    as_duration,
    as_text,
    show,
    wrong,
)

TASK_KINDS = ("call", "chat", "meeting", "todo")


def _as_date(value: object) -> date:
    text = as_text(value)
    day = as_day(text)
    if day is None:
        raise wrong("bad_date", f"{show(text)} is no date", "write it as 2026-04-01")
    return day


def _as_start(value: object) -> datetime:
    text = as_text(value)
    moment = as_moment(text)
    if moment is None:
        raise wrong("bad_date", f"{show(text)} is no moment", "write it with its offset, as 2026-03-02T08:00+07:00")
    return moment


def _as_amount(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise wrong("wrong_type", f"{show(value)} is no amount of money", "write a number without quotes, as 1990.50")
    return Decimal(str(value))


def _as_currency(value: object) -> str:
    text = as_text(value)
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise wrong("bad_value", f"{show(text)} is no currency", "write the three letters of ISO 4217, as THB")
    return text.upper()


def _as_true(value: object) -> bool:
    if value is not True:
        raise wrong("wrong_type", f"{show(value)} says nothing here", "write true, or take the line out")
    return True


def _as_span_or_true(value: object) -> Duration | Literal[True]:
    return True if value is True else as_duration(value)


def _as_span_or_day(value: object) -> Duration | date:
    day = as_day(value.strip()) if isinstance(value, str) else None
    return day or as_duration(value)


def _as_text_or_true(value: object) -> str | Literal[True]:
    return True if value is True else as_text(value)


def _text_or_true(**more: Any) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"const": True}, {"type": "string"}], **more})


Day = Annotated[date, PlainValidator(_as_date), WithJsonSchema({"type": "string", "examples": ["2026-03-02"]})]
Start = Annotated[
    datetime,
    PlainValidator(_as_start),
    WithJsonSchema({"type": "string", "examples": ["2026-03-02T08:00+07:00"]}),
]
Amount = Annotated[Decimal, PlainValidator(_as_amount), WithJsonSchema({"type": "number", "minimum": 0})]
Currency = Annotated[str, PlainValidator(_as_currency), WithJsonSchema({"type": "string", "examples": ["THB"]})]
Yes = Annotated[bool, PlainValidator(_as_true), WithJsonSchema({"const": True})]
SpanOrTrue = Annotated[Duration | Literal[True], PlainValidator(_as_span_or_true), _text_or_true(examples=["3d"])]
SpanOrDay = Annotated[
    Duration | date,
    PlainValidator(_as_span_or_day),
    WithJsonSchema({"type": "string", "examples": ["30d", "2026-04-01"]}),
]
TextOrTrue = Annotated[str | Literal[True], PlainValidator(_as_text_or_true), _text_or_true()]


class TriggerShape(Shape):
    """An event, with what it says."""

    event: Text = Field(description="A declared event, or a built-in one.")
    fields: dict[FieldName, Any] | None = Field(None, description="What the event says.")


class ItemShape(Shape):
    """One product of an order."""

    product: Text = Field(description="Its name.")
    quantity: int | None = Field(None, ge=1, description="How many; 1 where it is left out.")
    price: Amount | None = Field(None, description="Of one piece.")


class OrderShape(Shape):
    """What is bought."""

    total: Amount = Field(description="What was agreed.")
    currency: Currency | None = Field(None, description="ISO 4217; THB where it is left out.")
    items: list[ItemShape] | None = Field(None, description="What was bought.")
    number: Text | None = Field(None, description="The order's number.")


class AwayShape(Shape):
    """An out-of-office reply."""

    back_on: Day | None = Field(None, description="The day on which they are back.")
    text: Text | None = Field(None, description="What it says.")


Away = Annotated[Annotated[Text, Tag("~text")] | Annotated[AwayShape, Tag("~mapping")], ByForm]

ACTS = (
    "reply",
    "event",
    "order",
    "open",
    "click",
    "out_of_office",
    "bounce",
    "complaint",
    "unsubscribe",
    "set",
    "tag",
    "untag",
    "task_done",
    "resume",
    "pause",
    "owner_wrote",
)


class EntryShape(Shape):
    """One thing that the person, or somebody of ours, does: when, and exactly one act."""

    after: DurationText | None = Field(None, description="How long after the start: 4d, 2h, 3bd.")
    date: Day | None = Field(None, description="The day, as 2026-03-06.")
    at: Clock | None = Field(None, description="The time on the contact's wall; noon for a date alone.")
    reply: Text | None = Field(None, description="They answer the newest mail with these words.")
    from_: Address | None = Field(None, alias="from", description="The address that they answer from.")
    to: Text | None = Field(None, description="The step whose mail is answered, or comes back.")
    event: Text | None = Field(None, description="A declared event is recorded.")
    fields: dict[FieldName, Any] | None = Field(None, description="What the event says.")
    order: OrderShape | None = Field(None, description="They buy something.")
    open: Text | None = Field(None, description="The step whose mail they open.")
    click: Identifier | None = Field(None, description="The name of the link that they follow.")
    out_of_office: Away | None = Field(None, description="Their mail server answers: {back_on: 2026-03-12}, or a text.")
    bounce: Literal["hard", "soft"] | None = Field(None, description="The newest mail comes back.")
    complaint: Yes | None = Field(None, description="The newest mail is reported as spam.")
    unsubscribe: Annotated[Literal[True, "campaign"], WithJsonSchema({"enum": [True, "campaign"]})] | None = Field(
        None, description="true: by one click, from everything; campaign: from this campaign alone."
    )
    set: dict[FieldName, Any] | None = Field(None, description="Fields of the contact that somebody changes.")
    tag: Texts | None = Field(None, description="Tags that somebody puts on.")
    untag: Texts | None = Field(None, description="Tags that somebody takes off.")
    task_done: TextOrTrue | None = Field(None, description="A task is done: words of its title, its kind, or true.")
    resume: Yes | None = Field(None, description="Somebody ends every pause.")
    pause: SpanOrTrue | None = Field(None, description="Somebody pauses the run: for 3d, or true until it is resumed.")
    owner_wrote: TextOrTrue | None = Field(None, description="Somebody of ours writes by hand: true, or the subject.")


EXPECTED = ("email", "never", "skipped", "stage", "task", "notify", "outcome", "nothing_until", "not_enrolled")


class ExpectShape(Shape):
    """One thing that happens, or does not."""

    date: Day | None = Field(None, description="The day on the contact's wall.")
    at: Clock | None = Field(None, description="The minute on the contact's wall.")
    email: Text | None = Field(None, description="The step whose mail goes out.")
    subject: Text | None = Field(None, description="The subject as it is read.")
    contains: Texts | None = Field(None, description="Texts in the mail as it is read.")
    never: Text | None = Field(None, description="A step that is never sent or done.")
    skipped: Text | None = Field(None, description="A step that is passed over.")
    because: Text | None = Field(None, description="Words of the reason.")
    stage: Text | None = Field(None, description="The stage that is entered.")
    task: Text | None = Field(None, description="Words in the title of a task that is made.")
    kind: Literal["call", "chat", "meeting", "todo"] | None = Field(None, description="The kind of the task.")
    notify: Text | None = Field(None, description="Who of ours is mailed: owner, team or an address.")
    outcome: Text | None = Field(None, description="What the run ends with.")
    nothing_until: Day | None = Field(None, description="No mail goes out and no task is made before this day.")
    not_enrolled: TextOrTrue | None = Field(None, description="They are not asked in: true, or words of the reason.")


class ScenarioShape(Shape):
    """One made-up person in one campaign: what they do, and what is expected to happen."""

    scenario: Text | None = Field(None, description="What this shows, in a sentence.")
    campaign: Text | None = Field(None, description="A file of campaigns/ without its ending.")
    start: Start | None = Field(None, description="When the person is asked in, as 2026-03-02T08:00+07:00.")
    contact: dict[FieldName, Any] | None = Field(None, description="The person: email, tags and any fields.")
    enrolled_by: TriggerShape | None = Field(None, description="What asks them in; the campaign's first event else.")
    beside: Texts | None = Field(None, description="Further campaigns that run as well.")
    best: Literal["earliest", "learned"] | None = Field(
        None, description="earliest: `timing: best` is the first allowed minute. learned: the hour at which they act."
    )
    variants: dict[FieldName, Text] | None = Field(None, description="The arm of each experiment, by step.")
    only: Literal["listed"] | None = Field(
        None, description="listed: mails that `expect` does not name may go out as well."
    )
    until: SpanOrDay | None = Field(None, description="Where the play ends: 30d after the start, or a day.")
    timeline: list[EntryShape] | None = Field(None, description="What happens from outside.")
    expect: list[ExpectShape] | None = Field(None, description="What the campaign does: every mail, in order.")
