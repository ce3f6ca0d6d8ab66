"""The versions of campaigns, so that what runs is a row and not a file; and whose time a step keeps after an edit.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    timed_by = "version that times the step it stands at, where an edit kept that"
    op.add_column("enrollments", sa.Column("timed_by", sa.Text(), comment=timed_by))
    op.create_table(
        "campaign_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the campaign"),
        sa.Column("digest", sa.Text(), nullable=False, comment="of the files and words below"),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("replaced_at", TIME),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False, comment="how problems call the campaign's file"),
        sa.Column("files", JSON, nullable=False, comment="{path: digest in campaign_files}"),
        sa.Column("words", JSON, nullable=False, comment="what it uses of the config"),
        sa.Column("formerly", JSON, nullable=False, comment="{step: [its ids in earlier versions]}"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_versions"),
        sa.UniqueConstraint("campaign", "number", name="uq_campaign_versions_campaign_number"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_campaign_versions_running",
        "campaign_versions",
        ["campaign"],
        unique=True,
        sqlite_where=sa.text("is_running IS 1"),
        postgresql_where=sa.text("is_running IS true"),
    )
    op.create_index("ix_campaign_versions_digest", "campaign_versions", ["campaign", "digest"])
    op.create_table(
        "campaign_files",
        sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 of the content"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_campaign_files"),
        comment="each content once, however many versions and campaigns have it",
    )


def downgrade() -> None:
    op.drop_table("campaign_files")
    op.drop_table("campaign_versions")
    op.drop_column("enrollments", "timed_by")
