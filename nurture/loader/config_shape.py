"""The project's config as written: every key of `config.yaml` with the words that an editor shows."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from nurture.loader.campaign_shape import Shape
from nurture.loader.words import (
    QUOTE,
    Address,
    Caps,
    ConditionText,
    FieldName,
    Identifier,
    Number,
    SpanText,
    Text,
    Texts,
    wrong,
)

Security = Literal["none", "starttls", "tls"]
Port = Annotated[Number, Field(ge=1, le=65535)]
Rate = Annotated[Number, Field(ge=1, le=10_000_000)]
FieldTypeName = Literal["text", "number", "bool", "date", "datetime", "choice", "list"]


def _as_secret(value: object) -> str:
    """A text that may be empty, and that no error repeats."""
    if not isinstance(value, str):
        raise wrong("wrong_type", "this is no text", QUOTE)
    return value


Secret = Annotated[str, PlainValidator(_as_secret), WithJsonSchema({"type": "string"})]


class CompanyShape(Shape):
    """Whom the mails are from in law."""

    name: Text | None = Field(None, description="The company's name.")
    address: Text | None = Field(None, description="The postal address, printed under every marketing mail.")
    tax_id: Text | None = Field(None, description="The tax number, for invoices.")


class SmtpShape(Shape):
    """The relay that takes this sender's mails."""

    host: Text | None = Field(None, description="Its name or address.")
    port: Port | None = Field(None, description="465 for tls, 587 for starttls.")
    security: Security | None = Field(None, description="tls, starttls (insisted on), or none (loopback).")
    username: Secret | None = Field(None, description="Empty where the relay asks for none.")
    password: Secret | None = Field(None, description='From the environment: "${SMTP_PASSWORD:-}".')
    password_file: Text | None = Field(None, description="A file that holds the password instead.")
    allow_insecure: bool | None = Field(None, description="true: clear text off this machine is meant.")
    timeout: Rate | None = Field(None, description="Seconds for connecting and for each stage.")
    connections: Annotated[Number, Field(ge=1, le=100)] | None = Field(None, description="Connections kept at most.")


class TransportShape(Shape):
    """A dry run: mails become .eml files."""

    folder: Text | None = Field(None, description="The folder that they are written to.")


class OAuthShape(Shape):
    """How nurture proves who it is where a mailbox takes no password."""

    provider: Literal["google", "microsoft"] | None = Field(None, description="google or microsoft.")
    client_id: Text | None = Field(None, description="The application's id, from the provider's console.")
    client_secret: Secret | None = Field(None, description='From the environment: "${CLIENT_SECRET:-}".')
    client_secret_file: Text | None = Field(None, description="A file that holds the client secret instead.")
    refresh_token: Secret | None = Field(None, description='From the environment: "${REFRESH_TOKEN:-}".')
    refresh_token_file: Text | None = Field(
        None,
        description="A file that holds the refresh token instead; a newer one that the provider gives replaces it.",
    )
    tenant: Text | None = Field(None, description="For microsoft: the directory's id or domain; common by default.")
    token_url: Text | None = Field(None, description="Where tokens come from, for another provider.")
    scope: Text | None = Field(None, description="What the token is to allow, for another provider.")


class InboxShape(Shape):
    """The mailbox in which this sender's answers arrive; its flags are never touched."""

    kind: Literal["imap", "maildir"] | None = Field(None, description="imap, or a maildir on this machine.")
    host: Text | None = Field(None, description="The IMAP server.")
    port: Port | None = Field(None, description="993 for tls, 143 else.")
    security: Security | None = Field(None, description="tls, starttls, or none (loopback).")
    username: Secret | None = Field(None, description="The account.")
    password: Secret | None = Field(None, description='From the environment: "${IMAP_PASSWORD:-}".')
    password_file: Text | None = Field(None, description="A file that holds the password instead.")
    allow_insecure: bool | None = Field(None, description="true: clear text off this machine is meant.")
    oauth: OAuthShape | None = Field(None, description="Instead of a password: Google, Microsoft and their like.")
    folder: Text | None = Field(None, description="The folder that answers arrive in; INBOX by default.")
    folders: Texts | None = Field(None, description="Several of them: [INBOX, Junk].")
    sent: Text | None = Field(
        None, description="The folder of sent mail, or auto: who is written to by hand is left alone for 3 days."
    )
    idle: bool | None = Field(None, description="false: do not have the server announce mail, only look every 30 s.")
    path: Text | None = Field(None, description="For a maildir: the folder that holds `new` and `cur`.")
    plus_addresses: bool | None = Field(
        None, description="true: mail to name+anything@ arrives here, which tells answers apart."
    )


