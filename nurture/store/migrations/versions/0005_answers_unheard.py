"""Answers of which nothing took notice yet are found without looking through all mail.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNHEARD = "kind = 'reply' AND reacted_at IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_inbound_unheard",
        "inbound",
        ["id"],
        sqlite_where=sa.text(UNHEARD),
        postgresql_where=sa.text(UNHEARD),
    )


def downgrade() -> None:
    op.drop_index("ix_inbound_unheard", "inbound")
