"""What the demo counts while it plays: sums of the same reports that `nurture report` prints."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from nurture.domain.campaign import Campaign, EmailAction
from nurture.store import reports
from nurture.store.reports import FunnelStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one campaign stands: its funnel and how many runs ended in which way."""

    campaign: str
    funnel: tuple[FunnelStage, ...]
    outcomes: Mapping[str, int]

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(stage.stage for stage in self.funnel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Mails sent, opened and clicked by people, answered and bounced; moves from one stage to the next."""

    standings: tuple[Standing, ...]
    sent: int
    opened: int
    clicked: int
    replied: int
    bounced: int
    moves: int


def tally(conn: Connection, campaigns: Mapping[str, Campaign]) -> Tally:
    """Everything counted now."""
    standings = []
    mails = []
    for name, campaign in sorted(campaigns.items()):
        stages = [stage.name for stage in campaign.stages]
        standings.append(
            Standing(
                campaign=name,
                funnel=tuple(reports.funnel(conn, name, stages)),
                outcomes=reports.outcomes(conn, name),
            )
        )
        steps = [step.id for _, step in campaign.all_steps() if isinstance(step.action, EmailAction)]
        mails += reports.emails(conn, name, steps)
    return Tally(
        standings=tuple(standings),
        sent=sum(each.sent for each in mails),
        opened=sum(each.opened for each in mails),
        clicked=sum(each.clicked for each in mails),
        replied=sum(each.replied for each in mails),
        bounced=sum(each.bounced for each in mails),
        moves=sum(stage.entered for standing in standings for stage in standing.funnel[1:]),
    )