class DkimShape(Shape):
    """How this sender's mails are signed."""

    selector: Text | None = Field(None, description="The public key is published at SELECTOR._domainkey.DOMAIN.")
    key_file: Text | None = Field(None, description="The private key (PEM), RSA or Ed25519.")
    domain: Text | None = Field(None, description="By default the domain of the From address.")


class RatesShape(Shape):
    """The most that this sender's relay is given."""

    per_minute: Rate | None = Field(None, description="Mails a minute.")
    per_hour: Rate | None = Field(None, description="Mails an hour.")
    per_day: Rate | None = Field(None, description="Mails a day.")
    per_domain_per_minute: Rate | None = Field(None, description="Mails a minute to one domain.")
    warm_up: Any | None = Field(None, description="{start, growth}: a slow start for a new sender.")


class SenderShape(Shape):
    """Who a mail is from: address, relay, mailbox, rates."""

    from_: Text | None = Field(None, alias="from", description="Mali Srisuk <mali@example.com>")
    smtp: SmtpShape | None = Field(None, description="The relay.")
    transport: TransportShape | None = Field(None, description="{folder: outbox}: files instead of a relay.")
    inbox: InboxShape | None = Field(None, description="The mailbox in which answers arrive.")
    dkim: DkimShape | None = Field(None, description="How mails are signed.")
    limits: RatesShape | None = Field(None, description="The most that the relay is given.")


class FieldShape(Shape):
    """A declared field."""

    type: FieldTypeName | None = Field(None, description="text, number, bool, date, datetime, choice or list.")
    choices: Texts | None = Field(None, description="What a choice may be.")


FieldForm = Discriminator(
    lambda value: "~mapping" if isinstance(value, dict | FieldShape) else "~text" if isinstance(value, str) else None,
    custom_error_type="wrong_type",
    custom_error_message="this is neither a text nor a mapping",
)
FieldDeclared = Annotated[Annotated[FieldTypeName, Tag("~text")] | Annotated[FieldShape, Tag("~mapping")], FieldForm]


class EventShape(Shape):
    """An event that your software reports."""

    fields: dict[FieldName, FieldDeclared] | None = Field(None, description="What it carries: NAME: TYPE.")
    sets: dict[FieldName, Text] | None = Field(None, description="Contact fields that it sets: CONTACT_FIELD: FIELD.")


class LimitsShape(Shape):
    """The frequency cap: how many mails one contact may get."""

    per_contact: Caps | None = Field(None, description="1 per 20h, or a list; a campaign may lift it.")
    never_more_than: Caps | None = Field(None, description="As per_contact, and no campaign can lift it.")


class RuleShape(Shape):
    """Points while a condition holds."""

    if_: ConditionText | None = Field(None, alias="if", description="The condition.")
    points: float | int | None = Field(None, description="The points; may be below 0.")


class ScoreShape(Shape):
    """Points for what a contact did, fading over time. Any event's name may be a key."""

    model_config = ConfigDict(extra="allow")

    fade: SpanText | None = Field(None, description="After so long an event counts nothing.")
    rules: list[RuleShape] | None = Field(None, description="Points for what a contact is.")


class OwnersShape(Shape):
    """The salespeople that contacts belong to."""

    assign: Literal["round_robin"] | None = Field(None, description="How new contacts get an owner.")
    members: list[Address] | None = Field(None, description="Their addresses.")


class TeamShape(Shape):
    """Who works with the contacts."""

    owners: OwnersShape | None = Field(None, description="The salespeople.")
    members: list[Address] | None = Field(None, description="Who `notify: team` reaches; by default the owners.")
    notify: Any | None = Field(None, description="What the team is told of.")


