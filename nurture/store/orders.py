"""What was bought."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from nurture.domain.order import Order, OrderItem
from nurture.store.insertion import insert_once
from nurture.store.tables import orders
from nurture.store.values import storable


def record(
    conn: Connection,
    *,
    contact_id: int,
    number: str,
    items: Sequence[OrderItem],
    total: Decimal,
    currency: str,
    now: datetime,
) -> Order | None:
    """The order as recorded; None where its number is known, so that telling of it twice is harmless."""
    row = {
        "contact_id": contact_id,
        "number": storable(number),
        "placed_at": now,
        "total": str(total),
        "currency": currency,
        "items": [
            {"product": storable(item.product), "quantity": item.quantity, "price": str(item.price)} for item in items
        ],
    }
    order_id = insert_once(conn, orders, row, unique=["number"])
    return None if order_id is None else _get(conn, order_id)


def of_contact(conn: Connection, contact_id: int) -> list[Order]:
    """A person's orders, oldest first."""
    query = select(orders).where(orders.c.contact_id == contact_id).order_by(orders.c.placed_at, orders.c.id)
    return [order_of_row(row) for row in conn.execute(query)]


def _get(conn: Connection, order_id: int) -> Order:
    return order_of_row(conn.execute(select(orders).where(orders.c.id == order_id)).one())


def order_of_row(row: Row[Any]) -> Order:
    """The order of a whole row of `orders`."""
    return Order(
        id=row.id,
        contact_id=row.contact_id,
        number=row.number,
        placed_at=row.placed_at,
        total=Decimal(row.total),
        currency=row.currency,
        items=tuple(
            OrderItem(product=item["product"], quantity=item["quantity"], price=Decimal(item["price"]))
            for item in row.items
        ),
    )
