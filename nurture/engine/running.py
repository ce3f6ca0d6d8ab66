"""The campaigns that run: those of the versions in the database, not the files; what the files say is only proposed.

An edit that moves nobody is taken from the files by itself. One that would move somebody waits for `nurture apply`, as
does a version that ran before, so that two hosts with different files do not take turns.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import structlog

from nurture.clock import Clock
from nurture.domain.campaign import Campaign
from nurture.domain.project_words import ProjectWords
from nurture.engine.past import Past
from nurture.engine.planning import CampaignPlan, Proposal, plan_campaign, plan_faulty, plan_removal
from nurture.engine.take import Taken, take
from nurture.engine.version import built, draft_of
from nurture.errors import InvalidInput, Problem
from nurture.loader.library import Library, stamp_of
from nurture.rendering.renderer import Renderer
from nurture.store import versions
from nurture.store.connection import Connection
from nurture.store.database import Database
from nurture.store.versions import Version

JUDGES_AGAIN_AFTER = timedelta(minutes=5)
BY_ITSELF = "nobody is moved by it"

log = structlog.get_logger(__name__)


class Running:
    """Knows what runs and what waits. `kept` renders by a version's own files, by its digest."""

    def __init__(
        self,
        *,
        database: Database,
        library: Library,
        renderer: Renderer,
        words: ProjectWords,
        root: Path,
        clock: Clock,
    ) -> None:
        self._database = database
        self._library = library
        self._renderer = renderer
        self._words = words
        self._root = root
        self._clock = clock
        self._lock = Lock()
        self.past = Past()
        self.kept: dict[str, Renderer] = {}
        self.versions: Mapping[str, Version] = {}
        self.plans: Mapping[str, CampaignPlan] = {}
        self._campaigns: Mapping[str, Campaign] = {}
        self._unreadable: tuple[Problem, ...] = ()
        self._proposals: Mapping[str, Proposal] = {}
        self._seen: object = None
        self._judged: tuple[object, datetime] | None = None
        self._told: set[tuple[str, str]] = set()

    @property
    def campaigns(self) -> Mapping[str, Campaign]:
        """The campaigns that run by name, also those with `enabled: false`."""
        return self._campaigns

    @property
    def enabled(self) -> Mapping[str, Campaign]:
        """The campaigns that may ask people in and send."""
        return MappingProxyType({name: found for name, found in self._campaigns.items() if found.is_enabled})

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files as they are now, and with versions that cannot run any more."""
        return (*self._library.problems, *self._unreadable)

    @property
    def proposals(self) -> Mapping[str, Proposal]:
        """The campaigns of all files that check, as they are now."""
        return self._proposals

    def refresh(self) -> None:
        """Look at the files and at what runs; take what moves nobody, and say what waits for a person's word."""
        self.look()
        now = self._clock.now()
        for plan in self.plans.values():
            if plan.is_safe:
                self._take(plan, now)
        self._tell()
        if any(plan.is_safe for plan in self.plans.values()):
            self.look()

    def look(self) -> None:
        """Look at the files and at what runs, and at what lies between; nothing is taken."""
        self._library.refresh()
        self._propose()
        with self._database.read() as conn:
            self.current(conn)
            self._judge(conn)

    def current(self, conn: Connection) -> Mapping[str, Campaign]:
        """The campaigns of the versions that run at this moment, for whoever claims in this transaction."""
        ids = versions.running_ids(conn)
        with self._lock:
            known = {name: version.id for name, version in self.versions.items()}
            if ids != known:
                self._load(conn, ids)
            return self._campaigns

    def _load(self, conn: Connection, ids: Mapping[str, int]) -> None:
        found = {version.campaign: version for version in versions.by_ids(conn, list(ids.values()))}
        campaigns: dict[str, Campaign] = {}
        unreadable: list[Problem] = []
        for name, version in sorted(found.items()):
            try:
                made = self.past.built(conn, version)
            except InvalidInput as trouble:
                unreadable.append(
                    Problem(file=version.file, code="version", message=trouble.message, hint=trouble.hint)
                )
                continue
            campaigns[name] = made.campaign
            self.kept[version.digest] = made.renderer
        self.versions, self._campaigns, self._unreadable = found, MappingProxyType(campaigns), tuple(unreadable)

    def _propose(self) -> None:
        """The proposals, made anew when any file has changed, attachments among them."""
        seen = (self._library.seen, self._stamps())
        if seen == self._seen:
            return
        found: dict[str, Proposal] = {}
        for path, campaign in self._library.sound.items():
            try:
                draft = draft_of(campaign, path, self._renderer, self._words)
                made = built(
                    name=draft.campaign,
                    digest=draft.digest,
                    file=draft.file,
                    files=draft.files,
                    words=draft.words,
                    formerly=draft.formerly,
                )
            except (InvalidInput, OSError) as trouble:
                # A file that is being saved at this very moment: the next look finds it whole.
                log.warning("a campaign's files cannot be read now", campaign=campaign.name, because=str(trouble))
                continue
            found[campaign.name] = Proposal(built=made, draft=draft)
        self._library.refresh()
        if self._library.seen != seen[0]:
            return  # saved between the check and the reading: what was read may be half of it
        self._proposals = MappingProxyType(found)
        self._seen = (self._library.seen, self._stamps())

    def _stamps(self) -> tuple[tuple[str, int, int], ...]:
        paths = sorted({path for each in self._proposals.values() for path in each.draft.files})
        return tuple((path, *stamp_of(self._root / path)) for path in paths)

    def _judge(self, conn: Connection) -> None:
        """Plan what differs; again now and then, as people come to stand elsewhere."""
        now = self._clock.now()
        state = (self._seen, {name: version.id for name, version in self.versions.items()})
        if self._judged and self._judged[0] == state and abs(now - self._judged[1]) < JUDGES_AGAIN_AFTER:
            return
        self.plans = MappingProxyType({plan.name: plan for plan in self.plan(conn)})
        self._judged = (state, now)

    def plan(self, conn: Connection, names: Sequence[str] | None = None) -> list[CampaignPlan]:
        """What would become of each campaign whose files are not what runs, by name."""
        faults = self._library.faults
        everything = sorted({*self._proposals, *self.versions, *faults})
        plans = [self._plan(conn, name, faults.get(name, ())) for name in everything if names is None or name in names]
        return [plan for plan in plans if plan is not None]

    def _plan(self, conn: Connection, name: str, faults: Sequence[Problem]) -> CampaignPlan | None:
        running = self.versions.get(name)
        if faults:
            return plan_faulty(name, running, faults)
        proposal = self._proposals.get(name)
        if proposal is not None:
            return plan_campaign(conn, self.past, proposal, running)
        is_gone = running is not None and not (self._root / running.file).exists()
        return plan_removal(conn, running) if running is not None and is_gone else None

    def apply(self, plan: CampaignPlan, *, because: str) -> Taken | None:
        """Have run what was planned, whomever that moves; None where something else runs by now than was planned for.

        Those whom it moves are moved by `move_people`.
        """
        now = self._clock.now()
        with self._database.write() as conn:
            again = self._plan(conn, plan.name, ()) if plan.what != "faulty" else None
            if again is None or again.digest != plan.digest or again.running != plan.running:
                return None
            return take(conn, again, self._proposals.get(plan.name), because=because, now=now)

    def _take(self, plan: CampaignPlan, now: datetime) -> None:
        """Take it where that still moves nobody."""
        proposal = self._proposals.get(plan.name)
        if proposal is None:
            return
        with self._database.write() as conn:
            versions.lock_running(conn, plan.name)
            again = plan_campaign(conn, self.past, proposal, self.versions.get(plan.name))
            is_taken = again and again.is_safe and take(conn, again, proposal, because=_because(again), now=now)
        if is_taken and self.versions:  # the first start of a project takes its files, which is no news
            log.info("a version was taken", campaign=plan.name, number=_number(is_taken), because=_because(plan))

    def _tell(self) -> None:
        """Log what waits, and what is wrong with a file, once for as long as that stays so."""
        waiting = {_subject(plan): plan for plan in self.plans.values() if not plan.is_safe}
        for plan in (each for key, each in waiting.items() if key not in self._told):
            if plan.what == "faulty":
                goes_on = f"version {plan.running.number} goes on" if plan.running else "it does not run"
                log.warning("a file does not check", campaign=plan.name, because=str(_fault(plan)), meanwhile=goes_on)
            else:
                log.warning("an edit waits for `nurture apply`", campaign=plan.name, because=plan.holds_back)
        self._told = set(waiting)


def _subject(plan: CampaignPlan) -> tuple[str, str]:
    return plan.name, plan.digest or str(_fault(plan))


def _fault(plan: CampaignPlan) -> Problem | None:
    return next((each for each in plan.problems if each.severity == "error"), None)


def _number(taken: Taken) -> int | None:
    return taken.version.number if taken.version else None


def _because(plan: CampaignPlan) -> str:
    return "its file is new" if plan.running is None else BY_ITSELF
