"""A standing refusal to write to an address."""

from dataclasses import dataclass
from datetime import datetime

from nurture.domain.message import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """`scope` is `all`, `marketing`, or `campaign:NAME`; `address` is canonical."""

    address: str
    scope: str
    reason: str
    since_at: datetime
    source: str = ""


def forbids(scope: str, purpose: Purpose, campaign: str | None) -> bool:
    """Whether a suppression in `scope` keeps a mail of this purpose (and campaign) from being sent.

    >>> forbids("marketing", "transactional", None), forbids("campaign:spring", "marketing", "spring")
    (False, True)
    """
    if scope == "all":
        return True
    if purpose != "marketing":
        return False
    return scope in ("marketing", f"campaign:{campaign}")


def ends_run(scope: str, campaign: str) -> bool:
    """Whether a suppression in `scope` ends an enrollment in `campaign`."""
    return scope in {"all", "marketing", f"campaign:{campaign}"}
