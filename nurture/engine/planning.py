"""From the files as they are to a plan: per campaign what differs from what runs, and whom that would affect how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nurture.domain.carry_over import place
from nurture.domain.change import Change, compare
from nurture.domain.plan import Effect, Group, affected, effects_on
from nurture.engine.past import Past
from nurture.engine.version import Built, rewritten
from nurture.errors import InvalidInput, Problem
from nurture.store import places, versions
from nurture.store.connection import Connection
from nurture.store.places import Example
from nurture.store.versions import Version, VersionDraft

EXAMPLES = 3
What = Literal["new", "changed", "removed", "returns", "faulty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A campaign as the files have it: ready to run, and ready to be kept."""

    built: Built
    draft: VersionDraft

    @property
    def digest(self) -> str:
        return self.draft.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What becomes of one campaign. `change` is None unless one version is to follow another that can still be read.

    `returns`: these very files ran before, as version `ran_as`, and were replaced. `faulty`: the file does not check,
    so that what runs goes on. `holds_back` says why this waits for `nurture apply`, empty where it does not.
    """

    name: str
    what: What
    running: Version | None
    digest: str | None
    change: Change | None = None
    effects: tuple[Effect, ...] = ()
    examples: Mapping[Effect, tuple[Example, ...]]
    affected: int = 0
    enrolled: int = 0
    ran_as: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def holds_back(self) -> str:
        if self.what == "faulty":
            return "its file does not check"
        if self.what == "removed":
            return "its file is gone"
        if self.what == "returns":
            return f"version {self.ran_as} was replaced, and comes back by a person's word alone"
        if self.running is not None and self.change is None:
            return f"version {self.running.number} cannot be read any more, so that whom it would move is not known"
        moved = sum(each.number for each in self.effects if not each.is_safe)
        return f"it would move {moved:,} or change their times" if moved else ""

    @property
    def is_safe(self) -> bool:
        """Whether `nurture run` takes it by itself."""
        return not self.holds_back


def plan_campaign(conn: Connection, past: Past, proposal: Proposal, running: Version | None) -> CampaignPlan | None:
    """What would become of the campaign of these files; None where they are what runs."""
    name = proposal.draft.campaign
    if running is not None and running.digest == proposal.digest:
        return None
    ran_as = versions.number_of(conn, name, proposal.digest)
    groups = places.groups(conn, name)
    enrolled = sum(group.number for group in groups)
    old = _readable(conn, past, running)
    if running is None or old is None:
        first: What = "new" if running is None else "changed"
        return CampaignPlan(
            name=name,
            what=first if ran_as is None else "returns",
            running=running,
            digest=proposal.digest,
            examples={},
            enrolled=enrolled,
            ran_as=ran_as,
        )
    new = proposal.built
    change = compare(old.campaign, new.campaign, rewritten=rewritten(old, new))
    present = list(_at_present(conn, past, old, groups))
    effects = effects_on(change, present)
    return CampaignPlan(
        name=name,
        what="changed" if ran_as is None else "returns",
        running=running,
        digest=proposal.digest,
        change=change,
        effects=effects,
        examples={each: tuple(places.examples(conn, name, each.places, limit=EXAMPLES)) for each in effects},
        affected=affected(effects, present),
        enrolled=enrolled,
        ran_as=ran_as,
    )


def plan_removal(conn: Connection, running: Version) -> CampaignPlan:
    """What would become of a campaign that runs and whose file is gone."""
    groups = places.groups(conn, running.campaign)
    number = sum(group.number for group in groups)
    at = tuple(dict.fromkeys(group.place for group in groups))
    says = f"{number:,} are in it: their runs end as removed" if number != 1 else "1 is in it: the run ends as removed"
    effect = Effect(kind="over", stage="", step=None, to=None, number=number, places=at, says=says)
    effects = (effect,) if number else ()
    return CampaignPlan(
        name=running.campaign,
        what="removed",
        running=running,
        digest=None,
        effects=effects,
        examples={
            each: tuple(places.examples(conn, running.campaign, each.places, limit=EXAMPLES)) for each in effects
        },
        affected=number,
        enrolled=number,
    )


def plan_faulty(name: str, running: Version | None, problems: Sequence[Problem]) -> CampaignPlan:
    """A file that does not check: what runs, runs on."""
    return CampaignPlan(name=name, what="faulty", running=running, digest=None, examples={}, problems=tuple(problems))


def _readable(conn: Connection, past: Past, running: Version | None) -> Built | None:
    try:
        return past.built(conn, running) if running is not None else None
    except InvalidInput:
        return None  # `Running.problems` tells it


def _at_present(conn: Connection, past: Past, old: Built, groups: Sequence[Group]) -> Iterator[Group]:
    """The groups as the running version has them: who was not looked at since an earlier edit stands there already."""
    for group in groups:
        stage, step = group.stage, group.step
        for change in past.changes(conn, old.campaign, group.digest):
            placed = place(change, stage, step)
            if placed is not None:
                stage, step = placed.stage, placed.step
        yield replace(group, stage=stage, step=step, kept_as=group.place)
