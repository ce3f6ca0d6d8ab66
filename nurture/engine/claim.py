"""Taking what is due: one transaction that leases, decides, writes the intents and does what needs no network."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

import structlog

from nurture.domain import transition
from nurture.domain.campaign import Campaign, EmailAction, Step, WebhookAction
from nurture.domain.decision import Finish, Perform, Send, Wait
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.facts import Facts
from nurture.domain.message import Message, MessageState
from nurture.domain.rates import UNLIMITED, place_in_domain, room_of
from nurture.domain.walk import walk
from nurture.engine.carry_over import carry_over, in_present_words, present_names, timed
from nurture.engine.log import happened
from nurture.engine.past import Past
from nurture.engine.perform import Desk, perform
from nurture.engine.react import write_decisions
from nurture.engine.recover import recover
from nurture.store import enrollments, events, holds, messages
from nurture.store import facts as fact_store
from nurture.store.connection import Connection
from nurture.store.messages import MessageDraft
from nurture.store.resends import claim_resends

log = structlog.get_logger(__name__)

_ANY_NUMBER: Mapping[str, int] = MappingProxyType({})
_FAULTY_LOOKS_AGAIN_AFTER = timedelta(hours=1)
_UNKNOWN_SENDER_LOOKS_AGAIN_AFTER = timedelta(minutes=15)
_NAMED_SENDER_LOOKS_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A message whose intent is written and which this worker is to send; a notice has neither enrollment nor facts."""

    message: Message
    enrollment: Enrollment | None = None
    campaign: Campaign | None = None
    step: Step | None = None
    facts: Facts | None = None
    answers: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook that this worker is to call; its enrollment stays leased until the call is answered."""

    enrollment: Enrollment
    campaign: Campaign
    step: Step
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What one claim brought: `looked_at` counts the due rows, most of which may only have had to wait on."""

    assignments: tuple[Assignment, ...] = ()
    calls: tuple[Call, ...] = ()
    looked_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """For whom and how long rows are taken; a token is used for one claim only, so that it fences."""

    token: str
    until: datetime


