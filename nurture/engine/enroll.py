"""Asking people in, on an event, daily or by hand: by the audience, by `again`, and never the suppressed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nurture.domain.admission import Refusal, opening_of, refusal_of, sender_of
from nurture.domain.campaign import Campaign
from nurture.domain.facts import Facts
from nurture.engine.log import happened
from nurture.engine.rules import Rules
from nurture.store import audience, enrollments, events
from nurture.store import facts as fact_store
from nurture.store.condition import NO_RULES, to_sql
from nurture.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What came of asking one contact in; `refusal` says why not, else None."""

    contact_id: int
    campaign: str
    refusal: Refusal | None = None


def enroll(
    conn: Connection,
    campaign: Campaign,
    contact_ids: Sequence[int],
    *,
    rules: Rules,
    now: datetime,
    because: str,
    trigger_event_id: int | None = None,
    is_by_hand: bool = False,
) -> list[Enrolled]:
    """Enroll those of `contact_ids` who may be. A hand overrules `again`, never the audience or a suppression."""
    facts = fact_store.load_for_contacts(
        conn, contact_ids, now=now, zone=rules.zone, score_rules=rules.score_rules, campaign=campaign.name
    )
    return [
        _enroll_one(
            conn,
            campaign,
            facts[contact_id],
            rules=rules,
            now=now,
            because=because,
            trigger_event_id=trigger_event_id,
            is_by_hand=is_by_hand,
        )
        for contact_id in contact_ids
        if contact_id in facts
    ]


def refusals_of(
    conn: Connection, campaign: Campaign, contact_ids: Sequence[int], *, rules: Rules, now: datetime
) -> dict[int, Refusal | None]:
    """Why `enroll` would refuse each contact, None for whom it would ask in; nothing is written."""
    facts = fact_store.load_for_contacts(
        conn, contact_ids, now=now, zone=rules.zone, score_rules=rules.score_rules, campaign=campaign.name
    )
    return {
        contact_id: _refusal(conn, campaign, found, rules, now, is_by_hand=False) for contact_id, found in facts.items()
    }


def _enroll_one(
    conn: Connection,
    campaign: Campaign,
    facts: Facts,
    *,
    rules: Rules,
    now: datetime,
    because: str,
    trigger_event_id: int | None,
    is_by_hand: bool,
) -> Enrolled:
    contact = facts.contact
    refusal = _refusal(conn, campaign, facts, rules, now, is_by_hand=is_by_hand)
    if refusal is None:
        opening = opening_of(campaign)
        enrollment = enrollments.enroll(
            conn,
            contact_id=contact.id,
            campaign=campaign.name,
            digest=campaign.digest,
            stage=opening.stage,
            step=opening.step,
            sender=sender_of(campaign, contact.address),
            now=now,
            trigger_event_id=trigger_event_id,
            will_send=opening.will_send,
            priority=opening.priority,
        )
        if enrollment is not None:
            begun = happened(enrollment, "enrolled", now, because=because)
            stage = happened(enrollment, "stage_entered", now, because=because)
            events.append(conn, [begun, stage])
        else:
            refusal = "in it already"
    return Enrolled(contact_id=contact.id, campaign=campaign.name, refusal=refusal)


def _refusal(
    conn: Connection, campaign: Campaign, facts: Facts, rules: Rules, now: datetime, *, is_by_hand: bool
) -> Refusal | None:
    latest = enrollments.latest_run(conn, facts.contact.id, campaign.name)
    calendar = rules.calendar_of(facts.contact, now)
    return refusal_of(campaign, facts, latest, calendar, now, is_by_hand=is_by_hand)


def enroll_on_event(
    conn: Connection,
    campaigns: Mapping[str, Campaign],
    *,
    event: str,
    event_id: int | None,
    contact_id: int,
    rules: Rules,
    now: datetime,
) -> list[Enrolled]:
    """Ask one contact into every campaign that `enroll.when` opens on this event."""
    found: list[Enrolled] = []
    for campaign in campaigns.values():
        if event in campaign.enroll.events:
            found += enroll(
                conn,
                campaign,
                [contact_id],
                rules=rules,
                now=now,
                because=f"on {event}",
                trigger_event_id=event_id,
            )
    return found


def audience_batch(
    conn: Connection, campaign: Campaign, *, rules: Rules, now: datetime, after_id: int, limit: int
) -> list[int]:
    """The next ids, in order and after `after_id`, of contacts whom the database finds in the audience."""
    where = None
    if campaign.audience:
        where = to_sql(
            campaign.audience,
            now=now,
            dialect_name=conn.dialect.name,
            score_rules=rules.score_rules or NO_RULES,
        )
    return audience.ids_after(conn, where, after_id=after_id, limit=limit)


def count_new(found: Iterable[Enrolled]) -> int:
    return sum(each.refusal is None for each in found)
