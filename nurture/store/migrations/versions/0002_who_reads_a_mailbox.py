"""When the reading of a mailbox began, before which all is history, and which worker reads it.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailbox_cursors", sa.Column("began_at", sa.BigInteger(), comment="what came before is history"))
    op.add_column("mailbox_cursors", sa.Column("lease_token", sa.Text(), comment="the worker that reads it"))
    op.add_column("mailbox_cursors", sa.Column("lease_until", sa.BigInteger()))


def downgrade() -> None:
    for name in ("lease_until", "lease_token", "began_at"):
        op.drop_column("mailbox_cursors", name)
