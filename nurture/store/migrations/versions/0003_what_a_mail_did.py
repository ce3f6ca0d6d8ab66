"""What an inbound mail did, so that a correction can undo it, how surely it was matched, and what a breaker counts.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
RETURNED = "name IN ('bounced', 'complained', 'auto_reply_received')"


def upgrade() -> None:
    op.add_column("inbound", sa.Column("match_confidence", sa.SmallInteger(), comment="percent"))
    op.add_column("inbound", sa.Column("first_verdict", JSON, comment="the rules' own, of a corrected mail"))
    op.add_column("inbound", sa.Column("corrections", sa.Integer(), comment="how many; null is none"))
    op.add_column("inbound", sa.Column("corrected_at", TIME))
    op.add_column("inbound", sa.Column("corrected_by", sa.Text()))
    op.create_index("ix_inbound_sender_address", "inbound", ["sender_address", "received_at"])
    op.add_column("pauses", sa.Column("inbound_id", ID, comment="the mail that asked for it"))
    op.add_column("suppressions", sa.Column("inbound_id", ID, comment="the mail that asked for it"))
    op.add_column("holds", sa.Column("kind", sa.Text(), comment="storm: mail to our own people goes on"))
    op.add_column("senders", sa.Column("counted_from", TIME, comment="its storms are counted from then on"))
    op.create_index("ix_messages_domain", "messages", ["domain", "id"])
    op.create_index(
        "ix_events_returned",
        "events",
        ["name", "at"],
        sqlite_where=sa.text(RETURNED),
        postgresql_where=sa.text(RETURNED),
    )


def downgrade() -> None:
    op.drop_index("ix_events_returned", "events")
    op.drop_index("ix_messages_domain", "messages")
    op.drop_column("senders", "counted_from")
    op.drop_column("holds", "kind")
    op.drop_column("suppressions", "inbound_id")
    op.drop_column("pauses", "inbound_id")
    op.drop_index("ix_inbound_sender_address", "inbound")
    for name in ("corrected_by", "corrected_at", "corrections", "first_verdict", "match_confidence"):
        op.drop_column("inbound", name)
