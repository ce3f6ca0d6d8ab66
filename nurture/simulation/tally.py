"""What a simulation writes down while it goes on, and the sums of it at the end."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from nurture.domain.campaign import Campaign, EmailAction
from nurture.domain.sender import Sender
from nurture.simulation.person import Person
from nurture.simulation.played import (
    Ended,
    FunnelStage,
    Held,
    Moved,
    Played,
    SenderDay,
    SenderLimits,
    Sent,
    Skipped,
)

_DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Tally:
    """`zone` is the project's: by its days volume is counted."""

    zone: ZoneInfo
    sends: list[Sent] = field(default_factory=list)
    skips: list[Skipped] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    holds: list[Held] = field(default_factory=list)
    ends: list[Ended] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    steps_done: Counter[str] = field(default_factory=Counter)
    _volume: Counter[tuple[str, date, bool]] = field(default_factory=Counter)
    _entered: Counter[str] = field(default_factory=Counter)
    _days_in: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _place: dict[int, tuple[str, datetime]] = field(default_factory=dict)

    def note_begin(self, person: Person, at: datetime, stage: str) -> None:
        """A run begins, or went on before the simulation did: `at` is when its stage was entered."""
        self._entered[stage] += 1
        self._place[person.contact.id] = (stage, at)

    def note_send(self, person: Person, at: datetime, step: str, stage: str, sender: str) -> None:
        wall = at.astimezone(person.zone)
        self.sends.append(Sent(at=wall, contact=person.contact.email, step=step, stage=stage, sender=sender))
        self._volume[sender, at.astimezone(self.zone).date(), False] += 1

    def note_notice(self, sender: str, at: datetime) -> None:
        self._volume[sender, at.astimezone(self.zone).date(), True] += 1

    def note_skip(self, person: Person, at: datetime, step: str, reason: str) -> None:
        wall = at.astimezone(person.zone)
        self.skips.append(Skipped(at=wall, contact=person.contact.email, step=step, reason=reason))

    def note_move(self, person: Person, at: datetime, left: str, entered: str, because: str) -> None:
        wall = at.astimezone(person.zone)
        self.moves.append(Moved(at=wall, contact=person.contact.email, from_stage=left, to=entered, because=because))
        self._leave(person, at)
        self._entered[entered] += 1
        self._place[person.contact.id] = (entered, at)

    def note_end(self, person: Person, at: datetime, stage: str, outcome: str, because: str) -> None:
        wall = at.astimezone(person.zone)
        self.ends.append(Ended(at=wall, contact=person.contact.email, stage=stage, outcome=outcome, because=because))
        self._leave(person, at)

    def note_hold(self, person: Person, at: datetime, step: str | None, by: str) -> None:
        self.holds.append(Held(at=at.astimezone(person.zone), contact=person.contact.email, step=step, by=by))

    def note_step(self, step: str) -> None:
        """A step that is no email is done."""
        self.steps_done[step] += 1

    def _leave(self, person: Person, at: datetime) -> None:
        stage, since = self._place.pop(person.contact.id)
        self._days_in[stage].append((at - since) / _DAY)

    def played(
        self,
        campaign: Campaign,
        senders: Sequence[Sender],
        *,
        seed: int,
        contacts: int,
        start: datetime,
        days: int,
        enrolled: int,
        walks: int,
    ) -> Played:
        """All of it, summed up."""
        outcomes = Counter(each.outcome for each in self.ends)
        return Played(
            campaign=campaign.name,
            seed=seed,
            contacts=contacts,
            days=days,
            start=start,
            end=start + timedelta(days=days),
            zone=self.zone,
            steps=tuple(
                (step.id, stage.name) for stage, step in campaign.all_steps() if isinstance(step.action, EmailAction)
            ),
            sends=self.sends,
            skips=self.skips,
            moves=self.moves,
            holds=self.holds,
            ends=self.ends,
            funnel=self._funnel(campaign),
            outcomes=dict(sorted(outcomes.items())),
            senders=tuple(_limits(sender) for sender in senders),
            volume=self._days(),
            enrolled=enrolled,
            walks=walks,
            waiting=len(self._place),
            refused=dict(sorted(self.refused.items())),
            deeds=dict(sorted(self.deeds.items())),
        )

    def _funnel(self, campaign: Campaign) -> tuple[FunnelStage, ...]:
        standing = Counter(stage for stage, _ in self._place.values())
        rows = []
        for stage in campaign.stages:
            days = self._days_in.get(stage.name, [])
            target = stage.target
            rows.append(
                FunnelStage(
                    stage=stage.name,
                    entered=self._entered[stage.name],
                    now=standing[stage.name],
                    left=len(days),
                    median_days=round(median(days), 2) if days else None,
                    target_days=target.days + target.business_days + target.seconds / 86400 if target else None,
                )
            )
        return tuple(rows)

    def _days(self) -> tuple[SenderDay, ...]:
        found = sorted({(sender, day) for sender, day, _ in self._volume})
        return tuple(
            SenderDay(
                sender=sender,
                day=day,
                sent=self._volume[sender, day, False],
                notices=self._volume[sender, day, True],
            )
            for sender, day in found
        )


def _limits(sender: Sender) -> SenderLimits:
    rates = sender.rates
    return SenderLimits(
        sender=sender.name,
        per_minute=rates.per_minute,
        per_hour=rates.per_hour,
        per_day=rates.per_day,
        per_domain_per_minute=rates.per_domain_per_minute,
    )
