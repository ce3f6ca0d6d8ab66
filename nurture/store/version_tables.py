"""The tables of what runs: each version of each campaign with the files that it is made of."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from nurture.store.tables import Id, Json, UtcTime, metadata

__all__ = ["campaign_files", "campaign_versions", "metadata"]

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("number", Integer, nullable=False, comment="1, 2, 3 … within the campaign"),
    Column("digest", Text, nullable=False, comment="of the files and words below"),
    Column("is_running", Boolean, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("replaced_at", UtcTime),
    Column("because", Text, nullable=False, default=""),
    Column("file", Text, nullable=False, comment="how problems call the campaign's file"),
    Column("files", Json, nullable=False, comment="{path: digest in campaign_files}"),
    Column("words", Json, nullable=False, comment="what it uses of the config"),
    Column("formerly", Json, nullable=False, comment="{step: [its ids in earlier versions]}"),
    UniqueConstraint("campaign", "number"),
    sqlite_autoincrement=True,
)
_RUNNING = campaign_versions.c.is_running.is_(True)
Index(
    "uq_campaign_versions_running",
    campaign_versions.c.campaign,
    unique=True,
    sqlite_where=_RUNNING,
    postgresql_where=_RUNNING,
)
Index("ix_campaign_versions_digest", campaign_versions.c.campaign, campaign_versions.c.digest)

campaign_files = Table(
    "campaign_files",
    metadata,
    Column("digest", String(64), primary_key=True, comment="SHA-256 of the content"),
    Column("content", LargeBinary, nullable=False),
    comment="each content once, however many versions and campaigns have it",
)
