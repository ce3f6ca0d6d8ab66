"""The versions of campaigns: which one runs, what it is made of, and which ran before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from nurture.store.insertion import insert_into
from nurture.store.version_tables import campaign_files, campaign_versions

_CHUNK = 500
_NO_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One row of the history, without the contents of its files: `files` are their digests by path."""

    id: int
    campaign: str
    number: int
    digest: str
    is_running: bool
    taken_at: datetime
    replaced_at: datetime | None
    because: str
    file: str
    files: Mapping[str, str]
    words: Mapping[str, Any]
    formerly: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDraft:
    """A version to be taken; `files` are contents by path."""

    campaign: str
    digest: str
    file: str
    files: Mapping[str, bytes]
    words: Mapping[str, Any]
    formerly: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_NAMES)


_STANDING = select(campaign_versions.c.campaign, campaign_versions.c.id).where(campaign_versions.c.is_running.is_(True))


def running_ids(conn: Connection) -> dict[str, int]:
    """The id of the running version of each campaign: what a worker asks before each claim."""
    return {row.campaign: row.id for row in conn.execute(_STANDING)}


def lock_running(conn: Connection, campaign: str) -> Version | None:
    """The running version, kept from being replaced by anybody else until the transaction ends."""
    where = campaign_versions.c.campaign == campaign, campaign_versions.c.is_running.is_(True)
    row = conn.execute(select(campaign_versions).where(*where).with_for_update()).one_or_none()
    return _version(row) if row else None


def by_ids(conn: Connection, ids: Sequence[int]) -> list[Version]:
    query = select(campaign_versions).where(campaign_versions.c.id.in_(list(ids)))
    return [_version(row) for row in conn.execute(query.order_by(campaign_versions.c.id))]


def history(conn: Connection, campaign: str) -> list[Version]:
    """All versions of a campaign, oldest first."""
    query = select(campaign_versions).where(campaign_versions.c.campaign == campaign)
    return [_version(row) for row in conn.execute(query.order_by(campaign_versions.c.number))]


def since(conn: Connection, campaign: str, digest: str, *, to: int) -> list[Version]:
    """From the newest version of that digest up to number `to`, oldest first; nothing where there is none."""
    mine = campaign_versions.c.campaign == campaign
    at_most = campaign_versions.c.number <= to
    newest = select(func.max(campaign_versions.c.number)).where(mine, at_most, campaign_versions.c.digest == digest)
    first = conn.execute(newest).scalar()
    if first is None:
        return []
    query = select(campaign_versions).where(mine, at_most, campaign_versions.c.number >= first)
    return [_version(row) for row in conn.execute(query.order_by(campaign_versions.c.number))]


def number_of(conn: Connection, campaign: str, digest: str) -> int | None:
    """The number under which that content ran last; None where it never did."""
    where = campaign_versions.c.campaign == campaign, campaign_versions.c.digest == digest
    found: int | None = conn.execute(select(func.max(campaign_versions.c.number)).where(*where)).scalar()
    return found


def has_any(conn: Connection, campaign: str) -> bool:
    """Whether any version of the campaign ever ran here."""
    found = conn.execute(select(campaign_versions.c.id).where(campaign_versions.c.campaign == campaign).limit(1))
    return found.one_or_none() is not None


def contents(conn: Connection, version: Version) -> dict[str, bytes]:
    """What is in the version's files, by path."""
    digests = sorted(set(version.files.values()))
    found: dict[str, bytes] = {}
    for start in range(0, len(digests), _CHUNK):
        query = select(campaign_files).where(campaign_files.c.digest.in_(digests[start : start + _CHUNK]))
        found |= {row.digest: bytes(row.content) for row in conn.execute(query)}
    return {path: found[digest] for path, digest in version.files.items()}


def take(conn: Connection, draft: VersionDraft, *, because: str, now: datetime) -> Version | None:
    """Have the draft run instead of what ran; None where another process has taken a version at the same time.

    To be called with what runs locked (`lock_running`).
    """
    digests = {path: sha256(content).hexdigest() for path, content in draft.files.items()}
    for path, content in draft.files.items():
        new = insert_into(conn, campaign_files).values(digest=digests[path], content=content)
        conn.execute(new.on_conflict_do_nothing(index_elements=["digest"]))
    stop_running(conn, draft.campaign, now=now)
    mine = campaign_versions.c.campaign == draft.campaign
    last = conn.execute(select(func.coalesce(func.max(campaign_versions.c.number), 0)).where(mine)).scalar_one()
    new = insert_into(conn, campaign_versions).values(
        campaign=draft.campaign,
        number=last + 1,
        digest=draft.digest,
        is_running=True,
        taken_at=now,
        because=because,
        file=draft.file,
        files=digests,
        words=dict(draft.words),
        formerly={step: list(names) for step, names in draft.formerly.items()},
    )
    row = conn.execute(new.on_conflict_do_nothing().returning(*campaign_versions.c)).one_or_none()
    return _version(row) if row else None


def stop_running(conn: Connection, campaign: str, *, now: datetime) -> None:
    """Have no version of the campaign run."""
    mine = campaign_versions.c.campaign == campaign, campaign_versions.c.is_running.is_(True)
    conn.execute(update(campaign_versions).where(*mine).values(is_running=False, replaced_at=now))


def _version(row: Row[Any]) -> Version:
    values = dict(row._mapping)
    formerly = {step: tuple(names) for step, names in values["formerly"].items()}
    return Version(**{**values, "formerly": formerly})
