"""A campaign's course in memory: what is due is claimed and carried on by the heart's own rules, without a store.

The order of a claim is that of `engine/claim.py`, what a decision leads to that of `engine/react.py` and
`engine/perform.py`; a test holds the mails of both to each other.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from nurture.domain import transition
from nurture.domain.campaign import (
    Campaign,
    EmailAction,
    NotifyAction,
    SetAction,
    Step,
    TagAction,
    TaskAction,
)
from nurture.domain.decide import closed, quiet_until
from nurture.domain.decision import Finish, Move, Perform, React, Send, Skip, Wait
from nurture.domain.evaluate import evaluate
from nurture.domain.facts import Deed, EventFact, Facts, Pause, Reply
from nurture.domain.rates import place_in_domain, share_out
from nurture.domain.value import Value
from nurture.domain.walk import Taken, walk
from nurture.domain.zone import zone_of
from nurture.engine.notify import recipients_of
from nurture.engine.rules import Rules
from nurture.simulation.person import HeldBy, Mail, Person, with_tags, with_values
from nurture.simulation.queue import Queue
from nurture.simulation.rooms import Room
from nurture.simulation.tally import Tally

PLACES = 100
"""As many runs as one worker takes in one claim."""

_LATEST = datetime.max.replace(tzinfo=UTC)
_UNKNOWN_SENDER_LOOKS_AGAIN_AFTER = timedelta(minutes=15)
_NAMED_SENDER_LOOKS_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Course:
    """`sent` hears of every mail, `task_made` of every task, `changed` of a step that changed the contact.

    `needed` are the events that a condition may ask for: no others are kept; among them `opened` and `clicked`, where
    one asks for what was opened or clicked.
    """

    campaign: Campaign
    rules: Rules
    tally: Tally
    needed: frozenset[str]
    links_of: Callable[[EmailAction], tuple[str, ...]]
    sent: Callable[[Person, Mail, datetime], None]
    task_made: Callable[[Person, int, datetime], None]
    changed: Callable[[Person, datetime], None]
    queue: Queue
    rooms: dict[str, Room]
    walks: int = 0
    _ids: Counter[str] = field(default_factory=Counter)

    def next_at(self) -> datetime | None:
        """When there is something to do next."""
        moments = [self.queue.next_due_at()]
        for name, room in self.rooms.items():
            is_waiting = bool(room.notices) or (not room.held_by and self.queue.has_line(name))
            moments.append(room.opens_at() if is_waiting else None)
        return min((moment for moment in moments if moment is not None), default=None)

    def claim_all(self, now: datetime) -> None:
        """Claim and carry on until nothing more can be done at this moment."""
        came: list[Person] = []
        while self._claim(now, came):
            pass
        for person in came:
            run = person.run
            if run and run.will_send and run.due_at is not None and run.due_at <= now and person.is_running:
                held_by = self.rooms[run.sender].held_by
                self.note_hold(person, now, held_by or f"rate of sender {run.sender}")

    def _claim(self, now: datetime, came: list[Person]) -> bool:
        """One claim, and the sending of what it claimed; whether there was anything."""
        due_at = self.queue.next_due_at()
        if (due_at is None or due_at > now) and not any(self._can_send(name, now) for name in self.rooms):
            return False
        left = {name: self.rooms[name].left(now) for name in sorted(self.rooms)}
        notices = self._send_notices(left, now, max(1, PLACES // 2))
        left |= {name: 0 for name, room in self.rooms.items() if room.held_by}
        came += self.queue.pull(now)
        places = PLACES - notices
        taken = self.queue.take_free(now, max(1, places // 2))
        sending: list[Person] = []

        def take(sender: str, most: int) -> int:
            found = self.queue.take_sending(sender, most)
            sending.extend(found)
            return len(found)

        share_out(left, places - len(taken), take)
        taken += sending
        taken += self.queue.take_free(now, places - len(taken))
        waiting: Counter[str] = Counter()
        for person in taken:
            self._carry_on(person, now, left, waiting)
        return bool(taken or notices)

    def _can_send(self, name: str, now: datetime) -> bool:
        """Whether somebody waits for the sender, and it has room."""
        room = self.rooms[name]
        is_waiting = bool(room.notices) or (not room.held_by and self.queue.has_line(name))
        return is_waiting and room.left(now) > 0

    def _send_notices(self, left: dict[str, int], now: datetime, limit: int) -> int:
        sent = 0
        for name, room in self.rooms.items():
            for _ in range(min(left[name], limit - sent, len(room.notices))):
                room.begin(now, room.notices.popleft().rpartition("@")[2], is_notice=True)
                self.tally.note_notice(name, now)
                left[name] -= 1
                sent += 1
        return sent

    def _carry_on(self, person: Person, now: datetime, left: dict[str, int], waiting: Counter[str]) -> None:
        before = person.run
        assert before is not None  # noqa: S101  only who has a run is in the queue
        if not person.is_woken and person.quiet_until and now < person.quiet_until and self._is_closed(person, now):
            return
        person.is_woken, person.quiet_until = False, None
        facts = person.facts(now, self.rules.score_rules)
        self.walks += 1
        calendar = self.rules.calendar_of(person.contact, now)
        walked = walk(self.campaign, before, facts, calendar, caps=self.rules.caps)
        person.run = after = walked.enrollment
        self._follow(person, walked.taken, facts)
        match walked.ending:
            case Wait() as wait:
                if wait.held_by:
                    self.note_hold(person, now, wait.held_by)
                if wait.will_send:
                    person.quiet_until = quiet_until(self.campaign, after, facts) or _LATEST
                self.queue.put(person)
            case Send() as sending:
                self._send(person, sending.step, facts, left, waiting)
            case Perform() as performing:
                self._perform(person, performing.step, facts)
            case Finish():
                pass

    def _follow(self, person: Person, taken: Iterable[Taken], facts: Facts) -> None:
        """Write down what was decided and do what follows from it."""
        now = facts.now
        for each in taken:
            match each.decision:
                case Move(stage=stage, because=because):
                    self.tally.note_move(person, now, each.stage, stage, because)
                    self._enter(person, stage, now)
                case Skip(step_id=step, because=because):
                    self.tally.note_skip(person, now, step, because)
                case Finish(because=because):
                    self.tally.note_end(person, now, each.stage, (person.run and person.run.outcome) or "", because)
                case React() as reaction:
                    self._react(person, reaction, facts)
                case _:
                    pass

    def _is_closed(self, person: Person, now: datetime) -> bool:
        """Put off until its window opens a mail of which that is all a walk could say.

        Every evening this is said of all that wait for a sender's room: thousands, where a campaign is large.
        """
        run = person.run
        found = self.campaign.step(run.step) if run and run.step else None
        if run is None or found is None or not run.will_send or run.retry_at:
            return False
        wait = closed(found[1], now, self.rules.calendar_of(person.contact, now), watch=person.quiet_until)
        if wait is None:
            return False
        self.note_hold(person, now, wait.held_by)
        person.run = transition.wait(run, wait, self.campaign)
        self.queue.put(person)
        return True

    def note_hold(self, person: Person, now: datetime, by: str) -> None:
        """Say once for each step and reason that something keeps it."""
        step = person.run.step if person.run else None
        known = person.held_at[1] if person.held_at[0] == step else ()
        if by not in known:
            person.held_at = (step, (*known, by))
            self.tally.note_hold(person, now, step, by)

    def _enter(self, person: Person, stage: str, now: datetime) -> None:
        self.note_event(person, "stage_entered", now, {"stage": stage})
        found = self.campaign.stage(stage)
        if found and found.outcome and person.run:
            person.lift(now, run_id=person.run.id)
            for kind in transition.LIFTED_BY_OUTCOME:
                person.lift(now, kind=kind)

    def _react(self, person: Person, reaction: React, facts: Facts) -> None:
        now, run = facts.now, person.run
        assert run is not None  # noqa: S101  it was just carried on
        for record in person.records():
            record.replies = tuple(_heard(reply, reaction.reply_id) for reply in record.replies)
        task_id = self.add_task(person, now) if reaction.task else None
        if reaction.pauses_until:
            pause = Pause(
                id=self.next_id("pause"),
                kind="reply",
                from_at=now,
                until_at=reaction.pauses_until,
                because=f"paused by {reaction.because}",
            )
            task = task_id if reaction.is_until_resumed else None
            person.pauses.append(HeldBy(pause=pause, run_id=run.id, task_id=task))
        if reaction.notify:
            self.notify(person, reaction.notify, run.sender)

    def _send(self, person: Person, step: Step, facts: Facts, left: dict[str, int], waiting: Counter[str]) -> None:
        now, run, action = facts.now, person.run, step.action
        assert run is not None and isinstance(action, EmailAction)  # noqa: S101  only emails are sent
        name = action.from_ or run.sender
        until, by = self._no_room(name, person, now, left, waiting)
        if until:
            wait = Wait(until=until, because=f"{name} has no room: {by}", step_id=step.id, held_by=by, will_send=True)
            person.run = transition.wait(run, wait, self.campaign)
            person.quiet_until = quiet_until(self.campaign, person.run, facts) or _LATEST
            self.note_hold(person, now, by)
            self.queue.put(person)
            return
        left[name] -= 1
        self.rooms[name].begin(now, person.contact.address.rpartition("@")[2])
        mail = Mail(
            id=self.next_id("mail"),
            step=step.id,
            stage=run.stage,
            sender=name,
            sent_at=now,
            links=self.links_of(action),
        )
        person.mails.append(mail)
        person.mailed_at = (*person.mailed_at, now)
        for record in person.records():
            record.sent = (*record.sent, Deed(step=step.id, at=now))
        self.note_event(person, "message_sent", now, {"step": step.id})
        self.tally.note_send(person, now, step.id, run.stage, name)
        person.run = transition.complete(run, self.campaign, now)
        self.queue.put(person)
        self.sent(person, mail, now)

    def _no_room(
        self, name: str, person: Person, now: datetime, left: dict[str, int], waiting: Counter[str]
    ) -> tuple[datetime | None, str]:
        """Until when the sender holds this mail back, and by what."""
        room, run = self.rooms.get(name), person.run
        if room is None or run is None:
            return now + _UNKNOWN_SENDER_LOOKS_AGAIN_AFTER, f"sender {name} is not in the config"
        if left[name] <= 0:
            is_own = name == run.sender
            return now if is_own else now + _NAMED_SENDER_LOOKS_AGAIN_AFTER, f"rate of sender {name}"
        most = room.sender.rates.per_domain_per_minute
        if most is not None:
            domain = person.contact.address.rpartition("@")[2]
            began_at = list(room.in_domain(domain, now))
            if len(began_at) >= most:
                waiting[domain] += 1
                return place_in_domain(began_at[-most:], waiting[domain] - 1), f"{most} per minute to {domain}"
        return None, ""

    def _perform(self, person: Person, step: Step, facts: Facts) -> None:
        now, run = facts.now, person.run
        assert run is not None  # noqa: S101  it was just carried on
        is_changed = False
        match step.action:
            case TaskAction():
                self.add_task(person, now)
            case NotifyAction(to=to):
                self.notify(person, to, run.sender)
            case SetAction(values=values):
                found = {name: evaluate(node, facts) for name, node in values}
                is_changed = self.set_values(person, found)
            case TagAction(tags=tags, is_removed=is_removed):
                before = person.contact
                person.contact = with_tags(before, tags, is_removed=is_removed)
                is_changed = person.contact != before
            case _:
                pass
        self.tally.note_step(step.id)
        if is_changed:
            self.changed(person, now)
        person.run = transition.complete(run, self.campaign, now)
        self.queue.put(person)

    def set_values(self, person: Person, values: Mapping[str, Value]) -> bool:
        """Set fields of the contact; whether anything changed. Their wall may be another afterwards."""
        before = person.contact
        person.contact = with_values(before, values)
        person.zone = zone_of(person.contact, self.rules.zone)
        return person.contact != before

    def add_task(self, person: Person, now: datetime) -> int:
        """A task for the team."""
        task_id = self.next_id("task")
        self.tally.deeds["task"] += 1
        self.task_made(person, task_id, now)
        return task_id

    def notify(self, person: Person, to: str, sender: str) -> None:
        """Queue a notice to our own people: it takes a place of the sender's room."""
        room = self.rooms.get(sender) or self.rooms[min(self.rooms)]
        room.notices.extend(recipients_of(to, person.contact, self.rules))

    def note_event(self, person: Person, name: str, at: datetime, fields: Mapping[str, Value]) -> None:
        """Log what conditions may ask for."""
        if name in self.needed:
            for record in person.records():
                record.note(name, EventFact(at=at, fields=fields))

    def wake(self, person: Person, now: datetime, *, is_news: bool = True) -> None:
        """Have the run looked at now, because something happened.

        Where that is nothing that the campaign asks for (not `is_news`), a run that only waits for its time would be
        found to wait on, and is let be.
        """
        run = person.run
        if run and not is_news and run.due_at and run.due_at > now and run.held_by in ("", "pause"):
            return
        if run and person.is_running:
            person.is_woken = True
            person.run = replace(run, due_at=now)
            self.queue.put(person)

    def next_id(self, of: str) -> int:
        """Ids count up for each kind of thing, as a database's do."""
        self._ids[of] += 1
        return self._ids[of]


def _heard(reply: Reply, reply_id: int) -> Reply:
    return replace(reply, is_new=False) if reply.id == reply_id else reply
