"""`nurture order EMAIL`: what a contact bought."""

import secrets
from decimal import Decimal, InvalidOperation

import click

from nurture.app import campaigns_of, rules_of
from nurture.cli.output import json_option, print_json
from nurture.cli.project import contact_by, opened, project_of
from nurture.clock import SystemClock
from nurture.domain.order import Order, OrderItem
from nurture.engine.sell import place_order
from nurture.errors import InvalidInput, UsageError


@click.command("order")
@click.argument("email")
@click.option("--item", "items", metavar="PRODUCT[*N][=PRICE]", multiple=True, help="What was bought; may be repeated.")
@click.option("--total", default=None, help="What was agreed; the sum of the items by default.")
@click.option("--currency", default="THB", show_default=True, help="ISO 4217.")
@click.option("--number", default=None, help="The order's number in your books; the same number counts once.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    email: str,
    items: tuple[str, ...],
    total: str | None,
    currency: str,
    number: str | None,
    is_json: bool,
) -> None:
    """Record what a contact bought: `nurture order somchai@example.com --item pro=990 --item training*2=500`."""
    project = project_of(ctx)
    if not items and total is None:
        raise UsageError("say what was bought", hint="Such as --item pro=990, or --total 990.")
    bought = [_item(text) for text in items]
    agreed = _money(total) if total else sum((item.price * item.quantity for item in bought), Decimal(0))
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise InvalidInput(f"{currency!r} is no currency", hint="Write the three letters of ISO 4217, such as THB.")
    now = SystemClock().now()
    with opened(project) as database, database.write() as conn:
        contact = contact_by(conn, email)
        order = place_order(
            conn,
            contact_id=contact.id,
            number=number or f"{now:%Y%m%d}-{secrets.token_hex(3)}",
            items=bought,
            total=agreed,
            currency=currency.upper(),
            campaigns=campaigns_of(project, conn),
            rules=rules_of(project),
            now=now,
        )
    if order is None:
        raise InvalidInput(f"order {number} is recorded already", hint="Nothing was changed.")
    if is_json:
        print_json({"contact": contact.email, **_document(order)})
    else:
        click.echo(f"Recorded order {order.number} of {contact.email}: {order.total} {order.currency}.")


def _document(order: Order) -> dict[str, object]:
    items = [{"product": each.product, "quantity": each.quantity, "price": each.price} for each in order.items]
    return {
        "number": order.number,
        "placed_at": order.placed_at,
        "items": items,
        "total": order.total,
        "currency": order.currency,
    }


def _item(text: str) -> OrderItem:
    named, _, price = text.partition("=")
    product, _, quantity = named.partition("*")
    if not product.strip() or (quantity and not (quantity.isdecimal() and int(quantity))):
        raise InvalidInput(f"{text!r} is no item", hint="Write PRODUCT, PRODUCT=PRICE or PRODUCT*2=PRICE.")
    return OrderItem(product=product.strip(), quantity=int(quantity or 1), price=_money(price) if price else Decimal(0))


def _money(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise InvalidInput(f"{text!r} is no amount of money", hint="Write it like 1990 or 1990.50.")
    return amount
