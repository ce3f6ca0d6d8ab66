"""Which events still tell the truth: not those of a mail that a person has called something else since."""

from sqlalchemy import ColumnElement, exists, select

from nurture.domain.verdict import VerdictKind
from nurture.store.tables import events, inbound


def still_stands(*kinds: VerdictKind) -> ColumnElement[bool]:
    """Whether the mail that an event tells of is still of one of these kinds; an event of no mail stands."""
    mail = events.c.fields["mail"].as_integer()
    return ~exists(select(1).where(inbound.c.id == mail, inbound.c.kind.not_in(kinds)))
