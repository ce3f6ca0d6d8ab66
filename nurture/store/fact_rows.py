"""The rows behind facts, a query a table for the whole batch, by contact."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from nurture.domain.contact import Contact
from nurture.domain.event import INTERNAL_EVENTS, Event
from nurture.domain.facts import Deed, Pause, Reply
from nurture.domain.order import Order
from nurture.domain.value import Value
from nurture.store import contacts as contact_store
from nurture.store import suppressions
from nurture.store.enrollments import UNFINISHED
from nurture.store.events import event_of_row
from nurture.store.orders import order_of_row
from nurture.store.pauses import pause_of_row
from nurture.store.tables import enrollments, events, inbound, messages, orders, pauses
from nurture.store.values import unpack

CAPS_LOOK_BACK_FOR = timedelta(days=40)
"""No cap on mails per contact looks further back than this."""

Kept = TypeVar("Kept")
OfRuns = Mapping[int, list[tuple[int | None, Kept]]]
"""By contact, each with the run that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRows:
    """Everything in the order of time. `triggers` are fields by event id, `scopes` by address."""

    contacts: Mapping[int, Contact]
    events: Mapping[int, list[Event]]
    sent: OfRuns[Deed]
    mailed_at: Mapping[int, list[datetime]]
    replies: OfRuns[Reply]
    orders: Mapping[int, list[Order]]
    pauses: OfRuns[Pause]
    enrolled: Mapping[int, frozenset[str]]
    scopes: Mapping[str, tuple[str, ...]]
    triggers: Mapping[int, Mapping[str, Value]]


def gather(
    conn: Connection,
    contact_ids: Collection[int],
    *,
    now: datetime,
    since: datetime | None = None,
    run_ids: Collection[int] | None = None,
    trigger_ids: Collection[int] = (),
) -> FactRows:
    """The rows of these contacts: events and orders from `since` on, mails and replies of the runs, None being all."""
    ids = list(contact_ids)
    contacts = contact_store.get_many(conn, ids)
    return FactRows(
        contacts=contacts,
        events=_events(conn, ids, since),
        sent=_sent(conn, ids, run_ids),
        mailed_at=_mailed_at(conn, ids, now - CAPS_LOOK_BACK_FOR),
        replies=_replies(conn, ids, run_ids),
        orders=_orders(conn, ids, since),
        pauses=_pauses(conn, ids),
        enrolled=_enrolled(conn, ids),
        scopes=suppressions.scopes_of(conn, [contact.address for contact in contacts.values()]),
        triggers=_triggers(conn, trigger_ids),
    )


def _events(conn: Connection, ids: list[int], since: datetime | None) -> dict[int, list[Event]]:
    """What conditions may speak of: no event of our own log, and no open or click of a machine."""
    query = select(events).where(
        events.c.contact_id.in_(ids), events.c.is_human, events.c.name.not_in(sorted(INTERNAL_EVENTS))
    )
    if since is not None:
        query = query.where(events.c.at >= since)
    rows = conn.execute(query.order_by(events.c.at, events.c.id))
    return _grouped((row.contact_id, event_of_row(row)) for row in rows)


def _sent(
    conn: Connection, ids: list[int], run_ids: Collection[int] | None
) -> dict[int, list[tuple[int | None, Deed]]]:
    query = select(messages.c.contact_id, messages.c.enrollment_id, messages.c.step, messages.c.sent_at).where(
        messages.c.sent_at.is_not(None), messages.c.step.is_not(None)
    )
    query = query.where(_of_runs(messages.c.enrollment_id, messages.c.contact_id, ids, run_ids))
    rows = conn.execute(query.order_by(messages.c.sent_at, messages.c.id))
    return _grouped((row.contact_id, (row.enrollment_id, Deed(step=row.step, at=row.sent_at))) for row in rows)


def _mailed_at(conn: Connection, ids: list[int], since: datetime) -> dict[int, list[datetime]]:
    """When each contact was mailed by any campaign; what may have been sent counts as sent."""
    may_have_gone = and_(messages.c.state.in_(["sending", "unknown"]), messages.c.attempted_at >= since)
    query = select(messages.c.contact_id, messages.c.sent_at, messages.c.attempted_at).where(
        messages.c.contact_id.in_(ids),
        messages.c.purpose == "marketing",
        or_(messages.c.sent_at >= since, may_have_gone),
    )
    rows = conn.execute(query)
    found = _grouped((row.contact_id, row.sent_at or row.attempted_at) for row in rows)
    return {contact_id: sorted(moments) for contact_id, moments in found.items()}


def _replies(
    conn: Connection, ids: list[int], run_ids: Collection[int] | None
) -> dict[int, list[tuple[int | None, Reply]]]:
    query = select(inbound).where(
        inbound.c.kind == "reply", _of_runs(inbound.c.enrollment_id, inbound.c.contact_id, ids, run_ids)
    )
    rows = conn.execute(query.order_by(inbound.c.received_at, inbound.c.id))
    return _grouped((row.contact_id, (row.enrollment_id, _reply(row))) for row in rows)


def _reply(row: Any) -> Reply:
    detail = unpack(row.detail)
    until, colleague = detail.get("until"), detail.get("colleague")
    return Reply(
        id=row.id,
        at=row.received_at,
        intent=row.intent or "other",
        text=row.text,
        is_new=row.reacted_at is None,
        until_on=until if isinstance(until, date) else None,
        colleague=colleague if isinstance(colleague, str) else None,
        stranger=row.sender_address if "writer" in detail else None,
        corrections=row.corrections or 0,
    )


def _orders(conn: Connection, ids: list[int], since: datetime | None) -> dict[int, list[Order]]:
    query = select(orders).where(orders.c.contact_id.in_(ids))
    if since is not None:
        query = query.where(orders.c.placed_at >= since)
    rows = conn.execute(query.order_by(orders.c.placed_at, orders.c.id))
    return _grouped((row.contact_id, order_of_row(row)) for row in rows)


def _pauses(conn: Connection, ids: list[int]) -> dict[int, list[tuple[int | None, Pause]]]:
    """Those that are over too: they made waits longer."""
    query = select(pauses).where(pauses.c.contact_id.in_(ids)).order_by(pauses.c.from_at, pauses.c.id)
    return _grouped((row.contact_id, (row.enrollment_id, pause_of_row(row))) for row in conn.execute(query))


def _enrolled(conn: Connection, ids: list[int]) -> dict[int, frozenset[str]]:
    query = select(enrollments.c.contact_id, enrollments.c.campaign)
    rows = conn.execute(query.where(enrollments.c.contact_id.in_(ids), UNFINISHED))
    found = _grouped((row.contact_id, row.campaign) for row in rows)
    return {contact_id: frozenset(campaigns) for contact_id, campaigns in found.items()}


def _triggers(conn: Connection, event_ids: Collection[int]) -> dict[int, Mapping[str, Value]]:
    if not event_ids:
        return {}
    query = select(events.c.id, events.c.fields).where(events.c.id.in_(list(event_ids)))
    return {row.id: unpack(row.fields) for row in conn.execute(query)}


def _of_runs(
    run_column: ColumnElement[Any],
    contact_column: ColumnElement[Any],
    contact_ids: list[int],
    run_ids: Collection[int] | None,
) -> ColumnElement[bool]:
    return contact_column.in_(contact_ids) if run_ids is None else run_column.in_(list(run_ids))


def _grouped(pairs: Iterable[tuple[int, Kept]]) -> dict[int, list[Kept]]:
    groups: dict[int, list[Kept]] = defaultdict(list)
    for contact_id, kept in pairs:
        groups[contact_id].append(kept)
    return groups
