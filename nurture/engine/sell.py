"""An order: recorded once under its number, told to whoever waits for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from nurture.domain.campaign import Campaign
from nurture.domain.event import Event
from nurture.domain.order import Order, OrderItem
from nurture.engine.occur import lift_out_of_office, occur
from nurture.engine.rules import Rules
from nurture.store import orders
from nurture.store.connection import Connection


def place_order(
    conn: Connection,
    *,
    contact_id: int,
    number: str,
    items: Sequence[OrderItem],
    total: Decimal,
    currency: str,
    campaigns: Mapping[str, Campaign],
    rules: Rules,
    now: datetime,
) -> Order | None:
    """The recorded order; None where that number is known. Whoever orders is not out of office."""
    order = orders.record(
        conn, contact_id=contact_id, number=number, items=items, total=total, currency=currency, now=now
    )
    if order is None:
        return None
    lift_out_of_office(conn, contact_id, now)
    event = Event(
        name="order_placed",
        at=now,
        contact_id=contact_id,
        fields={"number": number, "total": float(total), "currency": currency},
    )
    occur(conn, event, campaigns, rules=rules, now=now)
    return order
