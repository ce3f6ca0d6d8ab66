"""A campaign as written: every key of the language with the words that an editor shows; the loader gives it meaning."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from nurture.loader.words import (
    Address,
    Clock,
    ConditionText,
    Days,
    DurationText,
    FieldName,
    Hours,
    Identifier,
    SpanText,
    TemplatePath,
    Text,
    Texts,
)


class Shape(BaseModel):
    """Something as written: no key that is not known, no value that is not of its type. A missing key is None."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _text_or_mapping(value: object) -> str | None:
    return "~mapping" if isinstance(value, dict | BaseModel) else "~text" if isinstance(value, str) else None


def _by_form(value: object) -> str | None:
    return "~list" if isinstance(value, list) else _text_or_mapping(value)


ByForm = Discriminator(
    _by_form, custom_error_type="wrong_type", custom_error_message="this is neither a text nor a mapping"
)
PRIORITY = Literal["low", "normal", "high"]
ON_OFF = Literal["off", "on"]
TIMING = Literal["earliest", "best", "spread"]


class WindowShape(Shape):
    """When mails may go, on the contact's own clock."""

    days: Days | None = Field(None, description="Days of the week: mon-fri, or tue,thu, or a list.")
    hours: Hours | None = Field(None, description='Hours of one day: "09:00-17:30", or a list of such spans.')
    holidays: bool | None = Field(
        None, description="true keeps the public holidays of the contact's country and our closed days free."
    )


Window = Annotated[Annotated[Literal["any"], Tag("~text")] | Annotated[WindowShape, Tag("~mapping")], ByForm]


class Inherited(Shape):
    """Keys that a campaign gives to its stages and a stage to its steps."""

    window: Window | None = Field(None, description="When it may go: {days, hours, holidays}, or any.")
    timing: TIMING | None = Field(
        None, description="earliest = the first allowed minute; spread = evenly over the window; best = when they act."
    )
    patience: SpanText | None = Field(None, description="How long `timing: best` may wait.")
    limits: ON_OFF | None = Field(
        None, description="off: these mails are awaited, the frequency cap does not hold them."
    )
    priority: PRIORITY | None = Field(None, description="Who goes first under the frequency cap.")


class WebhookShape(Shape):
    """Where a webhook step posts to."""

    url: Text = Field(description="An https address.")


class TrackShape(Shape):
    """What of this mail is tracked."""

    opens: bool | None = Field(None, description="Whether opens are looked for.")
    clicks: bool | None = Field(None, description="Whether links lead over our own redirect.")


class VariantShape(Shape):
    """One arm of an experiment: it overrides what it names."""

    email: TemplatePath | None = Field(None, description="Another template.")
    subject: Text | None = Field(None, description="Another subject.")
    preheader: Text | None = Field(None, description="Another preheader.")
    weight: int | None = Field(None, ge=0, le=1000, description="Its share against the other arms.")


class BranchShape(Shape):
    """One way of a choice."""

    if_: ConditionText | None = Field(None, alias="if", description="Taken when this holds.")
    else_: None = Field(None, alias="else", description="Taken when none above holds.")
    steps: list["StepShape"] | None = Field(None, description="What happens on this way.")


