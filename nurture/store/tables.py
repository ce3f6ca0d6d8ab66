"""The tables as this release knows them; `migrations/` is how a database comes to have them.

Times are whole microseconds since the epoch in UTC (`UtcTime`): one integer that both databases compare, index and
subtract alike.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since the epoch; comes back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + timedelta(microseconds=value)


Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only in INTEGER columns

NAMING: Mapping[str, Any] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
# `sqlite_autoincrement` where the log or a link names a row that may be erased: SQLite would give its id away again.

contacts = Table(
    "contacts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", Text, nullable=False, unique=True, comment="canonical form"),
    Column("email", Text, nullable=False, comment="as written to"),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("company", Text),
    Column("phone", Text),
    Column("country", Text),
    Column("language", Text),
    Column("timezone", Text),
    Column("owner", Text),
    Column("source", Text),
    Column("tags", Json, nullable=False, comment="sorted list of texts"),
    Column("fields", Json, nullable=False, comment="declared fields; dates as ISO 8601, datetimes as UTC with Z"),
    Column("consent_at", UtcTime),
    Column("consent_source", Text),
    Column("consent_wording", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_contacts_changed_at", contacts.c.changed_at)

enrollments = Table(
    "enrollments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("campaign", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="version of the campaign it last ran on"),
    Column("stage", Text, nullable=False),
    Column("step", Text),
    Column("state", String(10), nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("stage_entered_at", UtcTime, nullable=False),
    Column("anchor_at", UtcTime, nullable=False),
    Column("sender", Text, nullable=False),
    Column("due_at", UtcTime),
    Column("planned_at", UtcTime, comment="of the step it stands at; due_at may be an earlier look"),
    Column("outcome", Text),
    Column("finished_at", UtcTime),
    Column("trigger_event_id", Id),
    Column("has_sent", Boolean, nullable=False, default=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("retry_at", UtcTime),
    Column("because", Text, nullable=False, default=""),
    Column("held_by", Text, nullable=False, default=""),
    Column("timed_by", Text, comment="version that times the step it stands at, where an edit kept that"),
    Column("will_send", Boolean, nullable=False, default=False),
    Column("priority", SmallInteger, nullable=False, default=1),
    Column("wake", Integer, nullable=False, default=0),
    Column("revision", Integer, nullable=False, default=0),
    Column("lease_token", Text),
    Column("lease_until", UtcTime),
    sqlite_autoincrement=True,
)
_UNFINISHED = enrollments.c.state != "finished"
Index(
    "uq_enrollments_unfinished",
    enrollments.c.contact_id,
    enrollments.c.campaign,
    unique=True,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)
Index(
    "ix_enrollments_due",
    enrollments.c.due_at,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)
Index("ix_enrollments_contact", enrollments.c.contact_id)
_LEASED = enrollments.c.lease_token.is_not(None)
Index(
    "ix_enrollments_leased",
    enrollments.c.lease_token,
    enrollments.c.lease_until,
    sqlite_where=_LEASED,
    postgresql_where=_LEASED,
)
Index("ix_enrollments_campaign_stage", enrollments.c.campaign, enrollments.c.stage, enrollments.c.state)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("purpose", String(13), nullable=False),
    Column("contact_id", ForeignKey("contacts.id", ondelete="SET NULL")),
    Column("enrollment_id", ForeignKey("enrollments.id", ondelete="SET NULL")),
    Column("campaign", Text),
    Column("stage", Text),
    Column("step", Text),
    Column("sender", Text, nullable=False),
    Column("recipient", Text, nullable=False, comment="canonical address"),
    Column("domain", Text, nullable=False, comment="of the recipient: rates are kept by it"),
    Column("message_id", Text, nullable=False, unique=True),
    Column("in_reply_to", Text),
    Column("references", Json, nullable=False, default=list),
    Column("subject", Text, nullable=False, default=""),
    Column("body", Text, comment="of a notify mail, which no template can make again"),
    Column("links", Json, nullable=False, default=list, comment="[[name, url], …] in the template's order"),
    Column("created_at", UtcTime, nullable=False, comment="the intent: what sender rates count"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", UtcTime, comment="of a deferred message: when it is tried (again)"),
    Column("attempted_at", UtcTime, comment="start of the newest try: what sender rates count"),
    Column("lease_token", Text),
    Column("lease_until", UtcTime),
    Column("dot_at", UtcTime, comment="written before the final dot, so that a crash tells not-sent from unknown"),
    Column("sent_at", UtcTime),
    Column("settled_at", UtcTime),
    Column("reason", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)
Index("ix_messages_enrollment", messages.c.enrollment_id)
Index("ix_messages_contact", messages.c.contact_id, messages.c.sent_at)
Index("ix_messages_domain", messages.c.domain, messages.c.id)
Index("ix_messages_sender_attempted", messages.c.sender, messages.c.attempted_at)
_DEFERRED = messages.c.state == "deferred"
Index("ix_messages_due", messages.c.due_at, sqlite_where=_DEFERRED, postgresql_where=_DEFERRED)
Index(
    "ix_messages_open",
    messages.c.state,
    messages.c.lease_until,
    sqlite_where=text("state IN ('sending', 'unknown')"),
    postgresql_where=text("state IN ('sending', 'unknown')"),
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("contact_id", Id),
    Column("enrollment_id", Id),
    Column("message_id", Id),
    Column("campaign", Text),
    Column("stage", Text),
    Column("step", Text),
    Column("link", Text),
    Column("is_human", Boolean, nullable=False, default=True),
    Column("because", Text, nullable=False, default=""),
    Column("fields", Json, nullable=False, default=dict),
    comment="append-only",
    sqlite_autoincrement=True,
)
Index("ix_events_contact", events.c.contact_id, events.c.name, events.c.at)
Index("ix_events_enrollment", events.c.enrollment_id)
Index("ix_events_campaign", events.c.campaign, events.c.name, events.c.at)
_RETURNED = text("name IN ('bounced', 'complained', 'auto_reply_received')")
Index("ix_events_returned", events.c.name, events.c.at, sqlite_where=_RETURNED, postgresql_where=_RETURNED)

pauses = Table(
    "pauses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("enrollment_id", ForeignKey("enrollments.id", ondelete="CASCADE"), comment="null: in all campaigns"),
    Column("kind", String(20), nullable=False, comment="out_of_office, reply, by_hand, owner_mail"),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Column("lifted_at", UtcTime),
    Column("task_id", Id, comment="closing it lifts the pause"),
    Column("because", Text, nullable=False, default=""),
    Column("inbound_id", Id, comment="the mail that asked for it"),
)
Index("ix_pauses_contact", pauses.c.contact_id)
Index("ix_pauses_enrollment", pauses.c.enrollment_id)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", Text, nullable=False, comment="canonical"),
    Column("scope", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("since_at", UtcTime, nullable=False),
    Column("inbound_id", Id, comment="the mail that asked for it"),
    UniqueConstraint("address", "scope"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("placed_at", UtcTime, nullable=False),
    Column("total", Text, nullable=False, comment="decimal as text: exact in both databases"),
    Column("currency", String(3), nullable=False),
    Column("items", Json, nullable=False, comment="[{product, quantity, price}]"),
    sqlite_autoincrement=True,
)
Index("ix_orders_contact", orders.c.contact_id, orders.c.placed_at)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True, comment="RUN/STEP or reply/ID: the same task is made once"),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE")),
    Column("enrollment_id", Id),
    Column("campaign", Text),
    Column("stage", Text),
    Column("step", Text),
    Column("kind", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("owner", Text),
    Column("playbook", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("done_at", UtcTime),
    Column("note", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)
Index("ix_tasks_open", tasks.c.done_at, tasks.c.due_at)
Index("ix_tasks_contact", tasks.c.contact_id)

inbound = Table(
    "inbound",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("key", Text, nullable=False, comment="UIDVALIDITY/UID, or a Maildir's unique name"),
    Column("message_id", Text, comment="of the mail itself"),
    Column("sender_address", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False, default=""),
    Column("received_at", UtcTime, nullable=False),
    Column("kind", String(12), nullable=False, comment="the verdict"),
    Column("reason", Text, nullable=False, default=""),
    Column("confidence", SmallInteger, nullable=False, default=100, comment="percent"),
    Column("intent", String(15)),
    Column("text", Text, nullable=False, default=""),
    Column("detail", Json, nullable=False, default=dict, comment="what the verdict says besides"),
    Column(
        "matched_by", String(12), nullable=False, default="", comment="message_id, token, sender, or empty: the tray"
    ),
    Column("answers_id", Id, comment="the message it answers"),
    Column("contact_id", Id),
    Column("enrollment_id", Id),
    Column("event_id", Id),
    Column("reacted_at", UtcTime),
    Column("match_confidence", SmallInteger, comment="percent"),
    Column("first_verdict", Json, comment="the rules' own, of a corrected mail"),
    Column("corrections", Integer, comment="how many; null is none"),
    Column("corrected_at", UtcTime),
    Column("corrected_by", Text),
    Column("content_digest", Text, comment="of what it says; null: not noted yet"),
    UniqueConstraint("mailbox", "key"),
    sqlite_autoincrement=True,
)
Index("ix_inbound_enrollment", inbound.c.enrollment_id)
Index("ix_inbound_contact", inbound.c.contact_id)
Index("ix_inbound_message_id", inbound.c.message_id)
Index("ix_inbound_sender_address", inbound.c.sender_address, inbound.c.received_at)
_IN_TRAY = inbound.c.matched_by == ""
Index("ix_inbound_tray", inbound.c.received_at, sqlite_where=_IN_TRAY, postgresql_where=_IN_TRAY)
_UNHEARD = text("kind = 'reply' AND reacted_at IS NULL")
Index("ix_inbound_unheard", inbound.c.id, sqlite_where=_UNHEARD, postgresql_where=_UNHEARD)

doubles = Table(
    "doubles",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("inbound_id", Id, nullable=False, comment="the mail of which it is another copy"),
)

mailbox_cursors = Table(
    "mailbox_cursors",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("uid_validity", BigInteger),
    Column("last_uid", BigInteger, nullable=False, default=0),
    Column("looked_at", UtcTime, nullable=False),
    Column("began_at", UtcTime, comment="what came before is history"),
    Column("lease_token", Text, comment="the worker that reads it"),
    Column("lease_until", UtcTime),
)

hits = Table(
    "hits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(5), nullable=False, comment="open or click"),
    Column("link_index", Integer),
    Column("at", UtcTime, nullable=False),
    Column("method", String(8), nullable=False),
    Column("agent", Text, nullable=False, default=""),
    Column("judged_at", UtcTime),
    comment="opens and clicks as they came; judged human or machine a minute later",
)
_UNJUDGED = hits.c.judged_at.is_(None)
Index("ix_hits_unjudged", hits.c.at, sqlite_where=_UNJUDGED, postgresql_where=_UNJUDGED)
Index("ix_hits_message", hits.c.message_id)

holds = Table(
    "holds",
    metadata,
    Column("scope", Text, primary_key=True, comment="all, campaign:NAME or sender:NAME"),
    Column("because", Text, nullable=False),
    Column("since_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, comment="null: until somebody resumes"),
    Column("kind", Text, comment="storm: mail to our own people goes on"),
)

senders = Table(
    "senders",
    metadata,
    Column("name", Text, primary_key=True),
    Column("counted_from", UtcTime, comment="its storms are counted from then on"),
    comment="one row a sender: locked while its rates are counted and taken",
)

link_keys = Table(
    "link_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    comment="newest signs, all verify",
)

project = Table(
    "project",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="single values about this database: its identity, when the daily enrollment last ran",
)