def claim(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    *,
    now: datetime,
    limit: int,
    lease: Lease,
    places: Mapping[str, int] = _ANY_NUMBER,
    past: Past | None = None,
    is_careful: bool = False,
) -> Claimed:
    """Lease up to `limit` due enrollments and notices, and carry each as far as it goes without a network.

    What a dead worker left is settled first, so that no row is decided on before the fate of its message. `places`
    bounds what a sender may be given; `past` knows the versions that runs last went by. A careful claim sets a row
    aside that cannot be carried on, where another fails.
    """
    recover(conn, desk, campaigns, now=now)
    held = holds.present(conn, now)
    if "all" in held:
        return Claimed()
    told = {name for name in desk.rules.senders if (hold := held.get(f"sender:{name}")) and hold.kind == "storm"}
    rooms = {
        name: min(room_of(sender.rates, messages.rates_taken(conn, name, now)), places.get(name, UNLIMITED))
        if f"sender:{name}" not in held or name in told
        else 0
        for name, sender in sorted(desk.rules.senders.items())
    }
    free = {name: each for name, each in campaigns.items() if each.is_enabled and f"campaign:{name}" not in held}
    # A flood of notices, as of a campaign in which all reply, leaves half of the places to the prospects.
    notices = _claim_notices(conn, rooms, now=now, limit=max(1, limit // 2), lease=lease)
    # A sender that a storm has stopped still tells our own people of it.
    rooms |= dict.fromkeys(told, 0)
    stopped = campaigns.keys() - free.keys()
    resends = _claim_resends(conn, desk, campaigns, rooms, stopped, now=now, limit=limit - len(notices), lease=lease)
    due = enrollments.claim_due(
        conn,
        now=now,
        limit=limit - len(notices) - len(resends),
        lease_token=lease.token,
        lease_until=lease.until,
        campaigns=free,
        rooms=rooms,
    )
    taking = _Taking(conn=conn, desk=desk, campaigns=campaigns, lease=lease, rooms=rooms, now=now, past=past)
    found = taking.carry_on_each(due) if is_careful else taking.carry_on_all(due)
    return Claimed(
        assignments=(
            *(Assignment(message=message) for message in notices),
            *resends,
            *(each for each in found if isinstance(each, Assignment)),
        ),
        calls=tuple(each for each in found if isinstance(each, Call)),
        looked_at=len(due) + len(notices) + len(resends),
    )


def _claim_notices(
    conn: Connection, rooms: dict[str, int], *, now: datetime, limit: int, lease: Lease
) -> list[Message]:
    take = partial(messages.claim_due_notices, conn, now=now, lease_token=lease.token, lease_until=lease.until)
    return _each_in_its_room(take, rooms, limit)


def _each_in_its_room(take: Callable[..., list[Message]], rooms: dict[str, int], limit: int) -> list[Message]:
    """What `take` finds for each sender within its room, which shrinks by it; at most `limit` in all."""
    taken: list[Message] = []
    for name, room in rooms.items():
        places = min(room, limit - len(taken))
        found = take(senders=[name], limit=places) if places > 0 else []
        rooms[name] -= len(found)
        taken += found
    return taken


def _claim_resends(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    rooms: dict[str, int],
    stopped: Collection[str],
    *,
    now: datetime,
    limit: int,
    lease: Lease,
) -> list[Assignment]:
    """Messages of unknown fate that a person asked to be sent once more; their runs went on long ago."""
    take = partial(
        claim_resends, conn, now=now, lease_token=lease.token, lease_until=lease.until, stopped_campaigns=stopped
    )
    claimed = _each_in_its_room(take, rooms, limit)
    runs = [run for message in claimed if (run := enrollments.get(conn, message.enrollment_id or 0))]
    facts = fact_store.load_for_enrollments(
        conn, runs, now=now, zone=desk.rules.zone, score_rules=desk.rules.score_rules
    )
    found = []
    for message in claimed:
        campaign = campaigns.get(message.campaign or "")
        step_id = message.step or ""
        placed = campaign.step(present_names(campaign).get(step_id, step_id)) if campaign else None
        if campaign is None or placed is None or message.enrollment_id not in facts:
            reason = "asked for again, and its campaign, step or person is gone"
            messages.settle(conn, message, MessageState.CANCELLED, reason=reason, now=now)
            continue
        step = placed[1]
        found.append(Assignment(message=message, campaign=campaign, step=step, facts=facts[message.enrollment_id]))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taking:
    """One claim's transaction. `rooms` shrinks as intents are written: what the senders' rates still allow."""

    conn: Connection
    desk: Desk
    campaigns: Mapping[str, Campaign]
    lease: Lease
    rooms: dict[str, int]
    now: datetime
    past: Past | None = None
    waiting: Counter[str] = field(default_factory=Counter)

    def carry_on_all(self, due: Sequence[Enrollment]) -> list[Assignment | Call | None]:
        """Carry on those whose contact is there."""
        rules = self.desk.rules
        facts = fact_store.load_for_enrollments(
            self.conn, due, now=self.now, zone=rules.zone, score_rules=rules.score_rules
        )
        return [self.carry_on(self.campaigns[row.campaign], row, facts[row.id]) for row in due if row.id in facts]

    def carry_on_each(self, due: Sequence[Enrollment]) -> list[Assignment | Call | None]:
        """The same one by one, each undone by itself where it fails: whatever is wrong with it stops nobody else."""
        found: list[Assignment | Call | None] = []
        for row in due:
            try:
                with self.conn.begin_nested():
                    found += self.carry_on_all([row])
            except Exception as fault:
                log.exception("a run cannot be carried on", run=row.id, campaign=row.campaign)
                words = f"cannot be carried on: {type(fault).__name__}: {fault}"
                later = self.now + _FAULTY_LOOKS_AGAIN_AFTER
                self._save(row, replace(row, due_at=later, because=words, held_by="fault"))
        return found

    def carry_on(self, campaign: Campaign, enrollment: Enrollment, facts: Facts) -> Assignment | Call | None:
        """Walk one enrollment on and write what was decided; what is left for the network, if anything."""
        rules = self.desk.rules
        placed = enrollment
        if self.past and enrollment.digest != campaign.digest:
            placed = carry_over(self.conn, self.past, campaign, enrollment, now=self.now)
            if placed.state is EnrollmentState.FINISHED:
                self._save(enrollment, placed)
                return None
        if self.past and placed.timed_by:
            campaign = timed(self.conn, self.past, campaign, placed)
        facts = in_present_words(facts, campaign, placed)
        calendar = rules.calendar_of(facts.contact, self.now)
        walked = walk(campaign, placed, facts, calendar, caps=rules.caps)
        after = replace(walked.enrollment, digest=campaign.digest)
        write_decisions(self.conn, self.desk, campaign, placed, after, walked.taken, facts)
        match walked.ending:
            case Wait() | Finish():
                self._save(enrollment, after)
                return None
            case Send() as sent:
                return self._assign(campaign, enrollment, after, sent, facts)
            case Perform(step=step) if isinstance(step.action, WebhookAction):
                if events.is_done(self.conn, enrollment.id, (step.id, *campaign.formerly.get(step.id, ()))):
                    self._pass_over(campaign, enrollment, after, step, "done already in this run")
                    return None
                kept = self._save(enrollment, after, is_kept=True)
                return Call(enrollment=kept, campaign=campaign, step=step, facts=facts) if kept else None
            case Perform(step=step, because=because):
                perform(self.conn, self.desk, self.campaigns, after, step, facts, because=because, now=self.now)
                self._save(enrollment, transition.complete(after, campaign, self.now))
                return None

    def _save(self, before: Enrollment, after: Enrollment, *, is_kept: bool = False) -> Enrollment | None:
        """The row as written, still leased where it is kept; None where it was changed since it was claimed."""
        after = replace(
            after,
            lease_token=self.lease.token if is_kept else None,
            lease_until=self.lease.until if is_kept else None,
        )
        if not enrollments.save(self.conn, before, after, now=self.now):
            return None
        return replace(after, revision=before.revision + 1, wake=0)

    def _assign(
        self, campaign: Campaign, before: Enrollment, after: Enrollment, sent: Send, facts: Facts
    ) -> Assignment | None:
        step = sent.step
        name = _sender_of(step) or after.sender
        held_until, held_by = self._no_room(name, after, facts)
        if held_until:
            words = f"{name} has no room: {held_by}"
            waiting = Wait(until=held_until, because=words, step_id=step.id, held_by=held_by, will_send=True)
            self._save(before, transition.wait(after, waiting, campaign))
            return None
        known = self._known(campaign, after, step)
        if known and known.state is MessageState.SENDING:
            # Another worker has it under a lease that outlived this row's: its outcome, or its recovery, comes first.
            words = "being sent by another worker"
            waiting = Wait(until=known.lease_until, because=words, step_id=step.id, held_by="lease")
            self._save(before, transition.wait(after, waiting, campaign))
            return None
        message, answers = self._intend(campaign, after, step, facts, known)
        if message is None:
            self._pass_over(campaign, before, after, step, "already in the ledger for this run")
            return None
        # `record` writes the reason into the log.
        is_held = before.step == step.id and before.held_by
        because = f"{sent.because}; held till then: {before.because}" if is_held else sent.because
        kept = self._save(before, replace(after, because=because, held_by=""), is_kept=True)
        if kept is None:
            reason = "the person moved on"
            messages.settle(self.conn, message, MessageState.CANCELLED, reason=reason, now=self.now)
            return None
        self.rooms[name] -= 1
        return Assignment(message=message, enrollment=kept, campaign=campaign, step=step, facts=facts, answers=answers)

    def _pass_over(self, campaign: Campaign, before: Enrollment, after: Enrollment, step: Step, because: str) -> None:
        events.append(self.conn, [happened(after, "step_skipped", self.now, step=step.id, because=because)])
        self._save(before, transition.complete(after, campaign, self.now))

    def _known(self, campaign: Campaign, enrollment: Enrollment, step: Step) -> Message | None:
        """What the ledger has of the step, also under the names that it had before."""
        for name in (step.id, *campaign.formerly.get(step.id, ())):
            if found := messages.by_key(self.conn, f"{enrollment.id}/{name}"):
                return found
        return None

    def _no_room(self, name: str, enrollment: Enrollment, facts: Facts) -> tuple[datetime | None, str]:
        """Until when the sender holds this mail back, and by what; (None, "") where there is room.

        A row that waits for a rate stays due: from now on it is claimed only when its sender has room. Only its own
        sender, that is: for the room of one that the step names it is looked at again now and then.
        """
        sender = self.desk.rules.senders.get(name)
        if sender is None:
            return self.now + _UNKNOWN_SENDER_LOOKS_AGAIN_AFTER, f"sender {name} is not in the config"
        if self.rooms[name] <= 0:
            is_own = name == enrollment.sender
            return self.now if is_own else self.now + _NAMED_SENDER_LOOKS_AGAIN_AFTER, f"rate of sender {name}"
        per_domain = sender.rates.per_domain_per_minute
        if per_domain is not None:
            domain = facts.contact.address.rpartition("@")[2]
            began_at = messages.domain_began_at(self.conn, sender.name, domain, self.now)
            if len(began_at) >= per_domain:
                self.waiting[domain] += 1
                free_at = place_in_domain(began_at[-per_domain:], self.waiting[domain] - 1)
                return free_at, f"{per_domain} per minute to {domain}"
        return None, ""

    def _intend(
        self, campaign: Campaign, enrollment: Enrollment, step: Step, facts: Facts, known: Message | None
    ) -> tuple[Message | None, Message | None]:
        """The ledger's row for this step, now `sending`, and the message whose thread it continues.

        No row where the step was settled in this run before: a key is sent once, for ever.
        """
        is_reply = isinstance(step.action, EmailAction) and step.action.is_thread_reply
        if known is not None:
            answered = messages.by_message_ids(self.conn, [known.in_reply_to or ""]).get(known.in_reply_to or "")
            is_resent = known.state is MessageState.UNKNOWN and campaign.on_unknown == "resend"
            if known.state is not MessageState.DEFERRED and not (is_resent and known.attempts <= 1):
                return None, answered
            lease = self.lease
            retaken = messages.retake(
                self.conn, known.id, lease_token=lease.token, lease_until=lease.until, now=self.now
            )
            return retaken, answered
        answers = (
            messages.last_sent_to(self.conn, contact_id=facts.contact.id, campaign=campaign.name) if is_reply else None
        )
        sender = self.desk.rules.senders[_sender_of(step) or enrollment.sender]
        domain = sender.email.rpartition("@")[2]
        draft = MessageDraft(
            key=f"{enrollment.id}/{step.id}",
            state=MessageState.SENDING,
            purpose="marketing",
            contact_id=facts.contact.id,
            enrollment_id=enrollment.id,
            campaign=campaign.name,
            stage=enrollment.stage,
            step=step.id,
            sender=sender.name,
            recipient=facts.contact.address,
            message_id=f"<{self.desk.chance.token()}@{domain}>",
            created_at=self.now,
            lease_token=self.lease.token,
            lease_until=self.lease.until,
            in_reply_to=answers.message_id if answers else None,
            references=(*answers.references, answers.message_id) if answers else (),
        )
        return messages.write_intent(self.conn, draft), answers


def _sender_of(step: Step) -> str | None:
    """The sender that the step itself names."""
    return step.action.from_ if isinstance(step.action, EmailAction) else None
