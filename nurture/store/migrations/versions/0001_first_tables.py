"""The first tables: contacts, the queue, the ledger, the log and what comes back.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out here, not taken from tables.py: what a released migration does must never change.
TIME = sa.BigInteger()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_contacts()
    _create_enrollments()
    _create_messages()
    _create_events()
    _create_pauses()
    _create_suppressions()
    _create_orders()
    _create_tasks()
    _create_inbound()
    _create_mailbox_cursors()
    _create_hits()
    _create_holds()
    _create_senders()
    _create_link_keys()
    _create_project()


def downgrade() -> None:
    for table in (
        "project",
        "link_keys",
        "senders",
        "holds",
        "hits",
        "mailbox_cursors",
        "inbound",
        "tasks",
        "orders",
        "suppressions",
        "pauses",
        "events",
        "messages",
        "enrollments",
        "contacts",
    ):
        op.drop_table(table)


def _create_partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="canonical form"),
        sa.Column("email", sa.Text(), nullable=False, comment="as written to"),
        sa.Column("first_name", sa.Text()),
        sa.Column("last_name", sa.Text()),
        sa.Column("company", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("timezone", sa.Text()),
        sa.Column("owner", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("tags", JSON, nullable=False, comment="sorted list of texts"),
        sa.Column(
            "fields", JSON, nullable=False, comment="declared fields; dates as ISO 8601, datetimes as UTC with Z"
        ),
        sa.Column("consent_at", TIME),
        sa.Column("consent_source", sa.Text()),
        sa.Column("consent_wording", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("address", name=op.f("uq_contacts_address")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contacts_changed_at", "contacts", ["changed_at"])


def _create_enrollments() -> None:
    op.create_table(
        "enrollments",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="version of the campaign it last ran on"),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("step", sa.Text()),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("stage_entered_at", TIME, nullable=False),
        sa.Column("anchor_at", TIME, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("planned_at", TIME, comment="of the step it stands at; due_at may be an earlier look"),
        sa.Column("outcome", sa.Text()),
        sa.Column("finished_at", TIME),
        sa.Column("trigger_event_id", ID),
        sa.Column("has_sent", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", TIME),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("will_send", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("wake", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_enrollments_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_enrollments_campaign_stage", "enrollments", ["campaign", "stage", "state"])
    op.create_index("ix_enrollments_contact", "enrollments", ["contact_id"])
    _create_partial_index("ix_enrollments_due", "enrollments", ["due_at"], "state != 'finished'")
    _create_partial_index(
        "ix_enrollments_leased", "enrollments", ["lease_token", "lease_until"], "lease_token IS NOT NULL"
    )
    _create_partial_index(
        "uq_enrollments_unfinished", "enrollments", ["contact_id", "campaign"], "state != 'finished'", unique=True
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=13), nullable=False),
        sa.Column("contact_id", ID),
        sa.Column("enrollment_id", ID),
        sa.Column("campaign", sa.Text()),
        sa.Column("stage", sa.Text()),
        sa.Column("step", sa.Text()),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False, comment="canonical address"),
        sa.Column("domain", sa.Text(), nullable=False, comment="of the recipient: rates are kept by it"),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text()),
        sa.Column("references", JSON, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), comment="of a notify mail, which no template can make again"),
        sa.Column("links", JSON, nullable=False, comment="[[name, url], …] in the template's order"),
        sa.Column("created_at", TIME, nullable=False, comment="the intent: what sender rates count"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, comment="of a deferred message: when it is tried (again)"),
        sa.Column("attempted_at", TIME, comment="start of the newest try: what sender rates count"),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("dot_at", TIME, comment="written before the final dot, so that a crash tells not-sent from unknown"),
        sa.Column("sent_at", TIME),
        sa.Column("settled_at", TIME),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_messages_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_messages_enrollment_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_contact", "messages", ["contact_id", "sent_at"])
    _create_partial_index("ix_messages_due", "messages", ["due_at"], "state = 'deferred'")
    op.create_index("ix_messages_enrollment", "messages", ["enrollment_id"])
    _create_partial_index("ix_messages_open", "messages", ["state", "lease_until"], "state IN ('sending', 'unknown')")
    op.create_index("ix_messages_sender_attempted", "messages", ["sender", "attempted_at"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("contact_id", ID),
        sa.Column("enrollment_id", ID),
        sa.Column("message_id", ID),
        sa.Column("campaign", sa.Text()),
        sa.Column("stage", sa.Text()),
        sa.Column("step", sa.Text()),
        sa.Column("link", sa.Text()),
        sa.Column("is_human", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="append-only",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_campaign", "events", ["campaign", "name", "at"])
    op.create_index("ix_events_contact", "events", ["contact_id", "name", "at"])
    op.create_index("ix_events_enrollment", "events", ["enrollment_id"])


def _create_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("enrollment_id", ID, comment="null: in all campaigns"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="out_of_office, reply, by_hand, owner_mail"),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("until_at", TIME),
        sa.Column("lifted_at", TIME),
        sa.Column("task_id", ID, comment="closing it lifts the pause"),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_pauses_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_pauses_enrollment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index("ix_pauses_contact", "pauses", ["contact_id"])
    op.create_index("ix_pauses_enrollment", "pauses", ["enrollment_id"])


def _create_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="canonical"),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("address", "scope", name=op.f("uq_suppressions_address_scope")),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("placed_at", TIME, nullable=False),
        sa.Column("total", sa.Text(), nullable=False, comment="decimal as text: exact in both databases"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("items", JSON, nullable=False, comment="[{product, quantity, price}]"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_orders_contact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_orders_contact", "orders", ["contact_id", "placed_at"])


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="RUN/STEP or reply/ID: the same task is made once"),
        sa.Column("contact_id", ID),
        sa.Column("enrollment_id", ID),
        sa.Column("campaign", sa.Text()),
        sa.Column("stage", sa.Text()),
        sa.Column("step", sa.Text()),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("playbook", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("done_at", TIME),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_tasks_contact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("key", name=op.f("uq_tasks_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tasks_contact", "tasks", ["contact_id"])
    op.create_index("ix_tasks_open", "tasks", ["done_at", "due_at"])


def _create_inbound() -> None:
    op.create_table(
        "inbound",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="UIDVALIDITY/UID, or a Maildir's unique name"),
        sa.Column("message_id", sa.Text(), comment="of the mail itself"),
        sa.Column("sender_address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="the verdict"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.SmallInteger(), nullable=False, comment="percent"),
        sa.Column("intent", sa.String(length=15)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False, comment="what the verdict says besides"),
        sa.Column(
            "matched_by", sa.String(length=12), nullable=False, comment="message_id, token, sender, or empty: the tray"
        ),
        sa.Column("answers_id", ID, comment="the message it answers"),
        sa.Column("contact_id", ID),
        sa.Column("enrollment_id", ID),
        sa.Column("event_id", ID),
        sa.Column("reacted_at", TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("mailbox", "key", name=op.f("uq_inbound_mailbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbound_contact", "inbound", ["contact_id"])
    op.create_index("ix_inbound_enrollment", "inbound", ["enrollment_id"])
    op.create_index("ix_inbound_message_id", "inbound", ["message_id"])
    _create_partial_index("ix_inbound_tray", "inbound", ["received_at"], "matched_by = ''")


def _create_mailbox_cursors() -> None:
    op.create_table(
        "mailbox_cursors",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger()),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_cursors")),
    )


def _create_hits() -> None:
    op.create_table(
        "hits",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False, comment="open or click"),
        sa.Column("link_index", sa.Integer()),
        sa.Column("at", TIME, nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("judged_at", TIME),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_hits_message_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hits")),
        comment="opens and clicks as they came; judged human or machine a minute later",
    )
    op.create_index("ix_hits_message", "hits", ["message_id"])
    _create_partial_index("ix_hits_unjudged", "hits", ["at"], "judged_at IS NULL")


def _create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("scope", sa.Text(), nullable=False, comment="all, campaign:NAME or sender:NAME"),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since_at", TIME, nullable=False),
        sa.Column("until_at", TIME, comment="null: until somebody resumes"),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_holds")),
    )


def _create_senders() -> None:
    op.create_table(
        "senders",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_senders")),
        comment="one row a sender: locked while its rates are counted and taken",
    )


def _create_link_keys() -> None:
    op.create_table(
        "link_keys",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_keys")),
        comment="newest signs, all verify",
    )


def _create_project() -> None:
    op.create_table(
        "project",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_project")),
        comment="single values about this database: its identity, when the daily enrollment last ran",
    )