class ClosedDaysShape(Shape):
    """Days on which we are closed."""

    file: Text | None = Field(None, description="A CSV file with one date (2026-04-13) a line.")


class TrackingShape(Shape):
    """Whether opens and clicks are looked for."""

    opens: bool | None = Field(None, description="An invisible picture tells that a mail was opened.")
    clicks: bool | None = Field(None, description="Links lead over our own redirect.")
    not_in: list[Text] | None = Field(None, description="Countries whose contacts are never tracked.")


class WebShape(Shape):
    """The web listener."""

    host: Text | None = Field(None, description="127.0.0.1 by default.")
    port: Port | None = Field(None, description="8025 by default.")


class WebhooksShape(Shape):
    """Webhook steps."""

    secret: Secret | None = Field(None, description='What posts are signed with: "${WEBHOOK_SECRET}".')


PhrasesForm = Discriminator(
    lambda value: "~mapping" if isinstance(value, dict) else "~texts",
    custom_error_type="wrong_type",
    custom_error_message="this is neither a list nor a mapping",
)
PhrasesDeclared = Annotated[
    Annotated[Texts, Tag("~texts")] | Annotated[dict[Identifier, Texts], Tag("~mapping")], PhrasesForm
]


class PatternsShape(Shape):
    """What people write to you and what they mean by it, beside what ships.

    Each is a list of phrases, or one list a language: {th: [...], en: [...]}. Plain words count where whole words
    match, capitals aside; `(a|b)`, `x?` and the rest of RE2 may be used. Of phrases that overlap the longest counts.
    """

    interested: PhrasesDeclared | None = Field(None, description="They want more: send me the catalogue.")
    question: PhrasesDeclared | None = Field(None, description="They ask something: do you ship to Laos.")
    not_now: PhrasesDeclared | None = Field(None, description="They may want it later: after the harvest.")
    not_interested: PhrasesDeclared | None = Field(None, description="They do not want it: we make our own.")
    wrong_person: PhrasesDeclared | None = Field(None, description="Somebody else decides: ask the head office.")
    other: PhrasesDeclared | None = Field(None, description="It means nothing, though words in it do: best interests.")
    unsubscribe: PhrasesDeclared | None = Field(None, description="They want no more mail: no more letters.")


class ConfigShape(Shape):
    """What a whole project of nurture shares."""

    project: Identifier | None = Field(None, description="The project's name.")
    database: Text | None = Field(None, description="sqlite:///nurture.db, or postgresql+psycopg://…")
    base_url: Text | None = Field(None, description="Where links in mails lead.")
    timezone: Text | None = Field(None, description="The zone of contacts of whom nothing better is known.")
    country: Text | None = Field(None, description="The country of contacts of whom none is known.")
    languages: list[Text] | None = Field(None, description="The first is the fall-back.")
    company: CompanyShape | None = Field(None, description="Whom the mails are from in law.")
    senders: dict[Identifier, SenderShape] | None = Field(None, description="Who mails are from, by name.")
    contact_fields: dict[FieldName, FieldDeclared] | None = Field(None, description="Further fields of a contact.")
    events: dict[FieldName, EventShape | None] | None = Field(None, description="Events that your software reports.")
    limits: LimitsShape | None = Field(None, description="The frequency cap.")
    score: ScoreShape | None = Field(None, description="How a contact's score is counted.")
    offers: Any | None = Field(None, description="What can be offered.")
    team: TeamShape | None = Field(None, description="Who works with the contacts.")
    closed_days: ClosedDaysShape | None = Field(None, description="Days on which we are closed.")
    patterns: PatternsShape | None = Field(
        None, description="What answers mean, beside what ships: interested: [send me the catalogue]."
    )
    tracking: TrackingShape | None = Field(None, description="Whether opens and clicks are looked for.")
    web: WebShape | None = Field(None, description="The web listener.")
    webhooks: WebhooksShape | None = Field(None, description="Webhook steps.")
    lease: SpanText | None = Field(None, description="How long a worker may hold what it claimed; 2m by default.")
