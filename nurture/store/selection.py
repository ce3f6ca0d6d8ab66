"""The runs that a person means by a condition or a campaign: their ids and addresses, to be changed a few at a time."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from nurture.store.tables import contacts, enrollments, messages

_OPEN_FATES = ("deferred", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One run and whose it is."""

    run_id: int
    email: str
    campaign: str
    stage: str


def unfinished_runs(
    conn: Connection, *, where: ColumnElement[bool] | None = None, campaign: str | None = None
) -> list[Chosen]:
    """The runs that go on, of contacts for whom `where` holds, in `campaign` or in all; oldest first."""
    return _chosen(conn, _RUNS.c.state != "finished", where, campaign)


def runs_with_open_messages(
    conn: Connection,
    *,
    where: ColumnElement[bool] | None = None,
    campaign: str | None = None,
    contact_ids: Collection[int] | None = None,
) -> list[Chosen]:
    """The runs, finished ones too, of which a message waits for another try or is unknown."""
    waiting = select(messages.c.enrollment_id).where(messages.c.state.in_(_OPEN_FATES))
    if campaign is not None:
        waiting = waiting.where(messages.c.campaign == campaign)
    which: ColumnElement[bool] = _RUNS.c.id.in_(waiting)
    if contact_ids is not None:
        which &= _RUNS.c.contact_id.in_(contact_ids)
    return _chosen(conn, which, where, campaign)


_RUNS = enrollments.alias("runs")
"""Under a name of its own: a condition may itself ask for runs in other campaigns."""


def _chosen(
    conn: Connection, which: ColumnElement[bool], where: ColumnElement[bool] | None, campaign: str | None
) -> list[Chosen]:
    query = (
        select(_RUNS.c.id.label("run_id"), contacts.c.email, _RUNS.c.campaign, _RUNS.c.stage)
        .join(contacts, contacts.c.id == _RUNS.c.contact_id)
        .where(which)
        .order_by(_RUNS.c.id)
    )
    if where is not None:
        query = query.where(where)
    if campaign is not None:
        query = query.where(_RUNS.c.campaign == campaign)
    return [Chosen(**row._mapping) for row in conn.execute(query)]
