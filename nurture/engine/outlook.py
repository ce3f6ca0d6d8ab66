"""What is to come for one run as things stand: its next steps, what may move it before, and what holds it up."""

from dataclasses import dataclass
from datetime import datetime

from nurture.domain.ahead import Coming, WayOut, after_last_step, steps_ahead, ways_out
from nurture.domain.campaign import Campaign
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.engine.rules import Rules
from nurture.store import facts, holds
from nurture.store.connection import Connection
from nurture.store.holds import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """`then` is what follows the stage's last step. `holds` are those that keep the run's mails back now."""

    steps: tuple[Coming, ...] = ()
    then: str = ""
    ways: tuple[WayOut, ...] = ()
    holds: tuple[Hold, ...] = ()


NOTHING_AHEAD = Outlook()


def outlook_of(conn: Connection, run: Enrollment, campaign: Campaign | None, rules: Rules, *, now: datetime) -> Outlook:
    """The outlook of a run; of one that is over, or whose campaign is gone, there is none."""
    if run.state is EnrollmentState.FINISHED:
        return NOTHING_AHEAD
    scopes = ("all", f"campaign:{run.campaign}", f"sender:{run.sender}")
    held = tuple(hold for scope, hold in sorted(holds.present(conn, now).items()) if scope in scopes)
    known = facts.load_for_enrollments(conn, [run], now=now, zone=rules.zone, score_rules=rules.score_rules)
    if campaign is None or run.id not in known:
        return Outlook(holds=held)
    theirs = known[run.id]
    calendar = rules.calendar_of(theirs.contact, now)
    return Outlook(
        steps=steps_ahead(campaign, run, theirs, calendar),
        then=after_last_step(campaign, run),
        ways=ways_out(campaign, run),
        holds=held,
    )
