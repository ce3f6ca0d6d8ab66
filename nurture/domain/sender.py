"""Who a mail is from, and how much the relay behind it may be given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The most that a sender's relay is given; None is no limit."""

    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    per_domain_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`email` is the address in From and the envelope; `name` in From is `display_name`."""

    name: str
    email: str
    display_name: str = ""
    rates: Rates = Rates()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whom the mails are from in law: printed with its postal address under every marketing mail."""

    name: str
    address: str
    tax_id: str = ""
