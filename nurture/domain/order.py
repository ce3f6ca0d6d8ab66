"""What a contact bought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """`price` is per piece, in the order's currency."""

    product: str
    quantity: int = 1
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`currency` is ISO 4217; `total` is what was agreed, which need not be the sum of the items."""

    id: int
    contact_id: int
    number: str
    placed_at: datetime
    total: Decimal
    currency: str
    items: tuple[OrderItem, ...] = ()
