"""How well the rules judge: their verdicts beside those of the people who corrected them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, or_, select

from nurture.store.tables import enrollments, inbound, messages, tasks
from nurture.store.values import unpack

_CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One mail: what the rules said (`first_…`), what holds now, in which language and by which words."""

    first_kind: str
    first_intent: str | None
    kind: str
    intent: str | None
    language: str | None
    words: tuple[str, ...]
    is_corrected: bool


def judged(conn: Connection, campaign: str | None = None) -> list[Judged]:
    """Every mail that came, of a campaign or of all."""
    columns = [inbound.c[name] for name in ("kind", "intent", "detail", "first_verdict")]
    query = select(*columns)
    if campaign is not None:
        query = (
            query.outerjoin(enrollments, enrollments.c.id == inbound.c.enrollment_id)
            .outerjoin(messages, messages.c.id == inbound.c.answers_id)
            .where(or_(enrollments.c.campaign == campaign, messages.c.campaign == campaign))
        )
    found = []
    for row in conn.execute(query.execution_options(yield_per=_CHUNK)):
        detail, first = unpack(row.detail), unpack(row.first_verdict) if row.first_verdict else None
        words, language = detail.get("words"), detail.get("language")
        first_kind = str(first["kind"]) if first else row.kind
        first_intent = _text(first.get("intent")) if first else row.intent
        found.append(
            Judged(
                first_kind=first_kind,
                first_intent=first_intent,
                kind=row.kind,
                intent=row.intent,
                language=_text(language),
                words=words if isinstance(words, tuple) else (),
                # Who corrects a correction back says that the rules were right.
                is_corrected=(first_kind, first_intent) != (row.kind, row.intent),
            )
        )
    return found


def answering_times(conn: Connection, campaign: str | None = None) -> Sequence[timedelta]:
    """How long each task that a mail called for stood open, of those that are done."""
    done = tasks.c.key.like("reply/%"), tasks.c.done_at.is_not(None)
    query = select(tasks.c.created_at, tasks.c.done_at).where(*done)
    if campaign is not None:
        query = query.where(tasks.c.campaign == campaign)
    return [row.done_at - row.created_at for row in conn.execute(query)]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