def _one_kind(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": [kind]} for kind in STEP_KINDS]


STEP_KINDS = ("email", "task", "notify", "wait", "choose", "set", "tag", "untag", "webhook")


class StepShape(Inherited):
    """One thing to do at one time: exactly one of email, task, notify, wait, choose, set, tag, untag, webhook."""

    model_config = ConfigDict(json_schema_extra=_one_kind)

    id: Identifier | None = Field(None, description="The step's identity when the file is edited.")
    email: TemplatePath | None = Field(None, description="A template under templates/emails/, without its ending.")
    task: Text | None = Field(None, description="Something a person must do; a Jinja text.")
    notify: Text | None = Field(None, description="Mail to owner, team, or an address.")
    wait: ConditionText | None = Field(None, description="Go on as soon as this holds, or when `for` is over.")
    choose: list[BranchShape] | None = Field(None, description="The first way whose `if` holds, else the `else`.")
    set: dict[FieldName, Any] | None = Field(None, description="Contact fields: a value, or an expression in {{ }}.")
    tag: Texts | None = Field(None, description="Tags to put on.")
    untag: Texts | None = Field(None, description="Tags to take off.")
    webhook: Annotated[Annotated[Text, Tag("~text")] | Annotated[WebhookShape, Tag("~mapping")], ByForm] | None = Field(
        None, description="An address that is posted to, signed."
    )
    if_: ConditionText | None = Field(None, alias="if", description="Done only if this holds when its time has come.")
    unless: ConditionText | None = Field(None, description="Skipped if this holds when its time has come.")
    after: DurationText | None = Field(None, description="Counted from the completion of the step before.")
    date: Text | None = Field(None, description="2026-04-01, or `3d before contact.FIELD`, or `1d after event.FIELD`.")
    days: Days | None = Field(None, description="Only on these days of the week.")
    at: Clock | None = Field(None, description='At this time of the contact\'s day: "09:30".')
    late: Literal["send", "skip"] | None = Field(None, description="What a dated step does when its day is over.")
    kind: Literal["call", "chat", "meeting", "todo"] | None = Field(None, description="What kind of task it is.")
    due: SpanText | None = Field(None, description="How long the person has for the task.")
    playbook: Text | None = Field(None, description="A Markdown file shown beside the task.")
    for_: SpanText | None = Field(None, alias="for", description="How long a wait lasts at most.")
    subject: Text | None = Field(None, description="Overrides the template's subject; a Jinja text.")
    text: Text | None = Field(None, description="What a notify mail says; a Jinja text.")
    preheader: Text | None = Field(None, description="The line shown after the subject; a Jinja text.")
    from_: Text | None = Field(None, alias="from", description="Another sender of config.yaml for this mail.")
    attach: Texts | None = Field(None, description="Files of the project to send along.")
    offer: Text | None = Field(None, description="An offer of config.yaml: issues the contact's own code.")
    variants: dict[Identifier, VariantShape] | None = Field(None, description="An experiment: its arms by name.")
    optimise: Literal["replies", "clicks", "orders", "off"] | None = Field(None, description="What decides it.")
    keep_winner: bool | None = Field(None, description="Whether the better arm is kept when it is clear.")
    thread: Literal["new", "reply"] | None = Field(None, description="reply: an answer to our previous mail.")
    track: TrackShape | None = Field(None, description="Whether opens and clicks are tracked.")


class ReplyShape(Shape):
    """What one kind of answer does."""

    move: Literal["next"] | None = Field(None, description="next: on to the next stage (never into an outcome).")
    pause: Text | None = Field(None, description="A span such as 30d, or until_resumed.")
    at_most: SpanText | None = Field(None, description="The longest that until_resumed lasts; 14d by default.")
    exit: Identifier | None = Field(None, description="Leave the campaign with this outcome.")
    task: Text | None = Field(None, description="Something a person must do; a Jinja text.")
    kind: Literal["call", "chat", "meeting", "todo"] | None = Field(None, description="What kind of task it is.")
    due: SpanText | None = Field(None, description="How long the person has for the task.")
    notify: Text | None = Field(None, description="Mail to owner, team, or an address.")


class RepliesShape(Shape):
    """What a human answer does, by what it means."""

    interested: ReplyShape | None = Field(None, description="They want to go on.")
    question: ReplyShape | None = Field(None, description="They ask something.")
    not_now: ReplyShape | None = Field(None, description="Later, perhaps with a date.")
    not_interested: ReplyShape | None = Field(None, description="They do not want it.")
    wrong_person: ReplyShape | None = Field(None, description="Somebody else decides.")
    other: ReplyShape | None = Field(None, description="Whatever else a person wrote.")


class StageShape(Inherited):
    """A phase of the sales cycle."""

    about: Text | None = Field(None, description="What this stage is for.")
    playbook: Text | None = Field(None, description="A Markdown file shown to whoever works a task or reply here.")
    enter: ConditionText | None = Field(None, description="Holds: the person moves here from any earlier stage.")
    target: SpanText | None = Field(None, description="How long this stage should take.")
    outcome: Identifier | None = Field(None, description="Recorded on entering: won, lost, or a word of your own.")
    then: Identifier | None = Field(None, description="After the last step: wait, advance, or an outcome.")
    replies: RepliesShape | None = Field(None, description="Overrides what answers do while in this stage.")
    steps: list[StepShape] | None = Field(None, description="What happens, one thing after the other.")


class EnrollShape(Shape):
    """Who is asked in, and when."""

    when: Texts | None = Field(None, description="manual, daily, an event, or a list of events.")
    again: Text | None = Field(None, description="never, always, or after 90d: whether a person may come again.")


Enroll = Annotated[
    Annotated[Texts, Tag("~text")] | Annotated[Texts, Tag("~list")] | Annotated[EnrollShape, Tag("~mapping")], ByForm
]


class CampaignShape(Inherited):
    """One campaign of nurture: who is in it, its stages, and what is sent when."""

    description: Text | None = Field(None, description="What it is for.")
    keywords: Texts | None = Field(None, description="Words that subjects should carry.")
    audience: ConditionText | None = Field(None, description="Who may be in it; asked at enrollment only.")
    enroll: Enroll | None = Field(None, description="manual, daily, an event, a list, or {when, again}.")
    sender: Texts | None = Field(None, description="A sender of config.yaml, or a list of them, kept per contact.")
    reply_to: Address | None = Field(None, description="Where answers go instead of to the sender.")
    holdout: Any | None = Field(None, description="A share of people that gets nothing, to compare with.")
    on_unknown: Literal["hold", "resend"] | None = Field(
        None, description="What happens to a mail of which nobody knows whether it went: hold it, or send it again."
    )
    stages: dict[Identifier, StageShape] | None = Field(None, description="The stages of the cycle, in order.")
    replies: RepliesShape | None = Field(None, description="What a human answer does, by what it means.")
    exit: dict[Identifier, ConditionText] | None = Field(None, description="Outcome: the condition to leave with it.")
    on_change: Literal["keep"] | None = Field(None, description="keep: an edit leaves planned times alone.")
    enabled: bool | None = Field(None, description="false: nobody is asked in and nothing is sent.")


BranchShape.model_rebuild()
CampaignShape.model_rebuild()
