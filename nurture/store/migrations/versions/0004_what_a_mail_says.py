"""What tells one mail from another of the same Message-ID, and which mails are copies of one that was taken in.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("inbound", sa.Column("content_digest", sa.Text(), comment="of what it says; null: not noted yet"))
    op.create_table(
        "doubles",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("inbound_id", ID, nullable=False, comment="the mail of which it is another copy"),
        sa.PrimaryKeyConstraint("mailbox", "key", name=op.f("pk_doubles")),
    )


def downgrade() -> None:
    op.drop_table("doubles")
    op.drop_column("inbound", "content_digest")
